"""How much each of the baskets like a list tells that the others do not: ridge regression of the list on them.

Two playlists that are copies of each other tell one thing twice; neighbours count them twice, the ridge shares one weight
between them. In the space of items the same regression is EASE without its diagonal (Steck, WWW 2019). It is solved for
each list alone on the baskets most like it, so the cost is bounded and a basket that may not speak is simply not asked.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from threadpoolctl import ThreadpoolController

from warehouse.query.signals.corpus import Table

BASKETS = 200
"""A list is told by so many baskets, the likest ones."""
RIDGE = 1.0
"""Price of a squared weight, where a basket has length 1: what a single basket like the list tells is halved."""
ROOM = 4_000
"""Baskets that are compared with each other at once: a square of 128 MB."""

_THREADS = ThreadpoolController()
"""For one thread of numpy: a second one saves nothing here, and to wait for it takes long on a busy machine."""


def weights(alike: pl.DataFrame, places: Table) -> pl.DataFrame:
    """[list, basket, ridge]: what each basket adds to the songs that it holds, so that the sum comes near 1 on the list's songs.

    ``alike`` [list, basket, size, overlap] are the baskets of ``size`` songs that share ``overlap`` of them with the list;
    ``places`` (basket, track) is what they hold.
    """
    cosine = pl.col("overlap") / pl.col("size").sqrt()
    chosen = (
        alike.select("list", "basket", "size", cosine=cosine)
        .sort("list", "cosine", "basket", descending=[False, True, False])
        .group_by("list", maintain_order=True)
        .head(BASKETS)
    )
    parts = [pl.Series("ridge", [], pl.Float64)]
    with _THREADS.limit(limits=1, user_api="blas"):
        for block in _blocks(chosen):
            names = block["basket"].unique().sort()
            likeness = _cosines(names, places)
            for one in block.partition_by("list", maintain_order=True):
                rows = names.search_sorted(one["basket"]).to_numpy().astype(np.int64)
                system = likeness[np.ix_(rows, rows)] + RIDGE * np.eye(rows.size)
                parts.append(pl.Series("ridge", np.linalg.solve(system, one["cosine"].to_numpy())))
    told = pl.concat(parts) / chosen["size"].sqrt()
    return chosen.select("list", "basket").with_columns(told.alias("ridge"))


def _blocks(chosen: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Some lists at a time, whose baskets fit into ``ROOM``."""
    if chosen["basket"].n_unique() <= ROOM:
        return iter([chosen])
    block = (pl.col("list").rank("dense") - 1) // (ROOM // BASKETS)
    return iter(chosen.with_columns(block.alias("block")).partition_by("block", maintain_order=True, include_key=False))


def _cosines(names: pl.Series, places: Table) -> np.ndarray:
    """[basket, basket]: the cosine of what two of the baskets ``names`` hold."""
    count = names.len()
    held = places.join(names.to_frame("basket").with_row_index("row"), "basket", "track").select("row", "track")
    pairs = held.join(held, on="track", suffix="_other")
    cell = pairs["row"].to_numpy().astype(np.int64) * count + pairs["row_other"].to_numpy()
    shared = np.bincount(cell, minlength=count**2).reshape(count, count)
    length = np.sqrt(shared.diagonal())
    return shared / np.outer(length, length)
