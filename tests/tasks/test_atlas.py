"""The map: songs that belong together lie together, everything fits, and regions are named by what they hold."""

import numpy as np
import polars as pl

from tasks.atlas import WORDS, laid_out, regions

SONGS = 120


def two_circles() -> pl.DataFrame:
    """Even songs belong with the next even ones, odd songs with the next odd ones."""
    rows = [(seed, (seed + 2 * step) % SONGS) for seed in range(SONGS) for step in range(1, 7)]
    return pl.DataFrame(rows, schema={"seed": pl.Int32, "neighbour": pl.Int32}, orient="row")


def test_neighbours_lie_nearer_than_strangers() -> None:
    points = laid_out(SONGS, two_circles())
    near = np.mean([np.linalg.norm(points[a] - points[b]) for a, b in two_circles().iter_rows()])
    far = np.mean([np.linalg.norm(points[a] - points[(a + 1) % SONGS]) for a in range(SONGS)])
    assert near < far / 2


def test_the_map_fits_the_unit_square_and_is_the_same_each_time() -> None:
    points = laid_out(SONGS, two_circles())
    assert points.shape == (SONGS, 2)
    assert points.min() >= 0
    assert points.max() <= 1
    assert np.array_equal(points, laid_out(SONGS, two_circles()))


def test_songs_without_neighbours_have_a_place_too() -> None:
    nobody = two_circles().clear()
    assert laid_out(3, nobody).shape == (3, 2)
    assert laid_out(0, nobody).shape == (0, 2)
    assert laid_out(2, two_circles().filter(pl.max_horizontal("seed", "neighbour") < 2)).shape == (2, 2)


def test_regions_are_named_by_genre_and_by_the_sound_that_sets_them_off() -> None:
    left = np.arange(SONGS) < SONGS // 2
    sound = {name: np.where(left, 0.2, 0.8) if name == "energy" else np.full(SONGS, 0.5) for name in WORDS}
    songs = pl.DataFrame({"genre": np.where(left, "folk", "metal"), "artists": [["Somebody"]] * SONGS, **sound})
    points = np.column_stack([np.where(left, 0.1, 0.9), np.linspace(0, 1, SONGS)]).astype(np.float32)
    named = regions(songs, points)
    assert set(named[: SONGS // 2]) >= {"calm folk"}
    assert set(named[SONGS // 2 :]) >= {"loud metal"}
    assert set(named.drop_nulls()) == {"calm folk", "loud metal", "around Somebody"}


def test_a_feature_that_is_the_same_everywhere_silences_no_other_and_nobody_is_called_none() -> None:
    left = np.arange(SONGS) < SONGS // 2
    sound = {name: np.full(SONGS, 0.5) for name in WORDS} | {"valence": np.where(left, 0.2, 0.8)}
    nobody = pl.Series("artists", [None] * SONGS, dtype=pl.List(pl.String))
    songs = pl.DataFrame({"genre": ["pop"] * SONGS, **sound}).with_columns(nobody)
    points = np.column_stack([np.where(left, 0.1, 0.9), np.linspace(0, 1, SONGS)]).astype(np.float32)
    assert set(regions(songs, points)) == {"dark pop", "bright pop", None}


def test_a_handful_of_songs_has_no_regions() -> None:
    songs = pl.DataFrame({"genre": ["folk"], "artists": [["Somebody"]], **{name: [0.5] for name in WORDS}})
    assert regions(songs, np.zeros((1, 2), np.float32)).to_list() == [None]
