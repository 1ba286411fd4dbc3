"""Catalogues and playlists, right and wrong on purpose."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.values import Home
from tests.tasks.imports.making import OTHER, SONG, THIRD, reported, taken, written

CATALOGUE = {
    "track_id": [SONG, OTHER],
    "artists": ["Simon;Garfunkel", "Björk"],
    "album_name": ["Bookends", "Homogenic"],
    "track_name": ["America", "Jóga"],
    "popularity": [70, 60],
    "duration_ms": [213_000, 305_000],
    "explicit": ["False", "True"],
    "danceability": [0.5, 0.4],
    "energy": [0.3, 0.6],
    "tempo": [90.5, 88.0],
    "track_genre": ["folk", "art pop"],
    "album_image_url": ["https://img.example/1", None],
    "favourite_colour": ["red", "blue"],
}

WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "csv": pl.DataFrame.write_csv,
    "parquet": pl.DataFrame.write_parquet,
    "jsonl": pl.DataFrame.write_ndjson,
    "json": lambda frame, path: path.write_text(frame.write_json()),
    "tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
}


@pytest.mark.parametrize("form", WRITERS)
def test_a_catalogue_is_the_same_in_every_form(home: Home, tmp_path: Path, form: str) -> None:
    file = tmp_path / "mystery"
    WRITERS[form](pl.DataFrame(CATALOGUE), file)
    line = reported(home, file)
    assert (line["kind"], line["table"], line["read"], line["taken"]) == ("catalogue", "tracks", 2, 2)
    assert "favourite_colour" in line["note"]
    assert taken(home, "tracks").sort("name").select(
        "track_id", "name", "duration_ms", "is_explicit", "popularity", "genres"
    ).rows() == [
        (SONG, "America", 213_000, False, 70, ["folk"]),
        (OTHER, "Jóga", 305_000, True, 60, ["art pop"]),
    ]
    assert taken(home, "track_artists").sort("artist_id").select("track_id", "position", "artist_id").rows() == [
        (OTHER, 0, "name:bjork"),
        (SONG, 1, "name:garfunkel"),
        (SONG, 0, "name:simon"),
    ]
    assert taken(home, "albums").sort("name").select("album_id", "name", "poster_url").rows() == [
        ("name:simon|bookends", "Bookends", "https://img.example/1"),
        ("name:bjork|homogenic", "Homogenic", None),
    ]
    assert taken(home, "audio_features").sort("energy").select(
        "track_id", "danceability", "energy", "tempo", "valence"
    ).rows() == [
        (SONG, 0.5, 0.3, 90.5, None),
        (OTHER, 0.4, 0.6, 88.0, None),
    ]


def test_a_song_without_an_id_has_one_from_its_names(home: Home, tmp_path: Path) -> None:
    reported(home, written(tmp_path / "songs.csv", "title,artist,year\nJóga,Björk,1997\n"))
    assert taken(home, "tracks")["track_id"].to_list() == ["name:bjork|joga"]


def test_a_track_that_stands_once_a_genre_has_all_of_them(home: Home, tmp_path: Path) -> None:
    text = f"track_id,track_name,artists,track_genre\n{SONG},America,Simon,folk\n{SONG},America,Simon,rock\n"
    line = reported(home, written(tmp_path / "songs.csv", text))
    assert (line["taken"], line["repeated"]) == (1, 1)
    assert taken(home, "tracks")["genres"].to_list() == [["folk", "rock"]]


def test_rows_without_a_name_are_rejected_by_rule(home: Home, tmp_path: Path) -> None:
    text = f"track_id,track_name,artists\n{SONG},America,Simon\n{OTHER},,Simon\n"
    line = reported(home, written(tmp_path / "songs.csv", text))
    assert (line["taken"], line["rejected_by_rule"]) == (1, {"name: not_nullable": 1})


WRONG = {
    "minutes for milliseconds": ("duration_ms", ["3.55", "4.25"], ("tracks", "duration_ms", [213_000, 255_000]), "given in minutes"),
    "one row in minutes": ("duration_ms", ["3.5", "255000"], ("tracks", "duration_ms", [210_000, 255_000]), "minutes among milliseconds"),
    "clock time": ("duration", ["3:33", "1:00:00"], ("tracks", "duration_ms", [213_000, 3_600_000]), ""),
    "percent for a share": ("energy", ["35", "80"], ("audio_features", "energy", [0.35, 0.8]), "given as 0 to 100"),
    "out of range": ("tempo", ["120", "9000"], ("audio_features", "tempo", [120.0]), "outside 0.001 to 400"),
    "decimal comma": ("energy", ['"0,35"', '"0,8"'], ("audio_features", "energy", [0.35, 0.8]), "decimal comma"),
    "words for numbers": ("popularity", ["70", "very"], ("tracks", "popularity", [70, None]), "not a number"),
    "a key by name": ("key", ["C#", "Bb"], ("audio_features", "key", [1, 10]), ""),
    "day first": ("release_date", ["31/12/1999", "1999"], ("albums", "released_on", [date(1999, 12, 31), date(1999, 1, 1)]), ""),
    "a column of nulls": ("energy", ["", ""], ("audio_features", "energy", []), "energy: empty in every row"),
    "a share for a number up to 100": ("popularity", ["0.38", "1"], ("tracks", "popularity", [38, 100]), "given as 0 to 1"),
    "not an ISRC": ("isrc", ["us-ab1-23-45678", "?"], ("tracks", "isrc", ["USAB12345678", None]), "not an ISRC"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_units_that_are_wrong_on_purpose_are_mended_or_told(home: Home, tmp_path: Path, case: str) -> None:
    column, values, (table, stored, expected), told = WRONG[case]
    rows = [
        f"{ident},Song {place},Some Artist,Album {place},{value}"
        for place, (ident, value) in enumerate(zip([SONG, OTHER], values, strict=True))
    ]
    text = "\n".join([f"track_id,track_name,artists,album_name,{column}", *rows])
    line = reported(home, written(tmp_path / "songs.csv", text))
    order = "album_id" if table == "albums" else "track_id"
    found = taken(home, table).sort(order, descending=table != "albums")
    assert found[stored].to_list() == expected
    assert told in (line["note"] or "")


def test_headings_again_ragged_rows_and_open_quotes_cost_themselves_alone(home: Home, tmp_path: Path) -> None:
    text = (
        "track_id,track_name,artists\n"
        f"{SONG},America,Simon\n"
        "track_id,track_name,artists\n"
        "too,few\n"
        f'{OTHER},"Open,Björk\n'
        f"{THIRD},Whole,Björk\n"
    )
    line = reported(home, written(tmp_path / "songs.csv", text))
    assert line["read"] == 5
    assert line["rejected_by_rule"] == {"repeated heading line": 1, "wrong number of fields": 1}
    assert sorted(taken(home, "tracks")["name"].to_list()) == ["America", "Open", "Whole"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_are_recognised(home: Home, tmp_path: Path, codec: str) -> None:
    reported(home, written(tmp_path / "songs.csv", "title,artist\nJóga,Björk\n".encode(codec)))
    assert taken(home, "tracks")["name"].to_list() == ["Jóga"]


def test_the_order_of_rows_is_the_order_of_a_list_without_positions(home: Home, tmp_path: Path) -> None:
    text = f"playlist_id,track_id\np,{OTHER}\nq,{SONG}\np,{SONG}\np,{OTHER}\n"
    line = reported(home, written(tmp_path / "lists.csv", text))
    assert (line["kind"], line["taken"]) == ("playlists", 4)
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id").rows() == [
        ("p", 0, OTHER),
        ("p", 1, SONG),
        ("p", 2, OTHER),
        ("q", 0, SONG),
    ]


def test_positions_count_where_a_list_has_them_whole(home: Home, tmp_path: Path) -> None:
    text = f"playlist_id,track_id,position,name,added_at\np,{OTHER},2,A,2024-01-02\np,{SONG},1,B,2024-01-01T10:00:00Z\nq,{SONG},,B,\nq,{OTHER},1,A,\n"
    line = reported(home, written(tmp_path / "lists.csv", text))
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id", "added_at").rows() == [
        ("p", 1, SONG, datetime.fromisoformat("2024-01-01T10:00")),
        ("p", 2, OTHER, datetime.fromisoformat("2024-01-02")),
        ("q", 0, SONG, None),
        ("q", 1, OTHER, None),
    ]
    assert "missing or doubled in a list" in line["note"]


def test_a_list_that_is_imported_again_replaces_what_was_there_of_it(home: Home, tmp_path: Path) -> None:
    reported(home, written(tmp_path / "a.csv", f"playlist_id,track_id\np,{SONG}\np,{OTHER}\nq,{SONG}\n"))
    reported(home, written(tmp_path / "b.csv", f"playlist_id,track_id\np,{THIRD}\n"))
    assert taken(home, "playlist_tracks").select("playlist_id", "track_id").rows() == [("p", THIRD), ("q", SONG)]


def test_labels_of_a_list_are_no_genres_of_its_songs(home: Home, tmp_path: Path) -> None:
    text = (
        f"playlist_id,playlist_name,playlist_genre,track_id,track_name,track_artist\np,Calm,folk,{SONG},America,Simon\n"
    )
    reported(home, written(tmp_path / "lists.csv", text))
    assert taken(home, "tracks")["genres"].to_list() == [None]
    assert taken(home, "playlists").select("playlist_id", "name").rows() == [("p", "Calm")]


@pytest.mark.parametrize(
    "headings", ["name,artist", "Artists,Name", "id,name,artist", "uri,name,artist_name", "id,name,year"]
)
def test_a_bare_name_beside_an_artist_or_a_year_is_that_of_a_song(home: Home, tmp_path: Path, headings: str) -> None:
    values = {"id": SONG, "uri": f"spotify:track:{SONG}", "name": "Jóga", "year": "1997"}
    row = ",".join(values.get(heading.lower(), "Björk") for heading in headings.split(","))
    line = reported(home, written(tmp_path / "songs.csv", f"{headings}\n{row}\n"))
    assert (line["kind"], line["taken"]) == ("catalogue", 1)
    assert taken(home, "tracks")["name"].to_list() == ["Jóga"]


def test_a_list_may_name_its_songs_by_name_and_artist(home: Home, tmp_path: Path) -> None:
    line = reported(home, written(tmp_path / "lists.csv", "playlist,name,artist\nIce,Jóga,Björk\n"))
    assert (line["kind"], line["taken"]) == ("playlists", 1)
    assert taken(home, "playlist_tracks")["track_id"].to_list() == ["name:bjork|joga"]


def test_artists_stand_in_a_table_of_their_own(home: Home, tmp_path: Path) -> None:
    line = reported(
        home, written(tmp_path / "artists.csv", "artist_name,genres,followers\nBjörk,art pop;electronic,1\n")
    )
    assert (line["kind"], line["table"]) == ("artists", "artists")
    assert taken(home, "artists").select("artist_id", "name", "genres").rows() == [
        ("name:bjork", "Björk", ["art pop", "electronic"])
    ]
