"""Who is published: no song crowds the lists, none is left out, and lists that hubs left are filled."""

import numpy as np
import polars as pl
import pytest

from schemas.catalogue import FEATURES
from tasks.similarity.hubs import HUB, published
from tasks.similarity.neighbours import build
from tasks.similarity.signals import Signals, signals
from tasks.similarity.weights import STATED

TOP = 3


def by(artists: list[str], genres: list[list[str]]) -> pl.DataFrame:
    """Songs t00, t01, … of which no more is known than that."""
    names = [f"t{number:02}" for number in range(len(artists))]
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


SOUNDS = pl.DataFrame(schema={"track_id": pl.String} | dict.fromkeys(FEATURES, pl.Float64))


@pytest.fixture(scope="module")
def given() -> Signals:
    """90 songs by 30 artists, of two genres; eight songs stand in every one of 60 lists of ten, five songs in none."""
    rng = np.random.default_rng(3)
    songs = by([f"a{i % 30}" for i in range(90)], [[f"g{i % 2}"] for i in range(90)])
    rows = [
        (f"playlist:{number:02}", f"t{song:02}", place, 1.0)
        for number in range(60)
        for place, song in enumerate([*range(8), *rng.choice(np.arange(8, 85), 2, replace=False)])
    ]
    baskets = pl.DataFrame(rows, schema=["basket_id", "track_id", "position", "weight"], orient="row")
    return signals(songs, SOUNDS, baskets, STATED)


def test_hubs_stand_in_so_many_lists_and_the_lists_are_full_all_the_same(given: Signals) -> None:
    lists = build(given, TOP)
    bare = np.bincount(lists.others[:, :TOP].ravel(), minlength=90)
    told = published(given, lists, TOP).of(0, 90)
    counts = np.bincount(told.others[told.others >= 0], minlength=90)
    assert bare.max() > HUB * TOP
    assert counts.max() <= HUB * TOP
    assert (told.lengths == TOP).all()


def test_nobody_is_left_out(given: Signals) -> None:
    lists = build(given, TOP)
    told = published(given, lists, TOP).of(0, 90)
    assert set(range(90)) - set(lists.others[:, :TOP].ravel().tolist())
    assert set(told.others.ravel().tolist()) >= set(range(90))


def test_whom_the_first_others_have_no_room_for_the_next_ones_take_in() -> None:
    baskets = pl.DataFrame(
        schema={"basket_id": pl.String, "track_id": pl.String, "position": pl.Int32, "weight": pl.Float64}
    )
    given = signals(by(["a"] * 60, [[]] * 60), SOUNDS, baskets, STATED)
    lists = build(given, 20)
    first = lists.others[:, :20]
    assert set(first[first >= 0].tolist()) == set(range(18))  # all are alike: the first ones are everybody's
    told = published(given, lists, 20).of(0, 60).others
    assert set(told[told >= 0].tolist()) == set(range(60))


def test_lists_stay_in_order_and_name_nobody_twice(given: Signals) -> None:
    told = published(given, build(given, TOP), TOP).of(0, 90)
    assert (np.diff(told.scores, axis=1) <= 0).all()
    assert all(len(set(row)) == TOP for row in told.others.tolist())
    row, place = np.nonzero(told.others >= 0)
    exact = given.addends(row, told.others[row, place])
    for name in ("audio", "metadata", "collaborative"):
        assert np.abs(exact[name] * 1e6 - getattr(told, name)[row, place]).max() <= 0.5


def test_a_hub_keeps_the_lists_that_are_asked_for_most_and_where_it_stands_high(given: Signals) -> None:
    lists = build(given, TOP)
    told = published(given, lists, TOP).of(0, 90)
    hub = int(np.bincount(lists.others[:, :TOP].ravel(), minlength=90).argmax())
    before = (lists.others[:, :TOP] == hub).any(axis=1)
    after = (told.others == hub).any(axis=1)
    common = given.counts > 30
    assert (after & common).sum() == (before & common).sum()
    assert (after & ~common).sum() < (before & ~common).sum()
