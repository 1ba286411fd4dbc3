"""The list for the person: songs that belong with those of the profile, and with what was said since.

The profile (table ``tastes``) holds several tastes, each with the songs that speak for it. A song is scored within a taste
by the songs of the profile that it belongs with:

    score = Σ strength(seed) · score(seed, song) / Σ strength(seed),   strength = log(1 + weight)

less what songs that speak against it take off. Every addend is a reason. The places of the list are shared out among the
tastes by the roots of their weights (D'Hondt), so that a small taste is heard beside a large one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from math import fsum, sqrt
from pathlib import Path

import polars as pl

from schemas.values import Home
from warehouse import journal
from warehouse.for_you.choosing import DIGITS, Candidate, Places
from warehouse.for_you.known import Known, Links, known
from warehouse.for_you.person import Barred, Person, Song
from warehouse.for_you.telling import reasons
from warehouse.journal import Said
from warehouse.query.answering import COLUMNS
from warehouse.query.asking import Row

AGAINST = 0.5
"""A song that speaks against another one takes off this share of what it would add if it were liked."""

KEPT = 1.1
"""A song of the last list stays until another one is better by this factor."""

KIN_SCORE = 0.3
"""Score of a song for sharing artist and genres with a seed that has no neighbours."""

ALONE = 8
"""So many seeds without neighbours, the strongest, lead to songs of their artists and genres."""

AT_ONCE = 64
"""Candidates of a taste whose cards are read together."""

Ranked = dict[str, float]
"""Candidates, best first: track_id -> score."""

LISTED: dict[str, pl.DataType] = {**COLUMNS, "taste_id": pl.Int32()}


def for_you(home: Home, limit: int = 20) -> pl.DataFrame:
    """Songs for the person, best of each taste in turn: rank, track_id, name, artists, album, poster_url, spotify_url, score,
    reasons.

    Never what is blocked, disliked, skipped often, heard or spoken of in the last 30 days. The contributions of ``reasons``
    sum to the score. Who was never heard gets well known songs of different artists.

    Raises:
        WarehouseError: there is no published file, or it is damaged.
    """
    return recommended(home.warehouse, journal.read(home.journal), limit).drop("taste_id")


def recommended(
    warehouse: Path, said: Sequence[Said], limit: int, *, earlier: Collection[str] | None = None
) -> pl.DataFrame:
    """As `for_you`, with the column ``taste_id``, for any file and any feedback.

    ``said`` is all that counts of the journal: what the file has of it and the journal has not, was undone. ``earlier`` are
    the songs of the last list, which stay if they are as good; those of the file when left out.

    Raises:
        WarehouseError: the file is missing or damaged.
    """
    with known(Path(warehouse)) as file:
        if earlier is None:
            earlier = [track_id for (track_id,) in file.rows("earlier")]
        return _listed(file, Person(file, said), limit, set(earlier))


def _listed(file: Known, person: Person, limit: int, earlier: set[str]) -> pl.DataFrame:
    """The list, a row a song. Each taste, and each of the newest songs, has a queue of candidates."""
    seeds, against = person.seeds()
    speaking = {f"taste {taste}": songs for taste, songs in seeds.items()}
    newest = {f"newest {song.track_id}": [song] for song in person.newest}
    speaking |= newest
    strongest_first = (song for songs in zip_longest(*seeds.values()) for song in songs if song is not None)
    links = _reached(file, [song.track_id for song in (*person.newest, *strongest_first, *against)])
    held_back: defaultdict[str, float] = defaultdict(float)
    for song in against:
        for track_id, score in links[song.track_id]:
            held_back[track_id] += song.strength * score
    ranked = {queue: _ranked(songs, held_back, links, earlier) for queue, songs in speaking.items()}
    file.cards([track_id for songs in ranked.values() for track_id in islice(songs, AT_ONCE)])
    barred, weights = person.barred(), person.weights()
    most = max((weights[taste] for taste in seeds), default=0.0)
    # a taste has the root of its weight, a newest song as much as if its taste were the weightiest
    shares = {queue: sqrt(most if queue in newest else weights[songs[0].taste_id]) for queue, songs in speaking.items()}
    places = Places(limit)
    places.share({queue: _queue(file, songs, barred) for queue, songs in ranked.items()}, shares, set(newest))
    if len(places.chosen) < limit:
        popular = file.cards([track_id for (track_id,) in file.rows("popular", limit=limit * 10)])
        places.fill(Candidate(card) for card in popular.values() if not barred.holds(card))
    for one in places.chosen:
        if one.queue is not None:
            one.addends = _addends(one.track_id, speaking[one.queue], against, links)
    cards = file.cards([seed for one in places.chosen for seed, _ in one.addends])
    how = {seed: person.profile[seed].how for one in places.chosen for seed, _ in one.addends}
    rows = [
        {name: value for name, value in one.card.items() if name in COLUMNS}
        | {"rank": rank, "score": one.score}
        | {"taste_id": None if one.queue is None else speaking[one.queue][0].taste_id}
        | {"reasons": reasons(one.card, one.addends, cards, how, file.kind)}
        for rank, one in enumerate(places.chosen, start=1)
    ]
    return pl.DataFrame(rows, schema=LISTED)


def _reached(file: Known, track_ids: Sequence[str]) -> dict[str, Links]:
    """Track id -> the songs that it leads to: its neighbours, or, of the first that have none, songs of artist and genres."""
    links = file.links(track_ids)
    alone = [track_id for track_id in dict.fromkeys(track_ids) if not links[track_id]][:ALONE]
    return links | {track_id: _kin(file, card) for track_id, card in file.cards(alone).items()}


def _kin(file: Known, card: Row) -> Links:
    found = file.rows("kin", artist_ids=card["artist_ids"], genres=card["genres"])
    return [
        (track_id, KIN_SCORE * (is_same_artist + genres_shared) / 2)
        for track_id, is_same_artist, genres_shared in found
        if track_id != card["track_id"]
    ]


def _ranked(
    songs: Sequence[Song], held_back: Mapping[str, float], links: Mapping[str, Links], earlier: Collection[str]
) -> Ranked:
    """What these songs lead to, best first; a song of the last list goes before one that is hardly better.

    ``held_back``: track_id -> the sum of strength and score of the songs that speak against it.
    """
    whole = fsum(song.strength for song in songs)
    sums: dict[str, float] = {}
    for song in songs:
        share = song.strength / whole
        for track_id, score in links[song.track_id]:
            sums[track_id] = sums.get(track_id, 0.0) + share * score
    left = {track_id: value - AGAINST * held_back.get(track_id, 0.0) / whole for track_id, value in sums.items()}
    places = {
        track_id: round(value * (KEPT if track_id in earlier else 1.0), DIGITS)
        for track_id, value in left.items()
        if value > 0
    }
    by_id = sorted(places)
    return {track_id: left[track_id] for track_id in sorted(by_id, key=places.__getitem__, reverse=True)}


def _queue(file: Known, ranked: Ranked, barred: Barred) -> Iterator[Candidate]:
    """The candidates that may be recommended, best first."""
    waiting = iter(ranked)
    while batch := list(islice(waiting, AT_ONCE)):
        for track_id, card in file.cards(batch).items():
            if not barred.holds(card):
                yield Candidate(card, ranked[track_id])


def _addends(
    track_id: str, songs: Sequence[Song], against: Sequence[Song], links: Mapping[str, Links]
) -> list[tuple[str, float]]:
    """What each song of a taste, and each that speaks against others, gives this one: seed, value; in the order of the seeds."""
    whole = fsum(song.strength for song in songs)
    shares = {song.track_id: song.strength / whole for song in songs}
    shares |= {song.track_id: -AGAINST * song.strength / whole for song in against}
    return [
        (seed, share * score)
        for seed, share in sorted(shares.items())
        for other, score in links[seed]
        if other == track_id
    ]
