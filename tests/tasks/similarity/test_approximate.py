"""Lists out of candidates: scores are exact, few neighbours are missed, and how many is measured."""

import numpy as np
import polars as pl
import pytest

from tasks.bench.making import catalogue
from tasks.similarity import neighbours as engine
from tasks.similarity.approximate import approximate, recall
from tasks.similarity.lists import addends
from tasks.similarity.neighbours import build
from tasks.similarity.signals import Signals, signals
from tasks.similarity.weights import STATED

TOP = 20


@pytest.fixture(scope="module")
def given() -> Signals:
    return signals(*catalogue(3_000), STATED)


def test_few_neighbours_are_missed_and_every_score_is_right(given: Signals) -> None:
    found = approximate(given, TOP)
    assert recall(given, found, TOP).mean() > 0.97
    row, column = np.nonzero(found.others >= 0)
    told = addends(given, row, found.others[row, column])
    for name, values in told.items():
        np.testing.assert_array_equal(getattr(found, name)[row, column], values)


def test_versions_of_a_song_do_not_crowd_others_out_of_the_candidates() -> None:
    songs, sounds, baskets = catalogue(500)
    versions = [
        [frame.with_columns(pl.col("track_id") + f"-{number}") for frame in (songs, sounds, baskets)]
        for number in range(6)
    ]
    given = signals(*(pl.concat(parts) for parts in zip(*versions, strict=True)), STATED)
    assert recall(given, approximate(given, TOP), TOP).mean() > 0.97


def test_recall_is_whole_for_exact_lists_and_counts_what_is_missing(given: Signals) -> None:
    exact = build(given, TOP)
    assert recall(given, exact, TOP).min() == 1.0
    exact.others[:, : TOP // 2] = -1
    exact.others[:, TOP:] = -1
    assert recall(given, exact, TOP).mean() < 0.7


def test_a_large_catalogue_is_built_out_of_candidates(given: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "EXACT", 100)
    np.testing.assert_array_equal(build(given, TOP).others, approximate(given, TOP).others)
