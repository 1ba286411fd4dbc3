"""What the list model learns from, and that its rows in `models` are its scores."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from schemas.catalogue import FEATURES
from tasks.ranking import training
from warehouse.query.model import ListModel
from warehouse.query.signals import Corpus, signals

ARTISTS, PER_ARTIST, LISTS = 24, 10, 60


def catalogue() -> tuple[pl.DataFrame, pl.DataFrame]:
    """240 songs: artists 0 to 11 are of one taste, the others of another."""
    number = range(ARTISTS * PER_ARTIST)
    songs = pl.DataFrame(
        {
            "track_id": [f"t{i:03}" for i in number],
            "song_id": [f"t{i:03}" for i in number],
            "artist_ids": [[f"a{i // PER_ARTIST}"] for i in number],
            "album_id": [None] * len(number),
            "genres": [[] for _ in number],
            "released_on": [date(2000 + i % 20, 1, 1) for i in number],
            "popularity": [i % 100 for i in number],
            "title_key": [f"song {i}" for i in number],
        },
        schema_overrides={"album_id": pl.String, "genres": pl.List(pl.String), "popularity": pl.Int32},
    )
    nothing = pl.DataFrame(schema={"track_id": pl.String} | dict.fromkeys(FEATURES, pl.Float64))
    return songs, nothing


def playlists() -> pl.DataFrame:
    """60 lists of 20 songs, each of one taste."""
    rng = np.random.default_rng(4)
    half = ARTISTS * PER_ARTIST // 2
    rows = [
        (f"playlist:{number:02}", "playlist", f"t{song + half * (number % 2):03}", place, 1.0)
        for number in range(LISTS)
        for place, song in enumerate(rng.choice(half, 20, replace=False))
    ]
    schema = {
        "basket_id": pl.String,
        "kind": pl.String,
        "track_id": pl.String,
        "position": pl.Int32,
        "weight": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_each_song_of_a_basket_is_hidden_in_exactly_one_case() -> None:
    cases = training.cases(playlists(), most=10_000)
    assert cases["list_id"].n_unique() <= LISTS * training.FOLDS
    times = cases.group_by("basket_id", "track_id").agg(pl.col("is_hidden").sum())
    assert times["is_hidden"].unique().to_list() == [1]


def test_cases_do_not_depend_on_the_order_of_the_rows() -> None:
    baskets = playlists()
    assert training.cases(baskets.reverse(), most=50).equals(training.cases(baskets, most=50))


def test_a_song_that_no_other_basket_holds_is_no_example() -> None:
    """Else a ranker learns that such songs are the hidden ones: true of the data set, and of nothing else."""
    baskets = playlists()
    songs, sounds = catalogue()
    lonely = pl.DataFrame({"track_id": ["t239"], "song_id": ["t239"]})
    baskets = baskets.filter(pl.col("track_id") != "t239")
    extra = baskets.head(1).with_columns(track_id=pl.lit("t239"), position=pl.lit(99, pl.Int32))
    baskets = pl.concat([baskets, extra])
    seen = training.examples(training.cases(baskets), Corpus.of(songs, baskets, sounds))
    assert seen.join(lonely, on="track_id", how="semi").filter("is_hit").is_empty()


def test_the_rows_of_the_table_give_the_scores_of_the_model() -> None:
    songs, sounds = catalogue()
    baskets = playlists()
    shapes = training.learn(songs, baskets, sounds)
    rows = training.steps(shapes, "tonight", is_default=False)
    lists = baskets.filter(pl.col("basket_id") == "playlist:00").select(list_id="basket_id", track_id="track_id")
    found = signals(lists, Corpus.of(songs, baskets, sounds))
    model = ListModel.of(rows)
    assert model is not None
    served = model.addends(found, "hybrid")
    total = served.select(pl.sum_horizontal(pl.exclude("list_id", "track_id"))).to_series()
    assert found.height > 50
    assert total.to_numpy() == pytest.approx(training.scores(shapes, found), abs=1e-9)


def test_too_few_baskets_teach_nothing() -> None:
    songs, sounds = catalogue()
    baskets = playlists()
    for few in (baskets.clear(), baskets.filter(pl.col("basket_id") == "playlist:00")):
        assert training.learn(songs, few, sounds) == {}
        assert training.steps({}, "tonight", is_default=True).is_empty()
