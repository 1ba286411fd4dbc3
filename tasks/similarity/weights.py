"""What each signal of song to song counts: learned each night from a person's baskets, of which a part is hidden.

A seed that a basket shows should lead to the songs that the basket hides. The score is a weighted sum of cosines and shares
with weights of 0 and more, the loss the softmax over the candidates of a seed (the top-one case of ListNet, Cao et al., ICML
2007), with a ridge towards the stated weights. The problem is convex: one answer, no seed. Songs that no shown basket holds
teach nothing, neither as hits nor as misses: that they are hidden somewhere tells how a data set was made, not what belongs
together. Neither do the other songs that the basket shows.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.sparse import csr_array

from tasks.ranking import training
from tasks.similarity.signals import SIGNALS, Signals, signals

ALGORITHM = "cosines-listwise-6"
STATED = {
    "audio.cosine": 0.04,
    "metadata.artist": 0.05,
    "metadata.album": 0.02,
    "metadata.genre": 0.02,
    "metadata.era": 0.02,
    "metadata.script": 0.03,
    "metadata.word": 0.0,
    "collaborative.together": 0.02,
    "collaborative.alike": 0.28,
    "collaborative.near": 0.02,
    "collaborative.artists": 0.06,
    "collaborative.regulars": 0.33,
    "collaborative.genres": 0.05,
    "collaborative.latent": 0.06,
}
"""Weights where there is too little to learn from: about the means of what three sets of real lists taught."""
LEAST = {"audio.cosine": 0.01, "metadata.artist": 0.02}
"""Weights are not below these: of a new song in nobody's list, artist and sound are all there is to go by."""
SHARPNESS = 8.0
"""Sum of the weights in the loss that fitted those sets best: a score of 1 against 0 is a choice of e to the 8th against 1."""
RIDGE = 0.4
"""Price of a squared difference from the stated weights times the sharpness, against one seed's loss of about 1 a hit."""
FOLD = "#1"
"""Which fifth of the baskets is hidden. The evaluation hides another one."""
SEEDS = 5
"""Seeds of one basket at most."""
CASES = 1_600
"""Seeds in all, at most; more take time and change little."""
ENOUGH = 30
"""Baskets with something found, below which nothing is learned."""
PER = 60
"""Candidates from each signal."""
NAMING = (
    "audio.cosine",
    "metadata.artist",
    "metadata.album",
    "metadata.genre",
    "metadata.word",
    "collaborative.together",
    "collaborative.alike",
    "collaborative.near",
    "collaborative.artists",
    "collaborative.regulars",
    "collaborative.genres",
    "collaborative.latent",
)
"""Signals that name candidates; an era or a script has too many songs in common."""
BLOCK = 64
"""Seeds that are worked on at once."""


def learn(songs: pl.DataFrame, features: pl.DataFrame, baskets: pl.DataFrame) -> dict[str, float] | None:
    """Weight of each of ``SIGNALS``, 0 or more, in hundredths that sum to 1; null when there is too little to learn from.

    The frames are the tables ``songs``, ``audio_features`` and ``baskets``, or what of them may be known.
    """
    held = training.cases(baskets, most=training.FOLDS * baskets["basket_id"].n_unique())
    held = held.filter(pl.col("list_id").str.ends_with(FOLD))
    hidden = held.filter("is_hidden").select("basket_id", "track_id")
    if hidden["basket_id"].n_unique() < ENOUGH:
        return None
    shown = baskets.join(hidden, on=["basket_id", "track_id"], how="anti")
    seen = examples(signals(songs, features, shown, STATED), held)
    if seen["basket_id"].n_unique() < ENOUGH:
        return None
    return hundredths(_fit(seen))


def examples(given: Signals, held: pl.DataFrame) -> pl.DataFrame:
    """The candidates of each seed with ``SIGNALS`` and ``is_hit``: case, basket_id and row; seeds with a hit only.

    ``held`` [basket_id, track_id, is_hidden], of which ``given`` knows nothing hidden.
    """
    numbered = held.join(given.tracks.select("track_id", "row"), on="track_id").with_columns(
        pl.concat_str("basket_id", "track_id", separator="|")
        .map_elements(training.lot, return_dtype=pl.Int64)
        .alias("lot")
    )
    asked = (
        numbered.filter(~pl.col("is_hidden"))
        .sort("basket_id", "lot", "row")
        .group_by("basket_id", maintain_order=True)
        .head(SEEDS)
        .sort("lot", "row", "basket_id")
        .head(CASES)
        .sort("basket_id", "row")
        .select(pl.int_range(pl.len()).alias("case"), "basket_id", seed="row")
    )
    parts = []
    for block in asked.iter_slices(BLOCK):
        known = numbered.select("basket_id", "is_hidden", row=pl.col("row").cast(pl.Int64))
        found = (
            _pool(given, block)
            .join(block.select("case", "basket_id", "seed"), on="case")
            .join(known, on=["basket_id", "row"], how="left")
            .rename({"is_hidden": "is_hit"})
            .filter(pl.col("is_hit").fill_null(True))  # a song that the basket shows is no answer
            .with_columns(is_hit=pl.col("is_hit").is_not_null())
            .sort("case", "row")
        )
        first, other = found["seed"].to_numpy().astype(np.int64), found["row"].to_numpy()
        is_fair = (given.songs[first] != given.songs[other]) & (given.counts[other] > 0)
        found = found.filter(pl.Series(is_fair)).filter(pl.col("is_hit").any().over("case"))
        first, other = found["seed"].to_numpy().astype(np.int64), found["row"].to_numpy()
        parts.append(
            found.with_columns(**{name: pl.Series(told) for name, told in given.cosines(first, other).items()})
        )
    return pl.concat(parts)


