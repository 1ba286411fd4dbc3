"""What baskets say of songs for a list: who stands in baskets like it, and who a few places from its songs."""

import polars as pl

from warehouse.query.signals.asked import Asked

NEAR = 10
"""Songs at most so many places apart in a basket are near."""


def company(asked: Asked) -> pl.DataFrame:
    """Baskets with songs in common: how like they are to the list, summed over the baskets of each song."""
    from warehouse.query.signals import ridge  # and with it numpy, which a question about one song does without

    c = asked.corpus
    met = asked.met.join(c.rare, on="track").join(asked.taken, on=["list", "track"], how="left")
    met = met.with_columns(n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(1.0))
    of_list = asked.seeds.join(c.rare, on="track").group_by("list").agg(own_rarity=pl.col("rarity").sum())
    baskets = (
        met.group_by("list", "basket")
        .agg(overlap=pl.len().cast(pl.Float64), thin=pl.col("n").sqrt().pow(-1).sum(), rarity=pl.col("rarity").sum())
        .join(asked.sizes, on="list")
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
    return (
        baskets.join(c.places, on="basket", maintain_order="left")
        .group_by("list", "track", maintain_order=True)
        .agg(
            pl.col("user").sum().alias("collaborative.user"),
            pl.col("user").pow(2).sum().alias("collaborative.user2"),
            pl.col("thin").sum().alias("collaborative.item"),
            pl.col("rare").sum().alias("collaborative.useridf"),
            pl.col("ridge").sum().alias("collaborative.ridge"),
        )
        .join(c.tracks.select("track", "n"), on="track")
        .join(asked.taken, on=["list", "track"], how="left")
        .join(asked.sizes, on="list")
        .with_columns(n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(1.0))
        .select(
            "list",
            "track",
            "collaborative.user",
            "collaborative.user2",
            pl.col("collaborative.item") / pl.col("n").sqrt() / pl.col("seeds"),
            "collaborative.useridf",
            "collaborative.ridge",
            (pl.col("collaborative.user") / (pl.col("n") + 2).sqrt()).alias("collaborative.lift"),
        )
    )


def near(asked: Asked) -> pl.DataFrame:
    """[list, track, near]: songs a few places away from a seed in a basket, weighed down by how common both are."""
    return _close(asked, asked.seeds, asked.corpus.counted, "track").rename({"close": "collaborative.near"})


def near_versions(asked: Asked) -> pl.DataFrame:
    """[list, song, nearsong]: the same where all versions of a song are one."""
    songs = asked.corpus.tracks.select("track", "song")
    seeds = asked.seeds.join(songs, on="track").select("list", "song").unique()
    return _close(asked, seeds, asked.corpus.heard, "song").rename({"close": "collaborative.nearsong"})


def _close(asked: Asked, seeds: pl.DataFrame, places: pl.DataFrame, key: str) -> pl.DataFrame:
    """[list, ``key``, close] from ``seeds`` [list, key] and ``places`` [basket, key, place, n]."""
    own = asked.mine.join(places, on="basket").group_by("list", key).agg(taken=pl.len().cast(pl.Float64))
    left = pl.col("n") - pl.col("taken").fill_null(0.0) + 1
    met = (
        seeds.join(places, on=key)
        .join(asked.mine, on=["list", "basket"], how="anti")
        .join(own, on=["list", key], how="left")
        .select("list", "basket", "place", weight=left.sqrt().pow(-1))
        .sort("list", "basket", "place")
    )
    steps = [distance for distance in range(-NEAR, NEAR + 1) if distance]
    apart = pl.DataFrame({"apart": steps}, schema={"apart": pl.Int32})
    return (
        met.join(apart, how="cross", maintain_order="left")
        .with_columns(place=pl.col("place") + pl.col("apart"))
        .join(places, on=["basket", "place"], maintain_order="left")
        .group_by("list", key, maintain_order=True)
        .agg(pl.col("n").first(), close=(pl.col("weight") / pl.col("apart").abs().sqrt()).sum())
        .join(own, on=["list", key], how="left")
        .join(asked.sizes, on="list")
        .select("list", key, pl.col("close") / (left * pl.col("seeds")).sqrt())
    )
