"""An additive ranker: a step function for each signal, learned so that a list's hidden songs come first.

The score of a candidate is a plain sum of steps, so every reason is an addend and the addends are the score. The loss is
the softmax of each hidden song against the candidates of its list that were not hidden (the top-one case of ListNet, Cao et
al., ICML 2007, one right answer at a time: two hidden songs do not compete), with a ridge on the height of each step.
Functions of signals that common sense orders may only rise. The problem is convex: one answer, no seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

STEPS = 24
"""Steps of a function at most; half of them share the highest tenth of the values, where the choice is made."""
RIDGE = 20.0
"""Price of a squared step, against one list's loss of about 1 a hidden song."""
ROUNDS = 150
"""Rounds of the optimiser at most."""


@dataclass(frozen=True)
class Shape:
    """``values[k]`` for a signal in (``edges[k-1]``, ``edges[k]``], ``unknown`` where there is none."""

    edges: np.ndarray
    values: np.ndarray
    unknown: float

    def of(self, signal: np.ndarray) -> np.ndarray:
        """The addend of each value; NaN is unknown."""
        known = self.values[np.searchsorted(self.edges, signal, side="left").clip(max=self.edges.size)]
        return np.where(np.isnan(signal), self.unknown, known)


def fit(
    signals: np.ndarray, hits: np.ndarray, groups: np.ndarray, rising: Sequence[bool], *, learns_unknown: Sequence[bool]
) -> list[Shape]:
    """Learn a shape for each column of ``signals`` [candidates, signals] (NaN is unknown).

    ``hits`` are the candidates that were hidden in their list, ``groups`` the list of each candidate. Where ``rising``, the
    function never falls. What is unknown adds the mean of its function over the candidates, so that missing data speaks
    neither for nor against a song; only where ``learns_unknown`` its addend is learned.
    """
    order = np.argsort(groups, kind="stable")
    signals, hits, groups = signals[order], hits[order], groups[order]
    edges = [_edges(signals[:, k]) for k in range(signals.shape[1])]
    codes = [_codes(signals[:, k], edges[k]) for k in range(signals.shape[1])]
    problem = _Problem(codes, [edge.size for edge in edges], hits, groups)
    bounds = [
        (0.0 if rising[k] and step < edges[k].size else None, None)
        for k in range(len(edges))
        for step in range(edges[k].size + 1)
    ]
    fixed = [None if learn else code < 0 for learn, code in zip(learns_unknown, codes, strict=True)]
    problem.silent = fixed
    best = minimize(
        problem.loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ROUNDS}
    )
    shapes = []
    for k, part in enumerate(problem.split(best.x)):
        values = np.concatenate([[0.0], np.cumsum(part[:-1])])
        known = codes[k] >= 0
        mean = float(values[codes[k][known]].mean()) if known.any() else 0.0
        shapes.append(Shape(edges[k], values, float(part[-1]) if learns_unknown[k] and not known.all() else mean))
    return shapes


class _Problem:
    """The loss of the heights of all steps; of each signal its steps and last the addend of the unknown."""

    silent: list[np.ndarray | None]

    def __init__(self, codes: list[np.ndarray], sizes: list[int], hits: np.ndarray, groups: np.ndarray) -> None:
        self.codes = codes
        self.sizes = sizes
        self.hits = hits
        self.starts = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1])
        lengths = np.diff(np.concatenate([self.starts, [groups.size]]))
        self.group = np.repeat(np.arange(self.starts.size), lengths)
        count = np.add.reduceat(hits.astype(float), self.starts)
        self.weight = 1 / np.sqrt(np.maximum(count, 1))[self.group]  # a long list says more, but not in proportion

    def split(self, heights: np.ndarray) -> list[np.ndarray]:
        """The heights by signal."""
        return np.split(heights, np.cumsum([size + 1 for size in self.sizes])[:-1])

    def loss(self, heights: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss and gradient."""
        parts = self.split(heights)
        score = np.zeros(self.hits.size)
        for k, part in enumerate(parts):
            values = np.concatenate([[0.0], np.cumsum(part[:-1]), [self._unknown(k, part)]])
            score += values[self.codes[k]]
        score -= np.maximum.reduceat(score, self.starts)[self.group]
        power = np.exp(score)
        missed = np.add.reduceat(power * ~self.hits, self.starts)[self.group]
        tiny = np.finfo(float).tiny
        level = np.logaddexp(score, np.log(missed + tiny))  # of a hidden song and all that were not hidden
        loss = float((self.weight * self.hits * (level - score)).sum())
        pressed = np.add.reduceat(self.hits * np.exp(-level), self.starts)[self.group]
        slope = self.weight * np.where(self.hits, np.exp(score - level) - 1, power * pressed)
        gradient = np.concatenate([self._slope(k, slope) for k in range(len(parts))])
        return loss + RIDGE * float(heights @ heights), gradient + 2 * RIDGE * heights

    def _unknown(self, k: int, part: np.ndarray) -> float:
        silent = self.silent[k]
        if silent is None:
            return float(part[-1])
        known = self.codes[k][~silent]
        values = np.concatenate([[0.0], np.cumsum(part[:-1])])
        return float(values[known].mean()) if known.size else 0.0

    def _slope(self, k: int, slope: np.ndarray) -> np.ndarray:
        size, silent = self.sizes[k], self.silent[k]
        code = self.codes[k]
        known = code >= 0
        felt = np.bincount(code[known], slope[known], size + 1)
        unknown = float(slope[~known].sum())
        if silent is not None and known.any():
            felt += unknown * np.bincount(code[known], minlength=size + 1) / known.sum()
            unknown = 0.0
        return np.concatenate([np.cumsum(felt[::-1])[::-1][1:], [unknown]])


def _edges(values: np.ndarray) -> np.ndarray:
    """Upper bounds of the steps; the last step has none. Empty for a constant."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return np.empty(0)
    shares = np.concatenate([np.linspace(0, 0.9, STEPS // 2), 1 - np.geomspace(0.1, 0.0005, STEPS // 2)])
    edges = np.unique(np.quantile(known, shares))
    return edges[edges < known.max()]


def _codes(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Step of each value; -1 where unknown."""
    return np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left").clip(max=edges.size)).astype(
        np.int64
    )
