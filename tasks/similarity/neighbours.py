"""The neighbours of every track: cosines of sound, metadata and baskets, weighed and summed, the best kept with their addends.

The square of all pairs never stands in memory. With the scale of the signals frozen, the score of two songs is theirs
alone, so a night that changed little does little: it works out the lists of what is new or changed, lets those enter and
leave the lists of the others, and begins again only where a list has grown too short. The result is that of a full build.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from schemas.values import MILLION, depth_for, own_for, reserve_for
from tasks.similarity.approximate import EXACT, approximate
from tasks.similarity.hubs import published
from tasks.similarity.lists import ERROR, Lists, addends, arranged, best_by, few, keys, places, strips
from tasks.similarity.signals import Signals

THREADS = 2
"""Blocks at work at once."""
BLOCK = 4_096
"""Seeds of a block of work."""
CROWD = 200
"""A list from which one of its artist left is worked out anew if that artist has more tracks: below, looking at those is quicker."""
MUCH = 0.3
"""When more than this share of the rows is to be done again, all are: it is quicker."""

Block = tuple[Signals, np.ndarray, int, np.ndarray | None]
"""Work for one go: signals, rows of seeds, the depth of their lists, and the least scores that enter those of all tracks."""


class Found(NamedTuple):
    """What came of a block: the lists of its seeds, and pairs of tracks ``first`` whose lists the seeds ``other`` may enter."""

    lists: Lists
    first: np.ndarray
    other: np.ndarray


Work = Callable[[Callable[[Block], Found], Iterable[Block]], Iterable[Found]]
"""How blocks of work are done: like ``map``."""


def in_threads(work: Callable[[Block], Found], blocks: Iterable[Block]) -> Iterable[Found]:
    """Blocks on this machine, a thread each; the libraries under them keep to that thread."""
    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, blocks))


def block(asked: Block) -> Found:
    """The lists of some seeds, and whose lists they may enter. This is what runs elsewhere, too.

    ``bounds``, the last that is asked: for each track the least score that enters its list; ``None`` when no list is open.
    The scores of the seeds serve for both ways: they bound the scores of the others with them from above.
    """
    given, seeds, depth, bounds = asked
    scores, first, other = given.scorer(), [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    lists = Lists.empty(seeds.size, depth)
    for part in strips(seeds.size, given.tracks.height):
        told = scores(seeds[part])
        lists.put(part, best_by(given, seeds[part], depth, told))
        if bounds is not None:
            row, track = given.reaching(seeds[part], told, bounds)
            first.append(track)
            other.append(seeds[part][row])
    return Found(lists, np.concatenate(first), np.concatenate(other))


def build(given: Signals, top: int, work: Work = in_threads) -> Lists:
    """The lists of every track, from nothing: exact up to ``EXACT`` tracks or on a cluster, else out of candidates."""
    if given.tracks.height > EXACT and work is in_threads:
        return approximate(given, top)
    return redone(given, np.arange(given.tracks.height), top, work).lists


def redone(
    given: Signals, seeds: np.ndarray, top: int, work: Work = in_threads, bounds: np.ndarray | None = None
) -> Found:
    """The lists of ``seeds`` (rows), from nothing, and whom they may enter by ``bounds``."""
    depth = depth_for(top)
    lists = Lists.empty(seeds.size, depth)
    size = max(1, min(BLOCK, -(-seeds.size // (2 * THREADS))))
    parts = [np.arange(start, min(start + size, seeds.size)) for start in range(0, seeds.size, size)]
    pairs = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    for part, found in zip(parts, work(block, [(given, seeds[part], depth, bounds) for part in parts]), strict=True):
        lists.put(part, found.lists)
        pairs.append((found.first, found.other))
    first, other = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return Found(lists, first, other)


def updated(given: Signals, old: Lists, is_touched: np.ndarray, top: int, work: Work = in_threads) -> tuple[Lists, int]:
    """The lists of every track out of those of last night, and the number of rows that were worked out from nothing.

    ``old`` has a row for each of tonight's tracks (any for a new one) and names others by tonight's rows, -2 for one that is
    gone or touched; it is used up. ``is_touched`` marks the tracks that are new or changed, and every version of a song that
    has such a one or lost one.
    """
    total, freed = is_touched.size, _closed_up(given, old)
    crowd = np.bincount(given.artists)[given.artists]
    is_lost = is_touched | ((old.others[:, 0] < 0) & ~old.is_whole)
    is_lost[freed[crowd[freed] > CROWD]] = True
    if is_lost.sum() > MUCH * total:
        return build(given, top, work), total
    touched, floor = np.flatnonzero(is_touched), _floor(old)
    bounds = np.where(is_lost, np.inf, (floor - 0.5) / MILLION - ERROR).astype(np.float32)
    found = redone(given, touched, top, work, bounds)
    _enter(given, old, found, freed[~is_lost[freed]], floor)
    old.put(touched, found.lists)
    is_short = (old.others[:, reserve_for(top) - 1] < 0) & ~old.is_whole
    again = np.flatnonzero((is_lost | is_short) & ~is_touched)
    old.put(again, redone(given, again, top, work).lists)
    return old, touched.size + again.size


def _closed_up(given: Signals, old: Lists) -> np.ndarray:
    """Close the gaps that those who left (-2) leave in ``old``; the rows that had so many of their own artist that one who left may
    make room for one who never was in it."""
    depth = old.others.shape[1]
    left = np.unique(np.flatnonzero(old.others == -2) // depth)
    others, most = old.others[left], own_for(depth)
    own = (given.of_one_artist(left[:, None], others) & (others >= 0)).sum(axis=1)
    is_freed = (own < most) & (own + (others == -2).sum(axis=1) >= most)
    old.put(left, old.of(left).closed(depth))
    return np.asarray(left[is_freed])


def _own(given: Signals, lists: Lists, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of ``rows`` and the songs of their artists that are not in their lists."""
    start, stop = (
        np.searchsorted(given.artists, given.artists[rows], side, sorter=given.by_artist) for side in ("left", "right")
    )
    row = np.repeat(np.arange(rows.size), stop - start)
    other = given.by_artist[places(row, rows.size) + start[row]]
    there = np.column_stack([rows, lists.others[rows]])
    here = given.songs[np.where(there >= 0, there, rows[:, None])] + given.songs.size * np.arange(rows.size)[:, None]
    is_new = ~np.isin(given.songs[other] + given.songs.size * row, here)
    return rows[row[is_new]], other[is_new]


