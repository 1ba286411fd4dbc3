"""A night begins with what still counts of the past, and nothing else."""

import logging
from pathlib import Path

import duckdb
import polars as pl
import pytest

from schemas.errors import WarehouseError
from schemas.values import Home
from tests.warehouse.making import built, checked, publish, run
from warehouse import reading
from warehouse.night import building, publishing, writing

FIRST, SECOND, THIRD = (f"202611{day}T030000-n" for day in (10, 11, 12))


def song(track_id: str, **values: object) -> dict[str, object]:
    return {"track_id": track_id, "name": track_id.title(), **values}


def ids(path: Path, table: str = "tracks") -> list[str]:
    return reading.table(path, table)["track_id"].to_list()


def test_the_first_night_begins_empty_with_every_table(home: Home) -> None:
    build = building.start(home, FIRST, "demo")
    assert build == home.building / f"{FIRST}.duckdb"
    assert set(building.TABLES) <= set(reading.query(build, "columns")["table_name"])
    assert ids(build) == []


def test_facts_are_carried_and_what_segue_works_out_is_not(home: Home) -> None:
    build = built(home, FIRST, checked("tracks", [song("a")]))
    writing.replace(build, "recordings", pl.DataFrame({"track_id": ["a"], "recording_id": ["a"], "song_id": ["a"]}))
    publishing.publish(home, build)
    following = building.start(home, SECOND, "demo")
    assert (ids(following), ids(following, "recordings"), ids(following, "songs")) == (["a"], [], [])


def test_a_whole_night_begins_with_everything(home: Home) -> None:
    build = built(home, FIRST, checked("tracks", [song("a")]))
    writing.replace(build, "recordings", pl.DataFrame({"track_id": ["a"], "recording_id": ["a"], "song_id": ["a"]}))
    publishing.publish(home, build)
    following = building.start(home, SECOND, "demo", whole=True)
    assert [ids(following, table) for table in ("tracks", "recordings", "songs")] == [["a"]] * 3


def test_a_whole_night_needs_an_earlier_one(home: Home) -> None:
    with pytest.raises(WarehouseError) as error:
        building.start(home, FIRST, "demo", whole=True)
    assert (
        str(error.value) == f"there is no earlier demo night in {home.root} to begin from: run a whole `segue refresh`"
    )


def test_only_rows_of_the_sources_that_take_part_are_carried(home: Home) -> None:
    mixed = [checked("tracks", [song(source)], source=source) for source in ("spotify", "file", "export", "demo")]
    publish(home, FIRST, *mixed, source="spotify")
    assert ids(building.start(home, SECOND, "spotify")) == ["export", "file", "spotify"]


def test_the_demo_and_the_own_music_never_mix_and_neither_is_lost(home: Home) -> None:
    """A person who looks at the demo in between must not lose the plays that Spotify tells only once."""
    publish(home, FIRST, checked("tracks", [song("own")], source="spotify"), source="spotify")
    publish(home, SECOND, checked("tracks", [song("shown")]))
    assert ids(home.warehouse) == ["shown"]
    assert ids(building.start(home, THIRD, "spotify")) == ["own"]


def test_bookkeeping_goes_on_whatever_the_source(home: Home) -> None:
    publish(home, FIRST, checked("tracks", [song("a")], source="spotify"), source="spotify")
    publish(home, SECOND, checked("tracks", [song("b")]))
    build = building.start(home, THIRD, "spotify")
    assert reading.table(build, "runs").select("run_id", "source").rows() == [(FIRST, "spotify"), (SECOND, "demo")]
    assert reading.table(build, "row_accounting").select("run_id", "source").rows() == [
        (FIRST, "spotify"),
        (SECOND, "demo"),
    ]


