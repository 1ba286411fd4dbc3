"""What a person gets from Spotify on request, written to disk: three forms, and every flaw that real ones have."""

import json
from collections import Counter
from zipfile import ZipFile

import pytest

from tasks.standin import bundled, sample_account, sample_catalogue
from tasks.standin.demo import demo_account, demo_listening, write_account_data, write_endsong, write_history
from tasks.standin.demo.__main__ import main
from tasks.standin.demo.flaws import FLAWS, flawed

KEYS = [
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "ip_addr",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
]


@pytest.fixture(scope="module")
def catalogue():
    return bundled()


@pytest.fixture(scope="module")
def listening(catalogue):
    return demo_listening(catalogue)


@pytest.fixture(scope="module")
def long(catalogue):
    """Nearly five years with at most one session a day."""
    return demo_listening(catalogue, days=1700, sessions=1)


@pytest.fixture
def plain(listening):
    """A clean row of a song."""
    return next(row for row in listening.rows if row["reason_end"] == "trackdone" and row["platform"] == "android")


def test_a_row_has_the_23_documented_keys(listening):
    assert all(list(row) == KEYS for row in listening.rows)


def test_the_year_has_two_tastes_skips_and_likes(listening):
    ends = Counter(row["reason_end"] for row in listening.rows)
    assert ends["trackdone"] > ends["fwdbtn"] > 500
    assert 5_000 < len(listening.plays) < len(listening.rows)
    assert listening.likes
    by_hour = {True: Counter(), False: Counter()}
    for play in listening.plays:
        by_hour[play.played_at.hour in (22, 23)].update(play.track.genres)
    assert by_hour[True].most_common(1)[0][0] == "deep-house"
    assert by_hour[False].most_common(1)[0][0] in ("metal", "rock")


def test_every_flaw_is_planted(listening):
    assert set(listening.planted) == {flaw.__name__ for flaw in FLAWS} | {"offline"}


class Drawn:
    """Chance that is none: these numbers, one after the other, then 0.5."""

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def random(self):
        return self.numbers.pop(0) if self.numbers else 0.5


@pytest.mark.parametrize(
    ("place", "name", "changes"),
    [
        (0, "double", [{}, {}]),
        (1, "no_length", [{"ms_played": 0, "reason_end": "fwdbtn", "skipped": True}, {}]),
        (3, "junk_timestamp", [{"offline_timestamp": 17}]),
        (4, "nulls", [{"offline_timestamp": None, "skipped": None, "reason_start": None, "reason_end": None}]),
        (6, "no_skip", [{"reason_end": "fwdbtn", "skipped": False}]),
    ],
)
def test_what_a_flaw_makes_of_a_row(plain, place, name, changes):
    rows, planted = flawed([plain], Drawn(place * 0.004 + 0.001))
    assert (rows, planted) == ([plain | change for change in changes], {name: 1})


@pytest.mark.parametrize(("place", "uri"), [(10, "spotify_episode_uri"), (11, "audiobook_uri"), (12, None)])
def test_rows_of_what_is_no_song(plain, place, uri):
    (other, song), _ = flawed([plain], Drawn(place * 0.004 + 0.001))
    assert song == plain
    assert other["spotify_track_uri"] is other["master_metadata_track_name"] is None
    assert [key for key in ("spotify_episode_uri", "audiobook_uri") if other[key]] == ([uri] if uri else [])


def test_rows_from_a_device_that_was_offline_bear_one_time(plain):
    rows = [plain | {"ts": f"2026-03-01T10:0{minute}:00Z", "offline_timestamp": minute} for minute in range(6)]
    result, planted = flawed(rows, Drawn(0.5, 0.9999))
    times = [(row["ts"][14:16], row["offline"], row["offline_timestamp"]) for row in result]
    assert times == [("00", False, 0), *(("04", True, at) for at in (1, 2, 3, 4)), ("05", False, 5)]
    assert planted == {"offline": 4}


def test_the_extended_history_as_a_zip(tmp_path, listening):
    target = write_history(tmp_path / "my_spotify_data.zip", listening.rows, file_rows=4_000)
    with ZipFile(target) as archive:
        files = {
            name.removeprefix("Spotify Extended Streaming History/"): archive.read(name) for name in archive.namelist()
        }
    assert list(files) == [
        "Streaming_History_Audio_2025-2026_0.json",
        "Streaming_History_Audio_2026.json",
        "Streaming_History_Video_2026.json",
        "ReadMeFirst_ExtendedStreamingHistory.pdf",
    ]
    first, last, video = (json.loads(content) for content in list(files.values())[:3])
    assert first == listening.rows[:4_000]
    assert last == listening.rows[4_000 - 25 :]
    assert all(row["spotify_episode_uri"] for row in video)


