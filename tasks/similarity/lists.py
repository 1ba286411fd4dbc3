"""The best others of every track: how they are kept, and the block of work that finds them for some seeds.

Everything is in millionths: integers, whose sums are exact and whose ties are ties on every machine.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np

from schemas.values import MILLION, own_for
from tasks.similarity.signals import Signals

ERROR = 1e-5
"""More than single precision can be wrong by in a score."""
STRETCH = 64
"""Columns, at most, of which only the best is looked at to find where the candidates begin."""
SQUARE = 4_000_000
"""Scores that a block has in memory at a time, in single precision."""
TABLES = ("others", "audio", "metadata", "collaborative", "together")
"""What ``Lists`` tells of each place."""

Scorer = Callable[[np.ndarray], np.ndarray]


@dataclass
class Lists:
    """The best others of each seed, a row each, the best first, no two versions of one song; -1 where a list has ended.

    ``audio``, ``metadata`` and ``collaborative`` are the addends in millionths, ``together`` the baskets that hold both.
    ``is_whole`` says that a list ends because nothing else scores at all.
    """

    others: np.ndarray
    audio: np.ndarray
    metadata: np.ndarray
    collaborative: np.ndarray
    together: np.ndarray
    is_whole: np.ndarray

    @classmethod
    def empty(cls, rows: int, depth: int) -> "Lists":
        """Lists without anybody."""
        tables = {name: np.zeros((rows, depth), dtype=np.int32) for name in TABLES}
        tables["others"] -= 1
        return cls(**tables, is_whole=np.ones(rows, dtype=bool))

    @property
    def scores(self) -> np.ndarray:
        """The sum of the addends, in millionths."""
        return self.audio + self.metadata + self.collaborative

    def scores_at(self, row: np.ndarray, place: np.ndarray | int) -> np.ndarray:
        """The same of some places."""
        return np.asarray(self.audio[row, place] + self.metadata[row, place] + self.collaborative[row, place])

    @property
    def lengths(self) -> np.ndarray:
        """How many others each list names."""
        return np.asarray((self.others >= 0).sum(axis=1))

    def of(self, rows: np.ndarray | slice) -> "Lists":
        """The lists of some rows: copied, or of a slice the same ones."""
        return Lists(**{spec.name: getattr(self, spec.name)[rows] for spec in fields(self)})

    def put(self, rows: np.ndarray, lists: "Lists") -> None:
        """Let ``lists`` stand at ``rows``."""
        for spec in fields(self):
            getattr(self, spec.name)[rows] = getattr(lists, spec.name)

    def pairs(self, named: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """All that the lists name, or at the places that ``named`` marks, one after the other: ``row`` and each of ``TABLES``."""
        named = self.others >= 0 if named is None else named
        row = np.repeat(np.arange(len(named)), np.count_nonzero(named, axis=1))
        place = np.flatnonzero(named)
        return {"row": row} | {name: getattr(self, name).reshape(-1)[place] for name in TABLES}

    @classmethod
    def of_pairs(cls, rows: int, depth: int, pairs: dict[str, np.ndarray]) -> "Lists":
        """Lists of the first ``depth`` pairs of each row; ``pairs`` as ``pairs()`` tells them."""
        told = {"column": places(pairs["row"], rows)} | pairs
        if told["column"].max(initial=0) >= depth:
            told = {name: values[told["column"] < depth] for name, values in told.items()}
        where = told["row"] * depth + told["column"]
        lists = cls.empty(rows, depth)
        for name in TABLES:
            getattr(lists, name).reshape(-1)[where] = told[name]
        return lists

    def closed(self, depth: int, stays: np.ndarray | None = None) -> "Lists":
        """The first ``depth`` of each list, without gaps; or of those of the first places that ``stays`` marks."""
        rows, width = self.others.shape[0], self.others.shape[1] if stays is None else stays.shape[1]
        kept = self.others[:, :width] >= 0
        if stays is not None:
            kept &= stays
        place = np.argsort(~kept, axis=1, kind="stable")[:, :depth]
        gaps = ~np.take_along_axis(kept, place, axis=1)
        place += self.others.shape[1] * np.arange(rows)[:, None]
        tables = {name: getattr(self, name).reshape(-1)[place] for name in TABLES}
        for name, told in tables.items():
            told[gaps] = -1 if name == "others" else 0
        return Lists(**tables, is_whole=self.is_whole.copy())


def places(row: np.ndarray, rows: int) -> np.ndarray:
    """How many of its row come before each; ``row`` is sorted."""
    lengths = np.bincount(row, minlength=rows)
    return np.arange(row.size) - (np.cumsum(lengths) - lengths)[row]


def best(given: Signals, seeds: np.ndarray, depth: int, scores: Scorer) -> Lists:
    """The ``depth`` best others of each of ``seeds`` (rows): exact. ``scores`` is ``given.scorer()``."""
    found = Lists.empty(seeds.size, depth)
    for part in strips(seeds.size, given.tracks.height):
        found.put(part, best_by(given, seeds[part], depth, scores(seeds[part])))
    return found


def strips(seeds: int, tracks: int) -> Iterator[np.ndarray]:
    """The places of so many seeds, as many at a time as may have their scores with all tracks in memory."""
    step = max(16, SQUARE // max(tracks, 1))
    for start in range(0, seeds, step):
        yield np.arange(start, min(start + step, seeds))


def best_by(given: Signals, seeds: np.ndarray, depth: int, told: np.ndarray) -> Lists:
    """The same by ``told``, the scores of the seeds with all tracks, which stay as they are."""
    found, asked, most = Lists.empty(seeds.size, depth), np.arange(seeds.size), depth + depth // 4 + 10
    while asked.size:
        row, other, is_all = _candidates(told, most)
        row, other = _closest(given, seeds[asked], told, row, other, depth)
        lists = listed(given, seeds[asked], row, other, depth, is_all)
        found.put(asked, lists)
        is_short = (lists.lengths < depth) & ~lists.is_whole
        told, asked = told[is_short], asked[is_short]  # many versions of few songs, or a discography: look deeper
        most *= 4
    return found


def _candidates(told: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs (row of ``told``, column) among which are the ``most`` best of each row, and whether those are all that score."""
    rows, total = told.shape
    floor = np.full(rows, 0.5 / MILLION, dtype=np.float32)
    stretch = max(1, min(STRETCH, total // (8 * most)))
    cut = total - total % stretch
    peaks = told[:, :cut].reshape(rows, stretch, -1).max(axis=1)
    is_all = np.ones(rows, dtype=bool)
    if peaks.shape[1] > most:
        bound = np.partition(peaks, -most, axis=1)[:, -most]
        is_all = bound <= floor
        floor = np.maximum(floor, bound)
    row, other = np.divmod(np.flatnonzero(told >= (floor - np.float32(ERROR))[:, None]), total)
    return row, other, is_all


def _closest(
    given: Signals, seeds: np.ndarray, told: np.ndarray, row: np.ndarray, other: np.ndarray, depth: int
) -> tuple[np.ndarray, np.ndarray]:
    """Of candidates those that single precision cannot tell from the ``depth`` best songs of their row, or puts among them."""
    score = told[row, other]
    order = np.argsort((row.astype(np.int64) << 32) + np.rint((16 - score) * 2**26).astype(np.int64), kind="stable")
    row, other, score = row[order], other[order], score[order]
    songs, own = firsts(row, given.songs[other]), given.of_one_artist(seeds[row], other)
    counted = songs[few(row[songs], own[songs], own_for(depth))]
    least = _least(row, score, counted, depth, len(told))
    least_own = np.maximum(least, _least(row, score, counted[own[counted]], own_for(depth), len(told)))
    close = score >= np.where(own, least_own[row], least[row]) - np.float32(2 * ERROR)
    return row[close], other[close]


def _least(row: np.ndarray, score: np.ndarray, chosen: np.ndarray, count: int, rows: int) -> np.ndarray:
    """The score of the one at the place ``count`` of each row among ``chosen``, in order; minus infinity if there are fewer."""
    last = chosen[places(row[chosen], rows) == count - 1]
    least = np.full(rows, -np.inf, dtype=np.float32)
    least[row[last]] = score[last]
    return least


def listed(
    given: Signals, seeds: np.ndarray, row: np.ndarray, other: np.ndarray, depth: int, is_all: np.ndarray
) -> Lists:
    """Lists of ``seeds`` out of candidates: ``other`` is one of the list in ``row``. ``is_all``: nobody else scores there."""
    own = given.of_one_artist(seeds[row], other)
    lists = arranged(given.songs, seeds.size, row, other, addends(given, seeds[row], other), depth, own, own_for(depth))
    lists.is_whole = is_all & (lists.lengths < depth)
    return lists


def addends(given: Signals, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """What each signal adds to the score of pairs, in millionths, and the baskets that hold both."""
    told = given.addends(first, other)
    return {
        name: np.rint(values * (1 if name == "together" else MILLION)).astype(np.int32) for name, values in told.items()
    }


def arranged(
    songs: np.ndarray,
    rows: int,
    row: np.ndarray,
    other: np.ndarray,
    values: dict[str, np.ndarray],
    depth: int,
    own: np.ndarray,
    most: int,
) -> Lists:
    """Lists of pairs, by score and then by number, one version of a song, ``depth`` at most, and of those that are of the
    seed's ``own`` artist no more than ``most``."""
    score = values["audio"] + values["metadata"] + values["collaborative"]
    order = np.flatnonzero(score > 0)
    order = order[np.argsort(keys(row[order], score[order], other[order]))]
    order = order[firsts(row[order], songs[other[order]])]
    order = order[few(row[order], own[order], most)]
    told = {"row": row, "others": other} | values
    return Lists.of_pairs(rows, depth, {name: column[order] for name, column in told.items()})


def few(row: np.ndarray, own: np.ndarray, most: int) -> np.ndarray:
    """Which of the pairs, sorted by row, are not ``own``, or are among the first ``most`` of those."""
    stays = ~own
    mine = np.flatnonzero(own)
    stays[mine] = places(row[mine], int(row.max(initial=0)) + 1) < most
    return stays


def keys(row: np.ndarray, score: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One number for each pair that sorts by row, then by score (the best first), then by other: much quicker than by three."""
    highest, names = int(score.max(initial=0)), int(other.max(initial=0)).bit_length()
    told = (row.astype(np.int64) << highest.bit_length()) | (highest - score)
    return np.asarray((told << names) | other)


def firsts(row: np.ndarray, song: np.ndarray) -> np.ndarray:
    """Places of the first of each (row, song), in order; ``row`` is sorted."""
    if not row.size:
        return np.empty(0, dtype=np.int64)
    pair = row.astype(np.int64) * (int(song.max()) + 1) + song
    order = np.argsort(pair, kind="stable")
    is_again = np.zeros(pair.size, dtype=bool)
    is_again[order[1:]] = pair[order[1:]] == pair[order[:-1]]
    return np.flatnonzero(~is_again)
