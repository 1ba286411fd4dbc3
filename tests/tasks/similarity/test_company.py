"""What baskets say of two songs, by hand: shares of baskets, of baskets like those, and who stands near."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from tasks.similarity.company import THIN, Circles, Company, company

SCHEMA = {"row": pl.UInt32, "basket_id": pl.String, "position": pl.Int32, "weight": pl.Float64}


def heard(*lists: str, artists: str = "abcdef", weight: float = 1.0) -> Company:
    """Each text is a basket, each letter a track; the track's artist is the letter at its place in ``artists``."""
    rows = [("abcdef".index(t), str(n), place, weight) for n, text in enumerate(lists) for place, t in enumerate(text)]
    placed = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    credits = csr_array((np.ones(6), (np.arange(6), ["abcdef".index(a) for a in artists])), shape=(6, 6))
    names = pl.Series([*"abcdef"])
    return company(placed, credits, names, 6, Circles.of(placed, credits, names))


def share(left: csr_array, right: csr_array, pair: str) -> float:
    one, two = ("abcdef".index(letter) for letter in pair)
    return float(left[[one]].multiply(right[[two]]).sum())


def test_together_is_the_share_of_the_seeds_baskets_that_hold_the_other() -> None:
    found = heard("ab", "ac", "cd")
    assert share(found.together, found.held, "ab") == pytest.approx(0.5**0.5 / (2 * 0.5**0.5 + THIN))
    assert share(found.together, found.held, "ba") == pytest.approx(0.5**0.5 / (0.5**0.5 + THIN))
    assert share(found.together, found.held, "bc") == 0


def test_baskets_like_the_seeds_own_speak_for_songs_that_it_never_met() -> None:
    found = heard("ab", "bc", "ef")
    assert share(found.together, found.held, "ac") == 0
    assert share(found.alike, found.held, "ac") == pytest.approx(1.0)
    assert share(found.alike, found.held, "ae") == 0


def test_of_baskets_that_are_alike_the_liker_one_counts_more() -> None:
    found = heard("abc", "bcd", "cef")
    assert share(found.alike, found.held, "ad") > share(found.alike, found.held, "ae") > 0


def test_nearer_places_say_more_and_a_common_song_less() -> None:
    found = heard("abcd", "d")
    assert found.near[0, 1] > found.near[0, 2] > found.near[0, 3] > 0


def test_artists_of_one_list_are_kin_even_of_songs_that_are_on_none() -> None:
    found = heard("ab", "ef", artists="abbdef")
    assert share(found.artists, found.artists, "ac") > 0
    assert share(found.artists, found.artists, "ae") == 0


@pytest.mark.parametrize("lists", [(), ("a",)])
def test_nothing_is_said_where_there_is_nothing(lists: tuple[str, ...]) -> None:
    found = heard(*lists)
    assert found.alike.nnz == found.near.nnz == 0
    assert found.baskets.sum() == len(lists)


def test_an_artist_stands_where_he_stood_when_the_model_was_fitted() -> None:
    rows = [
        ("abcdef".index(t), name, place, 1.0)
        for name, text in {"0": "ab", "1": "ce"}.items()
        for place, t in enumerate(text)
    ]
    placed = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    names, credits = pl.Series([*"abcdef"]), csr_array(np.eye(6))
    circles = Circles.of(placed.filter(basket_id="0"), credits, names)
    found = company(placed, credits, names, 6, circles)
    assert share(found.artists, found.artists, "ab") == pytest.approx(1.0)
    assert share(found.artists, found.artists, "ce") == pytest.approx(
        1.0
    )  # both were nowhere: they stand where they are
    moved = placed.with_columns(pl.when(pl.col("row") == 4).then(0).otherwise("row").cast(pl.UInt32).alias("row"))
    found = company(moved, credits, names, 6, circles)
    assert share(found.together, found.held, "ca") > 0
    assert share(found.artists, found.artists, "ca") == 0  # a is in the new list, but known from the old one
