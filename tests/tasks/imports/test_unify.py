"""What only names identify becomes what it names, as soon as that is known."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from schemas.values import Harvest
from tasks.imports.unify import NAMING, unified
from tests.tasks.imports.making import OTHER, SONG
from tests.warehouse.making import frame
from warehouse.ddl import polars_schema

moment = datetime.fromisoformat


def harvest(table: str, *rows: dict[str, object], source: str = "export") -> Harvest:
    return Harvest(table, source, frame(table, [{"source": source, **row} for row in rows]), covers="all")


def known(**tables: list[dict[str, object]]) -> Mapping[str, pl.DataFrame]:
    return {
        name: frame(name, tables[name]) if name in tables else pl.DataFrame(schema=polars_schema(name))
        for name in NAMING
    }


RADIOHEAD = {
    "tracks": [{"track_id": SONG, "name": "Karma Police", "album_id": "ok", "popularity": 80}],
    "artists": [{"artist_id": "r", "name": "Radiohead"}],
    "albums": [{"album_id": "ok", "name": "OK Computer"}],
    "track_artists": [{"track_id": SONG, "position": 0, "artist_id": "r"}],
}
BY_NAME = (
    harvest(
        "tracks",
        {"track_id": "name:radiohead|karma police", "name": "KARMA POLICE", "album_id": "name:radiohead|ok computer"},
    ),
    harvest("artists", {"artist_id": "name:radiohead", "name": "Radiohead"}),
    harvest("albums", {"album_id": "name:radiohead|ok computer", "name": "OK Computer"}),
    harvest("track_artists", {"track_id": "name:radiohead|karma police", "position": 0, "artist_id": "name:radiohead"}),
    harvest(
        "plays",
        {"track_id": "name:radiohead|karma police", "played_at": moment("2024-05-01T10:00"), "origin": "export"},
    ),
)


def test_names_become_the_ids_of_what_is_known() -> None:
    joined = {one.entity: one.rows for one in unified(BY_NAME, known(**RADIOHEAD))}
    assert joined["tracks"].select("track_id", "album_id").rows() == [(SONG, "ok")]
    assert joined["artists"]["artist_id"].to_list() == ["r"]
    assert joined["albums"]["album_id"].to_list() == ["ok"]
    assert joined["track_artists"].select("track_id", "artist_id").rows() == [(SONG, "r")]
    assert joined["plays"]["track_id"].to_list() == [SONG]


def test_what_is_unknown_stays_under_its_names() -> None:
    before = {one.entity: one.rows for one in BY_NAME}
    after = {one.entity: one.rows for one in unified(BY_NAME, known())}
    assert all(after[table].equals(before[table]) for table in before)


def test_an_album_of_many_is_known_by_its_title_alone() -> None:
    mixed = {
        "tracks": [
            {"track_id": SONG, "name": "Karma Police", "album_id": "mix"},
            {"track_id": OTHER, "name": "Jóga", "album_id": "mix"},
        ],
        "artists": [{"artist_id": "r", "name": "Radiohead"}, {"artist_id": "b", "name": "Björk"}],
        "albums": [{"album_id": "mix", "name": "Mix Tape"}],
        "track_artists": [
            {"track_id": SONG, "position": 0, "artist_id": "r"},
            {"track_id": OTHER, "position": 0, "artist_id": "b"},
        ],
    }
    brought = [harvest("albums", {"album_id": "name:|mix tape", "name": "Mix Tape"})]
    assert unified(brought, known(**mixed))[0].rows["album_id"].to_list() == ["mix"]
    assert unified(brought, known(**RADIOHEAD))[0].rows["album_id"].to_list() == ["name:|mix tape"]


def test_of_two_pressings_the_popular_one_is_meant() -> None:
    tables = {
        **RADIOHEAD,
        "tracks": [*RADIOHEAD["tracks"], {"track_id": OTHER, "name": "Karma Police", "popularity": 90}],
    }
    tables["track_artists"] = [*RADIOHEAD["track_artists"], {"track_id": OTHER, "position": 0, "artist_id": "r"}]
    [plays] = [one for one in unified(BY_NAME, known(**tables)) if one.entity == "plays"]
    assert plays.rows["track_id"].to_list() == [OTHER]


def test_an_artist_is_not_joined_to_one_of_two_of_that_name() -> None:
    tables = {**RADIOHEAD, "artists": [*RADIOHEAD["artists"], {"artist_id": "r2", "name": "radiohead"}]}
    [artists] = [one for one in unified(BY_NAME, known(**tables)) if one.entity == "artists"]
    assert artists.rows["artist_id"].to_list() == ["name:radiohead"]


def test_a_play_that_both_exports_tell_is_one() -> None:
    by_id = {"track_id": SONG, "played_at": moment("2024-05-01T10:00:31"), "ms_played": 200_000, "origin": "export"}
    by_name = {"track_id": "name:radiohead|karma police", "origin": "export"}
    plays = harvest(
        "plays",
        by_id,
        by_name | {"played_at": moment("2024-05-01T10:00"), "ms_played": 200_000},
        by_name | {"played_at": moment("2024-05-01T10:01"), "ms_played": 90_000},
        by_name | {"played_at": moment("2024-05-01T12:00"), "ms_played": 200_000},
    )
    [joined] = unified([plays], known(**RADIOHEAD))
    assert joined.rows.select("played_at", "ms_played").sort("played_at").rows() == [
        (moment("2024-05-01T10:00:31"), 200_000),
        (moment("2024-05-01T10:01"), 90_000),
        (moment("2024-05-01T12:00"), 200_000),
    ]
    assert joined.received == plays.received


def test_a_list_that_nobody_describes_is_called_by_its_id() -> None:
    entries = harvest(
        "playlist_tracks", *({"playlist_id": name, "position": 0, "track_id": SONG} for name in "pq"), source="file"
    )
    lists = harvest("playlists", {"playlist_id": "p", "name": "Calm"}, source="file")
    joined = {one.entity: one for one in unified([entries, lists], known())}
    assert joined["playlists"].rows.select("playlist_id", "name", "source").rows() == [
        ("p", "Calm", "file"),
        ("q", "q", "file"),
    ]
