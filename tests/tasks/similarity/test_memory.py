"""A night that remembers: whatever came, went or changed, the neighbours are those of a full build with the same model."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import polars as pl
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from schemas.catalogue import FEATURES
from tasks.similarity import memory
from tasks.similarity.memory import Related, relate
from tasks.similarity.neighbours import build, neighbours
from tasks.similarity.signals import signals

TOP = 3
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def night(tracks: Mapping[str, tuple[int, int, float]], playlists: Mapping[str, str]) -> Frames:
    """Tables of tracks (artist, version of which song, energy) and playlists, each letter a track."""
    ids = sorted(tracks)
    songs = pl.DataFrame(
        {
            "track_id": ids,
            "song_id": [min(other for other in ids if tracks[other][1] == tracks[one][1]) for one in ids],
            "artist_ids": [[f"artist {tracks[one][0]}"] for one in ids],
            "album_id": [None] * len(ids),
            "genres": [[f"genre {tracks[one][0] % 2}"] for one in ids],
            "released_on": [None] * len(ids),
            "title_key": [f"title {one}" for one in ids],
        },
        schema_overrides={
            "album_id": pl.String,
            "released_on": pl.Date,
            "artist_ids": pl.List(pl.String),
            "genres": pl.List(pl.String),
        },
    )
    heard = [{"track_id": one} | dict.fromkeys(FEATURES) | {"energy": tracks[one][2], "valence": 0.5} for one in ids]
    sounds = pl.DataFrame(heard, schema={"track_id": pl.String} | dict.fromkeys(FEATURES, pl.Float64))
    rows = [
        (f"playlist:{name}", track, place, 1.0)
        for name, text in playlists.items()
        for place, track in enumerate(dict.fromkeys(text))
    ]
    baskets = pl.DataFrame(
        rows,
        schema={"basket_id": pl.String, "track_id": pl.String, "position": pl.Int32, "weight": pl.Float64},
        orient="row",
    )
    return songs, sounds, baskets


def related(frames: Frames, past: Related | None = None) -> Related:
    before = None if past is None else (past.model, past.memory)
    return relate(*frames, TOP, before, lambda: None, "test")


def told(found: Related) -> pl.DataFrame:
    return pl.concat(neighbours(found.given, found.lists, TOP))


LETTERS = "abcdefghijklmnopqrst"
TRACKS = st.dictionaries(
    st.sampled_from(LETTERS),
    st.tuples(st.integers(0, 3), st.integers(0, 15), st.sampled_from([0.1, 0.5, 0.9])),
    min_size=2,
)
PLAYLISTS = st.dictionaries(st.sampled_from("xyz"), st.text(LETTERS, max_size=6), min_size=1)


@contextmanager
def shallow() -> Iterator[None]:
    """Lists are short and nothing counts as too much, so that others enter, leave and step in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "REFIT", 1e9)
        patch.setattr(memory, "REFIT_BASKETS", 1e9)
        patch.setattr("tasks.similarity.neighbours.MUCH", 2.0)
        patch.setattr("tasks.similarity.hubs.HUB", 1)
        for module in ("memory", "neighbours", "hubs"):
            patch.setattr(f"tasks.similarity.{module}.depth_for", lambda top: top + 3)
        for module in ("neighbours", "hubs"):
            patch.setattr(f"tasks.similarity.{module}.reserve_for", lambda top: top + 1)
        yield


def assert_as_anew(tonight: Related, frames: Frames) -> None:
    """The lists are as far as they go those that are worked out from nothing with the same model; so is what is published."""
    given = signals(*frames, tonight.weights, tonight.given.scale)
    anew, kept = build(given, TOP), tonight.lists.others
    np.testing.assert_array_equal(kept, np.where(kept >= 0, anew.others, -1))
    assert told(tonight).equals(pl.concat(neighbours(given, anew, TOP)))


@settings(max_examples=40, deadline=None)
@drawn(st.lists(st.tuples(TRACKS, PLAYLISTS), min_size=2, max_size=4))
def test_any_nights_end_as_if_all_had_been_worked_out_anew(nights: list[tuple[dict, dict]]) -> None:
    with shallow():
        past = related(night(*nights[0]))
        for tables in nights[1:]:
            past = related(night(*tables), past)
            assert_as_anew(past, night(*tables))


def test_who_scores_as_the_last_of_a_list_that_somebody_left_may_not_be_the_next() -> None:
    """All are alike and stand by id: a leaves, z comes, but g, whom the list of i did not reach, stands before z."""
    before, after = (
        {one: (2 * ord(one), place, 0.5) for place, one in enumerate(ids)} for ids in ("abcdefghi", "bcdefghiz")
    )
    with shallow():
        tonight = related(night(after, {}), related(night(before, {})))
        assert_as_anew(tonight, night(after, {}))
    assert [*tonight.lists.others[7]] == [0, 1, 2, 3, 4, -1]


