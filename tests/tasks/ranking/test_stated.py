"""The shapes that hold where there is too little to learn from."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.evaluation.measuring import measure
from tasks.ranking import training
from tasks.ranking.stated import LEAST, STATED, stated
from warehouse.query.model import ListModel
from warehouse.query.signals import Corpus, signals

SPEC = importlib.util.spec_from_file_location("making", Path(__file__).parent / "test_training.py")
assert SPEC is not None and SPEC.loader is not None
making = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(making)


def first(lists: int) -> pl.DataFrame:
    return making.playlists().filter(pl.col("basket_id") < f"playlist:{lists:02}")


@pytest.mark.parametrize(("lists", "shapes"), [(0, {}), (LEAST - 1, {}), (LEAST, STATED)])
def test_they_hold_from_five_lists_on(lists: int, shapes: object) -> None:
    assert stated(first(lists)) == shapes


def test_small_baskets_are_no_lists() -> None:
    assert stated(making.playlists().group_by("basket_id").head(4)) == {}


@pytest.mark.parametrize("name", STATED)
def test_more_of_a_signal_only_speaks_for_a_song_where_the_learned_ones_say_so(name: str) -> None:
    shape = STATED[name]
    assert shape.values.size == shape.edges.size + 1
    assert (np.diff(shape.edges) > 0).all()
    assert (np.diff(shape.values) >= 0).all() or not training.SIGNALS[name]


def test_the_rows_of_the_table_say_that_they_are_defaults_and_give_the_same_scores() -> None:
    songs, sounds = making.catalogue()
    lists = first(1).select(list_id="basket_id", track_id="track_id")
    found = signals(lists, Corpus.of(songs, first(10), sounds))
    rows = training.steps(STATED, "tonight", is_default=True)
    model = ListModel.of(rows)
    assert rows["is_default"].all()
    assert model is not None
    served = model.addends(found, "hybrid").select(pl.sum_horizontal(pl.exclude("list_id", "track_id"))).to_series()
    assert served.to_numpy() == pytest.approx(training.scores(STATED, found), abs=1e-9)


def test_the_evaluation_measures_what_serves_a_few_lists() -> None:
    """Ten lists teach nothing, and are still continued with songs of their taste: half of the catalogue is of another."""
    songs, sounds = making.catalogue()
    figures, words = measure(songs, sounds, first(10))
    warm = figures.filter(task="list", view="warm", metric="ndcg@10")
    told = dict(warm.select("algorithm", "value").iter_rows())
    assert told["hybrid"] > told["random"]
    assert words.startswith("not enough data to tell: 8 lists")
