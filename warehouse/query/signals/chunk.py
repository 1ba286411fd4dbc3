"""The lists that are asked for together: their songs, and the baskets that may speak for them."""

from typing import cast

import polars as pl

from warehouse.query.signals.corpus import Corpus, Table, at, by_number


class Chunk:
    """``seeds`` [list, track] are the songs of some lists; ``mine`` [list, basket] are baskets that say nothing.

    ``size`` is how many songs the list of a row has; ``met`` are the places of seeds in baskets that speak; ``taken``
    [list, track, taken] counts the silent baskets of a track; ``standing`` is ``left`` of the seeds.
    """

    def __init__(self, seeds: pl.DataFrame, corpus: Corpus, mine: pl.DataFrame) -> None:
        self.corpus = corpus
        self.seeds = seeds
        sizes = seeds.group_by("list").agg(seeds=pl.len().cast(pl.Float64))
        self.size = at(by_number(sizes, "list", cast(int, seeds["list"].max()) + 1)["seeds"], "list")
        self.mine = mine
        self.met = self.heard(corpus.places.join(seeds, "track", "basket", "place", "n"))
        self.taken = held(mine, corpus.places, "track")
        self.standing = self.left(seeds)

    def heard(self, places: pl.DataFrame) -> pl.DataFrame:
        """Those of ``places`` [list, basket, …] whose baskets may speak."""
        return places if self.mine.is_empty() else places.join(self.mine, on=["list", "basket"], how="anti")

    def left(self, songs: pl.DataFrame) -> pl.DataFrame:
        """``songs`` [list, track, …] with n, the baskets that hold a song besides those that say nothing."""
        return less(songs.with_columns(at(self.corpus.tracks["n"], "track")), self.taken, "track")


def held(baskets: pl.DataFrame, table: Table, key: str) -> pl.DataFrame:
    """[list, ``key``, taken]: in how many of the ``baskets`` [list, basket] of a list the songs or artists of ``table`` stand."""
    if baskets.is_empty():
        return pl.DataFrame(schema={"list": pl.UInt32, key: pl.UInt32, "taken": pl.Float64})
    return table.join(baskets, "basket", key).group_by("list", key).agg(taken=pl.len().cast(pl.Float64))


def less(counted: pl.DataFrame, taken: pl.DataFrame, key: str) -> pl.DataFrame:
    """``counted`` [list, ``key``, n, …] with ``taken`` off n; in its order."""
    if taken.is_empty():
        return counted
    both = counted.join(taken, on=["list", key], how="left", maintain_order="left")
    return both.with_columns(n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(0.0)).drop("taken")


def best(frame: pl.DataFrame, name: str, per: int, key: str) -> pl.DataFrame:
    """The ``per`` rows of each list with the highest ``name``, best first, ties by ``key``."""
    value = pl.col(name).round(12)  # the last digits of a sum hang on which lists are asked for together
    least, lists = value.top_k(per).min(), frame["list"]
    few = frame.filter(value >= (least if lists.min() == lists.max() else least.over("list")))  # sorting takes longest
    ordered = few.sort("list", value, key, descending=[False, True, False])
    return ordered if ordered.height <= per else ordered.group_by("list", maintain_order=True).head(per)
