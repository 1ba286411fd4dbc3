"""From a pool of candidates to a list: filters, one version a song, few songs an artist, variety. Frames and rows, no database.

Every candidate keeps its addends. What the list stage takes off or adds is one more addend, so the sum stays the score:
``target`` for songs far from a value that was asked for, ``variety`` for songs that repeat one higher up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, isfinite
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

TUNABLES = tuple(f"{bound}_{name}" for name in SCALES for bound in ("min", "max", "target"))
"""The 42 tunables of Spotify's former ``/recommendations``."""

TARGET = 1.0
"""Share of the spread of scores that a song loses when it misses every target altogether."""

VARIETY = 0.3
"""Share of the spread of scores that a song loses when it repeats the album of one higher up."""

SPREAD = 50
"""The spread is the difference between the best score and the one at this place."""


@dataclass(frozen=True)
class Pool:
    """How many songs there were to choose from, how many were left by filters and blocks, how many came back."""

    initial: int
    filtered: int
    returned: int


@dataclass
class Candidate:
    """A song of the pool: its row, its addends by kind, and either its place or the rule that kept it out."""

    row: Mapping[str, Any]
    addends: dict[str, float]
    place: int | None = None
    rule: str = ""
    cause: "Candidate | None" = None
    redundancy: float = field(default=0.0, repr=False)
    seen: int = field(default=0, repr=False)

    @property
    def score(self) -> float:
        """Sum of the addends."""
        return fsum(self.addends.values())

    @property
    def track_id(self) -> str:
        """The song."""
        return str(self.row["track_id"])


def artist_cap(limit: int) -> int:
    """Songs of one artist that a list of ``limit`` songs may hold: two, and one more for every 25 places."""
    return 2 + limit // 25


def checked_filters(filters: Mapping[str, float] | None) -> dict[str, float]:
    """``filters`` as they are when each is one of the 42 tunables with a finite number.

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
    if wrong:
        raise SettingsError(f"these filters cannot be used: {'; '.join(wrong)}")
    return filters


def checked_by(by: str) -> str:
    """``by`` when it is one of ``BY``; raises SettingsError otherwise."""
    if by not in BY:
        raise SettingsError(f"by must be one of {', '.join(BY)}, not {by!r}")
    return by


def ranked(
    candidates: Sequence[Candidate], limit: int, *, diversify: bool, filters: Mapping[str, float]
) -> tuple[list[Candidate], Pool]:
    """Give the candidates their places, or the rule that keeps them out: same song, blocked, filter, version, artist cap, place.

    Returns the chosen ones in order, and the accounting of the pool. Ties break by track id.
    """
    fresh = [one for one in candidates if not _barred(one, "is_seed", "same song")]
    open_ones = [one for one in fresh if not _barred(one, "is_blocked", "blocked")]
    left = [one for one in open_ones if not _cut(one, filters)]
    left.sort(key=lambda one: (-one.score, one.track_id))
    spread = left[0].score - left[min(SPREAD, len(left)) - 1].score if left else 0.0
    if _targets(filters):
        for one in left:
            one.addends["target"] = -TARGET * spread * _miss(one.row, filters)
        left.sort(key=lambda one: (-one.score, one.track_id))
    chosen = _chosen(left, limit, spread if diversify else None)
    for place, one in enumerate(chosen, start=1):
        one.place = place
    return chosen, Pool(initial=len(fresh), filtered=len(left), returned=len(chosen))


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


def _barred(one: Candidate, flag: str, rule: str) -> bool:
    if one.row[flag]:
        one.rule = rule
    return bool(one.row[flag])


def _cut(one: Candidate, filters: Mapping[str, float]) -> bool:
    if cut_by(one.row, filters):
        one.rule = "filter"
    return one.rule == "filter"


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


def _chosen(left: Sequence[Candidate], limit: int, spread: float | None) -> list[Candidate]:
    """Greedy choice: the best one left, where a song loses for what it repeats (maximal marginal relevance).

    Carbonell and Goldstein, "The use of MMR", SIGIR 1998. ``spread`` None is the bare ranking. Scores only fall while
    songs are chosen, so the search stops at the first song that could not win even without a loss.
    """
    cap = artist_cap(limit) if spread is not None else None
    waiting = list(left)
    chosen: list[Candidate] = []
    songs: dict[str, Candidate] = {}
    by_artist: dict[str, int] = {}
    while waiting and len(chosen) < limit:
        best, best_score = None, 0.0
        out = set()
        for one in waiting:
            bare = one.score
            if best is not None and bare <= best_score:
                break
            earlier = songs.get(one.row["song_id"]) or songs.get(one.row["recording_id"])
            if earlier is not None:
                one.rule, one.cause = "version", earlier
                out.add(one.track_id)
                continue
            if cap is not None and any(by_artist.get(artist, 0) >= cap for artist in one.row["artist_ids"]):
                one.rule = "artist cap"
                out.add(one.track_id)
                continue
            score = bare
            if spread is not None:
                _look_back(one, chosen)
                score -= VARIETY * spread * one.redundancy
            if best is None or score > best_score:
                best, best_score = one, score
        if best is None:
            break
        if spread and best.redundancy:
            best.addends["variety"] = -VARIETY * spread * best.redundancy
        chosen.append(best)
        out.add(best.track_id)
        waiting = [one for one in waiting if one.track_id not in out]
        songs[best.row["song_id"]] = songs[best.row["recording_id"]] = best
        for artist in best.row["artist_ids"]:
            by_artist[artist] = by_artist.get(artist, 0) + 1
    for one in waiting:
        one.rule = "place"
    return chosen


def _look_back(one: Candidate, chosen: Sequence[Candidate]) -> None:
    """Bring the redundancy of ``one`` up to date with the songs chosen since it was last looked at."""
    for other in chosen[one.seen :]:
        redundancy = _redundancy(one.row, other.row)
        if redundancy > one.redundancy:
            one.redundancy, one.cause = redundancy, other
    one.seen = len(chosen)


def _redundancy(row: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """1 for the same album, 0.8 for an artist in common, else 0.3 of the share of genres in common."""
    if row["album_id"] is not None and row["album_id"] == other["album_id"]:
        return 1.0
    if not set(row["artist_ids"]).isdisjoint(other["artist_ids"]):
        return 0.8
    genres, others = set(row["genres"]), set(other["genres"])
    both = len(genres & others)
    return 0.3 * both / len(genres | others) if both else 0.0
