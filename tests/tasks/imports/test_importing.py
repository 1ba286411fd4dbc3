"""The door: containers, other documents, repetition, kill -9, and what is not for Segue."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import ImportFileError
from schemas.values import Home
from tasks.imports.importing import import_paths
from tests.tasks.imports.making import OTHER, SONG, THIRD, play, reported, sums, taken, written
from tests.warehouse.making import python, said
from warehouse import imports


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_zip_is_read_whole_and_everything_in_it_is_told(home: Home, tmp_path: Path) -> None:
    export = tmp_path / "my_spotify_data.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("Spotify Extended Streaming History/Streaming_History_Audio_2024.json", json.dumps([play()]))
        archive.writestr("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF-1.7\x00\x01")
        archive.writestr("MyData/endsong_0.json", json.dumps([play(ts="2014-01-01 10:00:00")]))
        archive.writestr("MyData/Userdata.json", json.dumps({"username": "me", "email": "me@example.org"}))
        archive.writestr("__MACOSX/._endsong_0.json", b"\x00")
    report = import_paths(home, [export])
    sums(report)
    assert report.filter("is_main").select("file", "kind", "taken").rows() == [
        ("my_spotify_data.zip/MyData/Userdata.json", "nothing of ours", 0),
        ("my_spotify_data.zip/MyData/endsong_0.json", "streaming history", 1),
        ("my_spotify_data.zip/Spotify Extended Streaming History/ReadMeFirst.pdf", "nothing of ours", 0),
        (
            "my_spotify_data.zip/Spotify Extended Streaming History/Streaming_History_Audio_2024.json",
            "streaming history",
            1,
        ),
    ]
    assert "me@example.org" not in report["note"].str.join(" ").item()


def test_the_account_export_brings_playlists_and_library(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "Spotify Account Data"
    folder.mkdir()
    song = {
        "trackName": "Karma Police",
        "artistName": "Radiohead",
        "albumName": "OK Computer",
        "trackUri": f"spotify:track:{SONG}",
    }
    items = [
        {"track": song, "episode": None, "localTrack": None, "addedDate": "2024-01-02"},
        {"track": None, "episode": {"episodeName": "On Rain"}},
        {"track": {"trackName": "Jóga", "artistName": "Björk", "albumName": "Homogenic"}},
        {"track": None},
    ]
    written(
        folder / "Playlist1.json",
        {"playlists": [{"name": "Calm", "items": items}, {"name": "Calm", "items": items[:1]}]},
    )
    library = {
        "tracks": [
            {"artist": "Radiohead", "album": "OK Computer", "track": "Karma Police", "uri": f"spotify:track:{SONG}"}
        ],
        "albums": [],
    }
    written(folder / "YourLibrary.json", library)
    report = import_paths(home, [folder])
    sums(report)
    lists, saved = report.filter("is_main").to_dicts()
    assert (lists["table"], lists["taken"], json.loads(lists["skipped_by_reason"])) == (
        "playlist_tracks",
        3,
        {"entry without a song": 1, "podcast episode": 1},
    )
    assert (saved["table"], saved["taken"]) == ("saved_tracks", 1)
    assert taken(home, "playlists")["name"].to_list() == ["Calm", "Calm (2)"]
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id").rows() == [
        ("name:calm", 0, SONG),
        ("name:calm", 2, "name:bjork|joga"),
        ("name:calm 2", 0, SONG),
    ]
    assert taken(home, "saved_tracks").select("track_id", "source").rows() == [(SONG, "export")]


def test_m3u_and_jspf_are_playlists(home: Home, tmp_path: Path) -> None:
    m3u = f"#EXTM3U\n#PLAYLIST:Old Days\n#EXTINF:213,Simon - America\n/music/01.mp3\n\n#EXTINF:305,\nhttps://open.spotify.com/track/{OTHER}?si=x\n"
    line = reported(home, written(tmp_path / "one.m3u8", m3u))
    assert (line["kind"], line["read"]) == ("playlist (M3U)", 2)
    jspf = {
        "playlist": {
            "title": "New Days",
            "track": [{"title": "Jóga", "creator": "Björk", "identifier": [f"https://open.spotify.com/track/{OTHER}"]}],
        }
    }
    assert reported(home, written(tmp_path / "two.json", jspf))["kind"] == "playlist (JSPF)"
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id").rows() == [
        ("name:new days", 0, OTHER),
        ("name:old days", 0, "name:simon|america"),
    ]
    assert taken(home, "tracks").sort("name").select("name", "duration_ms").rows() == [
        ("America", 213_000),
        ("Jóga", None),
    ]


@pytest.mark.parametrize(
    ("file", "artist", "song"),
    [
        ("03 - Sad But True", None, "Sad But True"),
        ("01 - Metallica - Enter Sandman", "Metallica", "Enter Sandman"),
        ("04 The Unforgiven", None, "The Unforgiven"),
        ("12. Metallica - My Friend of Misery", "Metallica", "My Friend of Misery"),
        ("1-04 The Unforgiven", None, "The Unforgiven"),
        ("01_Enter_Sandman", None, "Enter_Sandman"),
        ("001 - Metallica - Enter Sandman", "Metallica", "Enter Sandman"),
        ("03 - ...And Justice for All", None, "...And Justice for All"),
        ("12 - 99 Luftballons", None, "99 Luftballons"),
        ("02.11.2019 Live", None, "02.11.2019 Live"),
        ("99 Luftballons", None, "99 Luftballons"),
        ("99_Luftballons", None, "99_Luftballons"),
        ("7 rings", None, "7 rings"),
        ("50 Cent - In Da Club", "50 Cent", "In Da Club"),
        ("311 - Down", "311", "Down"),
        ("1979", None, "1979"),
        ("1999 - Prince", "1999", "Prince"),
        ("22-20s - Devil in Me", "22-20s", "Devil in Me"),
        ("007 Theme", None, "007 Theme"),
        ("05", None, "05"),
    ],
)
def test_a_track_number_before_the_name_of_a_file_is_no_artist(
    home: Home, tmp_path: Path, file: str, artist: str | None, song: str
) -> None:
    reported(home, written(tmp_path / "list.m3u", f"#EXTM3U\n/music/Metallica/Black Album/{file}.mp3\n"))
    assert taken(home, "tracks")["name"].to_list() == [song]
    assert taken(home, "artists")["name"].to_list() == ([artist] if artist else [])


EXPORTED = """"Track URI","Track Name","Artist Name(s)","Album Name","Track Duration (ms)","Added By","Added At"
"spotify:track:{}","Karma Police","Radiohead","OK Computer","264066","me","2020-01-01T00:00:00Z"
"spotify:track:{}","Jóga","Björk","Homogenic","305000","me","2020-01-02T00:00:00Z"
"""


def test_an_export_of_one_playlist_is_a_list_called_as_its_file(home: Home, tmp_path: Path) -> None:
    line = reported(home, written(tmp_path / "late_night.csv", EXPORTED.format(SONG, OTHER)))
    assert (line["kind"], line["read"], line["taken"]) == ("playlists", 2, 2)
    ((playlist_id, name),) = taken(home, "playlists").select("playlist_id", "name").rows()
    assert name == "late_night"
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id").rows() == [
        (playlist_id, 0, SONG),
        (playlist_id, 1, OTHER),
    ]


def test_lists_of_two_people_that_are_called_alike_stay_two(home: Home, tmp_path: Path) -> None:
    rows = f"ann,Starred,{SONG}\nbob,Starred,{OTHER}\nann,Starred,{THIRD}\n,Starred,{THIRD}\n"
    reported(home, written(tmp_path / "lists.csv", f"user_id,playlistname,track_id\n{rows}"))
    told = taken(home, "playlists").sort("owner_id").select("name", "owner_id").rows()
    assert told == [("Starred", None), ("Starred", "ann"), ("Starred", "bob")]
    lists = taken(home, "playlist_tracks").sort("playlist_id", "position").group_by("playlist_id", maintain_order=True)
    assert sorted(tracks for _, tracks in lists.agg("track_id").rows()) == sorted([[SONG, THIRD], [OTHER], [THIRD]])


PARTS = {"a.csv": f"p,{SONG}\np,{OTHER}\nq,{SONG}\n", "b.csv": f"p,{THIRD}\np,{SONG}\nr,{OTHER}\n"}
WHOLE = [("p", 0, SONG), ("p", 1, OTHER), ("p", 2, THIRD), ("q", 0, SONG), ("r", 0, OTHER)]


@pytest.mark.parametrize("stopped", [False, True])
def test_a_list_in_parts_is_one_list_also_when_the_import_was_stopped_between_them(
    home: Home, tmp_path: Path, stopped: bool
) -> None:
    """The second part of a list once took the place of the first, and the report said that both were taken."""
    folder = tmp_path / "parts"
    folder.mkdir()
    files = [written(folder / name, f"playlist_id,track_id\n{rows}") for name, rows in PARTS.items()]
    if stopped:
        import_paths(home, files[:1])
    report = import_paths(home, [folder])
    sums(report)
    assert report.filter(file="parts/b.csv", is_main=True).select("taken", "skipped", "skipped_by_reason").rows() == [
        (2, 1, '{"the list holds it already": 1}')
    ]
    lists = taken(home, "playlist_tracks").sort("playlist_id", "position")
    assert lists.select("playlist_id", "position", "track_id").rows() == WHOLE


def test_parts_that_tell_the_places_of_their_songs_keep_them(home: Home, tmp_path: Path) -> None:
    one = written(tmp_path / "a.csv", f"playlist_id,position,track_id\np,0,{SONG}\np,2,{OTHER}\n")
    other = written(tmp_path / "b.csv", f"playlist_id,position,track_id\np,1,{THIRD}\n")
    import_paths(home, [one, other])
    assert taken(home, "playlist_tracks").sort("position")["track_id"].to_list() == [SONG, THIRD, OTHER]


API_SONG = {"id": SONG, "name": "Jóga", "artists": [{"name": "Björk"}], "external_ids": {"isrc": "GBAAA9700001"}}
MPD_SONG = {"pos": 0, "track_uri": f"spotify:track:{SONG}", "track_name": "Jóga", "artist_name": "Björk"}
NESTED: dict[str, object] = {
    "million playlist dataset": {"info": {}, "playlists": [{"name": "Ice", "pid": 7, "tracks": [MPD_SONG]}]},
    "web api": {"id": "7", "name": "Ice", "tracks": {"items": [{"added_at": "2024-01-02", "track": API_SONG}]}},
    "web api of 2026": {"id": "7", "name": "Ice", "items": {"items": [{"item": API_SONG}]}},
    "array of lists": [{"title": "Ice", "playlist_id": 7, "songs": [MPD_SONG]}],
}


@pytest.mark.parametrize("form", NESTED)
def test_a_list_that_holds_its_songs_is_a_playlist_and_no_song(home: Home, tmp_path: Path, form: str) -> None:
    line = reported(home, written(tmp_path / "lists.json", NESTED[form]))
    assert (line["kind"], line["read"], line["taken"]) == ("playlists", 1, 1)
    assert taken(home, "playlists").select("playlist_id", "name").rows() == [("7", "Ice")]
    assert taken(home, "playlist_tracks").select("playlist_id", "position", "track_id").rows() == [("7", 0, SONG)]
    assert taken(home, "tracks")["name"].to_list() == ["Jóga"]


@pytest.mark.parametrize("gone", [{"added_at": "2024-01-02", "track": None}, {"item": None}, None])
def test_a_song_that_is_no_longer_offered_is_passed_over_in_words(home: Home, tmp_path: Path, gone: object) -> None:
    places = [gone, {"added_at": "2024-01-02", "track": API_SONG}]
    line = reported(home, written(tmp_path / "list.json", {"id": "7", "name": "Ice", "tracks": {"items": places}}))
    assert (line["read"], line["taken"], line["rejected_by_rule"]) == (2, 1, {})
    assert line["skipped_by_reason"] == {"entry without a song": 1}
    assert "empty" not in (line["note"] or "")


def test_an_album_is_no_playlist(home: Home, tmp_path: Path) -> None:
    album = {"type": "album", "id": "7", "name": "Homogenic", "tracks": {"items": [API_SONG]}}
    assert reported(home, written(tmp_path / "album.json", album))["kind"] != "playlists"
    assert reported(home, written(tmp_path / "albums.json", [album]))["kind"] != "playlists"


def test_a_list_may_hold_references_alone(home: Home, tmp_path: Path) -> None:
    lists = [{"name": "Ice", "tracks": [f"spotify:track:{SONG}", f"https://open.spotify.com/track/{OTHER}?si=1"]}]
    assert reported(home, written(tmp_path / "lists.json", lists))["taken"] == 2
    assert taken(home, "playlist_tracks").sort("position")["track_id"].to_list() == [SONG, OTHER]


def test_imported_twice_adds_nothing_whatever_the_file_is_called(home: Home, tmp_path: Path) -> None:
    rows = [play(), play(ts="2024-05-02T10:00:00Z"), play(ms_played=-1)]
    reported(home, written(tmp_path / "a.json", rows))
    again = reported(home, written(tmp_path / "b.json", rows))
    assert (again["taken"], again["already"], again["rejected"], again["note"]) == (0, 2, 1, "taken before, as a.json")
    assert taken(home, "plays").height == 2


def test_what_is_not_for_segue_is_said_and_does_no_harm(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    written(folder / "a.txt", "hello\nworld\n")
    written(folder / "b.bin", b"\x00\x01\x02")
    written(folder / "c.json", [{"searchTime": "2024", "searchQuery": "x"}])
    written(folder / "d.csv", "")
    written(folder / "e.parquet", b"PAR1 and no more")
    written(folder / "f.zip", b"PK\x03\x04 and no more")
    report = import_paths(home, [folder])
    assert report.select("file", "kind", "read").rows() == [
        ("mixed/a.txt", "nothing of ours", 0),
        ("mixed/b.bin", "nothing of ours", 0),
        ("mixed/c.json", "nothing of ours", 0),
        ("mixed/d.csv", "nothing of ours", 0),
        ("mixed/e.parquet", "unreadable", 0),
        ("mixed/f.zip", "unreadable", 0),
    ]
    assert report["note"].to_list()[-2:] == [
        "is not a whole Parquet file. Download it again.",
        "is a damaged zip. Download it again.",
    ]
    assert report["note"].null_count() == 0
    assert not home.imports.exists()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("name\nNumb\n", "it has name, but neither an artist nor an id of a song: add artist, or track_id or isrc"),
        ("id,name,size\n1,Numb,9\n", "it has id, name, but neither an artist nor an id of a song: add artist, or track_id or isrc"),
        ([{"id": "1", "name": "Numb"}], "it has id, name, but neither an artist nor an id of a song: add artist, or track_id or isrc"),
        ("isrc,artist\nUSAAA9700001,Björk\n", "it has isrc, artist, but no name of a song: add track_name"),
        ("shoe,size\nleft,41\n", "no columns that Segue knows (shoe, size)"),
    ],
)  # fmt: skip
def test_columns_that_do_not_make_a_song_are_told_with_what_they_lack(
    home: Home, tmp_path: Path, content: object, note: str
) -> None:
    assert reported(home, written(tmp_path / "songs", content))["note"] == note


@pytest.mark.parametrize("more", ["artist", "track_id", "isrc"])
def test_what_a_name_lacks_is_enough(home: Home, tmp_path: Path, more: str) -> None:
    assert reported(home, written(tmp_path / "songs.csv", f"name,{more}\nNumb,USAAA9700001\n"))["taken"] == 1


def test_a_path_that_does_not_exist_is_an_error(home: Home, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="is no file or folder"):
        import_paths(home, [tmp_path / "nowhere"])


KILLED = """
import sys
from pathlib import Path
from schemas.values import Home
from tasks.imports.importing import import_paths
print("ready", flush=True)
import_paths(Home(Path(sys.argv[1])), [Path(sys.argv[2])])
"""


TELLING = KILLED.replace(
    "import sys",
    "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=logging.INFO, format='%(message)s')",
)


def test_an_import_that_is_killed_keeps_whole_files_and_goes_on(home: Home, tmp_path: Path) -> None:
    """Three times, at moments that progress tells: while the file after it is read, checked or stored."""
    folder = tmp_path / "history"
    folder.mkdir()
    for number in range(12):
        days = [play(ts=f"2024-{number + 1:02d}-{day:02d}T10:00:00Z") for day in range(1, 21)]
        written(folder / f"{number:02d}.json", days)
    whole = 0
    for more, later in ((2, 0.0), (3, 0.02), (2, 0.04)):
        process = python(TELLING, home.root, folder)
        while not said(process).startswith(f"history/{whole // 20 + more - 1:02d}.json: 20 of 20"):
            pass
        time.sleep(later)
        process.kill()
        process.communicate(timeout=30)
        before, whole = whole, taken(home, "plays").height
        assert whole % 20 == 0
        assert whole >= before + 20 * more
        if whole == 240:  # it was faster than the kill
            break
    report = import_paths(home, [folder]).filter("is_main")
    sums(report)
    assert report["already"].sum() == whole
    assert report["taken"].sum() == 240 - whole
    assert taken(home, "plays").unique(["played_at", "track_id"]).height == 240


def test_two_imports_at_once_wait_for_each_other(home: Home, tmp_path: Path) -> None:
    files = [written(tmp_path / f"{name}.json", [play(ts=f"2024-05-0{name}T10:00:00Z")]) for name in (1, 2)]
    processes = [python(KILLED, home.root, file) for file in files]
    for process in processes:
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    assert taken(home, "plays").height == 2


def test_progress_is_told_while_a_large_file_is_read(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = pl.DataFrame(
        {"title": [f"Song {number} {'x' * 80}" for number in range(14_000)], "artist": ["Björk"] * 14_000}
    )
    rows.write_csv(tmp_path / "songs.csv")
    with caplog.at_level("INFO"):
        reported(home, tmp_path / "songs.csv")
    told = [record.getMessage() for record in caplog.records if getattr(record, "event", "") == "progress"]
    assert told[0].startswith("songs.csv: 1 of 1 MB read")
    assert told[-1] == "songs.csv: 14,000 of 14,000 rows taken into tracks"


def test_an_account_with_empty_playlists_is_no_trouble(home: Home, tmp_path: Path) -> None:
    line = reported(home, written(tmp_path / "Playlist1.json", {"playlists": [{"name": "Empty", "items": []}]}))
    assert (line["kind"], line["read"]) == ("playlists of the account", 0)


def test_a_first_import_that_was_killed_before_it_had_tables_is_no_obstacle(home: Home, tmp_path: Path) -> None:
    home.root.mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", home.imports], check=True)
    assert all(harvest.rows.is_empty() for harvest in imports.harvests(home))
    assert reported(home, written(tmp_path / "a.json", [play()]))["taken"] == 1
