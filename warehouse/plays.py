"""When two reports of a play are one listening: frames in, frames out, no database.

The API polls a play with milliseconds and its context; the extended history has seconds and everything else; the account
data has minutes only. A polled and an exported play of one track that end within a minute are one. Two exported ones
only are when they sounded equally long and one of them is cut to the minute: short plays do follow each other quickly.
"""

from datetime import timedelta

import polars as pl

SAME_PLAY = timedelta(seconds=60)
"""Ends of one listening, told by two reports, are at most this far apart."""


def reconciled(arriving: pl.DataFrame, earlier: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both frames with one ``played_at`` for what is one listening.

    Of two reports the exported one wins, then the one that says more; what it leaves open is filled from the other. The
    arriving row carries the outcome; the earlier one is moved to its time where the arriving one wins.
    """
    left = _described(arriving, "left")
    right = _described(earlier, "right")
    pairs = _one_to_one(_candidates(left, right))
    if pairs.is_empty():
        return arriving, earlier
    met = pairs.join(arriving.with_row_index("left"), on="left").join(
        earlier.with_row_index("right"), on="right", suffix="_earlier"
    )
    others = [name for name in arriving.columns if name != "track_id"]
    outcome = met.select(
        "left",
        "right",
        "wins",
        "track_id",
        *(
            pl.when("wins")
            .then(pl.coalesce(name, f"{name}_earlier"))
            .otherwise(pl.coalesce(f"{name}_earlier", name))
            .alias(name)
            for name in others
        ),
    )
    alone = arriving.with_row_index("left").join(pairs, on="left", how="anti").drop("left")
    moved = outcome.filter("wins").select("right", moved_to="played_at")
    return (
        pl.concat([outcome.select(arriving.columns), alone]),
        earlier.with_row_index("right")
        .join(moved, on="right", how="left", maintain_order="left")
        .with_columns(played_at=pl.coalesce("moved_to", "played_at"))
        .select(earlier.columns),
    )


def _described(plays: pl.DataFrame, index: str) -> pl.DataFrame:
    """What matching looks at: the minute, whether it is exported, cut to the minute, and how much the row says."""
    return plays.with_row_index(index).select(
        index,
        "track_id",
        "played_at",
        "ms_played",
        minute=pl.col("played_at").dt.truncate("1m"),
        is_exported=pl.col("origin") == "export",
        is_cut=pl.col("played_at") == pl.col("played_at").dt.truncate("1m"),
        says=pl.sum_horizontal(pl.all().is_not_null()),
    )


def _candidates(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs (left, right, apart, wins) that may be one listening; joined by minute, so that long loops stay cheap."""
    near = pl.concat(left.with_columns(pl.col("minute") + timedelta(minutes=shift)) for shift in (-1, 0, 1))
    both = near.join(right, on=["track_id", "minute"], suffix="_earlier")
    apart = (pl.col("played_at") - pl.col("played_at_earlier")).abs()
    is_told_twice = pl.col("is_exported") != pl.col("is_exported_earlier")
    is_cut_copy = pl.col("ms_played").eq_missing(pl.col("ms_played_earlier")) & (
        pl.col("is_cut") | pl.col("is_cut_earlier")
    )
    says = pl.col("says") + 100 * pl.col("is_exported").cast(pl.Int32)
    said = pl.col("says_earlier") + 100 * pl.col("is_exported_earlier").cast(pl.Int32)
    return both.filter((apart == timedelta(0)) | ((apart <= SAME_PLAY) & (is_told_twice | is_cut_copy))).select(
        "left", "right", apart=apart, wins=(says > said) | ((apart == timedelta(0)) & (says == said))
    )


def _one_to_one(candidates: pl.DataFrame) -> pl.DataFrame:
    """Each row in at most one pair: nearest first, then in the order of the rows."""
    chosen = []
    while not candidates.is_empty():
        ordered = candidates.sort("apart", "left", "right")
        best = ordered.filter(pl.col("left").is_first_distinct() & pl.col("right").is_first_distinct())
        chosen.append(best)
        candidates = ordered.join(best, on="left", how="anti").join(best, on="right", how="anti")
    return pl.concat(chosen).select("left", "right", "wins") if chosen else candidates.select("left", "right", "wins")
