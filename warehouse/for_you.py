"""Songs for the person, from the published file and the journal: what was said a second ago counts. DuckDB and polars only.

The profile (table ``tastes``) holds several tastes, each with the songs that speak for it. A song is scored within a taste
by the songs of the profile that it belongs with:

    score = Σ strength(seed) · score(seed, song) / Σ strength(seed),   strength = log(1 + weight)

less what songs that speak against it take off. Every addend is a reason. The places of the list are shared out among the
tastes by the roots of their weights (D'Hondt), so that a small taste is heard beside a large one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest
from math import fsum, log1p, sqrt
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.values import Home
from warehouse import journal
from warehouse.connection import reader
from warehouse.journal import Said
from warehouse.query.answering import COLUMNS
from warehouse.query.asking import cards
from warehouse.query.ranking import artist_cap
from warehouse.query.reasons import facts, sound
from warehouse.statements import statement

HALF_LIFE = timedelta(days=30)
"""After this time a play, a skip or a word of the person counts half."""

STANDING = 0.25
"""What was said or saved never counts less than this share of what it did when it was new."""

WORTH = {"like": 3.0, "dislike": -4.0, "skip": -1.0}
STAR_WORTH = 2.0
"""A rating is worth so much for each star above or below three."""

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

NAMED = 3
"""Songs that the reasons of a recommendation name; the others are summed."""

KIN_SCORE = 0.3
"""Score of a song for sharing artist and genres with a seed that has no neighbours."""

SINGLY = 8
"""So many songs are looked up one by one; more of them in one pass over all neighbours."""

NO_TASTE = -1
"""Taste of a song that was spoken of since the night, until `_Listener._settle` finds it one."""

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
    with reader(Path(warehouse), keep=True) as con:
        return _Listener(con, said).songs(limit, earlier)


def worth(kind: str, value: float | None) -> float:
    """What a word of the person is worth when it is new: 1 is a song played to its end."""
    return (value - 3) * STAR_WORTH if kind == "rating" and value is not None else WORTH.get(kind, 0.0)


def faded(kind: str, age: timedelta) -> float:
    """The share of its worth that is left of a word after ``age``; nothing is worth more than new."""
    left = min(0.5 ** (age / HALF_LIFE), 1.0)
    return left if kind == "skip" else max(left, STANDING)


def _is_evidence(row: Mapping[str, Any]) -> bool:
    """Whether a line of feedback speaks for or against a song; a block only keeps things out."""
    return row["entity"] == "track" and row["kind"] != "block"


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

    row: Mapping[str, Any]
    queue: str | None = None
    taste_id: int | None = None
    addends: list[tuple[str, float]] = field(default_factory=list)

    @property
    def score(self) -> float:
        return fsum(value for _, value in self.addends)


class _Listener:
    """The person as the file and the journal know them; every read is a small statement of its own."""

    def __init__(self, con: DuckDBPyConnection, said: Sequence[Said]) -> None:
        self.con = con
        now = datetime.now(UTC).replace(tzinfo=None)
        folded = self._read("table", table="feedback").to_dicts()
        spoken = journal.frame(said).to_dicts()
        self.spoken = [row for row in spoken if row["until"] is None or row["until"] > now]
        listened_at = self._read("for_you/reference")["at"].item()
        self.reference: datetime = listened_at or max((row["at"] for row in spoken), default=now)
        self.profile = {row["track_id"]: _Song(**row) for row in self._read("for_you/profile").iter_rows(named=True)}
        before, after = ({row["feedback_id"] for row in rows} for rows in (folded, spoken))
        added = [row for row in spoken if row["feedback_id"] not in before and _is_evidence(row)]
        undone = [row for row in folded if row["feedback_id"] not in after and _is_evidence(row)]
        self.links = self._links([row["entity_id"] for row in added + undone])
        self.catalogue = self._read("for_you/songs", track_ids=[])
        self.recordings: dict[str, str] = {}
        self._look_up({*self.links["track_id"], *(row["entity_id"] for row in spoken + folded)})
        self.by_recording = {song.recording_id: song for song in self.profile.values()}
        self._adjust(undone, -1)
        self._adjust(added, +1)
        self._settle()
        praised = [
            self._known(row["entity_id"])
            for row in filter(_is_evidence, spoken)
            if worth(row["kind"], row["value"]) > 0 and self.reference - row["at"] <= FRESH
        ]
        self.newest = list({song.track_id: song for song in reversed(praised) if song.weight > 0}.values())[:NEWEST]

    def songs(self, limit: int, earlier: Collection[str] | None) -> pl.DataFrame:
        """The list, a row a song."""
        if earlier is None:
            earlier = self._read("for_you/earlier")["track_id"].to_list()
        seeds, against = self._seeds()
        strongest_first = (song for songs in zip_longest(*seeds.values()) for song in songs if song is not None)
        self._reach([*(song.track_id for song in (*self.newest, *strongest_first, *against))])
        is_open = self._is_open()
        speaking = {f"taste {taste}": songs for taste, songs in seeds.items()}
        speaking |= {f"newest {song.track_id}": [song] for song in self.newest}
        addends = {queue: self._addends(songs, against) for queue, songs in speaking.items()}
        tastes = {queue: songs[0].taste_id for queue, songs in speaking.items()}
        queues = {queue: self._queue(given, is_open, list(earlier)) for queue, given in addends.items()}
        chosen = self._chosen(queues, tastes, limit, is_open)
        self._explain(chosen, addends)
        shown = {*(seed for one in chosen for seed, _ in one.addends), *(one.row["track_id"] for one in chosen)}
        told = cards(self.con, sorted(shown))
        rows = [
            {name: value for name, value in told[one.row["track_id"]].items() if name in COLUMNS}
            | {"rank": rank, "score": one.score, "reasons": self._reasons(one, told), "taste_id": one.taste_id}
            for rank, one in enumerate(chosen, start=1)
        ]
        return pl.DataFrame(rows, schema=LISTED)

    def _read(self, name: str, **values: object) -> pl.DataFrame:
        return self.con.sql(statement(name), params=values or None).pl()

    def _look_up(self, track_ids: Iterable[str]) -> None:
        """Read the songs that are not known yet."""
        wanted = sorted(set(track_ids) - self.recordings.keys())
        if wanted:
            found = self._read("for_you/songs", track_ids=wanted)
            self.catalogue = pl.concat([self.catalogue, found])
            self.recordings |= dict(zip(found["track_id"], found["recording_id"], strict=True))

    def _recording(self, track_id: str) -> str:
        return self.recordings.get(track_id, track_id)

    def _known(self, track_id: str) -> _Song:
        """The song in the profile that stands for this track (any pressing of its recording); a new one without a taste."""
        recording = self._recording(track_id)
        if track_id not in self.profile and recording not in self.by_recording:
            self.profile[track_id] = self.by_recording[recording] = _Song(track_id, recording)
        return self.profile.get(track_id) or self.by_recording[recording]

    def _adjust(self, rows: Sequence[Mapping[str, Any]], sign: int) -> None:
        """Let what was said since the night (or, with -1, what was undone) weigh in the profile."""
        for row in rows:
            song = self._known(row["entity_id"])
            song.weight += sign * worth(row["kind"], row["value"]) * faded(row["kind"], self.reference - row["at"])
            if row["kind"] == "like":
                song.is_liked = sign > 0

    def _seeds(self) -> tuple[dict[int, list[_Song]], list[_Song]]:
        """The songs that speak for each taste, and those that speak against others; strongest first."""
        ordered = sorted(self.profile.values(), key=lambda song: (-song.strength, song.track_id))
        against = [song for song in ordered if song.weight < 0][:SEEDS]
        tastes: dict[int, list[_Song]] = {}
        for song in ordered:
            if song.weight > 0:
                tastes.setdefault(song.taste_id, []).append(song)
        return {taste: songs[:SEEDS] for taste, songs in tastes.items()}, against

    def _links(self, track_ids: Iterable[str]) -> pl.DataFrame:
        """seed, track_id, score: the neighbours that the night kept at hand, and those of these songs."""
        found = self._read("for_you/links")
        return pl.concat([found, *self._neighbours(set(track_ids) - set(found["seed"]))])

    def _neighbours(self, track_ids: Collection[str]) -> list[pl.DataFrame]:
        if len(track_ids) > SINGLY:
            return [self._read("for_you/reached", seeds=sorted(track_ids))]
        return [self._read("for_you/neighbours", seed=track_id) for track_id in sorted(track_ids)]

    def _reach(self, track_ids: Sequence[str]) -> None:
        """See to it that the seeds have links: their neighbours, or, for the first that have none, songs of artist and genres."""
        linked = set(self.links["seed"])
        missing = [track_id for track_id in track_ids if track_id not in linked]
        if not missing:
            return
        self.links = pl.concat([self.links, *self._neighbours(set(missing))])
        linked = set(self.links["seed"])
        alone = [track_id for track_id in missing if track_id not in linked][:SINGLY]
        self._look_up(alone)
        self.links = pl.concat([self.links, *(self._kin(row) for row in self._rows(alone))])
        self._look_up(self.links["track_id"])

    def _rows(self, track_ids: Sequence[str]) -> list[dict[str, Any]]:
        """These songs in this order, without those that are gone."""
        found = self.catalogue.filter(pl.col("track_id").is_in(list(track_ids)))
        by_id = {row["track_id"]: row for row in found.iter_rows(named=True)}
        return [by_id[track_id] for track_id in track_ids if track_id in by_id]

    def _kin(self, row: Mapping[str, Any]) -> pl.DataFrame:
        found = self._read("for_you/kin", artist_ids=row["artist_ids"], genres=row["genres"])
        score = KIN_SCORE * (pl.col("is_same_artist").cast(pl.Float64) + pl.col("genres_shared")) / 2
        return found.filter(pl.col("track_id") != row["track_id"]).select(
            pl.lit(row["track_id"]).alias("seed"), "track_id", score.alias("score")
        )

    def _settle(self) -> None:
        """Give songs that were spoken of since the night the taste that their neighbours have, or one of their own."""
        newcomers = {song.track_id: song for song in self.profile.values() if song.taste_id == NO_TASTE}
        if not newcomers:
            return
        votes: dict[str, Counter[int]] = {}
        near = self.links.filter(pl.col("seed").is_in(list(newcomers)) | pl.col("track_id").is_in(list(newcomers)))
        for seed, track_id, score in near.iter_rows():
            new, other = (seed, track_id) if seed in newcomers else (track_id, seed)
            known = self.profile.get(other)
            if known is not None and known.taste_id != NO_TASTE and known.weight > 0:
                votes.setdefault(new, Counter())[known.taste_id] += score * known.strength
        for track_id, song in newcomers.items():
            ballot = votes.get(track_id)
            if ballot:
                song.taste_id = min(ballot, key=lambda taste: (-ballot[taste], taste))
            else:
                song.taste_id = max((one.taste_id for one in self.profile.values()), default=NO_TASTE) + 1

    def _addends(self, songs: Sequence[_Song], against: Sequence[_Song]) -> pl.DataFrame:
        """track_id, seed, value: what each seed of a taste, and each song that speaks against others, gives a song."""
        whole = fsum(song.strength for song in songs)
        shares = {song.track_id: song.strength / whole for song in songs}
        shares |= {song.track_id: -AGAINST * song.strength / whole for song in against}
        weighed = pl.DataFrame({"seed": list(shares), "share": list(shares.values())})
        return self.links.join(weighed, on="seed").select("track_id", "seed", value=pl.col("share") * pl.col("score"))

    def _queue(self, addends: pl.DataFrame, is_open: pl.Expr, earlier: Sequence[str]) -> Iterator[_Candidate]:
        """The candidates of a taste, best first; a song of the last list goes before one that is hardly better."""
        kept = pl.when(pl.col("track_id").is_in(list(earlier))).then(KEPT).otherwise(1.0)
        scored = addends.group_by("track_id").agg(pl.col("value").sum()).filter(pl.col("value") > 0)
        ordered = (
            scored.join(self.catalogue.filter(is_open), on="track_id")
            .with_columns(place=(pl.col("value") * kept).round(DIGITS))
            .sort("place", "track_id", descending=[True, False])
        )
        return (_Candidate(row) for row in ordered.iter_rows(named=True, buffer_size=64))

    def _explain(self, chosen: Sequence[_Candidate], addends: Mapping[str, pl.DataFrame]) -> None:
        """Give the chosen songs what they were chosen for, in the order of the seeds."""
        wanted = {(one.queue, one.row["track_id"]): one for one in chosen}
        ids = [one.row["track_id"] for one in chosen]
        for queue, given in addends.items():
            for track_id, seed, value in given.filter(pl.col("track_id").is_in(ids)).sort("seed").iter_rows():
                if (queue, track_id) in wanted:
                    wanted[queue, track_id].addends.append((seed, value))

    def _is_open(self) -> pl.Expr:
        """What may be recommended: not blocked, disliked, skipped often, known without a play, or met lately."""
        blocks = [row for row in self.spoken if row["kind"] == "block"]
        artists = [row["entity_id"] for row in blocks if row["entity"] == "artist"]
        genres = [row["entity_id"].lower() for row in blocks if row["entity"] == "genre"]
        since = self.reference - COOL_DOWN
        barred = set(self._read("for_you/met", since=since, skips=SKIPPED_OFTEN)["recording_id"])
        for row in self.spoken:
            is_against = worth(row["kind"], row["value"]) < WORTH["skip"]
            if row["entity"] == "track" and (row["kind"] == "block" or is_against or row["at"] > since):
                barred.add(self._recording(row["entity_id"]))
        said = Counter(self._recording(row["entity_id"]) for row in self.spoken if row["kind"] == "skip")
        barred |= {recording for recording, times in said.items() if times >= SKIPPED_OFTEN}
        barred |= {
            song.recording_id for song in self.profile.values() if song.weight > 0 and song.last_played_at is None
        }
        is_barred = pl.col("recording_id").is_in(sorted(barred))
        if artists:
            is_barred |= pl.col("artist_ids").list.eval(pl.element().is_in(artists)).list.any()
        if genres:
            is_barred |= pl.col("genres").list.eval(pl.element().str.to_lowercase().is_in(genres)).list.any()
        return ~is_barred

    def _chosen(
        self, queues: Mapping[str, Iterator[_Candidate]], tastes: Mapping[str, int], limit: int, is_open: pl.Expr
    ) -> list[_Candidate]:
        """Share the places out among the queues; no song twice in any version, few of one artist; then well known songs."""
        share = self._shares(tastes)
        waiting = dict(queues)
        given: Counter[str] = Counter()
        chosen: list[_Candidate] = []
        taken: set[str] = set()
        artists: Counter[str] = Counter()

        def takes(one: _Candidate) -> bool:
            versions = {one.row["song_id"], one.row["recording_id"]}
            if versions & taken or any(artists[artist] >= artist_cap(limit) for artist in one.row["artist_ids"]):
                return False
            taken.update(versions)
            artists.update(one.row["artist_ids"])
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
            popular = self._read("for_you/popular", limit=limit * 10)["track_id"].to_list()
            self._look_up(popular)
            found = {row["track_id"]: row for row in self.catalogue.filter(is_open).iter_rows(named=True)}
            for row in (found[track_id] for track_id in popular if track_id in found):
                if len(chosen) < limit:
                    takes(_Candidate(row))
        return chosen

    def _shares(self, tastes: Mapping[str, int]) -> dict[str, float]:
        """How much of the list each queue may have: a taste the root of its weight, a newest song as if it had the largest."""
        weight: dict[int, float] = dict.fromkeys(tastes.values(), 0.0)
        for song in self.profile.values():
            if song.weight > 0 and song.taste_id in weight:
                weight[song.taste_id] += song.weight
        most = max(weight.values(), default=0.0)
        return {queue: sqrt(most if queue.startswith("newest") else weight[taste]) for queue, taste in tastes.items()}

    def _reasons(self, one: _Candidate, cards: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The songs that a recommendation comes from, with their shares; the contributions sum to the score."""
        if not one.addends:
            return [
                {
                    "kind": "popular",
                    "text": "well known; nothing that you played or liked leads here yet",
                    "contribution": 0.0,
                    "evidence": [],
                }
            ]
        pro = sorted(((value, seed) for seed, value in one.addends if value >= 0), key=lambda pair: (-pair[0], pair[1]))
        con = sorted((value, seed) for seed, value in one.addends if value < 0)
        whole = fsum(value for value, _ in pro)
        told = [
            {
                "kind": "song",
                "text": _likeness(cards[one.row["track_id"]], cards.get(seed), self.profile[seed].how, value / whole),
                "contribution": value,
                "evidence": [seed],
            }
            for value, seed in islice(pro, NAMED)
        ]
        if rest := pro[NAMED:]:
            value = fsum(value for value, _ in rest)
            songs = "another song" if len(rest) == 1 else f"{len(rest)} other songs"
            told.append(
                {
                    "kind": "songs",
                    "text": f"and {songs} of this taste ({value / whole:.0%})",
                    "contribution": value,
                    "evidence": [seed for _, seed in rest],
                }
            )
        if con:
            told.append(
                {
                    "kind": "against",
                    "text": f"held back a little: like {_named(cards.get(con[0][1]))}, which you skipped or disliked",
                    "contribution": fsum(value for value, _ in con),
                    "evidence": [seed for _, seed in con],
                }
            )
        return told


