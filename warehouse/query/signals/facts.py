"""What is written about songs, against the songs of a list: albums, genres, years, popularity."""

import polars as pl

from warehouse.query.signals.chunk import Chunk
from warehouse.query.signals.corpus import at


def albums(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    own = chunk.seeds.select("list", at(chunk.corpus.tracks["album"], "track")).drop_nulls()
    known = own.group_by("list", "album").agg(count=pl.len().cast(pl.Float64))
    return (
        pool.select("list", "track", "album")
        .drop_nulls()
        .join(known, on=["list", "album"], how="left")
        .select("list", "track", pl.col("count").fill_null(0.0).alias("metadata.album"))
    )


def genres(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """Cosine of the genres of the list, rare ones weighing more, and of the song."""
    genres = chunk.corpus.genres
    known = genres.join(chunk.seeds, "track", "genre", "weight").group_by("list", "genre").agg(pl.col("weight").sum())
    known = known.with_columns(own=pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("list")).drop("weight")
    return (
        genres.join(pool.select("list", "track"), "track", "genre", "weight")
        .join(known.select("list").unique(), on="list", how="semi")
        .join(known, on=["list", "genre"], how="left")
        .group_by("list", "track")
        .agg((pl.col("weight") * pl.col("own").fill_null(0.0)).sum().alias("metadata.genre"))
    )


def with_places(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """Era and popularity: how far the song is from what the list mostly is, in deviations."""
    told = (
        chunk.seeds.with_columns(at(chunk.corpus.tracks[name], "track") for name in ("year", "popularity"))
        .group_by("list")
        .agg(
            year_mean=pl.col("year").mean(),
            year_var=pl.col("year").var(ddof=0),
            pop_mean=pl.col("popularity").mean(),
            pop_var=pl.col("popularity").var(ddof=0),
        )
    )
    return pool.join(told, on="list", how="left", maintain_order="left").with_columns(
        (-(pl.col("year") - pl.col("year_mean")).abs() / (pl.col("year_var") + 9).sqrt()).alias("metadata.era"),
        ((pl.col("popularity") - pl.col("pop_mean")) / (pl.col("pop_var") + 100).sqrt()).alias(
            "metadata.popularity_gap"
        ),
        pl.col("popularity").alias("metadata.popularity"),
    )
