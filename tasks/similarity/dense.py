"""Nearest rows by inner product, all of them for every row: exact, without looking at every pair.

Rows are grouped into cells by k-means. A row ``q`` can have a product of at most ``q·c + |q| r`` with anything in a cell of
centre ``c`` and radius ``r``, so a cell is passed over by every row whose bound, a score that enough others are known to
reach, lies above that (the triangle inequality, as in Elkan, ICML 2003). What is left is multiplied in tiles that fit the
cache, in single precision; whatever comes within its error of the bound is scored again in double precision. Scores are
rounded to millionths, so that equal ones are equal on every machine and go by the order of the rows.
"""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from schemas.values import MILLION

ERROR = 4e-6
"""More than single precision and rounding can be wrong by, on rows of length up to 1."""
CELL = 256
"""Rows of a cell, about; a tile of so many columns and ``TILE`` rows stays in the cache of one core."""
TILE = 512
AT_ONCE = 64 * TILE
"""Rows whose candidates are in memory at a time, eight bytes each."""
SEEN = 2_048
"""Rows nearby, at least, that are looked at to bound a row from below."""
THREADS = 2
SAMPLE = 256
"""Rows whose neighbours are all worked out, to learn how much may be passed over for a wanted recall."""


@dataclass(frozen=True)
class Cells:
    """Rows in the order of their cells: cell ``i`` holds ``rows[start[i]:start[i + 1]]``; ``order`` are their numbers as given."""

    rows: np.ndarray
    order: np.ndarray
    start: np.ndarray
    centres: np.ndarray
    radii: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> "Cells":
        """Group ``vectors`` (one a row, single precision, no longer than 1)."""
        total = len(vectors)
        wanted = max(1, total // CELL)
        drawn = np.random.default_rng(0).permutation(total)[: 32 * wanted]
        asked = KMeans(wanted, init=vectors[drawn[:wanted]], n_init=1, max_iter=5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # few different rows make fewer cells: no harm
            means = asked.fit(vectors[drawn]).cluster_centers_
        half = (means**2).sum(axis=1) / 2
        parts = range(0, total, 8 * TILE)
        cell = np.concatenate([(vectors[part : part + 8 * TILE] @ means.T - half).argmax(axis=1) for part in parts])
        _, cell = np.unique(cell, return_inverse=True)
        order = np.argsort(cell, kind="stable")
        rows, start = vectors[order], np.searchsorted(cell[order], np.arange(cell.max() + 2))
        centres = np.add.reduceat(rows, start[:-1], axis=0) / np.diff(start)[:, None]
        away = ((rows - np.repeat(centres, np.diff(start), axis=0)) ** 2).sum(axis=1)
        radii = np.sqrt(np.maximum.reduceat(away, start[:-1]))
        return cls(rows, order, start, centres, radii, np.linalg.norm(rows, axis=1))


def nearest(vectors: np.ndarray, top: int, *, recall: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The ``top`` other rows with the largest inner product for each row, best first, and the products in millionths.

    ``vectors``: one a row, of length 1 at most. Both results are [rows, top] integers, -1 where there are no more rows. Equal
    scores go by row number. With ``recall`` below 1 about that share of the neighbours is found, and much less looked at: the
    cells count as smaller than they are, by what the true neighbours of a sample of rows allow.
    """
    total = len(vectors)
    kept = min(top, total - 1)
    found = np.full((total, top), -1, dtype=np.int32)
    scores = np.full((total, top), -1, dtype=np.int32)
    if kept < 1:
        return found, scores
    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as pool:
        cells = Cells.of(np.ascontiguousarray(vectors, dtype=np.float32))
        bounds = np.concatenate(list(pool.map(lambda cell: _bounds(cells, cell, kept), range(len(cells.radii)))))
        reach = 1.0 if recall == 1 else _reach(cells, bounds, kept, recall)
        exact = vectors.astype(np.float64)[cells.order]
        for begin in range(0, total, AT_ONCE):
            part = range(begin, min(begin + AT_ONCE, total))
            scanned = pool.map(partial(_scan, cells, part, bounds, reach), range(len(cells.radii)))
            blocks = range(begin, part.stop, TILE)
            ranked = pool.map(partial(_ranked, cells, exact, kept), blocks, _split(list(scanned), blocks, _bits(total)))
            for block, (others, points) in zip(blocks, ranked, strict=True):
                seeds = cells.order[block : block + len(others)]
                found[seeds, :kept], scores[seeds, :kept] = others, points
    return found, scores


def _bounds(cells: Cells, cell: int, kept: int) -> np.ndarray:
    """For each row of ``cell`` a product that at least ``kept`` other rows reach: the best of what lies nearby."""
    begin, end = cells.start[cell], cells.start[cell + 1]
    away = ((cells.centres - cells.centres[cell]) ** 2).sum(axis=1)
    nearby = np.argsort(away, kind="stable")
    sizes = (cells.start[1:] - cells.start[:-1])[nearby]
    taken = nearby[: np.searchsorted(np.cumsum(sizes), max(SEEN, 4 * kept)) + 1]
    others = np.concatenate([cells.rows[cells.start[one] : cells.start[one + 1]] for one in taken])
    scores = cells.rows[begin:end] @ others.T
    rank = scores.shape[1] - kept - 1  # one place more: a row is among its own others
    return np.partition(scores, rank, axis=1)[:, rank].copy()  # a view would keep all scores of the cell in memory


def _reach(cells: Cells, bounds: np.ndarray, kept: int, recall: float) -> float:
    """The share of their radius that cells must count for so that ``recall`` of the neighbours of a sample are looked at."""
    total = len(cells.rows)
    cell = np.repeat(np.arange(len(cells.radii)), np.diff(cells.start))
    needed = []
    for seed in np.random.default_rng(0).permutation(total)[:SAMPLE]:
        row = cells.rows[seed]
        held = cell[np.argpartition(-(cells.rows @ row), kept)[: kept + 1]]
        length = np.maximum(cells.lengths[seed] * cells.radii[held], np.finfo(np.float32).tiny)
        needed.append((bounds[seed] - cells.centres[held] @ row) / length)
    return float(np.clip(np.quantile(np.concatenate(needed), recall), 0, 1))


def _scan(cells: Cells, part: range, bounds: np.ndarray, reach: float, cell: int) -> np.ndarray:
    """Pairs (row of ``part``, row of ``cell``) that reach the bound of the first, as numbers that sort by row, then the best
    first."""
    begin, end = cells.start[cell], cells.start[cell + 1]
    asked = slice(part.start, part.stop)
    most = cells.rows[asked] @ cells.centres[cell] + cells.lengths[asked] * (reach * cells.radii[cell])
    seeds = np.flatnonzero(most >= bounds[asked] - ERROR) + part.start
    total = len(cells.rows)
    left = np.empty((TILE, cells.rows.shape[1] + 1), dtype=np.float32)
    right = np.vstack([cells.rows[begin:end].T, np.ones((1, end - begin), dtype=np.float32)])
    tile = np.empty((TILE, end - begin), dtype=np.float32)
    parts = [np.empty(0, dtype=np.uint64)]
    for seed in (seeds[start : start + TILE] for start in range(0, seeds.size, TILE)):
        left[: seed.size, :-1], left[: seed.size, -1] = cells.rows[seed], -bounds[seed]
        over = np.matmul(left[: seed.size], right, out=tile[: seed.size]).ravel()
        hits = np.flatnonzero(over >= -ERROR)
        row, other = np.divmod(hits, end - begin)
        row, other, score = seed[row], other + begin, over[hits] + bounds[seed[row]]
        parts.append(_keys(row, other, score, total)[row != other])
    return np.concatenate(parts)


def _bits(total: int) -> int:
    return max(total - 1, 1).bit_length()


def _keys(row: np.ndarray, other: np.ndarray, score: np.ndarray, total: int) -> np.ndarray:
    """Row, score (falling, as finely as there is room) and other row in one number each, made to be sorted."""
    bits = _bits(total)
    room = 64 - 2 * bits
    place = np.clip((1.0 - score.astype(np.float64)) / 2, 0, 1) * ((1 << room) - 1)
    return (
        (row.astype(np.uint64) << np.uint64(64 - bits))
        | (place.astype(np.uint64) << np.uint64(bits))
        | other.astype(np.uint64)
    )


def _split(scanned: list[np.ndarray], blocks: range, bits: int) -> list[np.ndarray]:
    """The pairs sorted, parted by the blocks of ``TILE`` rows that begin at ``blocks``."""
    pairs = np.concatenate(scanned)
    scanned.clear()
    pairs.sort()
    return np.split(pairs, np.searchsorted(pairs, np.array(blocks[1:], dtype=np.uint64) << np.uint64(64 - bits)))


def _ranked(cells: Cells, exact: np.ndarray, kept: int, first: int, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ``kept`` best others of each of the ``TILE`` rows from ``first`` on, by their numbers as given, and the scores in
    millionths.

    ``pairs``: all keys of those rows, sorted.
    """
    rows = min(TILE, len(cells.rows) - first)
    bits = _bits(len(cells.rows))
    room = 64 - 2 * bits
    row = (pairs >> np.uint64(64 - bits)).astype(np.int64) - first
    place = ((pairs >> np.uint64(bits)) & np.uint64((1 << room) - 1)).astype(np.int64)
    other = (pairs & np.uint64((1 << bits) - 1)).astype(np.int64)
    edges = np.searchsorted(row, np.arange(rows + 1))
    last = np.minimum(edges[:-1] + kept, edges[1:]) - 1
    close = place[last] + int(ERROR * (1 << room))
    chosen = place <= close[row]
    row, other = row[chosen], other[chosen]
    points = np.rint(np.einsum("ij,ij->i", exact[row + first], exact[other]) * MILLION).astype(np.int64)
    keys = (row << (bits + 22)) | ((2 * MILLION - points) << bits) | cells.order[other]
    keys.sort()
    row = keys >> (bits + 22)
    column = np.arange(keys.size) - np.searchsorted(row, np.arange(rows))[row]
    keys, row, column = keys[column < kept], row[column < kept], column[column < kept]
    found = np.full((rows, kept), -1, dtype=np.int32)
    scores = np.full((rows, kept), -1, dtype=np.int32)
    found[row, column] = keys & ((1 << bits) - 1)
    scores[row, column] = 2 * MILLION - ((keys >> bits) & ((1 << 22) - 1))
    return found, scores
