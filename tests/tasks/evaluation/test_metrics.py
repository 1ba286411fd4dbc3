"""Figures of small lists, counted by hand."""

from math import log2

import numpy as np
import polars as pl
import pytest

from tasks.evaluation.metrics import bounds, per_list, ratio, summary, variety, views, whole


def hidden(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=["list_id", "track_id"], orient="row")


def ranking(list_id: str, *track_ids: str) -> pl.DataFrame:
    return pl.DataFrame({"list_id": list_id, "rank": range(1, len(track_ids) + 1), "track_id": track_ids})


def test_warm_songs_stand_in_a_visible_basket() -> None:
    visible = pl.DataFrame({"track_id": ["b", "c"]})
    assert views(hidden(("1", "a"), ("1", "b")), visible).rows() == [
        ("all", "1", "a"),
        ("all", "1", "b"),
        ("warm", "1", "b"),
        ("cold", "1", "a"),
    ]


def test_figures_of_a_list_with_two_hidden_songs_found_first_and_third() -> None:
    right = hidden(("1", "a"), ("1", "c")).select(pl.lit("all").alias("view"), "list_id", "track_id")
    found = dict(per_list(ranking("1", "a", "b", "c"), right).select("metric", "value").iter_rows())
    assert found == pytest.approx(
        {
            "ndcg@10": (1 + 1 / log2(4)) / (1 + 1 / log2(3)),
            "ndcg@100": (1 + 1 / log2(4)) / (1 + 1 / log2(3)),
            "recall@100": 1.0,
            "hit@10": 1.0,
            "r-precision": 0.5,
        }
    )


def test_a_list_without_an_answer_counts_as_zero() -> None:
    right = hidden(("1", "a"), ("2", "a")).select(pl.lit("all").alias("view"), "list_id", "track_id")
    told = summary(per_list(ranking("1", "a"), right)).filter(metric="ndcg@10")
    assert told.select("value", "cases").rows() == [(0.5, 2)]


def test_bounds_hold_the_mean_and_close_with_more_lists() -> None:
    values = np.random.default_rng(1).random(400)
    low, high = bounds(values)
    few_low, few_high = bounds(values[:20])
    assert low is not None and high is not None and few_low is not None and few_high is not None
    assert low < values.mean() < high
    assert high - low < few_high - few_low
    assert bounds(values[:1]) == (None, None)


def test_a_ratio_is_that_of_the_means_and_is_sure_where_every_list_says_the_same() -> None:
    theirs = np.array([0.1, 0.2, 0.4])
    assert ratio(3 * theirs, theirs) == pytest.approx((3, 3, 3))
    found, low, high = ratio(np.array([0.2, 0.2, 0.4]), theirs)
    assert found == pytest.approx(0.8 / 0.7)
    assert low is not None and high is not None and low == pytest.approx(1) and high == pytest.approx(2)


@pytest.mark.parametrize(("theirs", "told"), [([0.0, 0.0, 0.0], None), ([0.0, 0.0, 0.6], 2.0)])
def test_of_a_peer_that_hardly_finds_anything_no_bounds_are_told(theirs: list[float], told: float | None) -> None:
    assert ratio(np.array([0.4, 0.4, 0.4]), np.array(theirs)) == (told and pytest.approx(told), None, None)


def test_coverage_counts_the_tracks_that_any_list_shows() -> None:
    baskets = pl.DataFrame({"basket_id": ["x", "x", "y"], "track_id": ["a", "b", "a"]})
    ranked = pl.concat([ranking("1", "a", "b"), ranking("2", "a")])
    told = {(view, metric): value for view, metric, value, _ in whole(ranked, 4, baskets).rows()}
    assert told["all", "coverage@10"] == 0.5
    assert (told["warm", "coverage@10"], told["cold", "coverage@10"]) == (1.0, 0.0)
    assert told["all", "popularity_bias@10"] == pytest.approx((5 / 3) / (5 / 3))
    assert told["all", "hubness@10"] == pytest.approx(2 / 1.5)


def test_a_list_of_songs_that_sound_alike_has_no_variety() -> None:
    heard = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    ranked = pl.concat([ranking("alike", "a", "b"), ranking("apart", "a", "c"), ranking("unheard", "a", "d")])
    told = variety(ranked, pl.Series(["a", "b", "c", "d"]), heard)
    assert told.select("list_id", "value").rows() == [("alike", pytest.approx(0.0)), ("apart", pytest.approx(1.0))]
