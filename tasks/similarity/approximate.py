"""Lists for catalogues whose square is too large: candidates from an index over what is dense and from what is sparse, then exact.

What is dense (sound, and what very many have in common) is searched by ``dense.nearest`` at a wanted recall; what is rare by
a sparse product that keeps the best of each row (sparse_dot_topn). The best of their union are scored in full, so that every score is
right and only a candidate can be missed. How many are missed is measured on a sample (``recall``), every night.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from sparse_dot_topn import sp_matmul_topn
from threadpoolctl import threadpool_limits

from schemas.values import MILLION, depth_for, own_for
from tasks.similarity.dense import nearest
from tasks.similarity.lists import Lists, best, few, firsts, keys, listed, places
from tasks.similarity.signals import Signals
from tasks.similarity.signals.rows import rooted

EXACT = 200_000
"""Tracks up to which every pair is looked at."""
RECALL = 0.995
"""Share of the dense candidates that the index is asked to find."""
JITTER = 1e-4
"""Rows that are equal are moved so far apart, so that ties among thousands of them are cut short."""
PRODUCTS = 20_000
"""What is sparse may cost so many products a track: what very many have in common is left out of the pool then, not of the score."""
POOL = 2_000
"""Songs of the pool that one sparse product names, at most."""
ROOM = 2
"""So many times the songs of a list are scored in full."""
BLOCK = 128
THREADS = 2
SAMPLE = 200
"""Seeds whose true lists are worked out to measure the recall."""


def approximate(given: Signals, top: int) -> Lists:
    """The lists of every track: each score exact, each list as good as its candidates."""
    depth, total = depth_for(top), given.tracks.height
    moved = given.dense + np.random.default_rng(0).normal(0, JITTER, given.dense.shape).astype(np.float32)
    close = nearest(moved, depth, recall=RECALL)[0]
    gives, takes = _rare(given.gives, given.takes)
    walks, holds = _rare(given.walks, given.holds)
    found = Lists.empty(total, depth)

    def block(start: int) -> None:
        rows = np.arange(start, min(start + BLOCK, total))
        rare = csr_array(sp_matmul_topn(gives[rows], takes, top_n=POOL))
        rare += rooted(csr_array(sp_matmul_topn(walks[rows], holds, top_n=POOL)))
        row, other = _candidates(given, rows, csr_array(rare + given.links[rows] + _marked(close[rows], total)), depth)
        nobody_else = np.zeros(rows.size, dtype=bool)
        found.put(rows, listed(given, rows, row, other, depth, nobody_else))

    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(block, range(0, total, BLOCK)))
    return found


def _rare(gives: csr_array, takes: csr_array) -> tuple[csr_matrix, csr_matrix]:
    """The columns of both that cost fewest products, ``PRODUCTS`` a row in all; the second turned over."""
    cost = np.prod([np.bincount(part.indices, minlength=part.shape[1]) for part in (gives, takes)], axis=0)
    order = np.argsort(cost, kind="stable")
    rare = np.sort(order[np.cumsum(cost[order]) <= PRODUCTS * gives.shape[0]])
    return csr_matrix(gives[:, rare]), csr_matrix(takes[:, rare].T)


def _marked(close: np.ndarray, total: int) -> csr_array:
    """The others that the index names, as a matrix of next to nothing."""
    row, column = np.nonzero(close >= 0)
    names = (row, close[row, column])
    return csr_array((np.full(row.size, 1e-9, dtype=np.float32), names), shape=(len(close), total))


def _candidates(given: Signals, rows: np.ndarray, sparse: csr_array, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Of the pairs in ``sparse`` the best songs of each row by what is sparse and what is dense: row of the block, and track."""
    row = np.repeat(np.arange(rows.size), np.diff(sparse.indptr))
    other = sparse.indices.astype(np.int64)
    score = sparse.data + np.einsum("ij,ij->i", given.dense[rows[row]], given.dense[other])
    points = np.rint((1 + score) * MILLION).astype(np.int64)
    order = np.flatnonzero((points > 0) & (given.songs[rows[row]] != given.songs[other]))
    order = order[np.argsort(keys(row[order], points[order], other[order]))]
    order = order[firsts(row[order], given.songs[other[order]])]
    own = given.of_one_artist(rows[row[order]], other[order])
    order = order[few(row[order], own, ROOM * own_for(depth))]
    chosen = order[places(row[order], rows.size) < ROOM * depth]
    return row[chosen], other[chosen]


def recall(given: Signals, lists: Lists, top: int) -> np.ndarray:
    """For each of a sample of seeds the share of its true ``top`` that its list names among its own; who scores as much counts."""
    seeds = np.sort(np.random.default_rng(1).permutation(given.tracks.height)[:SAMPLE])
    with threadpool_limits(1):
        true = best(given, seeds, depth_for(top), given.scorer())  # as deep as those that are measured
    held = lists.of(seeds)
    is_true = true.others[:, :top] >= 0
    least = np.where(is_true, true.scores[:, :top], np.iinfo(np.int32).max).min(axis=1)
    wanted = np.maximum(is_true.sum(axis=1), 1)
    right = ((held.others >= 0) & (held.scores >= least[:, None])).sum(axis=1)
    return np.where(is_true.any(axis=1), np.minimum(right, wanted) / wanted, 1.0)
