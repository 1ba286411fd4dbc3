"""How well a home's published baskets are continued, beside peers that the night does not ask."""

import logging
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from tasks.evaluation.baselines import Fit, Score
from tasks.evaluation.measuring import Question, of_a_fifth, of_later_sessions, verdict
from tasks.evaluation.metrics import ratio, summary
from warehouse.reading import table

FACTORS, CONFIDENCE, RIDGE, ROUNDS = 32, 5.0, 5.0, 15
"""Of ALS: what did best, or nearly, of seven settings on two sets of real lists."""
METRIC = "ndcg@10"
TOLD = (
    *("task", "split", "view", "metric", "algorithm"),
    *("value", "low", "high", "ratio", "ratio_low", "ratio_high", "cases"),
)

log = logging.getLogger(__name__)


def compare(warehouse: Path, fifths: int) -> tuple[pl.DataFrame, str, dict[str, str]]:
    """[task, split, view, metric, algorithm, value, low, high, ratio, ratio_low, ratio_high, cases]: nDCG@10 and how many times
    as much the hybrid finds on the same lists, both with 95 % bounds; best first within task and view.

    Also the verdict in words, and the peers that are left out with the reason. The first of ``fifths`` hidden parts is that of
    the night's evaluation. Of a list the mean over the fifths counts, as they are not independent.

    Raises:
        WarehouseError: the file is missing, damaged or of another version.
    """
    installed = find_spec("implicit") is not None
    more: dict[str, Fit] = {"als": als} if installed else {}
    songs, sounds, baskets = (table(warehouse, name) for name in ("songs", "audio_features", "baskets"))
    asked: list[Question] = []
    for fifth in range(fifths):
        log.info("hiding fifth %s of %s", fifth + 1, fifths, extra={"event": "progress"})
        asked += of_a_fifth(songs, sounds, baskets, more, fifth=fifth)
    sessions, _ = of_later_sessions(songs, sounds, baskets, more)
    missing = {} if installed else {"als": "implicit is not installed"}
    rows, words = [], []
    for said, part in (
        ("lists", [one for one in asked if one.task == "list"]),
        ("song to song", [one for one in asked if one.task == "song"]),
        ("later sessions", [one for one in (sessions,) if one is not None]),
    ):
        if part:
            figures = _together(part)
            rows.append(_rows(part[0], figures))
            words.append(f"{said}: {verdict(figures)}")
    if not rows:
        empty = pl.DataFrame(schema=dict.fromkeys(TOLD, pl.String))
        return empty, "not enough data to tell: no basket has five songs", missing
    return pl.concat(rows), "; ".join(words), missing


def _together(asked: Sequence[Question]) -> dict[str, pl.DataFrame]:
    """Figures per list [view, list_id, metric, value] by algorithm, the means over ``asked``."""
    of = ["view", "list_id", "metric"]
    return {
        name: pl.concat(one.figures[name] for one in asked).group_by(of).agg(pl.col("value").mean()).sort(of)
        for name in asked[0].figures
        if all(name in one.figures for one in asked)
    }


def _rows(question: Question, figures: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of ``compare`` for a question, of ``figures`` per list by algorithm."""
    told = {name: part.filter(metric=METRIC) for name, part in figures.items()}
    rows = []
    for name, part in told.items():
        for row in summary(part).iter_rows(named=True):
            times: tuple[float | None, ...] = (None, None, None)
            if "hybrid" in told and name != "hybrid":
                of_both = told["hybrid"].join(part, on=["view", "list_id"], suffix="_theirs").filter(view=row["view"])
                times = ratio(of_both["value"].to_numpy(), of_both["value_theirs"].to_numpy())
            named = zip(("ratio", "ratio_low", "ratio_high"), times, strict=True)
            rows.append(row | dict(named) | {"task": question.task, "split": question.split, "algorithm": name})
    types = dict.fromkeys(("low", "high", "ratio", "ratio_low", "ratio_high"), pl.Float64)
    return (
        pl.DataFrame(rows, schema_overrides=types)
        .select(TOLD)
        .sort("view", "value", "algorithm", descending=[True, True, False])
    )


def als(placed: csr_array) -> Score:
    """Matrix factorisation of implicit feedback (Hu, Koren and Volinsky, ICDM 2008), as the library ``implicit`` does it.

    A list is folded in with the factors of the songs as they are.
    """
    from implicit.als import AlternatingLeastSquares

    with threadpool_limits(1, "blas"):  # as the library asks for: it has threads of its own
        model = AlternatingLeastSquares(
            factors=FACTORS, alpha=CONFIDENCE, regularization=RIDGE, iterations=ROUNDS, random_state=0, use_gpu=False
        )
        model.fit(csr_matrix(placed), show_progress=False)

    def score(lists: csr_array) -> np.ndarray:
        factors = model.recalculate_user(np.arange(lists.shape[0]), csr_matrix(lists))
        return np.asarray(factors @ model.item_factors.T)

    return score
