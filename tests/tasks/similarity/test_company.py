"""What baskets say of two songs, by hand: shares of baskets, of baskets like those, and who stands near."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from tasks.similarity.signals.company import THIN, Circles, Company, company

SCHEMA = {
    "row": pl.UInt32,
    "track_id": pl.String,
    "basket_id": pl.String,
    "position": pl.Int32,
    "weight": pl.Float64,
}
NAMES = pl.Series([*"abcdef"])


def placed(*lists: str) -> pl.DataFrame:
    """Each text is a basket, each letter a track."""
    rows = [("abcdef".index(t), t, str(n), place, 1.0) for n, text in enumerate(lists) for place, t in enumerate(text)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def heard(*lists: str, artists: str = "abcdef", before: tuple[str, ...] | None = None) -> Company:
    """The track's artist is the letter at its place in ``artists``; the model was fitted to the lists ``before``."""
    credits = csr_array((np.ones(6), (np.arange(6), ["abcdef".index(a) for a in artists])), shape=(6, 6))
    circles = Circles.of(placed(*(lists if before is None else before)), credits, NAMES)
    return company(placed(*lists), credits, NAMES, 6, circles)


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
    found = heard("ab", "ce", before=("ab",))
    assert share(found.artists, found.artists, "ab") == pytest.approx(1.0)
    # both were nowhere: they stand where they are
    assert share(found.artists, found.artists, "ce") == pytest.approx(1.0)
    found = heard("ab", "ca", before=("ab",))
    assert share(found.together, found.held, "ca") > 0
    assert share(found.artists, found.artists, "ca") == 0  # a is in the new list, but known from the old one


@pytest.mark.parametrize(
    ("lists", "concerned"),
    [
        (("abc", "def", "ae"), ""),
        (("abc", "def", "ae", "bf"), "bf"),
        (("abc", "def", "ea"), ""),
        (("acb", "def", "ae"), "abc"),
        (("abc", "de", "ae"), "def"),
        (("abc", "def"), "abcdef"),
    ],
    ids=["nothing", "a new list", "its order", "the order of three", "one left", "a list that all others listened to"],
)
def test_prints_tell_whom_a_change_of_baskets_concerns(lists: tuple[str, ...], concerned: str) -> None:
    before = ("abc", "def", "ae")
    then, now = heard(*before), heard(*lists, before=before)
    assert [letter for letter, is_new in zip("abcdef", then.prints != now.prints, strict=True) if is_new] == [
        *concerned
    ]
