"""The steps that relate songs learn only from the sources that the person allows."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.values import Harvest, Home
from tasks.night import keep, relate
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from tasks.similarity import memory
from tasks.similarity.neighbours import neighbours
from tasks.similarity.weights import ALGORITHM
from warehouse import reading
from warehouse.night import remembering


def rows(source: str) -> list[Harvest]:
    """Three songs of a source, and a playlist that holds them."""
    ids = [f"{source}{song}" for song in range(3)]
    return [
        Harvest("tracks", source, pl.DataFrame({"track_id": ids, "name": ids})),
        Harvest(
            "playlist_tracks",
            source,
            pl.DataFrame({"playlist_id": [source] * 3, "position": [0, 1, 2], "track_id": ids}),
        ),
    ]


def night_of(home: Home, *model_sources: str, more: list[Harvest] | None = None) -> Night:
    """A night that knows songs from Spotify and from a file, or ``more`` alone, and has related them."""
    now = datetime.now(UTC).replace(tzinfo=None)
    wishes = {"model_sources": model_sources, "neighbours": 10}
    night = Night("20261125T030000-a", "spotify", home, wishes, Ledger("a"), now)
    keep.open_building.fn(night)
    keep.store_checked.fn(night, keep.validate_harvests.fn(night, more or [*rows("spotify"), *rows("file")]))
    relate.identify_recordings.fn(night)
    relate.relate_songs.fn(night)
    return night


def related(home: Home, *model_sources: str) -> pl.DataFrame:
    """Its neighbours."""
    return reading.table(night_of(home, *model_sources).build, "neighbours")


def test_songs_of_a_source_that_may_not_teach_are_in_no_list_and_have_none(tmp_path: Path) -> None:
    found = related(Home(tmp_path / "home"), "file", "export")
    assert set(found["track_id"]) | set(found["neighbour_id"]) == {"file0", "file1", "file2"}


def test_all_sources_teach_when_none_is_named(tmp_path: Path) -> None:
    found = related(Home(tmp_path / "home"))
    assert {track[:-1] for track in found["track_id"]} == {"file", "spotify"}


def test_the_smallest_night_is_measured_too(tmp_path: Path) -> None:
    night = night_of(Home(tmp_path / "home"))
    relate.evaluate_night.fn(night)
    told = reading.table(night.build, "evaluation")
    figures = dict(told.select("metric", "value").iter_rows())
    assert (figures["fidelity"], figures["never_recommended"]) == (1.0, 0.0)
    assert night.facts["evaluation"].startswith("not enough data to tell")


@pytest.mark.parametrize("last", ["a", "zz"])
def test_lists_whose_songs_no_catalogue_tells_of_spoil_no_night(tmp_path: Path, last: str) -> None:
    """An id behind all known ones once ended the measuring, and no known song at all ended the learning."""
    ids = [f"{last}{song}" for song in range(9)]
    places = pl.DataFrame({"playlist_id": ["p"] * 9, "position": range(9), "track_id": ids})
    stranger = Harvest("playlist_tracks", "file", places)
    for more in ([stranger], [*rows("file"), stranger]):
        night = night_of(Home(tmp_path / f"home {len(more)}"), more=more)
        relate.evaluate_night.fn(night)
        assert "9 places of playlists name songs that no catalogue tells of" in str(night.ledger.entries[-2].note)
        assert reading.table(night.build, "baskets")["track_id"].is_in(ids).sum() == 0


def test_what_a_night_remembers_says_what_it_means(tmp_path: Path) -> None:
    """Its columns come from a frame and not from a model, and were once silent in every published file."""
    build = night_of(Home(tmp_path / "home")).build
    silent = "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    assert reading.ask(build, silent).rows() == []


def test_a_night_that_changed_nothing_works_out_nothing_and_measures_its_recall(demo_night: Path) -> None:
    """The demo's first night is its own past: with what it remembers, its neighbours are those that it published."""
    past = remembering.remembered(Home(demo_night), "demo")
    assert past is not None
    names = ("songs", "audio_features", "baskets", "neighbours", "evaluation")
    songs, sounds, baskets, published, evaluation = (
        reading.table(demo_night / "warehouse.duckdb", name) for name in names
    )
    found = memory.relate(songs, sounds, baskets, 100, past, lambda: None, ALGORITHM)
    assert found.note.startswith("0 tracks new")
    again = pl.concat(neighbours(found.given, found.lists, 100))
    assert again.select("track_id", "rank", "neighbour_id").equals(published.select("track_id", "rank", "neighbour_id"))
    figure = evaluation.filter(algorithm="neighbours", metric="recall@100").row(0, named=True)
    assert (figure["value"], figure["cases"]) == (1.0, 200)


@pytest.mark.parametrize("name", ["neighbours", "recommendations"])
def test_every_score_names_the_model_that_it_is_of(demo_night: Path, name: str) -> None:
    published = reading.table(demo_night / "warehouse.duckdb", name)
    models = reading.table(demo_night / "warehouse.duckdb", "models")
    assert set(published["algorithm"]) == {ALGORITHM} == set(models.filter(model="song")["algorithm"])