@pytest.mark.parametrize("crowd", [0, 500])
def test_who_leaves_a_list_full_of_its_own_artist_makes_room_for_one_more_of_it(
    monkeypatch: pytest.MonkeyPatch, crowd: int
) -> None:
    """All of one artist are alike and stand by id; two of them may stand in a list, and a third when one of those leaves."""
    monkeypatch.setattr("tasks.similarity.neighbours.CROWD", crowd)
    others = {one: (2, place + 5, 0.1) for place, one in enumerate("pqrst")}
    before = {one: (0, place, 0.5) for place, one in enumerate("abcde")} | others
    after = {one: told for one, told in before.items() if one != "a"}
    with shallow():
        first = related(night(before, {}))
        tonight = related(night(after, {}), first)
        assert_as_anew(tonight, night(after, {}))
    assert first.lists.others[4].tolist() == [0, 1, 5, 6, 7, 8]  # of e: a, b, and then p, q, r, s
    assert tonight.lists.others[3].tolist() == [0, 1, 4, 5, 6, 7]  # b, c


def test_a_new_playlist_concerns_its_own_songs_and_nobody_else() -> None:
    """It once reached the other songs of its artists, and all that stand close to its songs elsewhere."""
    tracks = {letter: (place // 2, place, 0.5) for place, letter in enumerate(LETTERS)}
    playlists = {f"list {number}": text for number, text in enumerate(["abcd", "efgh", "ijkl", "mnop", "acegi", "qrs"])}
    first = related(night(tracks, playlists))
    assert first.note == "model fitted anew, lists of all 20 tracks worked out"
    second = related(night(tracks, playlists | {"list new": "ac"}), first)
    assert second.note == "2 tracks new, changed or kin of those: 2 of 20 lists worked out anew"
    together = told(second).filter(track_id="a", neighbour_id="c")
    assert together["baskets_together"].to_list() == [3]


HOME = {letter: (place // 2, place, 0.5) for place, letter in enumerate(LETTERS)}


def test_a_night_without_songs_may_follow_another_one() -> None:
    songs, sounds, baskets = (frame.clear() for frame in night(HOME, {"one": "abcd"}))
    tonight = related((songs, sounds, baskets), related((songs, sounds, baskets)))
    assert (tonight.lists.others.shape[0], tonight.memory.height) == (0, 0)


def test_lists_whose_songs_were_replaced_ask_for_another_model() -> None:
    """As many lists of as many songs, and not one as it was: the weights of the night before once stayed."""
    first = related(night(HOME, {"one": "abcd", "two": "efgh", "three": "ijkl"}))
    tonight = related(night(HOME, {"one": "ijkl", "two": "mnop", "three": "qrst"}), first)
    assert tonight.note.startswith("model fitted anew")


def test_a_list_that_holds_other_songs_than_when_the_model_was_fitted_is_a_new_one_to_it() -> None:
    """Of ten lists one is a week's discoveries: next week's songs would stand where those stood, for the rest by its new name."""
    lists = {f"list {number}": "abcdef" if number < 5 else "mnopqr" for number in range(9)}
    first = related(night(HOME, lists | {"weekly": "abcg"}))
    for held in ("mnog", "mnoh"):
        tonight, renamed = (related(night(HOME, lists | {name: held}), first) for name in ("weekly", "next week"))
        assert "new, changed or kin" in tonight.note and "new, changed or kin" in renamed.note
        assert told(tonight).equals(told(renamed))
    same = related(night(HOME, lists | {"weekly": "abch"}), first)
    assert not told(same).equals(told(related(night(HOME, lists | {"next week": "abch"}), first)))


def test_changes_add_up_until_more_than_a_fifth_of_the_lists_changed_since_the_model_was_fitted() -> None:
    """Ten lists; each night gives other songs to one of them, and the third such night is too much."""
    lists = {f"list {number}": "abcd" for number in range(10)}
    past, is_anew = related(night(HOME, lists)), []
    for number in range(6):
        lists |= {f"list {number}": "mnop"}
        past = related(night(HOME, lists), past)
        is_anew.append(past.note.startswith("model fitted anew"))
    assert is_anew == [False, False, True, False, False, True]


def test_a_list_that_grows_by_a_song_each_night_counts_that_song_alone() -> None:
    """Ten saved songs become twenty: half a list of four, and no night fits the model anew."""
    lists = dict.fromkeys(["one", "two", "three"], "abcd")
    past = related(night(HOME, lists | {"saved": LETTERS[:10]}))
    for length in range(11, 21):
        past = related(night(HOME, lists | {"saved": LETTERS[:length]}), past)
        assert "new, changed or kin" in past.note


def test_lists_that_came_or_went_ask_for_another_model_when_they_are_more_than_a_fifth() -> None:
    lists = {f"list {number}": "abcd" for number in range(10)}
    first = related(night(HOME, lists))
    for count, is_anew in ((8, False), (7, True), (12, False), (13, True)):
        others = {f"list {number}": "abcd" for number in range(count)}
        assert related(night(HOME, others), first).note.startswith("model fitted anew") == is_anew
