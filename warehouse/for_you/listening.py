"""The list for the person: songs that belong with those of the profile, and with what was said since.

The profile (table ``tastes``) holds several tastes, each with the songs that speak for it. A song is scored within a taste
by the songs of the profile that it belongs with:

    score = Σ strength(seed) · score(seed, song) / Σ strength(seed),   strength = log(1 + weight)

less what songs that speak against it take off. Every addend is a reason. The places of the list are shared out among the
tastes by the roots of their weights (D'Hondt), so that a small taste is heard beside a large one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest
from math import fsum, log1p, sqrt
from pathlib import Path

import polars as pl

from schemas.values import Home
from warehouse import journal
from warehouse.for_you.known import Known, Links, known
from warehouse.for_you.telling import reasons
from warehouse.for_you.words import WORTH, faded, is_evidence, worth
from warehouse.journal import Said
from warehouse.query.answering import COLUMNS
from warehouse.query.asking import Row
from warehouse.query.ranking import artist_cap

COOL_DOWN = timedelta(days=30)
"""A song that was heard, or spoken of, rests for so long."""

SKIPPED_OFTEN = 3
"""A song skipped so many times in plays, and in at least half of them, or so many times by word, is not recommended."""

FRESH = timedelta(days=3)
NEWEST = 3
"""The latest songs spoken well of within `FRESH`, so many of them, each have one place of their own, right after the first of the weightiest taste."""

SEEDS = 25
"""Songs that speak for a taste, at most: its strongest."""

AGAINST = 0.5
"""A song that speaks against another one takes off this share of what it would add if it were liked."""

KEPT = 1.1
"""A song of the last list stays until another one is better by this factor."""

DIGITS = 9
"""Decimals of a score that decide about the order: the last ones hang on the order of a sum."""

KIN_SCORE = 0.3
"""Score of a song for sharing artist and genres with a seed that has no neighbours."""

ALONE = 8
"""So many seeds without neighbours, the strongest, lead to songs of their artists and genres."""

AT_ONCE = 64
"""Candidates of a taste whose cards are read together."""

NO_TASTE = -1
"""Taste of a song that was spoken of since the night, until `_Listener._settle` finds it one."""

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
        return _Listener(file, said).songs(limit, earlier)


@dataclass
class _Song:
    """A song of the profile: its taste, its weight, and how the person knows it."""

    track_id: str
    recording_id: str
    taste_id: int = NO_TASTE
    weight: float = 0.0
    plays: int = 0
    is_liked: bool = False
    last_played_at: datetime | None = None

    @property
    def strength(self) -> float:
        return log1p(abs(self.weight))

    @property
    def how(self) -> str:
        if self.is_liked:
            return "which you liked"
        if not self.plays:
            return "one of your songs"
        return f"which you played {self.plays} times" if self.plays > 1 else "which you played"


@dataclass
class _Candidate:
    """A song that may be recommended, the queue that it came from, and what each song of the profile gives it."""

    card: Row
    value: float = 0.0
    queue: str | None = None
    taste_id: int | None = None
    addends: list[tuple[str, float]] = field(default_factory=list)

    @property
    def track_id(self) -> str:
        return str(self.card["track_id"])

    @property
    def score(self) -> float:
        return fsum(value for _, value in self.addends)


@dataclass(frozen=True)
class _Barred:
    """What may not be recommended: recordings, artists, and genres in small letters."""

    recordings: Collection[str]
    artists: Collection[str]
    genres: Collection[str]

    def holds(self, card: Row) -> bool:
        return (
            card["recording_id"] in self.recordings
            or any(artist in self.artists for artist in card["artist_ids"])
            or any(genre.lower() in self.genres for genre in card["genres"])
        )


class _Listener:
    """The person as the file and the journal know them."""

    def __init__(self, file: Known, said: Sequence[Said]) -> None:
        self.file = file
        now = datetime.now(UTC).replace(tzinfo=None)
        folded = [Said(*row) for row in file.rows("folded")]
        spoken = list({one.feedback_id: one for one in reversed(said)}.values())[::-1]
        self.spoken = [one for one in spoken if one.until is None or one.until > now]
        [(self.listened_at,)] = file.rows("reference")
        self.reference: datetime = self.listened_at or max((one.at for one in self.spoken), default=now)
        self.profile = {row[0]: _Song(*row) for row in file.rows("profile")}
        before, after = ({one.feedback_id for one in lines} for lines in (folded, self.spoken))
        added = [one for one in self.spoken if one.feedback_id not in before and is_evidence(one)]
        undone = [one for one in folded if one.feedback_id not in after and is_evidence(one)]
        self.recordings = file.recordings({one.entity_id for one in self.spoken + folded if one.entity == "track"})
        self.by_recording = {song.recording_id: song for song in self.profile.values()}
        self._adjust(undone, -1)
        self._adjust(added, +1)
        self._settle(file.links([one.entity_id for one in added + undone]))
        praised = [
            self._known(one.entity_id)
            for one in filter(is_evidence, self.spoken)
            if worth(one.kind, one.value) > 0 and self.reference - one.at <= FRESH
        ]
        self.newest = list({song.track_id: song for song in reversed(praised) if song.weight > 0}.values())[:NEWEST]

    def songs(self, limit: int, earlier: Collection[str] | None) -> pl.DataFrame:
        """The list, a row a song."""
        if earlier is None:
            earlier = [track_id for (track_id,) in self.file.rows("earlier")]
        seeds, against = self._seeds()
        strongest_first = (song for songs in zip_longest(*seeds.values()) for song in songs if song is not None)
        links = self._reached([song.track_id for song in (*self.newest, *strongest_first, *against)])
        barred = self._barred()
        speaking = {f"taste {taste}": songs for taste, songs in seeds.items()}
        speaking |= {f"newest {song.track_id}": [song] for song in self.newest}
        held_back: defaultdict[str, float] = defaultdict(float)
        for song in against:
            for track_id, score in links[song.track_id]:
                held_back[track_id] += song.strength * score
        ranked = {queue: _ranked(songs, held_back, links, set(earlier)) for queue, songs in speaking.items()}
        self.file.cards([track_id for songs in ranked.values() for track_id in islice(songs, AT_ONCE)])
        queues = {queue: self._queue(songs, barred) for queue, songs in ranked.items()}
        tastes = {queue: songs[0].taste_id for queue, songs in speaking.items()}
        chosen = self._chosen(queues, tastes, limit, barred)
        for one in chosen:
            if one.queue is not None:
                one.addends = _addends(one.track_id, speaking[one.queue], against, links)
        cards = self.file.cards([seed for one in chosen for seed, _ in one.addends])
        how = {seed: self.profile[seed].how for one in chosen for seed, _ in one.addends}
        rows = [
            {name: value for name, value in one.card.items() if name in COLUMNS}
            | {"rank": rank, "score": one.score, "taste_id": one.taste_id}
            | {"reasons": reasons(one.card, one.addends, cards, how, self.file.kind)}
            for rank, one in enumerate(chosen, start=1)
        ]
        return pl.DataFrame(rows, schema=LISTED)

    def _recording(self, track_id: str) -> str:
        return self.recordings.get(track_id, track_id)

    def _known(self, track_id: str) -> _Song:
        """The song in the profile that stands for this track (any pressing of its recording); a new one without a taste."""
        recording = self._recording(track_id)
        if track_id not in self.profile and recording not in self.by_recording:
            self.profile[track_id] = self.by_recording[recording] = _Song(track_id, recording)
        return self.profile.get(track_id) or self.by_recording[recording]

    def _adjust(self, lines: Sequence[Said], sign: int) -> None:
        """Let what was said since the night (or, with -1, what was undone) weigh in the profile."""
        for said in lines:
            song = self._known(said.entity_id)
            song.weight += sign * worth(said.kind, said.value) * faded(said.kind, self.reference - said.at)
            if said.kind == "like":
                song.is_liked = sign > 0

    def _seeds(self) -> tuple[dict[int, list[_Song]], list[_Song]]:
        """The songs that speak for each taste, and those that speak against others; strongest first."""
        ordered = sorted(self.profile.values(), key=lambda song: (-abs(song.weight), song.track_id))
        against = [song for song in ordered if song.weight < 0][:SEEDS]
        tastes: dict[int, list[_Song]] = {}
        for song in ordered:
            if song.weight > 0:
                tastes.setdefault(song.taste_id, []).append(song)
        return {taste: songs[:SEEDS] for taste, songs in tastes.items()}, against

    def _reached(self, track_ids: Sequence[str]) -> dict[str, Links]:
        """Track id -> the songs that it leads to: its neighbours, or, of the first that have none, songs of artist and genres."""
        links = self.file.links(track_ids)
        alone = [track_id for track_id in dict.fromkeys(track_ids) if not links[track_id]][:ALONE]
        return links | {track_id: self._kin(card) for track_id, card in self.file.cards(alone).items()}

    def _kin(self, card: Row) -> Links:
        found = self.file.rows("kin", artist_ids=card["artist_ids"], genres=card["genres"])
        return [
            (track_id, KIN_SCORE * (is_same_artist + genres_shared) / 2)
            for track_id, is_same_artist, genres_shared in found
            if track_id != card["track_id"]
        ]

    def _settle(self, said: Mapping[str, Links]) -> None:
        """Give songs that were spoken of since the night the taste that their neighbours have, or one of their own.

        ``said`` are the links of all songs that were spoken of.
        """
        newcomers = [song for song in self.profile.values() if song.taste_id == NO_TASTE]
        back: dict[str, dict[str, float]] = {song.track_id: dict(self.file.toward(song.track_id)) for song in newcomers}
        for seed, links in said.items():
            for track_id, score in links:
                if track_id in back:
                    back[track_id][seed] = score
        votes = [self._votes([*said[song.track_id], *back[song.track_id].items()]) for song in newcomers]
        own = 1 + max((song.taste_id for song in self.profile.values()), default=NO_TASTE)
        for song, ballot in zip(newcomers, votes, strict=True):
            if ballot:
                song.taste_id = min(ballot, key=lambda taste: (-ballot[taste], taste))
            else:
                song.taste_id, own = own, own + 1

    def _votes(self, links: Links) -> dict[int, float]:
        """How much these songs speak for each taste."""
        ballot: defaultdict[int, float] = defaultdict(float)
        for track_id, score in links:
            song = self.profile.get(track_id)
            if song is not None and song.taste_id != NO_TASTE and song.weight > 0:
                ballot[song.taste_id] += score * song.strength
        return ballot

    def _queue(self, ranked: Ranked, barred: _Barred) -> Iterator[_Candidate]:
        """The candidates of a taste that may be recommended, best first."""
        waiting = iter(ranked)
        while batch := list(islice(waiting, AT_ONCE)):
            for track_id, card in self.file.cards(batch).items():
                if not barred.holds(card):
                    yield _Candidate(card, ranked[track_id])

    def _barred(self) -> _Barred:
        """What is blocked, disliked, skipped often, known without a play, or was met lately."""
        blocks = [said for said in self.spoken if said.kind == "block"]
        since = self.reference - COOL_DOWN
        met = self.file.rows("met", since=since, skips=SKIPPED_OFTEN) if self.listened_at else []
        recordings = {recording for (recording,) in met}
        for said in self.spoken:
            is_against = worth(said.kind, said.value) < WORTH["skip"]
            if said.entity == "track" and (said.kind == "block" or is_against or said.at > since):
                recordings.add(self._recording(said.entity_id))
        skips = Counter(self._recording(said.entity_id) for said in self.spoken if said.kind == "skip")
        recordings |= {recording for recording, times in skips.items() if times >= SKIPPED_OFTEN}
        recordings |= {
            song.recording_id for song in self.profile.values() if song.weight > 0 and song.last_played_at is None
        }
        return _Barred(
            recordings,
            {said.entity_id for said in blocks if said.entity == "artist"},
            {said.entity_id.lower() for said in blocks if said.entity == "genre"},
        )

    def _chosen(
        self, queues: Mapping[str, Iterator[_Candidate]], tastes: Mapping[str, int], limit: int, barred: _Barred
    ) -> list[_Candidate]:
        """Share the places out among the queues; no song twice in any version, few of one artist; then well known songs."""
        share = self._shares(tastes)
        waiting = dict(queues)
        given: Counter[str] = Counter()
        chosen: list[_Candidate] = []
        taken: set[str] = set()
        artists: Counter[str] = Counter()

        def takes(one: _Candidate) -> bool:
            versions = {one.card["song_id"], one.card["recording_id"]}
            if versions & taken or any(artists[artist] >= artist_cap(limit) for artist in one.card["artist_ids"]):
                return False
            taken.update(versions)
            artists.update(one.card["artist_ids"])
            chosen.append(one)
            return True

        while waiting and len(chosen) < limit:
            queue = max(waiting, key=lambda queue: share[queue] / (given[queue] + 1))  # of equals the first
            if any(takes(one) for one in waiting[queue]):
                given[queue] += 1
                chosen[-1].queue, chosen[-1].taste_id = queue, tastes[queue]
                if queue.startswith("newest"):
                    del waiting[queue]
            else:
                del waiting[queue]
        _put_in_order(chosen)
        if len(chosen) < limit:
            popular = [track_id for (track_id,) in self.file.rows("popular", limit=limit * 10)]
            for card in self.file.cards(popular).values():
                if len(chosen) < limit and not barred.holds(card):
                    takes(_Candidate(card))
        return chosen

    def _shares(self, tastes: Mapping[str, int]) -> dict[str, float]:
        """How much of the list each queue may have: a taste the root of its weight, a newest song as if it had the largest."""
        weight: dict[int, float] = dict.fromkeys(tastes.values(), 0.0)
        for song in self.profile.values():
            if song.weight > 0 and song.taste_id in weight:
                weight[song.taste_id] += song.weight
        most = max(weight.values(), default=0.0)
        return {queue: sqrt(most if queue.startswith("newest") else weight[taste]) for queue, taste in tastes.items()}


def _ranked(
    songs: Sequence[_Song], held_back: Mapping[str, float], links: Mapping[str, Links], earlier: Collection[str]
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


def _addends(
    track_id: str, songs: Sequence[_Song], against: Sequence[_Song], links: Mapping[str, Links]
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


def _put_in_order(chosen: list[_Candidate]) -> None:
    """Order the songs of each queue, on the places that it has, by what they score.

    What stood on the last list decides which songs stay, not where they stand: the list of a night on which nothing changed
    is that of the night before.
    """
    for queue in {one.queue for one in chosen}:
        places = [place for place, one in enumerate(chosen) if one.queue == queue]
        songs = sorted(
            (chosen[place] for place in places),
            key=lambda one: (-round(one.value, DIGITS), one.track_id),
        )
        for place, one in zip(places, songs, strict=True):
            chosen[place] = one