def test_a_long_history_has_a_year_without_reasons_and_keys_that_came_later(tmp_path, long):
    folder = write_history(tmp_path / "data", long.rows) / "Spotify Extended Streaming History"
    (audio,) = folder.glob("*Audio*.json")
    read = json.loads(audio.read_text())
    assert audio.name == "Streaming_History_Audio_2022-2026.json"
    reasons = {year: {row["reason_end"] for row in read if row["ts"][:4] == year} for year in ("2022", "2023", "2024")}
    assert reasons["2023"] == {"none"}
    assert "trackdone" in reasons["2022"] & reasons["2024"]
    assert {len(row) for row in read if row["ts"] < "2023"} == {19}
    assert {len(row) for row in read if row["ts"] >= "2023"} == {23}


def test_more_sessions_a_day_make_a_longer_history(listening, long):
    assert len(listening.rows) / 365 > 3 * len(long.rows) / 1700


def test_endsong_files_have_other_keys_and_times(tmp_path, listening):
    target = write_endsong(tmp_path / "old", listening.rows[:10], file_rows=6)
    parts = [json.loads((target / "MyData" / f"endsong_{number}.json").read_text()) for number in (0, 1)]
    assert [len(part) for part in parts] == [6, 4]
    row = parts[0][0]
    personal = {"username", "ip_addr_decrypted", "user_agent_decrypted"}
    assert set(row) == {key for key in KEYS if not key.startswith(("audiobook", "ip_addr"))} | personal
    assert row["ts"] == listening.rows[0]["ts"].replace("T", " ").removesuffix("Z")


def test_account_data_knows_names_and_minutes_only(tmp_path, catalogue, listening):
    account = demo_account(catalogue)
    folder = write_account_data(tmp_path / "account", listening.rows, account) / "Spotify Account Data"
    songs = json.loads((folder / "StreamingHistory_music_0.json").read_text())
    expected = [row for row in listening.rows if row["spotify_track_uri"]]
    assert len(songs) == len(expected)
    assert songs[0] == {
        "endTime": expected[0]["ts"][:16].replace("T", " "),
        "artistName": expected[0]["master_metadata_album_artist_name"],
        "trackName": expected[0]["master_metadata_track_name"],
        "msPlayed": expected[0]["ms_played"],
    }
    assert set(json.loads((folder / "StreamingHistory9.json").read_text())[0]) == set(KEYS)
    podcasts = json.loads((folder / "StreamingHistory_podcast_0.json").read_text())
    assert {row["podcastName"] for row in podcasts} == {"A Show of Talk"}
    lists = json.loads((folder / "Playlist1.json").read_text())["playlists"]
    assert len(lists) == 35 + 6
    assert [item["track"] for item in lists[0]["items"][7:8]] == [None]
    library = json.loads((folder / "YourLibrary.json").read_text())
    assert len(library["tracks"]) == len(account.saved)


def test_account_data_of_a_small_account(tmp_path):
    catalogue = sample_catalogue()
    folder = write_account_data(tmp_path, [], sample_account(catalogue)) / "Spotify Account Data"
    lists = json.loads((folder / "Playlist1.json").read_text())["playlists"]
    assert [playlist["name"] for playlist in lists] == ["Quiet", "Loud"]
    assert lists[1]["items"][0]["track"] == {
        "trackName": "Iron Orchard",
        "artistName": "Harrow",
        "albumName": "Furnace",
        "trackUri": catalogue["Iron Orchard"].uri,
    }


@pytest.mark.parametrize(
    ("form", "file"),
    [
        ("extended", "Spotify Extended Streaming History/Streaming_History_Audio_2026.json"),
        ("endsong", "MyData/endsong_0.json"),
        ("account", "Spotify Account Data/StreamingHistory_music_0.json"),
    ],
)
def test_each_form_can_be_written_from_the_command_line(tmp_path, capsys, form, file):
    main([str(tmp_path), "--form", form, "--days", "40", "--sessions", "2"])
    count, *flaws = capsys.readouterr().out.splitlines()
    rows = json.loads((tmp_path / file).read_text())
    assert len(rows) > 100
    assert form == "account" or count == f"{len(rows)} rows"
    assert flaws == sorted(flaws)
