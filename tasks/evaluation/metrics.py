"""Figures of ranked lists against hidden songs: per list, in three views, with bootstrap bounds. Frames in, frames out."""

from typing import cast

import numpy as np
import polars as pl

RESAMPLES = 1_000
"""Bootstrap samples behind an interval."""


def views(hidden: pl.DataFrame, visible: pl.DataFrame) -> pl.DataFrame:
    """[view, list_id, track_id]: what counts as right. Warm songs stand in some visible basket, cold ones in none.

    ``hidden`` [list_id, track_id]; ``visible`` has a column track_id.
    """
    known = visible.select("track_id").unique()
    parts = {
        "all": hidden,
        "warm": hidden.join(known, on="track_id", how="semi"),
        "cold": hidden.join(known, on="track_id", how="anti"),
    }
    return pl.concat(
        part.select(view=pl.lit(name), list_id="list_id", track_id="track_id") for name, part in parts.items()
    )


def per_list(ranked: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """[view, list_id, metric, value] for every list with something right in a view; a list without answers gets zeros.

    ``ranked`` [list_id, rank, track_id], ranks from 1; ``right`` as from ``views``. Gains are binary; nDCG is divided by the
    best that the number of right songs allows.
    """
    hits = right.join(ranked, on=["list_id", "track_id"], how="left")
    gain = (pl.col("rank") + 1).log(2).pow(-1)

    def within(most: int) -> pl.Expr:
        return pl.col("rank") <= most

    wide = hits.group_by("view", "list_id").agg(
        pl.len().alias("right"),
        gain.filter(within(10)).sum().alias("ndcg@10"),
        gain.filter(within(100)).sum().alias("ndcg@100"),
        within(100).fill_null(False).mean().alias("recall@100"),
        within(10).fill_null(False).any().cast(pl.Float64).alias("hit@10"),
        (pl.col("rank") <= pl.len()).fill_null(False).mean().alias("r-precision"),
    )
    best = np.cumsum(1 / np.log2(np.arange(2, 102)))
    right_songs = wide["right"].to_numpy()
    ideal = {f"ndcg@{most}": pl.Series(best[np.minimum(right_songs, most) - 1]) for most in (10, 100)}
    scaled = wide.with_columns((pl.col(name) / value).alias(name) for name, value in ideal.items())
    return (
        scaled.drop("right")
        .unpivot(index=["view", "list_id"], variable_name="metric", value_name="value")
        .sort("view", "metric", "list_id")
    )


def summary(figures: pl.DataFrame) -> pl.DataFrame:
    """[view, metric, value, low, high, cases]: means over the lists with 95 % bootstrap bounds (null for a single list)."""
    rows = []
    for (view, metric), part in figures.group_by("view", "metric", maintain_order=True):
        low, high = bounds(part["value"].to_numpy())
        rows.append((view, metric, part["value"].mean(), low, high, part.height))
    types = {
        "view": pl.String,
        "metric": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "cases": pl.Int64,
    }
    return pl.DataFrame(rows, schema=types, orient="row")


def bounds(values: np.ndarray) -> tuple[float | None, float | None]:
    """95 % percentile bootstrap interval of the mean; the same values give the same interval."""
    if values.size < 2:
        return None, None
    drawn = np.random.default_rng(0).integers(0, values.size, (RESAMPLES, values.size))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def ratio(mine: np.ndarray, theirs: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """How many times the mean of ``theirs`` that of ``mine`` is, with its 95 % paired bootstrap interval.

    The two tell of the same lists in the same order. Null where ``theirs`` finds nothing, its bounds also where a resample does.
    """
    if not theirs.any():
        return None, None, None
    drawn = np.random.default_rng(0).integers(0, mine.size, (RESAMPLES, mine.size))
    over, under = mine[drawn].sum(axis=1), theirs[drawn].sum(axis=1)
    found = float(mine.sum() / theirs.sum())
    if not under.all():
        return found, None, None
    low, high = np.quantile(over / under, [0.025, 0.975])
    return found, float(low), float(high)


def variety(ranked: pl.DataFrame, track_ids: pl.Series, heard: np.ndarray) -> pl.DataFrame:
    """[view, list_id, metric, value]: ild@10, the mean of 1 - cosine of sound over all pairs in the first ten places.

    ``heard`` has a row of standardised features for each of ``track_ids`` (sorted), zeros where nothing is known; those are
    left out.
    """
    length = np.linalg.norm(heard, axis=1)
    first = ranked.filter(pl.col("rank") <= 10).sort("list_id", "rank")
    row = track_ids.search_sorted(first["track_id"]).to_numpy().astype(np.int64)
    is_heard = length[row] > 0
    unit = heard[row[is_heard]] / length[row[is_heard], None]
    group = first["list_id"].rank("dense").to_numpy().astype(np.int64)[is_heard] - 1
    names = first["list_id"].unique().sort()
    sums, count = np.zeros((names.len(), heard.shape[1])), np.bincount(group, minlength=names.len()).astype(float)
    np.add.at(sums, group, unit)
    pairs = count * (count - 1)
    cosine = np.divide((sums**2).sum(axis=1) - count, pairs, out=np.zeros_like(pairs), where=pairs > 0)
    told = pl.DataFrame({"list_id": names, "value": 1 - cosine}, schema={"list_id": pl.String, "value": pl.Float64})
    return told.filter(pl.Series(pairs > 0)).with_columns(view=pl.lit("all"), metric=pl.lit("ild@10"))


def whole(ranked: pl.DataFrame, tracks: int, baskets: pl.DataFrame) -> pl.DataFrame:
    """[view, metric, value, cases] of the lists together, in their first ten places.

    coverage@10: share of all tracks (warm: that stand in some basket; cold: that stand in none) that some list shows;
    novelty@10: mean of -log2 of the share of baskets that hold a song; popularity_bias@10: baskets of the shown songs over
    those of the average song of a basket row; hubness@10: the most lists that show one song, over the mean of those shown.
    """
    shown = ranked.filter(pl.col("rank") <= 10)
    count = baskets.group_by("track_id").agg(n=pl.col("basket_id").n_unique())
    held = shown.join(count, on="track_id", how="left").select(pl.col("n").fill_null(0).cast(pl.Float64))["n"]
    total = max(baskets["basket_id"].n_unique(), 1)
    average = count.join(baskets, on="track_id")["n"].mean()
    times = shown.group_by("track_id").len()
    warm = times.join(count, on="track_id", how="semi").height
    values: dict[tuple[str, str], float | None] = {
        ("all", "coverage@10"): times.height / max(tracks, 1),
        ("warm", "coverage@10"): warm / max(count.height, 1),
        ("cold", "coverage@10"): (times.height - warm) / max(tracks - count.height, 1),
        ("all", "novelty@10"): None if held.is_empty() else float(-np.log2((held.to_numpy() + 1) / (total + 1)).mean()),
        ("all", "popularity_bias@10"): None
        if held.is_empty() or not average
        else float(held.to_numpy().mean()) / cast(float, average),
        ("all", "hubness@10"): None
        if times.is_empty()
        else float(times["len"].to_numpy().max() / times["len"].to_numpy().mean()),
    }
    rows = [(view, name, value, shown["list_id"].n_unique()) for (view, name), value in values.items()]
    types = {"view": pl.String, "metric": pl.String, "value": pl.Float64, "cases": pl.Int64}
    return pl.DataFrame(rows, schema=types, orient="row")
