"""Who is published: no song crowds the lists, none is left out, and lists that hubs left are filled."""

import numpy as np
import polars as pl
import pytest

from schemas.catalogue import FEATURES
from schemas.values import HUB, depth_for, own_for, reserve_for
from tasks.similarity.hubs import published
from tasks.similarity.lists import TABLES
from tasks.similarity.neighbours import build
from tasks.similarity.signals import Signals, signals
from tasks.similarity.weights import STATED

TOP = 3


def by(artists: list[str], genres: list[list[str]]) -> pl.DataFrame:
    """Songs t000, t001, … of which no more is known than that."""
    names = [f"t{number:03}" for number in range(len(artists))]
    nothing = [None] * len(names)
    return pl.DataFrame(
        {
            "track_id": names,
            "song_id": names,
            "artist_ids": [[artist] for artist in artists],
            "album_id": nothing,
            "genres": genres,
            "released_on": nothing,
            "title_key": ["title"] * len(names),
        },
        schema_overrides={"album_id": pl.String, "released_on": pl.Date, "genres": pl.List(pl.String)},
    )


def crowded(lists: int, others: int, *, last: int, seed: int) -> pl.DataFrame:
    """Baskets that all hold the songs 0 to 7, and some ``others`` before ``last`` each."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"playlist:{number:02}", f"t{song:03}", place, 1.0)
        for number in range(lists)
        for place, song in enumerate([*range(8), *rng.choice(np.arange(8, last), others, replace=False)])
    ]
    return pl.DataFrame(rows, schema=["basket_id", "track_id", "position", "weight"], orient="row")


NO_BASKETS = crowded(1, 0, last=8, seed=0).clear()
SOUNDS = pl.DataFrame(schema={"track_id": pl.String} | dict.fromkeys(FEATURES, pl.Float64))


@pytest.fixture(scope="module")
def given() -> Signals:
    """90 songs by 30 artists, of two genres; eight songs stand in every one of 60 lists of ten, five songs in none."""
    songs = by([f"a{i % 30}" for i in range(90)], [[f"g{i % 2}"] for i in range(90)])
    return signals(songs, SOUNDS, crowded(60, 2, last=85, seed=3), STATED)


def test_hubs_stand_in_so_many_lists_and_the_lists_are_full_all_the_same(given: Signals) -> None:
    lists = build(given, TOP)
    bare = np.bincount(lists.others[:, :TOP].ravel(), minlength=90)
    told = published(given, lists, TOP).among(np.arange(90))
    counts = np.bincount(told.others[told.others >= 0], minlength=90)
    assert bare.max() > HUB * TOP
    assert counts.max() <= HUB * TOP
    assert (told.lengths == TOP).all()


def test_nobody_is_left_out(given: Signals) -> None:
    lists = build(given, TOP)
    told = published(given, lists, TOP).among(np.arange(90))
    assert set(range(90)) - set(lists.others[:, :TOP].ravel().tolist())
    assert set(told.others.ravel().tolist()) >= set(range(90))


def test_a_list_gives_its_last_places_but_three_at_most_and_never_anybodys_only_one() -> None:
    given = signals(by([f"a{i}" for i in range(24)], [["g"]] * 24), SOUNDS, NO_BASKETS, STATED)
    told = published(given, build(given, 5), 5).among(np.arange(24)).others.tolist()
    assert told[:5] == [  # all are alike: but for these, everybody names the first ones
        [1, 6, 7, 8, 21],  # asked twice: for its next guest 2 left, who stands elsewhere
        [0, 2, 9, 10, 11],
        [0, 1, 12, 13, 14],
        [0, 1, 15, 16, 17],
        [0, 5, 18, 19, 20],  # 5 stays: the others let it go
    ]
    assert told[5:] == [[0, 1, 2, 3, 4]] * 19


def test_guests_by_the_artist_of_a_list_come_in_place_of_others_by_that_artist() -> None:
    given = signals(by(["a"] * 40 + [f"b{i}" for i in range(10)], [["g"]] * 50), SOUNDS, NO_BASKETS, STATED)
    told = published(given, build(given, 15), 15).among(np.arange(50))
    own = given.of_one_artist(np.arange(50)[:, None], told.others).sum(axis=1)
    assert set(told.others.ravel().tolist()) == set(range(50))
    assert own.tolist() == [own_for(depth_for(15))] * 40 + [0] * 10
    assert (told.lengths == 15).all()


def test_whom_the_first_others_have_no_room_for_the_next_ones_take_in() -> None:
    given = signals(by(["a"] * 55, [[]] * 55), SOUNDS, NO_BASKETS, STATED)
    lists = build(given, 20)
    first = lists.others[:, :20]
    assert set(first[first >= 0].tolist()) == set(range(15))  # all are alike: the first ones are everybody's
    told = published(given, lists, 20).among(np.arange(55))
    assert set(told.others[told.others >= 0].tolist()) == set(range(55))
    assert told.lengths.max() == own_for(depth_for(20))


@pytest.fixture(scope="module")
def prolific() -> Signals:
    """300 songs, 200 by one artist; eight of his stand in every one of 100 lists, and each of those eight has a second version."""
    songs = by(["a"] * 200 + [f"b{i}" for i in range(100)], [["g"]] * 300)
    is_second = pl.int_range(300).is_between(8, 15)
    songs = songs.with_columns(
        pl.when(is_second).then(pl.col("song_id").shift(8)).otherwise("song_id").alias("song_id")
    )
    return signals(songs, SOUNDS, crowded(100, 5, last=300, seed=4), STATED)


def test_a_list_that_is_filled_holds_no_more_of_its_own_artist_than_others(prolific: Signals) -> None:
    found = published(prolific, build(prolific, 15), 15)
    told = found.among(np.arange(300))
    row, place = np.nonzero(told.others >= 0)
    own = np.bincount(row[prolific.of_one_artist(row, told.others[row, place])], minlength=300)
    assert found.rows.size > 100
    assert own.max() == own_for(depth_for(15)) < 15


def test_no_other_version_of_a_hub_steps_in_for_it(prolific: Signals) -> None:
    lists = build(prolific, 15)
    found = published(prolific, lists, 15)
    named, told = lists.of(found.rows).others, found.filled.others
    barred = [set(range(8)) & set(one) - set(other) for one, other in zip(named.tolist(), told.tolist(), strict=True)]
    instead = [{hub + 8 for hub in hubs} & set(other) for hubs, other in zip(barred, told.tolist(), strict=True)]
    assert sum(map(len, barred)) > 100
    assert not any(instead)


@pytest.mark.parametrize("top", [5, 15, 30])
def test_what_fills_a_list_is_the_same_however_much_of_it_is_remembered(prolific: Signals, top: int) -> None:
    """Nights leave lists of any length from what takes part in the choice of places on."""
    whole, cut = build(prolific, top), build(prolific, top)
    lengths = np.random.default_rng(5).integers(reserve_for(top), depth_for(top), 300, endpoint=True)
    goes = np.arange(depth_for(top)) >= lengths[:, None]
    cut.is_whole &= ~(goes & (cut.others >= 0)).any(axis=1)
    cut = cut.closed(depth_for(top), ~goes)
    one, other = (published(prolific, lists, top).among(np.arange(300)) for lists in (whole, cut))
    assert [name for name in TABLES if not np.array_equal(getattr(one, name), getattr(other, name))] == []


def test_lists_stay_in_order_and_name_nobody_twice(given: Signals) -> None:
    told = published(given, build(given, TOP), TOP).among(np.arange(90))
    assert (np.diff(told.scores, axis=1) <= 0).all()
    assert all(len(set(row)) == TOP for row in told.others.tolist())
    row, place = np.nonzero(told.others >= 0)
    exact = given.addends(row, told.others[row, place])
    for name in ("audio", "metadata", "collaborative"):
        assert np.abs(exact[name] * 1e6 - getattr(told, name)[row, place]).max() <= 0.5


def hubs_kept(given: Signals) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each hub the lists that might show it, by how far it stands above who would step in, and where it is shown."""
    lists = build(given, TOP)
    told = published(given, lists, TOP).among(np.arange(90))
    counts = np.bincount(lists.others[:, :TOP].ravel(), minlength=90)
    found = []
    for hub in np.flatnonzero(counts > HUB * TOP):
        row, place = np.nonzero(lists.others[:, :TOP] == hub)
        margin = lists.scores[row, place] - lists.scores[row, TOP]
        found.append((row, margin, (told.others[row] == hub).any(axis=1)))
    return found


def test_a_hub_keeps_the_lists_where_it_stands_out(given: Signals) -> None:
    differences = [
        margin[same & stays].mean() - margin[same & ~stays].mean()
        for row, margin, stays in hubs_kept(given)
        for same in (given.counts[row] == count for count in range(10))  # they are asked for as often
        if (same & stays).any() and (same & ~stays).any()
    ]
    assert len(differences) > 5
    assert np.mean(np.array(differences) > 0) > 0.9


def test_a_hub_keeps_the_lists_that_are_asked_for_most(given: Signals) -> None:
    asked = [(given.counts[row] > 2, stays) for row, _, stays in hubs_kept(given)]
    often = np.concatenate([stays[is_often] for is_often, stays in asked])
    seldom = np.concatenate([stays[~is_often] for is_often, stays in asked])
    assert often.mean() > 2 * seldom.mean()
