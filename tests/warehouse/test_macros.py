"""What any DuckDB client can ask of the published file, with nothing of ours installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from duckdb import DuckDBPyConnection

from schemas.values import LETTERS, Home
from tests.warehouse.making import checked, publish
from warehouse.night import building, publishing, writing

NIGHT = "20261125T030000-a"

# track_id: name, artist, popularity, song_id
SONGS = {
    "numb": ("Numb", "Linkin Park", 90, "numb"),
    "numb2": ("Numb", "Usher", 40, "numb2"),
    "live": ("Numb (Live)", "Linkin Park", 60, "numb"),
    "end": ("In the End", "Linkin Park", 95, "end"),
    "end2": ("In The End - Remastered", "Linkin Park", 50, "end"),
    "aero": ("Aerodynamic", "Daft Punk", 70, "aero"),
    "deja": ("Déjà Vu", "Beyoncé", 80, "deja"),
    "drop": ("'; drop table songs; --", "Bobby Tables", 1, "drop"),
    "cjk": ("夜に駆ける", "YOASOBI", 85, "cjk"),
    "4uLU6hMCjMI75M1A2tKUQC": ("???", "?", 3, "4uLU6hMCjMI75M1A2tKUQC"),
}
NEIGHBOURS = {
    "numb": ["live", "end", "end2", "aero"],
    "live": ["numb", "aero"],
    "aero": ["deja", "end"],
    "deja": ["aero"],
    "drop": ["cjk"],
    "cjk": ["drop"],
    "4uLU6hMCjMI75M1A2tKUQC": ["cjk"],
}
PLAYLISTS = {"Köln · Späte Züge": ["numb", "aero", "aero"], "Morning": ["deja"], "Empty": []}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A plain DuckDB session on a small published file."""
    home = Home(tmp_path_factory.mktemp("home"))
    build = building.start(home, NIGHT, "demo")
    artists = sorted({artist for _, artist, _, _ in SONGS.values()})
    tables: dict[str, list[dict[str, Any]]] = {
        "artists": [{"artist_id": artist, "name": artist} for artist in artists],
        "tracks": [
            {"track_id": track, "name": name, "popularity": popularity, "album_id": "al", "spotify_url": f"https://open.spotify.com/track/{track}"}
            for track, (name, _, popularity, _) in SONGS.items()
        ],
        "albums": [{"album_id": "al", "name": "All", "poster_url": "https://i/640"}],
        "track_artists": [{"track_id": track, "position": 0, "artist_id": artist} for track, (_, artist, _, _) in SONGS.items()],
        "playlists": [{"playlist_id": f"p{number}", "name": name} for number, name in enumerate(PLAYLISTS)],
        "playlist_tracks": [
            {"playlist_id": f"p{number}", "position": place, "track_id": track}
            for number, tracks in enumerate(PLAYLISTS.values())
            for place, track in enumerate(tracks)
        ],
    }  # fmt: skip
    for table, rows in tables.items():
        writing.merge(build, checked(table, rows), NIGHT)
    writing.replace(
        build,
        "recordings",
        pl.DataFrame(
            [{"track_id": track, "recording_id": track, "song_id": song} for track, (_, _, _, song) in SONGS.items()]
        ),
    )
    writing.replace(
        build,
        "neighbours",
        pl.DataFrame(
            [
                {"track_id": seed, "rank": rank, "neighbour_id": track, "score": 1 / rank, "audio": 0.5 / rank, "metadata": 0.25 / rank,
                 "collaborative": 0.25 / rank, "adjustments": 0.0}
                for seed, tracks in NEIGHBOURS.items()
                for rank, track in enumerate(tracks, start=1)
            ]
        ),
    )  # fmt: skip
    building.finish(build)
    publishing.publish(home, build)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        yield con


def similar(bare: DuckDBPyConnection, song: str) -> list[tuple[Any, ...]]:
    return bare.execute("select rank, track_id, seed from similar_to($song)", {"song": song}).fetchall()


def test_a_song_is_followed_by_songs_with_everything_that_a_person_wants_to_see(bare: DuckDBPyConnection) -> None:
    cursor = bare.execute("select * from similar_to('Déjà Vu')")
    names = [column[0] for column in cursor.description]
    assert [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] == [
        {
            "rank": 1, "name": "Aerodynamic", "artists": "Daft Punk", "album": "All", "poster_url": "https://i/640",
            "spotify_url": "https://open.spotify.com/track/aero", "score": 1.0, "audio": 0.5, "metadata": 0.25, "collaborative": 0.25,
            "adjustments": 0.0, "track_id": "aero", "seed": "Déjà Vu",
        }
    ]  # fmt: skip


