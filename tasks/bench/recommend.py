"""How well a home's published baskets are continued, beside peers that the night does not ask."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from tasks.evaluation.baselines import Fit, Score
from tasks.evaluation.measuring import measure
from warehouse.reading import table

FACTORS, CONFIDENCE, RIDGE, ROUNDS = 32, 5.0, 5.0, 15
"""Of ALS: what did best, or nearly, of seven settings on two sets of real lists."""
METRIC = "ndcg@10"
TOLD = ("task", "view", "metric", "algorithm", "value", "low", "high", "cases", "split")


def compare(warehouse: Path) -> tuple[pl.DataFrame, str, dict[str, str]]:
    """[task, view, metric, algorithm, value, low, high, cases, split]: nDCG@10 with 95 % bounds, best first within task and view.

    Also the verdict in words, and the peers that are left out with the reason. The split, the lists and what is hidden are
    those of the night's evaluation.

    Raises:
        WarehouseError: the file is missing, damaged or of another version.
    """
    installed = find_spec("implicit") is not None
    more: dict[str, Fit] = {"als": als} if installed else {}
    songs, sounds, baskets = (table(warehouse, name) for name in ("songs", "audio_features", "baskets"))
    figures, verdict = measure(songs, sounds, baskets, more)
    missing = {} if installed else {"als": "implicit is not installed"}
    if figures.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(TOLD, pl.String)), verdict, missing
    told = figures.filter(pl.col("metric") == METRIC).select(TOLD)
    order = ["task", "split", "view", "value"]
    return told.sort(order, descending=[False, False, True, True], nulls_last=True), verdict, missing


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
