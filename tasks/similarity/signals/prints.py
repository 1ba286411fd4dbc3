"""Prints of the company of songs: numbers that change when anything changes that baskets say of one.

A night compares them with those of the last one, and works out again only the lists of songs whose print is another.
"""

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tasks.similarity.signals.near import places, within


def kept(placed: pl.DataFrame, names: pl.Series, held: csr_array, weight: np.ndarray, alike: csr_array) -> np.ndarray:
    """A print of the company that each track keeps: its baskets, what those listen to, and who stands how near in them."""
    keys, ids = _keys(names, held.shape[1]), placed["track_id"].hash(1).to_numpy()
    listens = sums(alike, stirred(keys[alike.indices] ^ alike.data.view(np.uint64)))
    told = sums(held, stirred(keys ^ weight.view(np.uint64) ^ stirred(listens))[held.indices])
    row, basket = places(placed)
    near = np.zeros(row.size, dtype=np.uint64)
    for apart, place in within(basket):
        near[place] += ids[place + apart] * np.uint64(2 * apart + 1)
        near[place + apart] += ids[place] * np.uint64(2 * apart + 1)
    np.add.at(told, row, stirred(near))
    return told


def met(names: pl.Series, credits: csr_array, stood: csr_array, rarity: np.ndarray) -> np.ndarray:
    """A print of the baskets in which the artists of each track stand, and how much they do."""
    keys = stirred(_keys(names, rarity.size) ^ rarity.view(np.uint64))
    return sums(credits, sums(stood, stirred(keys[stood.indices] ^ stood.data.view(np.uint64)))[credits.indices])


def fitted(names: pl.Series, genres: csr_array) -> np.ndarray:
    """A print of the baskets that the genres of each track fit, and how well."""
    return sums(genres, stirred(_keys(names, genres.shape[1])[genres.indices] ^ genres.data.view(np.uint64)))


def sums(matrix: csr_array, entries: np.ndarray) -> np.ndarray:
    """The sum over each row of ``entries``, one for each value of ``matrix``; it may overflow."""
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(entries, dtype=np.uint64)])
    return np.asarray(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]])


def stirred(bits: np.ndarray) -> np.ndarray:
    """Every bit of a number spread over all of them (the finalizer of MurmurHash3)."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(factor)
    return np.asarray(bits ^ (bits >> np.uint64(33)))


def _keys(names: pl.Series, width: int) -> np.ndarray:
    """A number for each basket."""
    keys = np.zeros(width, dtype=np.uint64)
    keys[: names.len()] = names.hash(2).to_numpy()
    return keys