def test_no_version_of_the_seed_and_each_song_once(bare: DuckDBPyConnection) -> None:
    assert similar(bare, "Numb") == [(1, "end", "Numb"), (2, "aero", "Numb")]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Déjà-Vu!", "deja vu"),
        ("Smørrebrød", "smorrebrod"),
        ("ẞ Þ Æ Œ Ø Ł Đ Ð İ", "ss th ae oe o l d d i"),
        ("ß þ æ œ ø ł đ ð ı", "ss th ae oe o l d d i"),
        ("夜に駆ける", "夜に駆ける"),
        (" ??? ", "???"),
        (None, None),
    ],
)
def test_spellings_of_a_name_share_its_key(bare: DuckDBPyConnection, text: str | None, key: str | None) -> None:
    assert bare.execute("select name_key($1)", [text]).fetchone() == (key,)


def test_the_file_folds_the_letters_that_identity_and_the_explorer_fold(bare: DuckDBPyConnection) -> None:
    assert {letter: bare.execute("select folded($1)", [letter]).fetchall()[0][0] for letter in LETTERS} == LETTERS


@pytest.mark.parametrize(
    ("asked", "seed"),
    [
        ("Numb", "Numb"),  # exact, the most popular of two
        ("numb", "Numb"),
        ("  NUMB!  ", "Numb"),
        ("deja vu", "Déjà Vu"),
        ("DÉJÀ VU", "Déjà Vu"),
        ("Daft Punk - Aerodynamic", "Aerodynamic"),
        ("Aerodynamik", "Aerodynamic"),  # nearest
        ("aero dynamic", "Aerodynamic"),
        ("aero", "Aerodynamic"),  # an id
        ("https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC?si=1", "???"),
        ("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "???"),
        ("'; drop table songs; --", "'; drop table songs; --"),
        ("夜に駆ける", "夜に駆ける"),
        ("???", "???"),
    ],
)
def test_a_song_is_found_by_its_name_exactly_then_loosely_then_nearest(
    bare: DuckDBPyConnection, asked: str, seed: str
) -> None:
    assert {row[2] for row in similar(bare, asked)} == {seed}


@pytest.mark.parametrize("asked", ["", "   ", "zzzzzzzzzz", "' or 1 = 1 --", "numbskull days"])
def test_nothing_is_found_for_what_no_song_is_called(bare: DuckDBPyConnection, asked: str) -> None:
    assert similar(bare, asked) == []


def test_a_playlist_is_followed_by_songs_that_it_does_not_hold(bare: DuckDBPyConnection) -> None:
    rows = bare.execute(
        "select rank, track_id, score, because_of, playlist from recommend_for('koln spate zuge')"
    ).fetchall()
    # numb and aero count once each though aero stands twice; both tell of 'end', whose remaster is the same song
    assert rows == [(1, "deja", 1.0, 1, "Köln · Späte Züge"), (2, "end", 1.0, 2, "Köln · Späte Züge")]


@pytest.mark.parametrize(
    ("asked", "playlist"),
    [
        ("Morning", "Morning"),
        ("MORNING", "Morning"),
        ("mornin", "Morning"),
        ("p1", "Morning"),
        ("Köln - Späte Züge", "Köln · Späte Züge"),
    ],
)
def test_a_playlist_is_found_by_its_name_exactly_then_loosely_then_nearest(
    bare: DuckDBPyConnection, asked: str, playlist: str
) -> None:
    found = bare.execute("select distinct playlist from recommend_for($asked)", {"asked": asked}).fetchall()
    assert found == [(playlist,)]


@pytest.mark.parametrize("asked", ["Empty", "no such list at all", "", "Morning of a long day"])
def test_nothing_is_recommended_for_an_empty_or_unknown_playlist(bare: DuckDBPyConnection, asked: str) -> None:
    assert bare.execute("select * from recommend_for($asked)", {"asked": asked}).fetchall() == []


def test_the_addends_sum_to_the_score(bare: DuckDBPyConnection) -> None:
    for call in ("similar_to('Numb')", "recommend_for('Köln · Späte Züge')"):
        query = f"select max(abs(score - audio - metadata - collaborative - adjustments)) from {call}"  # noqa: S608
        assert bare.sql(query).fetchall()[0][0] < 1e-12


def test_macros_and_views_say_what_they_are(bare: DuckDBPyConnection) -> None:
    silent = bare.sql(
        "select function_name from duckdb_functions() where not internal and comment is null "
        "union all select view_name from duckdb_views() where not internal and comment is null"
    ).fetchall()
    assert silent == []


def test_the_accounting_of_the_night_is_a_view(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish(home, "20261124T030000-a", checked("tracks", [{"track_id": "a", "name": "a"}]))
    publish(home, NIGHT, checked("artists", [{"artist_id": "a", "name": "a"}], skipped={"podcast": 1}))
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.sql("select entity, received, stored, skipped from accounting").fetchall() == [("artists", 2, 1, 1)]
        assert con.sql("select run_id from latest_run").fetchall() == [(NIGHT,)]