def _likeness(song: Mapping[str, Any], seed: Mapping[str, Any] | None, how: str, share: float) -> str:
    """Which song of the profile a recommendation comes from, and what is written about both or heard in both."""
    common = "" if seed is None else _common(song, seed)
    return f"like {_named(seed)}, {how} ({share:.0%})" + (f": {common}" if common else "")


def _common(song: Mapping[str, Any], seed: Mapping[str, Any]) -> str:
    is_same = not set(song["artist_ids"]).isdisjoint(seed["artist_ids"])
    return "; ".join(text for text in (facts(song, [seed]) if is_same else "", sound(song, [seed])) if text)


def _put_in_order(chosen: list[_Candidate]) -> None:
    """Order the songs of each queue, on the places that it has, by what they score.

    What stood on the last list decides which songs stay, not where they stand: the list of a night on which nothing changed
    is that of the night before.
    """
    for queue in {one.queue for one in chosen}:
        places = [place for place, one in enumerate(chosen) if one.queue == queue]
        songs = sorted(
            (chosen[place] for place in places),
            key=lambda one: (-round(one.row["value"], DIGITS), one.row["track_id"]),
        )
        for place, one in zip(places, songs, strict=True):
            chosen[place] = one


def _named(card: Mapping[str, Any] | None) -> str:
    if card is None:
        return "a song that is gone"
    return f"“{card['name']}” by {card['artists'][0]}" if card["artists"] else f"“{card['name']}”"
