"""From a pool of candidates to a list: filters, one version a song, few songs an artist, variety. Frames and rows, no database.

Every candidate keeps its addends. What the list stage takes off or adds is one more addend, so the sum stays the score:
``target`` for songs far from a value that was asked for, ``variety`` for songs that repeat one higher up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import fsum, inf, isfinite
from typing import Any

from schemas.errors import SettingsError

SIGNALS = ("audio", "metadata", "collaborative", "adjustments")
"""Addends that stand in ``neighbours``."""

BY = ("hybrid", "audio", "metadata", "collaborative")
"""What may decide: everything, or one signal alone."""

SCALES = {
    "acousticness": 1.0,
    "danceability": 1.0,
    "duration_ms": 300_000.0,
    "energy": 1.0,
    "instrumentalness": 1.0,
    "key": 6.0,
    "liveness": 1.0,
    "loudness": 30.0,
    "mode": 1.0,
    "popularity": 100.0,
    "speechiness": 1.0,
    "tempo": 100.0,
    "time_signature": 4.0,
    "valence": 1.0,
}
"""Spotify's fourteen attributes and the distance at which a ``target_`` is missed altogether."""

ENDS = {"key": 11.0, "popularity": 100.0} | {name: 1.0 for name, scale in SCALES.items() if scale == 1.0}
"""The highest value of those attributes that begin at 0 and end somewhere."""

TUNABLES = tuple(f"{bound}_{name}" for name in SCALES for bound in ("min", "max", "target"))
"""The 42 tunables of Spotify's former ``/recommendations``."""

TARGET = 1.0
"""Share of the spread of scores that a song loses when it misses every target altogether."""

VARIETY = 0.3
"""Share of the spread of scores that a song loses when it repeats the album of one higher up."""

PLACES = 50
"""Places that people look at: the spread is the difference between the best score and the one at this place, and variety
is variety among these."""


@dataclass(frozen=True)
class Pool:
    """How many songs there were to choose from, how many were left by filters and blocks, how many came back, and how many
    of those left the artist cap kept out.
    """

    initial: int
    filtered: int
    returned: int
    capped: int = 0

    def __str__(self) -> str:
        told = f"of {self.initial} songs in the pool {self.returned} came back"
        if kept_out := self.initial - self.filtered:
            told += f"; blocks, filters and other versions kept {kept_out} out"
        if self.capped:
            told += f", the artist cap {self.capped}" if kept_out else f"; the artist cap kept {self.capped} out"
        if rest := self.filtered - self.returned - self.capped:
            told += f"; {rest} more would follow"
        return told


@dataclass
class Candidate:
    """A song of the pool: its row, its addends by kind, and its place or the rule (and song) that kept it out; neither when
    all places were taken before.

    ``repeated`` is the chosen song that it is most like, ``redundancy`` (0 to 1) how much, ``seen`` among how many of them.
    """

    row: dict[str, Any]
    addends: dict[str, float]
    place: int | None = None
    rule: str = ""
    cause: "Candidate | None" = None
    repeated: "Candidate | None" = None
    redundancy: float = 0.0
    seen: int = 0

    @property
    def score(self) -> float:
        """Sum of the addends."""
        return fsum(self.addends.values())

    @property
    def track_id(self) -> str:
        """The song."""
        return str(self.row["track_id"])


@dataclass
class Variety:
    """What stands on a list already, and the price of the full repetition of a song."""

    price: float
    albums: dict[str, Candidate] = field(default_factory=dict)
    artists: dict[str, Candidate] = field(default_factory=dict)
    genres: dict[frozenset[str], Candidate] = field(default_factory=dict)
    songs: int = 0

    def add(self, one: Candidate) -> None:
        """Take ``one`` into account."""
        self.songs += 1
        if one.row["album_id"] is not None:
            self.albums.setdefault(one.row["album_id"], one)
        for artist in one.row["artist_ids"]:
            self.artists.setdefault(artist, one)
        if one.row["genres"]:
            self.genres.setdefault(frozenset(one.row["genres"]), one)

    def loss(self, one: Candidate) -> float:
        """The price for ``one``; what it repeats is noted in it."""
        if one.seen != self.songs:
            one.redundancy, one.repeated = self._redundancy(one.row)
            one.seen = self.songs
        return self.price * one.redundancy

    def _redundancy(self, row: Mapping[str, Any]) -> tuple[float, Candidate | None]:
        """1 for the same album, 0.8 for an artist in common, else 0.3 of the share of genres in common."""
        if row["album_id"] in self.albums:
            return 1.0, self.albums[row["album_id"]]
        for artist in row["artist_ids"]:
            if artist in self.artists:
                return 0.8, self.artists[artist]
        most, repeated = 0.0, None
        if self.genres and row["genres"]:
            own = frozenset(row["genres"])
            for genres, other in self.genres.items():
                if (both := len(own & genres)) and both / len(own | genres) > most:
                    most, repeated = both / len(own | genres), other
        return 0.3 * most, repeated


