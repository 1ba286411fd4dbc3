"""What the song model learns from baskets, and what it must not learn."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.ranking import training
from tasks.similarity import weights
from tasks.similarity.signals import SIGNALS, signals

SPEC = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "ranking" / "test_training.py")
assert SPEC is not None and SPEC.loader is not None
making = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(making)


def by_artist() -> pl.DataFrame:
    """80 lists, each of 20 songs by 3 of the 24 artists."""
    rng = np.random.default_rng(7)
    rows = [
        (f"playlist:{number:02}", "playlist", f"t{song:03}", place, 1.0)
        for number in range(80)
        for songs in [[10 * artist + song for artist in rng.choice(24, 3, replace=False) for song in range(10)]]
        for place, song in enumerate(rng.choice(songs, 20, replace=False))
    ]
    return pl.DataFrame(rows, schema=making.playlists().schema, orient="row")


def test_weights_are_hundredths_that_sum_to_one_and_the_same_each_time() -> None:
    songs, sounds = making.catalogue()
    learned = weights.learn(songs, sounds, by_artist())
    assert learned is not None
    assert list(learned) == list(SIGNALS)
    assert sum(round(100 * value) for value in learned.values()) == 100
    assert all(value >= weights.LEAST.get(name, 0.0) for name, value in learned.items())
    assert weights.learn(songs, sounds, by_artist().sample(fraction=1.0, shuffle=True, seed=1)) == learned


def test_lists_of_one_sound_teach_that_sound_counts() -> None:
    songs, nothing = making.catalogue()
    rng = np.random.default_rng(8)
    angle = dict(zip(songs["track_id"], 2 * np.pi * rng.permutation(240) / 240, strict=True))
    heard = pl.DataFrame(
        [
            {"track_id": song, "energy": 0.5 + np.cos(at) / 2, "valence": 0.5 + np.sin(at) / 2}
            for song, at in angle.items()
        ]
    )
    sounds = pl.concat([nothing, heard], how="diagonal")
    order = sorted(angle, key=lambda song: angle[song])
    rows = [
        (f"playlist:{number:02}", "playlist", order[(3 * number + step) % 240], place, 1.0)
        for number in range(80)
        for place, step in enumerate(rng.choice(24, 12, replace=False))
    ]
    baskets = pl.DataFrame(rows, schema=making.playlists().schema, orient="row")
    learned, deaf = weights.learn(songs, sounds, baskets), weights.learn(songs, nothing, baskets)
    assert learned is not None
    assert deaf is not None
    assert learned["audio.cosine"] > 2 * weights.LEAST["audio.cosine"]
    assert deaf["audio.cosine"] < learned["audio.cosine"]


def test_nothing_is_learned_from_few_lists() -> None:
    songs, sounds = making.catalogue()
    few = making.playlists().filter(pl.col("basket_id") < "playlist:20")
    assert weights.learn(songs, sounds, few) is None
    assert weights.learn(songs, sounds, few.clear()) is None


def test_neither_cold_songs_nor_what_a_list_shows_teach_anything() -> None:
    songs, sounds = making.catalogue()
    baskets = making.playlists()
    alone = baskets.filter(basket_id="playlist:00").with_columns(track_id=pl.format("x{}", "position"))
    strangers = songs.head(20).with_columns(track_id=pl.format("x{}", pl.int_range(20)))
    songs = pl.concat([songs, strangers.with_columns(song_id="track_id")])
    baskets = pl.concat([baskets, alone.with_columns(basket_id=pl.lit("playlist:x"))])
    held = training.cases(baskets, most=10_000).filter(pl.col("list_id").str.ends_with(weights.FOLD))
    hidden = held.filter("is_hidden").select("basket_id", "track_id")
    shown = baskets.join(hidden, on=["basket_id", "track_id"], how="anti")
    seen = weights.examples(signals(songs, sounds, shown, weights.STATED), held)
    tracks = songs.sort("track_id")["track_id"]
    told = seen.select("basket_id", "is_hit", track_id=tracks.gather(seen["row"]))
    cold = songs.join(shown, on="track_id", how="anti")
    assert cold["track_id"].str.starts_with("x").any()
    assert told.join(cold, on="track_id", how="semi").is_empty()
    assert told.join(shown, on=["basket_id", "track_id"], how="semi").is_empty()
    hits = told.filter("is_hit").select("basket_id", "track_id").unique()
    assert hits.join(hidden, on=["basket_id", "track_id"], how="anti").is_empty()
    assert hits.height > 50


@pytest.mark.parametrize("drawn", [np.full(len(SIGNALS), 1.0), np.eye(len(SIGNALS))[0]], ids=["equal", "one"])
def test_hundredths_keep_the_sum(drawn: np.ndarray) -> None:
    assert sum(weights.hundredths(drawn).values()) == pytest.approx(1.0)


def test_the_rows_of_models_say_what_each_signal_counts() -> None:
    told = weights.rows(weights.STATED, "a", is_default=True)
    assert told.select("signal", "value").rows() == list(weights.STATED.items())
    assert told["algorithm"].unique().to_list() == [weights.ALGORITHM]
    assert told["is_default"].all()


def test_of_no_pairs_no_signal_says_anything() -> None:
    """A block of seeds none of which finds a hidden song once failed a night, for polars and scipy each have a nothing of their own."""
    songs, sounds = making.catalogue()
    given = signals(songs, sounds, by_artist(), weights.STATED)
    none = pl.Series([], dtype=pl.Int64).to_numpy()
    told = given.cosines(none, none) | given.addends(none, none)
    assert {name: value.size for name, value in told.items() if value.size} == {}
