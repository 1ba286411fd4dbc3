"""Who stands how near to whom: baskets have an order, and songs a few places apart belong together more than others."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.sparse import csr_array

NEAR = 10
"""Songs at most so many places apart in a basket stand close together."""


def places(placed: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The row of the track and the number of the basket of each place, in order."""
    return placed["row"].to_numpy().astype(np.int32), placed["basket_id"].rle_id().to_numpy().astype(np.int32)


def within(basket: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """For each distance up to ``NEAR`` the places that have another one so far behind them in their basket."""
    for apart in range(1, NEAR + 1):
        yield apart, np.flatnonzero(basket[apart:] == basket[:-apart])


def steps(row: np.ndarray, basket: np.ndarray, total: int) -> csr_array:
    """[track, track]: over all baskets, 1 over the root of how many places apart two songs stand."""
    pairs = [(row[place], row[place + apart], np.full(place.size, apart**-0.5)) for apart, place in within(basket)]
    one, two, step = (np.concatenate(column) for column in zip(*pairs, strict=True))
    half = csr_array((step, (one, two)), shape=(total, total))
    return csr_array(half + half.T)