class Listing:
    """A pool on its way to a list: the songs ``chosen``, and of the candidates that were looked at so far, best first, all
    (``seen``) and those that nothing keeps out (``left``). No more are looked at than somebody asks for.
    """

    def __init__(self, candidates: Iterable[Candidate], limit: int, filters: Mapping[str, float]) -> None:
        self.seen: list[Candidate] = []
        self.left: list[Candidate] = []
        self.chosen: list[Candidate] = []
        self.variety: Variety | None = None
        self.cap = artist_cap(limit)
        self._waiting = iter(candidates)
        self._filters = filters
        self._songs: dict[str, Candidate] = {}

    def reaches(self, place: int) -> bool:
        """Whether so many songs are left."""
        while len(self.left) < place and (one := next(self._waiting, None)) is not None:
            self._look_at(one)
        return len(self.left) >= place

    def finish(self) -> None:
        """Look at all that nobody asked for yet, so that each candidate has the rule that keeps it out, if any."""
        for one in self._waiting:
            self._look_at(one)

    @property
    def pool(self) -> Pool:
        """What became of the candidates that were looked at: of all, once that is finished."""
        capped = sum(one.rule == "artist cap" for one in self.left)
        return Pool(sum(one.rule != "seed" for one in self.seen), len(self.left), len(self.chosen), capped)

    def loss(self, one: Candidate) -> float:
        """What ``one`` loses for repeating songs that are chosen already."""
        return self.variety.loss(one) if self.variety is not None else 0.0

    def _look_at(self, one: Candidate) -> None:
        self.seen.append(one)
        if one.row["is_seed"]:
            one.rule = "seed"
        elif one.row["is_blocked"]:
            one.rule = "blocked"
        elif cut_by(one.row, self._filters):
            one.rule = "filter"
        elif (first := self._songs.setdefault(one.row["song_id"], one)) is not one:
            one.rule, one.cause = "version", first
        else:
            self.left.append(one)


def artist_cap(limit: int) -> int:
    """Songs of one artist that a list of ``limit`` songs may hold: two, and one more for every 25 places."""
    return 2 + limit // 25


def checked_filters(filters: Mapping[str, float] | None) -> dict[str, float]:
    """``filters`` as they are when each is one of the 42 tunables with a number that its attribute may have.

    Raises:
        SettingsError: names everything that is wrong.
    """
    filters = dict(filters or {})
    wrong = [
        f"{name} is none of min_, max_ or target_ with {', '.join(SCALES)}" for name in filters if name not in TUNABLES
    ]
    wrong += [
        f"{name} must be a number, not {value!r}"
        for name, value in filters.items()
        if name in TUNABLES and not (isinstance(value, int | float) and isfinite(value))
    ]
    wrong = wrong or list(_impossible(filters))
    if wrong:
        raise SettingsError(f"these filters cannot be used: {'; '.join(wrong)}")
    return filters


def _impossible(filters: Mapping[str, float]) -> Iterator[str]:
    """What keeps every song there could be from meeting these tunables."""
    for name, value in filters.items():
        side, _, attribute = name.partition("_")
        end = ENDS.get(attribute)
        if end is not None and ((side != "min" and value < 0) or (side != "max" and value > end)):
            yield f"{name} is {value:g}, and {attribute} goes from 0 to {end:g}"
    for name in SCALES:
        least, most = filters.get(f"min_{name}", -inf), filters.get(f"max_{name}", inf)
        if least > most:
            yield f"min_{name} {least:g} is above max_{name} {most:g}, and no song is both"


