"""`segue bench similarity`: our dense engine beside its peers, alternating, on the same rows."""

import logging
from collections.abc import Iterator

import numpy as np
import polars as pl

from tasks.bench.making import vectors
from tasks.bench.rivals import EXACT_PEERS, PEERS, WAYS, Trial, left_out, tried

log = logging.getLogger(__name__)

SAMPLE = 300
"""Seeds whose true neighbours are worked out in double precision, pair by pair."""
TWICE = 50_000
"""Below so many rows each way is tried twice, in turns, and its better time counts."""


def compare(tracks: int, dims: int, top: int) -> tuple[pl.DataFrame, dict[str, str]]:
    """One row a way: seconds, CPU seconds, peak memory, recall, CPU seconds over those of the best exact peer (of the best
    one where there are too many rows for those); what was left out.

    Columns: way, seconds, cpu_seconds, peak_mb (above what stood before), recall (of ``SAMPLE`` seeds; an other as near as
    the last true one counts), ratio.
    """
    rows, top = vectors(tracks, dims), min(top, tracks - 1)
    missing = left_out(tracks)
    trials: dict[str, Trial] = {}
    for name in [name for name in WAYS if name not in missing] * (2 if tracks < TWICE else 1):
        log.info("%s", name, extra={"event": "progress"})
        trial = tried(name, rows, top)
        trials[name] = min(trials.get(name, trial), trial, key=lambda one: one.cpu_seconds)
    peers = [name for name in EXACT_PEERS if name in trials] or [name for name in PEERS if name in trials]
    best = min((trials[name].cpu_seconds for name in peers), default=None)
    told = [
        {
            "way": name,
            "seconds": trial.seconds,
            "cpu_seconds": trial.cpu_seconds,
            "peak_mb": trial.peak_bytes / 1e6,
            "recall": recall(rows, trial.found, top),
            "ratio": best and trial.cpu_seconds / best,
        }
        for name, trial in trials.items()
    ]
    return pl.DataFrame(told), missing


def recall(rows: np.ndarray, found: np.ndarray, top: int) -> float:
    """Share of the ``top`` places that ``found`` fills with others no farther than the last true one, on a sample of seeds."""
    return float(np.mean(list(_recalls(rows.astype(np.float64), found, min(top, len(rows) - 1)))))


def _recalls(rows: np.ndarray, found: np.ndarray, top: int) -> Iterator[float]:
    for seed in np.random.default_rng(0).permutation(len(rows))[:SAMPLE]:
        score = rows @ rows[seed]
        score[seed] = -np.inf
        last = np.partition(score, -top)[-top]
        others = found[seed][(found[seed] >= 0) & (found[seed] != seed)][:top]
        yield float(np.count_nonzero(score[others] >= last - 1e-6)) / top