def test_bookkeeping_is_bounded_in_nights(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(building.BY_NIGHT, "runs", 1)
    publish(home, FIRST)
    publish(home, SECOND)
    assert reading.table(building.start(home, THIRD, "demo"), "runs")["run_id"].to_list() == [SECOND]


def test_nights_of_a_clock_that_was_wrong_do_not_hide_tonight(home: Home) -> None:
    publish(home, "20390101T000000-n", checked("tracks", [song("a")]))
    publish(home, SECOND)
    assert reading.query(home.warehouse, "latest_source").rows() == [(SECOND, "demo")]
    assert ids(home.warehouse) == ["a"]


def test_what_dead_nights_left_is_removed(home: Home) -> None:
    (home.building / "report").mkdir(parents=True)
    for left in ("dead.duckdb", "dead.duckdb.wal", "report/index.html"):
        (home.building / left).write_text("left")
    build = building.start(home, FIRST, "demo")
    assert list(home.building.iterdir()) == [build]


def test_a_damaged_published_file_is_set_aside_and_the_generation_before_it_is_the_past(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    publish(home, FIRST, checked("tracks", [song("a")]))
    publish(home, SECOND, checked("tracks", [song("b")]))
    damaged = home.warehouse.read_bytes()[:9_000]
    home.warehouse.write_bytes(damaged)
    with caplog.at_level(logging.WARNING):
        build = building.start(home, THIRD, "demo")
    assert ids(build) == ["a"]
    assert f"{home.warehouse} is damaged and set aside" in caplog.text
    assert (home.history / "unreadable-warehouse.duckdb").read_bytes() == damaged
    assert ids(home.warehouse) == ["a"]


def test_a_past_that_lacks_a_column_gives_what_it_has(home: Home) -> None:
    publish(home, FIRST, checked("tracks", [song("a", popularity=5)]))
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("alter table tracks drop popularity")
        con.execute("alter table tracks add column mood varchar")
    assert reading.table(building.start(home, SECOND, "demo"), "tracks").select("track_id", "popularity").rows() == [
        ("a", None)
    ]


def test_a_file_of_an_earlier_segue_is_migrated_in_the_copy_and_not_in_place(home: Home) -> None:
    publish(home, FIRST, checked("tracks", [song("a")]))
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("update segue_schema set version = 0")
    before = home.warehouse.read_bytes()
    build = building.start(home, SECOND, "demo")
    assert ids(build) == ["a"]
    assert home.warehouse.read_bytes() == before
    writing.record(build, "runs", run(SECOND))
    publishing.publish(home, build)
    assert ids(home.warehouse) == ["a"]


def test_a_file_of_an_older_schema_gives_what_fits_and_stays_as_it_is(home: Home) -> None:
    """Tables that it did not know yet, a column that it lacks, one that is gone since, one of another type."""
    publish(home, FIRST, checked("tracks", [song("a", popularity=5, duration_ms=200_000)]))
    with duckdb.connect(str(home.warehouse)) as con:
        for table in ("past_lists", "tastes", "fetches"):
            con.execute(f"drop table {table}")
        con.execute("alter table tracks drop isrc")
        con.execute("alter table tracks add column mood varchar")
        con.execute("alter table tracks alter duration_ms type varchar")
        con.execute("update segue_schema set version = 0")
    before = home.warehouse.read_bytes()
    build = building.start(home, SECOND, "demo")
    assert reading.table(build, "tracks").select("track_id", "popularity", "duration_ms", "isrc").rows() == [
        ("a", 5, 200_000, None)
    ]
    assert home.warehouse.read_bytes() == before
    writing.record(build, "runs", run(SECOND))
    publishing.publish(home, build)
    (kept,) = publishing.generations(home)
    assert kept.path.read_bytes() == before


def test_songs_are_tracks_as_people_see_them(home: Home) -> None:
    build = building.start(home, FIRST, "demo")
    for table, rows in {
        "tracks": [song("t1", name="Ænima – Live (feat. X)", album_id="al"), song("t2", name="???")],
        "albums": [
            {"album_id": "al", "name": "Ænima", "poster_url": "https://i/640", "poster_small_url": "https://i/64"}
        ],
        "artists": [{"artist_id": "b", "name": "Béla"}, {"artist_id": "a", "name": "Aldous"}],
        "track_artists": [{"track_id": "t1", "position": place, "artist_id": who} for place, who in enumerate("ba")],
    }.items():
        writing.merge(build, checked(table, rows), FIRST)
    building.finish(build)
    building.finish(build)
    assert reading.table(build, "songs").select(
        "track_id",
        "artists",
        "album",
        "poster_url",
        "poster_small_url",
        "recording_id",
        "song_id",
        "name_key",
        "title_key",
    ).rows() == [
        (
            "t1",
            ["Béla", "Aldous"],
            "Ænima",
            "https://i/640",
            "https://i/64",
            "t1",
            "t1",
            "aenima live feat x",
            "aenima",
        ),
        ("t2", [], None, None, None, "t2", "t2", "???", "???"),
    ]


def test_a_second_night_with_the_same_rows_leaves_equal_tables(home: Home) -> None:
    batches = [
        checked("tracks", [song("b"), song("a", genres=["rock", "pop"])]),
        checked("playlist_tracks", [{"playlist_id": "p", "position": place, "track_id": "a"} for place in (0, 5)]),
        checked("plays", [{"played_at": run(FIRST)["started_at"][0], "track_id": "a", "origin": "api"}]),
    ]
    publish(home, FIRST, *batches)
    before = {
        table: reading.table(home.warehouse, table) for table in building.TABLES if table not in building.BY_NIGHT
    }
    publish(home, SECOND, *batches)
    for table, rows in before.items():
        assert reading.table(home.warehouse, table).equals(rows), table
    assert reading.query(home.warehouse, "known_fetches", source="demo").is_empty()
