"""What baskets say of two songs, by hand: shares of baskets, of baskets like those, and who stands near."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from tasks.similarity.signals import latent
from tasks.similarity.signals.company import HEARSAY, LIKER, OWN, PROLIFIC, THIN, UNLIKE, Circles, Company, company
from tasks.similarity.signals.rows import Terms

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


def terms(letters: str) -> Terms:
    """The letter at the place of each track is what it has of the terms a to f; a dash is none."""
    row, column = zip(*((row, "abcdef".index(a)) for row, a in enumerate(letters) if a != "-"), strict=True)
    return Terms(csr_array((np.ones(len(row)), (row, column)), shape=(6, 6)), NAMES)


def heard(
    *lists: str, artists: str = "abcdef", genres: str = "abcdef", before: tuple[str, ...] | None = None
) -> Company:
    """Artist and genre of a track are the letters at its place; the model was fitted to the lists ``before``."""
    told = terms(artists), terms(genres)
    circles = Circles.of(placed(*(lists if before is None else before)), *told)
    return company(placed(*lists), *told, 6, circles)


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
    likeness = 0.5**LIKER  # of two lists of two songs that have one in common
    assert share(found.alike, found.held, "ac") == pytest.approx(likeness / (likeness + UNLIKE))
    assert share(found.alike, found.held, "ae") == 0


def test_of_baskets_that_are_alike_the_liker_one_counts_more() -> None:
    found = heard("abc", "bcd", "cef")
    assert share(found.alike, found.held, "ad") > share(found.alike, found.held, "ae") > 0


def test_baskets_that_are_hardly_alike_say_less() -> None:
    near, far = heard("ab", "bc"), heard("abef", "bcd")
    assert share(near.alike, near.held, "ac") > share(far.alike, far.held, "ac") > 0


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
    assert share(found.artists, found.artists, "ab") == pytest.approx(OWN**2)
    # both were nowhere: they stand where they are
    assert share(found.artists, found.artists, "ce") == pytest.approx(OWN**2)
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


def test_the_artists_of_the_seeds_list_speak_for_their_other_songs() -> None:
    """c is by the artist of a and b and on no list itself, d by one whom the list of e does not hold."""
    found = heard("abe", "f", artists="aaafef")
    assert share(found.regulars, found.held, "ce") == pytest.approx(HEARSAY * 2 / (2**PROLIFIC * 3**0.5))
    assert share(found.together, found.regulars, "ea") > share(found.together, found.regulars, "ec") > 0
    assert share(found.together, found.regulars, "ea") > share(found.together, found.regulars, "ee") > 0
    assert share(found.together, found.regulars, "ed") == 0


def test_a_basket_that_has_much_in_common_does_not_speak_in_proportion() -> None:
    """The first list of a shares songs with three others, the second one with two: each of those two says a little more."""
    found = heard("ab", "bc", "bd", "ae", "ef")
    told = {letter: share(found.alike, found.held, f"a{letter}") for letter in "cdf"}
    assert told["c"] == pytest.approx(told["d"])
    assert told["f"] > told["c"]


def test_songs_that_stand_among_the_same_songs_are_kin_though_they_never_met() -> None:
    found = heard("abc", "dbc", "ef")
    cosine = found.latent @ found.latent.T
    assert cosine[0, 3] > 0.9
    assert abs(cosine[0, 4]) < 0.1


def test_a_song_that_stands_nowhere_is_placed_by_its_artists_and_says_less() -> None:
    found = heard("ab", "ef", artists="abacef")
    assert np.linalg.norm(found.latent, axis=1) == pytest.approx([1, 1, latent.HEARSAY, 0, 1, 1])
    assert found.latent[2] @ found.latent[0] == pytest.approx(latent.HEARSAY)


def test_songs_of_a_genre_of_the_seeds_list_are_kin_though_they_have_no_list_and_no_artist_in_common() -> None:
    """Most of the list of a is of genre x, like c; b alone is of the genre of d, e of one that the list does not hold."""
    found = heard("abf", "e", genres="aeaeba")
    assert share(found.together, found.genres, "ac") > share(found.together, found.genres, "ad") > 0
    assert share(found.together, found.genres, "ae") == 0
    cosine = 2 / 5**0.5
    assert share(found.together, found.genres, "af") == pytest.approx(cosine / (1 + THIN * 3**0.5), rel=1e-5)
    assert share(found.together, found.genres, "ac") == pytest.approx(
        HEARSAY * share(found.together, found.genres, "af")
    )


def test_of_genres_a_list_says_what_it_said_when_the_model_was_fitted() -> None:
    found = heard("ab", "ce", genres="aabbab", before=("ab",))
    assert share(found.together, found.genres, "ae") > 0
    assert share(found.together, found.genres, "ce") == share(found.together, found.genres, "cd") == 0


def test_who_has_no_artist_is_not_taken_for_one_of_the_first_artist() -> None:
    found = heard("ab", artists="ab-aaa")
    assert share(found.together, found.regulars, "ae") > 0
    assert share(found.together, found.regulars, "ac") == 0


def test_without_genres_nothing_is_said_of_them() -> None:
    found = heard("ab", genres="-----a")
    assert found.genres.nnz == 0


def test_a_list_that_goes_concerns_all_whose_genres_it_spoke_of() -> None:
    before = ("cd", "ab")
    then, now = (heard(*lists, genres="aacca-", before=before) for lists in (before, ("cd",)))
    assert (then.prints != now.prints).tolist() == [True, True, False, False, True, False]


def test_a_song_is_placed_by_those_whom_the_model_knows() -> None:
    """e and f came later: who stands next to them stands where it did, and they stand by whom they met."""
    before = heard("abc", "bcd")
    found = heard("abc", "bcd", "e", "f", "ea", before=("abc", "bcd"))
    np.testing.assert_array_equal(found.latent[:4], before.latent[:4])
    assert np.linalg.norm(found.latent[4]) == pytest.approx(1)
    assert not found.latent[5].any()
