"""How songs sound, against the songs of a list."""

from collections.abc import Iterator

import polars as pl

from warehouse.query.signals.chunk import Chunk
from warehouse.query.signals.corpus import SHARES, SOUNDS, at

_LENGTH = pl.sum_horizontal(SHARES[name] * pl.col(name).pow(2) for name in SOUNDS).sqrt()


def _of_list(name: str) -> Iterator[pl.Expr]:
    """Of the songs of a list: the shrunk middle and spread of a feature, and how much of their way it is."""
    known = pl.col(name).count().cast(pl.Float64)
    yield (pl.col(name).mean() * known / (known + 2)).alias(f"{name}_mean")
    yield ((pl.col(name).var(ddof=0) * known + 5) / (known + 5)).sqrt().alias(f"{name}_deviation")
    yield (pl.col(name) / (pl.col("length") + 1e-9)).mean().alias(f"{name}_way")


def _likelihood(name: str) -> pl.Expr:
    deviation = pl.col(f"{name}_deviation")
    off = (pl.col(name) - pl.col(f"{name}_mean")) / deviation
    return SHARES[name] * (pl.col(name).pow(2) - off.pow(2) - 2 * deviation.log()) / 2


_OF_LIST = [part for name in SOUNDS for part in _of_list(name)]
_IS_KNOWN = pl.any_horizontal((pl.col(name) * pl.col(f"{name}_mean")).is_not_null() for name in SOUNDS)
_PRODUCTS = [SHARES[name] * pl.col(name) * pl.col(f"{name}_way") for name in SOUNDS]
_SIGNALS = {
    "audio.likelihood": pl.when(_IS_KNOWN).then(pl.sum_horizontal(map(_likelihood, SOUNDS))),
    "audio.cosine": pl.when(_IS_KNOWN).then(pl.sum_horizontal(_PRODUCTS) / (_LENGTH + 1e-9)),
}
"""Written down once: for a single list that takes as long as to reckon them."""


def with_sound(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """Likelihood of the song's sound under the list's normal against the catalogue's, and cosine with the list's mean."""
    heard = chunk.seeds.with_columns(at(chunk.corpus.tracks[name], "track") for name in SOUNDS)
    told = heard.with_columns(length=_LENGTH).group_by("list").agg(_OF_LIST)
    return pool.join(told, on="list", how="left", maintain_order="left").with_columns(**_SIGNALS)
