"""What the list model learns from: baskets of which a part is hidden, and the candidates among which to find it again.

Candidates come from the same generator as in serving. A hidden song that the generator misses teaches nothing; were it
kept, songs outside of the pool would look better than they are. Two things must not be learned, for they tell how a
data set was made and not what people like: that a song in no visible basket is probably the hidden one (candidates
without other baskets are left out), and whose rows lack a value (what is unknown adds the mean). What a song without
baskets is worth is learned from songs whose baskets are covered by chance.
"""

from dataclasses import replace
from hashlib import md5

import numpy as np
import polars as pl

from tasks.ranking.additive import Shape, fit
from warehouse.query.signals import Corpus, signals

ALGORITHM = "additive-listwise-4"
FOLDS = 5
"""A fifth of a basket is hidden at a time."""
SMALLEST = 5
"""Songs in the smallest basket that is worth hiding a part of."""
LARGEST = 1_000
"""Songs in the largest one: all saved songs of a person are no list."""
CASES = 1_000
"""Lists to learn from at most; more take time and change little."""
ENOUGH = 30
"""Cases in which something is found, below which nothing is learned: 8 lists of three sets of real ones are enough where they
overlap much, else 20, or more than 40."""
COVERED = 0.25
"""Share of the candidates, among those that would be found without any basket, whose baskets are covered."""

RESERVE = 0.75
"""A song without baskets scores so much less than what it would be worth by the rest: nobody has vouched for it.

More finds more of what others' lists hold and less of what none does. On inner splits of three sets of real lists 0.75 found 1
to 5 % more of the one and 0 to 10 % less of the other than 0.5.
"""

SIGNALS = {
    "collaborative.user": True,
    "collaborative.item": True,
    "collaborative.ridge": True,
    "collaborative.lift": True,
    "collaborative.near": True,
    "collaborative.nearsong": True,
    "collaborative.userart": True,
    "collaborative.abaskn": True,
    "collaborative.n": False,
    "collaborative.n_gap": False,
    "collaborative.artist_gap": False,
    "metadata.artist": True,
    "metadata.artist_n": True,
    "metadata.artist_held": True,
    "metadata.album": True,
    "metadata.genre": True,
    "metadata.era": True,
    "metadata.popularity_gap": False,
    "audio.likelihood": True,
    "audio.cosine": True,
}
"""The signals of ``warehouse.query.signals`` that the model uses, and whether more of it can only speak for a song."""


def learn(songs: pl.DataFrame, baskets: pl.DataFrame, sounds: pl.DataFrame) -> dict[str, Shape]:
    """Shape of each signal, learned from ``baskets``; empty when there is too little to learn from.

    The frames are the tables ``songs``, ``baskets`` and ``audio_features``, or what of them may be known.
    """
    held = cases(baskets)
    if held.is_empty():
        return {}
    seen = examples(held, Corpus.of(songs, baskets, sounds))
    if seen.is_empty() or seen["list_id"].n_unique() < ENOUGH:
        return {}
    names = [name for name in SIGNALS if seen[name].is_not_null().any()]
    is_collaborative = [name.startswith("collaborative.") for name in names]
    shapes = fit(
        seen.select(names).fill_null(float("nan")).to_numpy(),
        seen["is_hit"].to_numpy(),
        seen["list_id"].rank("dense").to_numpy(),
        [SIGNALS[name] for name in names],
        learns_unknown=is_collaborative,
    )
    learned = dict(zip(names, shapes, strict=True))
    if count := learned.get("collaborative.n"):
        learned["collaborative.n"] = replace(count, unknown=count.unknown - RESERVE)
    return learned


def cases(baskets: pl.DataFrame, *, most: int = CASES) -> pl.DataFrame:
    """[list_id, basket_id, track_id, is_hidden]: each basket of fitting size once a fold, at most ``most`` in all.

    Which part is hidden, and which cases are kept, follow from the ids alone.
    """
    sized = baskets.filter(pl.len().over("basket_id").is_between(SMALLEST, LARGEST))
    folds = pl.DataFrame({"fold": range(FOLDS)})
    chosen = (
        sized.select("basket_id")
        .unique()
        .join(folds, how="cross")
        .with_columns(list_id=pl.format("{}#{}", "basket_id", "fold"))
        .with_columns(lot=_lots("list_id"))
        .sort("lot", "list_id")
        .head(most)
    )
    part = pl.concat_str("basket_id", "track_id", separator="|").alias("pair")
    parted = sized.select("basket_id", "track_id", part).with_columns(part=_lots("pair") % FOLDS)
    return (
        chosen.join(parted, on="basket_id")
        .select("list_id", "basket_id", "track_id", is_hidden=pl.col("part") == pl.col("fold"))
        .filter(pl.col("is_hidden").any().over("list_id") & (~pl.col("is_hidden")).any().over("list_id"))
        .sort("list_id", "track_id")
    )


def examples(held: pl.DataFrame, corpus: Corpus) -> pl.DataFrame:
    """The candidates of each case in ``held`` with their signals and ``is_hit``, of lists with a hit only."""
    seeds = held.filter(~pl.col("is_hidden")).select("list_id", "track_id")
    own = held.select("list_id", "basket_id").unique()
    hidden = held.filter("is_hidden").select("list_id", "track_id", is_hit=pl.lit(True))
    found = (
        signals(seeds, corpus, own)
        .filter(pl.col("collaborative.n").is_not_null())
        .join(hidden, on=["list_id", "track_id"], how="left")
        .with_columns(pl.col("is_hit").fill_null(False))
        .filter(pl.col("is_hit").any().over("list_id"))
    )
    pair = found.select(pair=pl.concat_str("list_id", "track_id", separator="|"))
    lot = pair.select(_lots("pair"))["pair"].to_numpy() % 1_000
    is_covered = pl.Series(lot < 1_000 * COVERED) & (found["metadata.artist_n"] > 0)
    return found.with_columns(
        pl.when(~is_covered).then(pl.col(name)).alias(name) for name in SIGNALS if name.startswith("collaborative.")
    )


def steps(shapes: dict[str, Shape], run_id: str, *, is_default: bool) -> pl.DataFrame:
    """Rows of ``models`` for the list model: step 0 is what an unknown signal adds, the others are the steps."""
    rows = []
    for name, shape in shapes.items():
        bounds = [None, *shape.edges.tolist(), None]
        rows.append((name, 0, None, None, shape.unknown))
        rows += [
            (name, step + 1, bounds[step], bounds[step + 1], float(value)) for step, value in enumerate(shape.values)
        ]
    schema = {"signal": pl.String, "step": pl.Int32, "lower": pl.Float64, "upper": pl.Float64, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        model=pl.lit("list"), algorithm=pl.lit(ALGORITHM), is_default=pl.lit(is_default), run_id=pl.lit(run_id)
    )


def scores(shapes: dict[str, Shape], found: pl.DataFrame) -> np.ndarray:
    """Score of each row of ``found`` (signals by name): the sum of its addends."""
    columns = (shape.of(found[name].fill_null(float("nan")).to_numpy()) for name, shape in shapes.items())
    return np.sum(list(columns), axis=0) if shapes else np.zeros(found.height)


def lot(text: str) -> int:
    """A number that follows from the text alone, on every machine and in every version."""
    return int(md5(text.encode(), usedforsecurity=False).hexdigest()[:12], 16)


def _lots(name: str) -> pl.Expr:
    return pl.col(name).map_elements(lot, return_dtype=pl.Int64)
