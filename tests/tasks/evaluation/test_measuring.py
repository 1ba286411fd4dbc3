"""The evaluation as a whole: nothing leaks, peers are peers, and the verdict knows what it does not know."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.evaluation.measuring import ENOUGH, LATER, SPLIT, hold_out, later, measure, verdict

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


def test_every_song_of_a_list_is_hidden_in_one_of_five_fifths() -> None:
    hidden = pl.concat([hold_out(making.playlists(), fifth)[1] for fifth in range(5)])
    pairs = making.playlists().select("track_id", list_id="basket_id").sort("list_id", "track_id")
    assert hidden.select("track_id", "list_id").sort("list_id", "track_id").equals(pairs)


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    """Of one evaluation: playlists that hold either half of the catalogue, and sessions like them."""
    songs, sounds = making.catalogue()
    return measure(songs, sounds, pl.concat([making.playlists(), sessions()]))[0]


def sessions() -> pl.DataFrame:
    """110 sessions on days of their own, each of one of four tastes of sixty songs."""
    rng, songs = np.random.default_rng(5), 60
    rows = [
        (f"session:2026-{1 + day // 28:02}-{1 + day % 28:02}T10:00:00", "session", f"t{song:03}", place, 0.5)
        for day in range(110)
        for place, song in enumerate(songs * (day % 4) + rng.choice(songs, 20, replace=False))
    ]
    return pl.DataFrame(rows, schema=making.playlists().schema, orient="row")


def by_chance() -> pl.DataFrame:
    """Playlists and sessions of songs that were drawn: nothing to learn, so what is found was known."""
    rng = np.random.default_rng(7)
    drawn = pl.concat([making.playlists(), sessions()]).select("basket_id", "kind", "position", "weight")
    names = drawn["basket_id"].unique(maintain_order=True)
    songs = [f"t{song:03}" for _ in names for song in rng.choice(240, 20, replace=False)]
    return drawn.with_columns(track_id=pl.Series(songs)).select(making.playlists().columns)


CHANCE = 0.05
"""Of 240 songs, 20 shown and 4 hidden, ten that were drawn have an nDCG of some .02."""


def found(baskets: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    songs, sounds = making.catalogue()
    told = measure(songs, sounds, baskets)[0].filter(metric="ndcg@10", view="all")
    return {
        (task, split, name): value
        for task, split, name, value in told.select("task", "split", "algorithm", "value").rows()
    }


def test_of_what_is_hidden_nothing_is_known() -> None:
    """Neither the two models, in either split, nor any peer that learns."""
    told = {of: value for of, value in found(by_chance()).items() if of[2] not in ("random", "audio")}
    assert {of: value for of, value in told.items() if value > CHANCE} == {}
    assert len(told) == 3 * 6


def test_planted_leakage_would_be_noticed() -> None:
    """Lists that stand there twice give away what is hidden in the first, to both models."""
    lists = by_chance().filter(kind="playlist")
    leaking = found(pl.concat([lists, lists.with_columns(pl.format("{} again", "basket_id").alias("basket_id"))]))
    assert leaking["list", SPLIT, "hybrid"] > 5 * CHANCE
    assert leaking["song", SPLIT, "hybrid"] > CHANCE


@pytest.mark.parametrize(("task", "split"), [("list", SPLIT), ("song", SPLIT), ("list", LATER)])
def test_every_peer_is_asked_and_the_hybrid_is_better_than_chance(figures: pl.DataFrame, task: str, split: str) -> None:
    told = figures.filter(task=task, split=split, view="warm", metric="ndcg@10")
    warm = dict(told.select("algorithm", "value").iter_rows())
    assert set(warm) == {"hybrid", "random", "popularity", "audio", "artist", "item-knn", "user-knn", "ease"}
    assert warm["hybrid"] > 1.3 * warm["random"]


@pytest.mark.parametrize(
    ("days", "told"), [(0, None), (60, "12 of them hide a song, 20 are needed"), (110, "warm nDCG@10")]
)
def test_of_later_sessions_is_said_what_they_tell_or_that_they_are_too_few(days: int, told: str | None) -> None:
    songs, sounds = making.catalogue()
    some = sessions().filter(pl.col("basket_id").is_in(sessions()["basket_id"].unique().sort().head(days).implode()))
    words = measure(songs, sounds, pl.concat([making.playlists().head(400), some]))[1].split("; ")
    assert [part.partition(": ")[0] for part in words[1:]] == ["song to song", "later sessions"][
        : 1 + (told is not None)
    ]
    assert told is None or told in words[2]


def test_no_later_session_is_known_before_it_is_heard() -> None:
    before, shown, hidden = later(pl.concat([making.playlists(), sessions()]))
    assert before["kind"].unique().to_list() == ["session"]
    assert before["basket_id"].n_unique() == int(0.8 * sessions()["basket_id"].n_unique())
    assert before["basket_id"].max() < shown["list_id"].min()
    assert shown.join(hidden, on=["list_id", "track_id"], how="semi").is_empty()
    assert set(hidden["list_id"]) == set(shown["list_id"])


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
