"""The neighbours of every track: cosines of sound, metadata and baskets, weighed and summed, the best kept with their addends.

The square of all pairs never stands in memory. With the scale of the signals frozen, the score of two songs is theirs
alone, so a night that changed little does little: it works out the lists of what is new or changed, lets those enter and
leave the lists of the others, and begins again only where a list has grown too short. The result is that of a full build.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from schemas.values import MILLION
from tasks.similarity.approximate import EXACT, approximate
from tasks.similarity.hubs import published
from tasks.similarity.lists import ERROR, SQUARE, Lists, addends, arranged, best, depth_for, reserve_for
from tasks.similarity.signals import Signals

THREADS = 2
"""Blocks at work at once."""
BLOCK = 4_096
"""Seeds of a block of work."""
MUCH = 0.3
"""When more than this share of the rows is to be done again, all are: it is quicker."""

Block = tuple[Signals, np.ndarray, int]
Work = Callable[[Callable[[Block], Lists], Iterable[Block]], Iterable[Lists]]
"""How blocks of work are done: like ``map``."""


def in_threads(work: Callable[[Block], Lists], blocks: Iterable[Block]) -> Iterable[Lists]:
    """Blocks on this machine, a thread each; the libraries under them keep to that thread."""
    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, blocks))


def block(asked: Block) -> Lists:
    """The lists of some seeds: (signals, rows of the seeds, depth). This is what runs elsewhere, too."""
    given, seeds, depth = asked
    return best(given, seeds, depth, given.scorer())


def build(given: Signals, top: int, work: Work = in_threads) -> Lists:
    """The lists of every track, from nothing: exact up to ``EXACT`` tracks or on a cluster, else out of candidates."""
    if given.tracks.height > EXACT and work is in_threads:
        return approximate(given, top)
    return redone(given, np.arange(given.tracks.height), top, work)


def redone(given: Signals, seeds: np.ndarray, top: int, work: Work = in_threads) -> Lists:
    """The lists of ``seeds`` (rows), from nothing."""
    depth = depth_for(top)
    found = Lists.empty(seeds.size, depth)
    size = max(1, min(BLOCK, -(-seeds.size // (2 * THREADS))))
    parts = [np.arange(start, min(start + size, seeds.size)) for start in range(0, seeds.size, size)]
    for part, lists in zip(parts, work(block, [(given, seeds[part], depth) for part in parts]), strict=True):
        found.put(part, lists)
    return found


def updated(given: Signals, old: Lists, is_touched: np.ndarray, top: int, work: Work = in_threads) -> tuple[Lists, int]:
    """The lists of every track out of those of last night, and the number of rows that were worked out from nothing.

    ``old`` has a row for each of tonight's tracks (any for a new one) and names others by tonight's rows; -2 for one that is
    gone. ``is_touched`` marks the tracks that are new or changed, and every version of a song that has such a one or lost one.
    """
    total, depth = is_touched.size, depth_for(top)
    left = old.others.copy()
    left[(left >= 0) & is_touched[np.maximum(left, 0)]] = -2
    is_lost = is_touched | ((left < 0).all(axis=1) & ~old.is_whole)
    if is_lost.sum() > MUCH * total:
        return build(given, top, work), total
    lists = _without(old, left)
    _enter(given, lists, np.flatnonzero(~is_lost), np.flatnonzero(is_touched), depth)
    again = np.flatnonzero(is_lost | ((lists.lengths < reserve_for(top)) & ~lists.is_whole))
    lists.put(again, redone(given, again, top, work))
    return lists, again.size


def _without(old: Lists, left: np.ndarray) -> Lists:
    """The lists closed up where somebody left (-2 in ``left``)."""
    lists = old.of(np.arange(len(left)))
    lists.others[:] = left
    rows = np.flatnonzero((left == -2).any(axis=1))
    part = lists.of(rows)
    order = np.argsort(part.others < 0, axis=1, kind="stable")
    for name in ("others", "audio", "metadata", "collaborative", "together"):
        table = np.take_along_axis(getattr(part, name), order, axis=1)
        table[np.take_along_axis(part.others, order, axis=1) < 0] = -1 if name == "others" else 0
        getattr(lists, name)[rows] = table
    return lists


def _enter(given: Signals, lists: Lists, seeds: np.ndarray, newcomers: np.ndarray, depth: int) -> None:
    """Let ``newcomers`` (rows) into the lists of ``seeds`` where they belong."""
    if not newcomers.size or not seeds.size:
        return
    scores = given.scorer(newcomers)
    lengths = lists.lengths
    last = lists.scores[np.arange(len(lengths)), np.maximum(lengths - 1, 0)]
    floor = np.where(lists.is_whole, 1, np.maximum(last, 1))
    step = min(max(64, SQUARE // newcomers.size), BLOCK)

    def entering(start: int) -> tuple[np.ndarray, np.ndarray]:
        part = seeds[start : start + step]
        told = scores(part)
        row, other = np.nonzero(told >= ((floor[part] - 0.5) / MILLION - ERROR).astype(np.float32)[:, None])
        return part[row], newcomers[other]

    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as pool:
        pairs = list(pool.map(entering, range(0, seeds.size, step)))
    for first, other in pairs:
        _merge(given, lists, first, other, addends(given, first, other), floor, depth)


def _merge(
    given: Signals,
    lists: Lists,
    first: np.ndarray,
    other: np.ndarray,
    values: dict[str, np.ndarray],
    floor: np.ndarray,
    depth: int,
) -> None:
    score = values["audio"] + values["metadata"] + values["collaborative"]
    enters = score >= floor[first]
    rows, row = np.unique(first[enters], return_inverse=True)
    if not rows.size:
        return
    part = lists.of(rows)
    last = np.maximum(part.lengths - 1, 0)
    old_row, column = np.nonzero(part.others >= 0)
    merged = {name: np.concatenate([getattr(part, name)[old_row, column], values[name][enters]]) for name in values}
    everybody = np.concatenate([part.others[old_row, column], other[enters]])
    new = arranged(given.songs, rows.size, np.concatenate([old_row, row]), everybody, merged, depth)
    new.is_whole = part.is_whole & (new.others[:, -1] < 0)
    # of a list that was cut short only what stands before its last one is sure: who comes after it may not be the next
    stands = np.where(part.is_whole, -1, part.others[np.arange(rows.size), last])
    end = np.where(stands >= 0, (new.others == stands[:, None]).argmax(axis=1), depth)
    beyond = (np.arange(depth) > end[:, None]) & ((new.others == stands[:, None]).any(axis=1))[:, None]
    new.others[beyond] = -1
    for name in values:
        getattr(new, name)[beyond] = 0
    lists.put(rows, new)


def neighbours(given: Signals, lists: Lists, top: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``neighbours`` in parts, sorted by track_id and rank; at most ``top`` a track.

    Never another version of the track itself, never two versions of one song. score = audio + metadata + collaborative.
    Which of ``lists`` is published, and who else, is told by ``hubs``.
    """
    ids = given.tracks["track_id"]
    told = published(given, lists, top)
    for start in range(0, ids.len(), BLOCK):
        part = told.of(start, start + BLOCK)
        row, column = np.nonzero(part.others >= 0)
        rank = column + 1
        first, other = row + start, part.others[row, column]
        together = pl.Series(part.together[row, column], dtype=pl.Int32)
        frame = pl.DataFrame(
            {
                "rank": pl.Series(rank, dtype=pl.Int32),
                "score": part.scores[row, column] / MILLION,
                "audio": part.audio[row, column] / MILLION,
                "metadata": part.metadata[row, column] / MILLION,
                "collaborative": part.collaborative[row, column] / MILLION,
                "baskets_together": together,
            }
        )
        yield frame.select(
            pl.Series("track_id", ids.gather(first)),
            "rank",
            pl.Series("neighbour_id", ids.gather(other)),
            "score",
            "audio",
            "metadata",
            "collaborative",
            pl.lit(0.0).alias("adjustments"),
            pl.when(pl.col("baskets_together") > 0).then("baskets_together"),
        )
