"""What baskets say of songs for a list: who stands in baskets like it, and who a few places from its songs."""

import polars as pl

from warehouse.query.signals.chunk import Chunk

NEAR = 10
"""Songs at most so many places apart in a basket are near."""


def company(chunk: Chunk) -> pl.DataFrame:
    """Baskets with songs in common: how like they are to the list, summed over the baskets of each song."""
    from warehouse.query.signals import ridge  # and with it numpy, which a question about one song does without

    c = chunk.corpus
    rare = chunk.standing.with_columns(pl.col("n").clip(1.0)).join(c.rare.select("track", "rarity"), on="track")
    of_list = rare.group_by("list").agg(own_rarity=pl.col("rarity").sum())
    baskets = (
        chunk.met.join(rare, on=["list", "track"])
        .group_by("list", "basket")
        .agg(overlap=pl.len().cast(pl.Float64), thin=pl.col("n").sqrt().pow(-1).sum(), rarity=pl.col("rarity").sum())
        .join(chunk.sizes, on="list")
        .join(c.baskets.select("basket", "size"), on="basket")
        .join(of_list, on="list")
        .join(c.rare_baskets, on="basket")
    )
    baskets = (
        baskets.join(ridge.weights(baskets, c.places), on=["list", "basket"], how="left")
        .select(
            "list",
            "basket",
            "thin",
            pl.col("ridge").fill_null(0.0),
            user=pl.col("overlap") / (pl.col("seeds") * pl.col("size")).sqrt(),
            rare=(pl.col("rarity") / (pl.col("own_rarity") * pl.col("basket_rarity")).sqrt()).pow(1.5),
        )
        .sort("list", "basket")
    )
    found = (
        baskets.join(c.places, on="basket", maintain_order="left")
        .group_by("list", "track", maintain_order=True)
        .agg(
            pl.col("user").sum().alias("collaborative.user"),
            pl.col("user").pow(2).sum().alias("collaborative.user2"),
            pl.col("thin").sum().alias("collaborative.item"),
            pl.col("rare").sum().alias("collaborative.useridf"),
            pl.col("ridge").sum().alias("collaborative.ridge"),
        )
    )
    n = chunk.left(found.select("list", "track")).with_columns(pl.col("n").clip(1.0))
    return (
        found.join(n, on=["list", "track"], maintain_order="left")
        .join(chunk.sizes, on="list", maintain_order="left")
        .select(
            pl.exclude("n", "seeds", "collaborative.item"),
            pl.col("collaborative.item") / pl.col("n").sqrt() / pl.col("seeds"),
            (pl.col("collaborative.user") / (pl.col("n") + 2).sqrt()).alias("collaborative.lift"),
        )
    )


def near(chunk: Chunk) -> pl.DataFrame:
    """[list, track, near]: songs a few places away from a seed in a basket, weighed down by how common both are."""
    return _close(chunk, chunk.seeds, chunk.corpus.counted, "track").rename({"close": "collaborative.near"})


def near_versions(chunk: Chunk) -> pl.DataFrame:
    """[list, song, nearsong]: the same where all versions of a song are one."""
    songs = chunk.corpus.tracks.select("track", "song")
    seeds = chunk.seeds.join(songs, on="track").select("list", "song").unique()
    return _close(chunk, seeds, chunk.corpus.heard, "song").rename({"close": "collaborative.nearsong"})


def _close(chunk: Chunk, seeds: pl.DataFrame, places: pl.DataFrame, key: str) -> pl.DataFrame:
    """[list, ``key``, close] from ``seeds`` [list, key] and ``places`` [basket, key, place, n], sorted by basket and place."""
    own = chunk.mine.join(places, on="basket").group_by("list", key).agg(taken=pl.len().cast(pl.Float64))
    left = pl.col("n") - pl.col("taken").fill_null(0.0) + 1
    met = (
        seeds.join(places, on=key)
        .join(chunk.mine, on=["list", "basket"], how="anti")
        .join(own, on=["list", key], how="left")
        .select("list", "basket", "place", weight=left.sqrt().pow(-1))
        .sort("list", "basket", "place")
    )
    rows = places["basket"]
    met = met.with_columns(
        first=rows.search_sorted(met["basket"], "left").cast(pl.Int64),
        end=rows.search_sorted(met["basket"], "right").cast(pl.Int64),
    )
    steps = [distance for distance in range(-NEAR, NEAR + 1) if distance]
    apart = pl.DataFrame({"apart": steps}, schema={"apart": pl.Int32})
    around = (
        met.join(apart, how="cross", maintain_order="left")
        .with_columns(row=pl.col("first") + pl.col("place") + pl.col("apart"))
        .filter(pl.col("row").is_between("first", "end", closed="left"))
    )
    return (
        around.select("list", "weight", "apart")
        .hstack(places.select(key, "n")[around["row"]])
        .group_by("list", key, maintain_order=True)
        .agg(pl.col("n").first(), close=(pl.col("weight") / pl.col("apart").abs().sqrt()).sum())
        .join(own, on=["list", key], how="left")
        .join(chunk.sizes, on="list")
        .select("list", key, pl.col("close") / (left * pl.col("seeds")).sqrt())
    )