def hundredths(weights: np.ndarray) -> dict[str, float]:
    """Weights by signal as shares in hundredths that sum to 1: small changes of the baskets leave them as they are."""
    shares = weights / weights.sum() * 100
    whole = np.floor(shares)
    spare = round(100 - whole.sum())
    whole[np.argsort(whole - shares, kind="stable")[:spare]] += 1
    return {name: float(value) / 100 for name, value in zip(SIGNALS, whole, strict=True)}


def rows(weights: Mapping[str, float], run_id: str, *, is_default: bool) -> pl.DataFrame:
    """The rows of ``models`` that tell tonight's weights."""
    return pl.DataFrame({"signal": list(weights), "value": list(weights.values())}).select(
        "signal",
        "value",
        model=pl.lit("song"),
        algorithm=pl.lit(ALGORITHM),
        step=pl.lit(0, pl.Int32),
        lower=pl.lit(None, pl.Float64),
        upper=pl.lit(None, pl.Float64),
        is_default=pl.lit(is_default),
        run_id=pl.lit(run_id),
    )


def _pool(given: Signals, block: pl.DataFrame) -> pl.DataFrame:
    """[case, row]: the best ``PER`` songs for each seed of ``block`` by each signal alone."""
    seeds = block["seed"].to_numpy().astype(np.int64)
    cases, rows = [], []
    for name in NAMING:
        told = given.alone(name, seeds)
        for place, case in enumerate(block["case"]):
            if isinstance(told, csr_array):
                part = slice(told.indptr[place], told.indptr[place + 1])
                best = _best(told.indices[part], told.data[part])
            else:
                best = _best(np.arange(told.shape[1]), told[place])
            cases.append(np.full(best.size, case))
            rows.append(best.astype(np.int64))
    return pl.DataFrame({"case": np.concatenate(cases), "row": np.concatenate(rows)}).unique()


def _best(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The ``PER`` rows with the largest values; of equal ones the first."""
    if rows.size <= PER:
        return rows
    good = np.flatnonzero(values >= np.partition(values, -PER)[-PER])
    return np.asarray(rows[good[np.lexsort((rows[good], -values[good]))][:PER]])


def _fit(seen: pl.DataFrame) -> np.ndarray:
    """Weights of ``SIGNALS``, 0 or more, that sum to 1."""
    values = seen.select(SIGNALS).to_numpy()
    hits = seen["is_hit"].to_numpy().astype(float)
    case = seen["case"].rank("dense").to_numpy().astype(np.int64) - 1
    starts = np.concatenate([[0], np.flatnonzero(np.diff(case)) + 1])
    count = np.add.reduceat(hits, starts)
    price = 1 / np.sqrt(count)  # a basket with many hits says more, but not in proportion
    # a signal that is silent in these songs takes nothing from the others
    stated = SHARPNESS * np.array([STATED[name] for name in SIGNALS]) * values.any(axis=0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = values @ weights
        highest = np.maximum.reduceat(score, starts)
        power = np.exp(score - highest[case])
        total = np.add.reduceat(power, starts)
        value = float((price * count * (np.log(total) + highest)).sum() - (price[case] * hits * score).sum())
        slope = price[case] * (count[case] * power / total[case] - hits)
        apart = weights - stated
        return value + RIDGE * float(apart @ apart), values.T @ slope + 2 * RIDGE * apart

    best = minimize(loss, stated, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * stated.size)
    least = np.array([LEAST.get(name, 0.0) for name in SIGNALS])
    shares = best.x / best.x.sum()
    is_low = shares < least
    shares[~is_low] *= (1 - least[is_low].sum()) / shares[~is_low].sum()
    return np.where(is_low, least, shares)
