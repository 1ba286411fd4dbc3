"""A night's evaluation: a fifth of every basket is hidden, everything is learned again from the rest, and asked for it."""

import numpy as np
import polars as pl

from tasks.evaluation.baselines import rankings
from tasks.evaluation.metrics import bounds, per_list, summary, views, whole
from tasks.ranking import training
from warehouse.query.signals import Corpus, signals

SPLIT = "a fifth of each basket hidden"
MOST = 500
"""Lists that are measured at most."""
ENOUGH = 20
"""Lists below which no verdict is given."""
PER = 120
"""Candidates from each signal: more than in training, as a hundred places are looked at."""


def hold_out(baskets: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Visible baskets, and the hidden part [list_id, track_id] of those that are measured.

    Which pair is hidden follows from its ids alone, and a hidden pair is in nothing that anything learns from.
    """
    held = training.cases(baskets, most=training.FOLDS * baskets["basket_id"].n_unique())
    hidden = held.filter(pl.col("is_hidden") & pl.col("list_id").str.ends_with("#0")).select("basket_id", "track_id")
    visible = baskets.join(hidden, on=["basket_id", "track_id"], how="anti")
    chosen = (
        hidden.select("basket_id")
        .unique()
        .sort(pl.col("basket_id").map_elements(training.lot, return_dtype=pl.Int64))
        .head(MOST)
    )
    asked = hidden.join(chosen, on="basket_id", how="semi").sort("basket_id", "track_id")
    return visible, asked.rename({"basket_id": "list_id"})


def measure(songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Rows of ``evaluation`` but for the run, and the verdict in words.

    The frames are the tables ``songs``, ``audio_features`` and ``baskets``.
    """
    visible, hidden = hold_out(baskets)
    lists = hidden["list_id"].unique().sort().to_list()
    if not lists:
        return pl.DataFrame(), "not enough data to tell: no basket has five songs"
    right = views(hidden, visible)
    shapes = training.learn(songs, visible, sounds)
    ranked = {"hybrid": continued(shapes, songs, visible, sounds, lists)} if shapes else {}
    ranked |= dict(rankings(songs, sounds, visible, lists))
    told = {name: per_list(ranking, right) for name, ranking in ranked.items()}
    tables = [summary(told[name]).with_columns(algorithm=pl.lit(name)) for name in ranked]
    tables += [
        whole(ranking, songs.height, visible).with_columns(algorithm=pl.lit(name)) for name, ranking in ranked.items()
    ]
    rows = pl.concat(tables, how="diagonal").with_columns(task=pl.lit("list"), split=pl.lit(SPLIT))
    return rows, verdict(told)


def continued(
    shapes: dict[str, training.Shape],
    songs: pl.DataFrame,
    visible: pl.DataFrame,
    sounds: pl.DataFrame,
    lists: list[str],
) -> pl.DataFrame:
    """Ranking [list_id, rank, track_id] of the list model for visible baskets: one version of a song, a hundred places."""
    asked = visible.filter(pl.col("basket_id").is_in(lists)).select(list_id="basket_id", track_id="track_id")
    found = signals(asked, Corpus.of(songs, visible, sounds), per=PER)
    return (
        found.select("list_id", "track_id", score=pl.Series(training.scores(shapes, found), dtype=pl.Float64))
        .join(songs.select("track_id", "song_id"), on="track_id")
        .sort("list_id", "score", "track_id", descending=[False, True, False])
        .unique(["list_id", "song_id"], keep="first", maintain_order=True)
        .select("list_id", rank=pl.int_range(1, pl.len() + 1).over("list_id"), track_id="track_id")
        .filter(pl.col("rank") <= 100)
    )


def verdict(told: dict[str, pl.DataFrame]) -> str:
    """What the warm nDCG@10 of the hybrid against its best peer means, by a paired bootstrap over the lists.

    ``told``: figures per list (``metrics.per_list``) of ``hybrid`` and the peers.
    """
    warm = {
        name: figures.filter(view="warm", metric="ndcg@10").select("list_id", value="value")
        for name, figures in told.items()
    }
    peers = {name: figures for name, figures in warm.items() if name != "hybrid" and not figures.is_empty()}
    mine = warm.get("hybrid")
    if mine is None:
        return "not enough data to tell: too few baskets to learn a list model from"
    if mine.height < ENOUGH:
        return f"not enough data to tell: {mine.height} lists hide a song that another one shows, {ENOUGH} are needed"
    best = max(peers, key=lambda name: (_mean(peers[name]), name))
    pairs = mine.join(peers[best], on="list_id", suffix="_peer")
    low, high = bounds((pairs["value"] - pairs["value_peer"]).to_numpy())
    figures = f"warm nDCG@10 {_mean(mine):.3f} against {_mean(peers[best]):.3f} of {best} on {mine.height} lists"
    if low is not None and low > 0:
        return f"better than every single signal: {figures}"
    if high is not None and high < 0:
        return f"worse than {best}: {figures}"
    return f"not enough data to tell it from {best}: {figures}"


def _mean(figures: pl.DataFrame) -> float:
    return float(np.mean(figures["value"].to_numpy()))
