"""What baskets say of songs for a list: who stands in baskets like it, and who a few places from its songs."""

import polars as pl

from warehouse.query.signals.chunk import Chunk, held, less
from warehouse.query.signals.corpus import at

NEAR = 10
"""Songs at most so many places apart in a basket are near."""


def company(chunk: Chunk) -> pl.DataFrame:
    """Baskets with songs in common: how like they are to the list, times their weight, summed over the baskets of each song."""
    from warehouse.query.signals import ridge  # and with it numpy, which a question about one song does without

    c = chunk.corpus
    rare = chunk.standing.with_columns(pl.col("n").clip(1.0), at(c.rarity, "track"))
    of_list = rare.group_by("list").agg(own_rarity=pl.col("rarity").sum())
    baskets = (
        chunk.met.select("list", "track", "basket")
        .join(rare, on=["list", "track"])
        .group_by("list", "basket")
        .agg(overlap=pl.len().cast(pl.Float64), thin=pl.col("n").sqrt().pow(-1).sum(), rarity=pl.col("rarity").sum())
        .join(of_list, on="list")
        .with_columns(at(c.baskets["size"], "basket"), at(c.baskets["weight"], "basket"))
    )
    weight = pl.col("weight")
    baskets = (
        baskets.join(ridge.weights(baskets, c.places), on=["list", "basket"], how="left")
        .select(
            "list",
            "basket",
            pl.col("thin") * weight,
            pl.col("ridge").fill_null(0.0) * weight,
            user=weight * pl.col("overlap") / (chunk.size * pl.col("size")).sqrt(),
            rare=weight * (pl.col("rarity") / (pl.col("own_rarity") * at(c.basket_rarity, "basket")).sqrt()).pow(1.5),
        )
        .sort("list", "basket")
    )
    found = (
        c.places.join(baskets, "basket", "track")
        .group_by("list", "track", maintain_order=True)
        .agg(
            pl.col("user").sum().alias("collaborative.user"),
            pl.col("user").pow(2).sum().alias("collaborative.user2"),
            pl.col("thin").sum().alias("collaborative.item"),
            pl.col("rare").sum().alias("collaborative.useridf"),
            pl.col("ridge").sum().alias("collaborative.ridge"),
        )
    )
    n = pl.col("n").clip(1.0)
    return chunk.left(found).select(
        pl.exclude("n", "collaborative.item"),
        pl.col("collaborative.item") / n.sqrt() / chunk.size,
        (pl.col("collaborative.user") / (n + 2).sqrt()).alias("collaborative.lift"),
    )


def near(chunk: Chunk) -> pl.DataFrame:
    """[list, track, near]: songs a few places away from a seed in a basket, weighed down by how common both are.

    Baskets speak alike here: what follows what in a session says as much as in a playlist, and for half as much less was found.
    """
    close = _close(chunk, chunk.met, chunk.taken, chunk.corpus.places.rows, "track")
    return close.rename({"close": "collaborative.near"})


def near_versions(chunk: Chunk) -> pl.DataFrame:
    """[list, song, nearsong]: the same where all versions of a song are one."""
    c = chunk.corpus
    seeds = chunk.seeds.select("list", at(c.tracks["song"], "track")).unique()
    met = chunk.heard(c.heard.join(seeds, "song", "basket", "place", "n"))
    return _close(chunk, met, held(chunk.mine, c.heard, "song"), c.heard.rows, "song").rename(
        {"close": "collaborative.nearsong"}
    )


def _close(chunk: Chunk, met: pl.DataFrame, taken: pl.DataFrame, places: pl.DataFrame, key: str) -> pl.DataFrame:
    """[list, ``key``, close] of what is a few ``places`` [basket, key, place, n] from those ``met`` [list, basket, key, place, n].

    ``places`` are sorted by basket and place; ``taken`` [list, key, taken] are the baskets that say nothing.
    """
    met = less(met, taken, key).sort("list", "basket", "place")
    rows = places["basket"]
    met = met.select(
        "list",
        "place",
        weight=(pl.col("n") + 1).sqrt().pow(-1),
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
    found = (
        around.select("list", "weight", "apart")
        .hstack(places.select(key, "n")[around["row"]])
        .group_by("list", key, maintain_order=True)
        .agg(pl.col("n").first(), close=(pl.col("weight") / pl.col("apart").abs().sqrt()).sum())
    )
    return less(found, taken, key).select("list", key, pl.col("close") / ((pl.col("n") + 1) * chunk.size).sqrt())
