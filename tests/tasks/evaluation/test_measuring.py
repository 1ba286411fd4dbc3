"""The evaluation as a whole: nothing leaks, peers are peers, and the verdict knows what it does not know."""

import importlib.util
from pathlib import Path

import polars as pl
import pytest

from tasks.evaluation.measuring import ENOUGH, hold_out, measure, verdict
from tasks.evaluation.metrics import per_list, views

SPEC = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "ranking" / "test_training.py")
assert SPEC is not None and SPEC.loader is not None
making = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(making)


def test_no_hidden_pair_is_visible() -> None:
    visible, hidden = hold_out(making.playlists())
    pairs = hidden.rename({"list_id": "basket_id"})
    assert hidden.height > 100
    assert visible.join(pairs, on=["basket_id", "track_id"], how="semi").is_empty()
    assert visible.height + hidden.height == making.playlists().height


def test_planted_leakage_would_be_noticed() -> None:
    """A peer that has seen the hidden pairs finds them all: the figures do tell an honest ranker from a leaking one."""
    baskets = making.playlists()
    visible, hidden = hold_out(baskets)
    right = views(hidden, visible)
    leaking = hidden.with_columns(rank=pl.int_range(1, pl.len() + 1).over("list_id"))
    leaked = per_list(leaking, right).filter(view="all", metric="ndcg@10")["value"].mean()
    songs, sounds = making.catalogue()
    figures, _ = measure(songs, sounds, baskets)
    honest = figures.filter(algorithm="hybrid", view="all", metric="ndcg@10")["value"].item()
    assert leaked == pytest.approx(1.0)
    assert 0 < honest < 0.5


def test_every_peer_is_asked_and_the_hybrid_is_better_than_chance() -> None:
    songs, sounds = making.catalogue()
    figures, words = measure(songs, sounds, making.playlists())
    warm = dict(figures.filter(view="warm", metric="ndcg@10").select("algorithm", "value").iter_rows())
    assert set(warm) == {"hybrid", "random", "popularity", "audio", "artist", "item-knn", "user-knn", "ease"}
    assert warm["hybrid"] > 1.3 * warm["random"]
    assert warm["audio"] is not None
    assert "nDCG@10" in words


@pytest.mark.parametrize("rows", [0, 3, 20], ids=["no basket", "a basket of three", "one basket"])
def test_too_little_is_said_to_be_too_little(rows: int) -> None:
    songs, sounds = making.catalogue()
    _, words = measure(songs, sounds, making.playlists().head(rows))
    assert words.startswith("not enough data to tell")


def test_the_verdict_needs_lists_and_a_clear_difference() -> None:
    def told(values: list[float]) -> pl.DataFrame:
        ids = [str(number) for number in range(len(values))]
        return pl.DataFrame({"view": "warm", "metric": "ndcg@10", "list_id": ids, "value": values})

    high, low = [0.5, 0.6] * ENOUGH, [0.1, 0.2] * ENOUGH
    assert verdict({"hybrid": told(high), "ease": told(low)}).startswith("better than every single signal")
    assert verdict({"hybrid": told(low), "ease": told(high)}).startswith("worse than ease")
    assert verdict({"hybrid": told(high), "ease": told(high)}).startswith("not enough data to tell it from ease")
    assert verdict({"hybrid": told(high[:5]), "ease": told(low[:5])}).startswith("not enough data to tell: 5 lists")
