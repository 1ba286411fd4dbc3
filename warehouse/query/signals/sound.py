"""How songs sound, against the songs of a list."""

import polars as pl

from warehouse.query.signals.chunk import Chunk
from warehouse.query.signals.corpus import SHARES, SOUNDS, at


def with_sound(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """Likelihood of the song's sound under the list's normal against the catalogue's, and cosine with the list's mean."""
    names = list(SOUNDS)
    heard = chunk.seeds.with_columns(at(chunk.corpus.tracks[name], "track") for name in names)
    length = pl.sum_horizontal(SHARES[name] * pl.col(name).pow(2) for name in names).sqrt()
    parts = []
    for name in names:
        known = pl.col(name).count().cast(pl.Float64)
        parts += [
            (pl.col(name).mean() * known / (known + 2)).alias(f"{name}_mean"),
            ((pl.col(name).var(ddof=0) * known + 5) / (known + 5)).sqrt().alias(f"{name}_deviation"),
            (pl.col(name) / (pl.col("length") + 1e-9)).mean().alias(f"{name}_way"),
        ]
    told = heard.with_columns(length=length).group_by("list").agg(parts)
    both = pool.join(told, on="list", how="left", maintain_order="left")
    terms, products = [], []
    for name in names:
        share, value, deviation = SHARES[name], pl.col(name), pl.col(f"{name}_deviation")
        off = (value - pl.col(f"{name}_mean")) / deviation
        terms.append(share * (value.pow(2) - off.pow(2) - 2 * deviation.log()) / 2)
        products.append(share * value * pl.col(f"{name}_way"))
    is_known = pl.any_horizontal((pl.col(name) * pl.col(f"{name}_mean")).is_not_null() for name in names)
    return both.with_columns(
        pl.when(is_known).then(pl.sum_horizontal(terms)).alias("audio.likelihood"),
        pl.when(is_known).then(pl.sum_horizontal(products) / (length + 1e-9)).alias("audio.cosine"),
    )