def _floor(lists: Lists) -> np.ndarray:
    """The least score, in millionths, that enters each list: that of its last place, if others may stand beyond it."""
    last = np.arange(len(lists.others)), np.maximum(lists.lengths - 1, 0)
    return np.where(lists.is_whole, 1, np.maximum(lists.scores_at(*last), 1))


def _enter(given: Signals, lists: Lists, found: Found, freed: np.ndarray, floor: np.ndarray) -> None:
    """Let the seeds of ``found`` into the lists where they belong, and into those of ``freed`` (sorted) more of their artists."""
    order = np.argsort(found.first, kind="stable")
    first, other = found.first[order], found.other[order]
    for start in range(0, len(lists.others), BLOCK):
        ends = [start, start + BLOCK]
        come, rows = slice(*np.searchsorted(first, ends)), freed[slice(*np.searchsorted(freed, ends))]
        own, others = _own(given, lists, rows)
        one, two = np.concatenate([first[come], own]), np.concatenate([other[come], others])
        _merge(given, lists, one, two, addends(given, one, two), floor)


def _merge(
    given: Signals,
    lists: Lists,
    first: np.ndarray,
    other: np.ndarray,
    values: dict[str, np.ndarray],
    floor: np.ndarray,
) -> None:
    """Let pairs into the lists of ``first`` whose ``values`` sum to its floor and stand before what is not known."""
    depth = lists.others.shape[1]
    enters = values["audio"] + values["metadata"] + values["collaborative"] >= floor[first]
    rows, row = np.unique(first[enters], return_inverse=True)
    if not rows.size:
        return
    part = lists.of(rows)
    own = given.of_one_artist(first[enters], other[enters])
    told = {name: column[enters] for name, column in values.items()}
    come = arranged(given.songs, rows.size, row, other[enters], told, depth, own, own_for(depth))
    stay, new = part.pairs(), come.pairs()  # no song is in both: who has a version among newcomers is one
    both = {name: np.concatenate([stay[name], new[name]]) for name in stay}
    key = keys(both["row"], both["audio"] + both["metadata"] + both["collaborative"], both["others"])
    # of a list that was cut short only what stands before its last one is sure: who comes after it may not be the next
    last = key[np.cumsum(part.lengths) - 1]
    is_sure = (key < last[both["row"]]) | part.is_whole[both["row"]]
    is_sure[: stay["row"].size] = True
    order = np.flatnonzero(is_sure)
    order = order[np.argsort(key[order], kind="stable")]
    own = given.of_one_artist(rows[both["row"][order]], both["others"][order])
    order = order[few(both["row"][order], own, own_for(depth))]
    merged = Lists.of_pairs(rows.size, depth, {name: told[order] for name, told in both.items()})
    merged.is_whole = part.is_whole & (merged.others[:, -1] < 0)
    lists.put(rows, merged)


def neighbours(given: Signals, lists: Lists, top: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``neighbours`` in parts, sorted by track_id and rank; at most ``top`` a track.

    Never another version of the track itself, never two versions of one song, and of the track's own artist no more than
    ``own_for`` tells. score = audio + metadata + collaborative. Which of ``lists`` is published, and who else, is told by ``hubs``.
    """
    ids = given.tracks["track_id"]
    told = published(given, lists, top)
    for start in range(0, ids.len(), BLOCK):
        row, others, audio, metadata, collaborative, together = told.pairs(start, start + BLOCK).values()
        yield pl.DataFrame(
            {
                "track_id": ids.gather(row + start),
                "rank": pl.Series(places(row, BLOCK) + 1, dtype=pl.Int32),
                "neighbour_id": ids.gather(others),
                "score": (audio + metadata + collaborative) / MILLION,
                "audio": audio / MILLION,
                "metadata": metadata / MILLION,
                "collaborative": collaborative / MILLION,
                "adjustments": np.zeros(row.size),
                "baskets_together": together,
            }
        ).with_columns(pl.when(pl.col("baskets_together") > 0).then("baskets_together"))