def checked_by(by: str) -> str:
    """``by`` when it is one of ``BY``; raises SettingsError otherwise."""
    if by not in BY:
        raise SettingsError(f"by must be one of {', '.join(BY)}, not {by!r}")
    return by


def ranked(
    candidates: Iterable[Candidate], limit: int, *, diversify: bool, filters: Mapping[str, float] | None = None
) -> Listing:
    """Give the first ``limit`` of ``candidates`` (best first, ties by track id) that no rule keeps out their places.

    The rules: seed, blocked, filter, version, artist cap. Of two versions of a song the one with the better score takes part.
    """
    filters = filters or {}
    listing = Listing(candidates, limit, filters)
    if _targets(filters):
        listing.finish()
    listing.reaches(PLACES)
    left = listing.left
    spread = left[0].score - left[min(PLACES, len(left)) - 1].score if left else 0.0
    if _targets(filters):
        for one in left:
            one.addends["target"] = 0.0 - TARGET * spread * _miss(one.row, filters)
        left.sort(key=best_first)
    if diversify:
        listing.variety = Variety(VARIETY * spread)
    _choose(listing, limit)
    for place, one in enumerate(listing.chosen, start=1):
        one.place = place
    return listing


def best_first(one: Candidate) -> tuple[float, str]:
    """The order of candidates."""
    return -one.score, one.track_id


def cut_by(row: Mapping[str, Any], filters: Mapping[str, float]) -> list[str]:
    """The min_ and max_ filters that a song does not meet; an unknown value meets none."""
    cuts = []
    for name, bound in filters.items():
        side, _, attribute = name.partition("_")
        value = row.get(attribute)
        if side == "target":
            continue
        if value is None or (value < bound if side == "min" else value > bound):
            cuts.append(name)
    return cuts


def _targets(filters: Mapping[str, float]) -> dict[str, float]:
    return {name.removeprefix("target_"): value for name, value in filters.items() if name.startswith("target_")}


def _miss(row: Mapping[str, Any], filters: Mapping[str, float]) -> float:
    """0 when every target is met, 1 when all are missed altogether; an unknown value is half a miss."""
    targets = _targets(filters)
    misses = [
        0.5 if row[name] is None else min(_distance(name, row[name], value) / SCALES[name], 1.0)
        for name, value in targets.items()
    ]
    return fsum(misses) / len(misses)


def _distance(attribute: str, value: float, target: float) -> float:
    if attribute == "key":  # twelve pitch classes in a circle
        steps = abs(value - target) % 12
        return min(steps, 12 - steps)
    return abs(value - target)


def _choose(listing: Listing, limit: int) -> None:
    """Fill ``listing.chosen`` greedily: always the best one left, where a song loses for what it repeats.

    Maximal marginal relevance: Carbonell and Goldstein, SIGIR 1998. Scores only fall while songs are chosen, so the one on
    top of a heap is the best as soon as its loss is up to date (lazy greedy: Minoux 1978).
    """
    heap: list[tuple[float, int, float]] = []
    by_artist: Counter[str] = Counter()
    place = last = -1
    while len(listing.chosen) < limit:
        if place == last and listing.reaches(last + 2):  # the next one cannot be better than the last one was
            last += 1
            heappush(heap, (-listing.left[last].score, last, 0.0))
        if not heap:
            break
        _, place, known = heappop(heap)
        one = listing.left[place]
        one.cause = _filler(one, by_artist, listing)
        if one.cause is not None:
            one.rule = "artist cap"
            continue
        loss = listing.loss(one)
        if loss > known:  # it lost more since it was put on the heap
            heappush(heap, (loss - one.score, place, loss))
            continue
        if loss:
            one.addends["variety"] = -loss
        listing.chosen.append(one)
        by_artist.update(one.row["artist_ids"])
        if listing.variety is not None and len(listing.chosen) <= PLACES:
            listing.variety.add(one)


def _filler(one: Candidate, by_artist: Mapping[str, int], listing: Listing) -> Candidate | None:
    """The song that filled the list's room for an artist of ``one``; null while there is room."""
    full = {artist for artist in one.row["artist_ids"] if by_artist.get(artist, 0) >= listing.cap}
    if listing.variety is None or not full:
        return None
    return next(other for other in reversed(listing.chosen) if not full.isdisjoint(other.row["artist_ids"]))
