"""The lists that are asked for together: their songs, and the baskets that may speak for them."""

import polars as pl

from warehouse.query.signals.corpus import Corpus


class Chunk:
    """``seeds`` [list, track] are the songs of some lists; ``mine`` [list, basket] are baskets that say nothing.

    ``sizes`` [list, seeds] counts the songs; ``met`` are the places of seeds in baskets that speak; ``taken`` [list, track, taken]
    counts the silent baskets of a track; ``standing`` is ``left`` of the seeds.
    """

    def __init__(self, seeds: pl.DataFrame, corpus: Corpus, mine: pl.DataFrame) -> None:
        self.corpus = corpus
        self.seeds = seeds
        self.sizes = seeds.group_by("list").agg(seeds=pl.len().cast(pl.Float64)).sort("list")
        met = seeds.join(corpus.places, on="track")
        self.met = met.join(mine, on=["list", "basket"], how="anti")
        self.mine = mine
        self.taken = (
            mine.join(corpus.places, on="basket").group_by("list", "track").agg(taken=pl.len().cast(pl.Float64))
        )
        self.standing = self.left(seeds)

    def left(self, songs: pl.DataFrame) -> pl.DataFrame:
        """``songs`` [list, track] with n, the baskets that hold a song besides those that say nothing."""
        counted = songs.select("list", "track", n=self.corpus.tracks["n"].gather(songs["track"]))  # it is their row
        if self.taken.is_empty():
            return counted
        counted = counted.join(self.taken, on=["list", "track"], how="left")
        return counted.select("list", "track", n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(0.0))


def best(frame: pl.DataFrame, name: str, per: int, key: str) -> pl.DataFrame:
    """The ``per`` rows of each list with the highest ``name``, best first, ties by ``key``."""
    value = pl.col(name).round(12)  # the last digits of a sum hang on which lists are asked for together
    few = frame.filter(value >= value.top_k(per).min().over("list"))  # to sort all of them takes longest
    ordered = few.sort("list", value, key, descending=[False, True, False])
    return ordered.group_by("list", maintain_order=True).head(per)
