"""Streaming histories with every quirk that is known of them."""

from datetime import datetime
from pathlib import Path

import pytest

from schemas.values import Home
from tests.tasks.imports.making import NOTHING, OTHER, SONG, THIRD, play, reported, taken, written

moment = datetime.fromisoformat


def test_a_play_is_kept_whole_but_for_what_is_personal(home: Home, tmp_path: Path) -> None:
    file = written(tmp_path / "anything.json", [play()])
    line = reported(home, file)
    assert (line["kind"], line["table"], line["read"], line["taken"]) == ("streaming history", "plays", 1, 1)
    assert taken(home, "plays").to_dicts() == [
        {
            "played_at": moment("2024-05-01T10:00:00"),
            "track_id": SONG,
            "ms_played": 200_000,
            "is_skipped": False,
            "is_skip_derived": False,
            "reason_start": "clickrow",
            "reason_end": "trackdone",
            "is_shuffle": False,
            "is_incognito": False,
            "platform": "android",
            "context_uri": None,
            "origin": "export",
            "source": "export",
        }
    ]
    assert taken(home, "tracks").select("track_id", "name", "album_id", "source").rows() == [
        (SONG, "Karma Police", "name:radiohead|ok computer", "export")
    ]
    assert taken(home, "artists").select("artist_id", "name").rows() == [("name:radiohead", "Radiohead")]


def test_addresses_and_user_agents_never_leave_the_parser(home: Home, tmp_path: Path) -> None:
    whole = play()
    broken = '{"ts": "2024-05-01T11:00:00Z", "ip_addr": "198.51.100.7", "user_agent_decrypted": "Mozilla/5.0 (secret device)", '
    spoiled = play(ts="never", ms_played=-5)
    text = f"[{', '.join(map(__import__('json').dumps, [whole, spoiled]))}, {broken}]"
    line = reported(home, written(tmp_path / "history.json", text))
    assert (line["read"], line["taken"], line["rejected"]) == (3, 1, 2)
    stored = home.imports.read_bytes()
    for secret in (b"198.51.100", b"Mozilla", b"secret device"):
        assert secret not in stored


def test_what_is_no_song_is_skipped_by_reason(home: Home, tmp_path: Path) -> None:
    rows = [
        play(),
        play(**NOTHING, episode_name="On Rain", spotify_episode_uri="spotify:episode:x"),
        play(**NOTHING, audiobook_title="Emma", audiobook_chapter_title="I"),
        play(**NOTHING),
        play(ms_played=0, reason_end="fwdbtn"),
    ]
    line = reported(home, written(tmp_path / "history.json", rows))
    assert line["taken"] == 1
    assert line["skipped_by_reason"] == {
        "0 ms: nothing sounded": 1,
        "audiobook chapter": 1,
        "names no song (unplayable, or a file of your own)": 1,
        "podcast episode": 1,
    }


def test_a_song_of_ones_own_without_an_id_has_one_from_its_names(home: Home, tmp_path: Path) -> None:
    reported(home, written(tmp_path / "history.json", [play(spotify_track_uri=None)]))
    assert taken(home, "plays")["track_id"].to_list() == ["name:radiohead|karma police"]


@pytest.mark.parametrize("nobody", ["Various Artists", "VERSCHIEDENE INTERPRETEN", "Varios artistas"])
def test_an_album_of_many_credits_nobody(home: Home, tmp_path: Path, nobody: str) -> None:
    reported(home, written(tmp_path / "a.json", [play(master_metadata_album_artist_name=nobody)]))
    assert taken(home, "tracks")["name"].to_list() == ["Karma Police"]
    assert taken(home, "track_artists").is_empty()
    assert taken(home, "artists").is_empty()


def test_doubles_and_overlaps_of_files_are_one_play(home: Home, tmp_path: Path) -> None:
    other = play(ts="2024-05-01T12:00:00Z", spotify_track_uri=f"spotify:track:{OTHER}")
    first = reported(home, written(tmp_path / "a.json", [play(), play(), other]))
    second = reported(home, written(tmp_path / "b.json", [other, play(ts="2024-05-02T10:00:00Z")]))
    assert (first["taken"], first["repeated"]) == (2, 1)
    assert (second["taken"], second["already"]) == (1, 1)
    assert taken(home, "plays").height == 3


def test_rows_that_were_sent_together_are_told_apart_by_when_they_began(home: Home, tmp_path: Path) -> None:
    sent = "2024-05-01T10:00:00Z"
    rows = [
        play(ts=sent, offline_timestamp=1714500000, spotify_track_uri=f"spotify:track:{SONG}"),
        play(ts=sent, offline_timestamp=1714501000_000, spotify_track_uri=f"spotify:track:{OTHER}"),  # milliseconds
        play(ts=sent, offline_timestamp=7, spotify_track_uri=f"spotify:track:{THIRD}"),  # junk
    ]
    reported(home, written(tmp_path / "history.json", rows))
    assert taken(home, "plays").sort("played_at").select("played_at", "track_id").rows() == [
        (moment("2024-04-30T18:03:20"), SONG),
        (moment("2024-04-30T18:20:00"), OTHER),
        (moment("2024-05-01T10:00:00"), THIRD),
    ]


@pytest.mark.parametrize(
    ("skipped", "reason", "ms", "expected"),
    [
        (True, "trackdone", 200_000, (True, False)),
        (None, "trackdone", 200_000, (False, True)),
        (None, "fwdbtn", 20_000, (True, True)),
        (None, "fwdbtn", 190_000, (False, True)),
        (None, "logout", 60_000, (None, None)),
        (None, "logout", 120_000, (False, True)),
        (None, "none", 199_000, (False, True)),
        (None, "none", 60_000, (True, True)),
        (None, None, 60_000, (True, True)),
        (None, None, 120_000, (False, True)),
    ],
)
def test_a_skip_that_is_not_told_is_derived_and_says_so(
    home: Home,
    tmp_path: Path,
    skipped: bool | None,
    reason: str | None,
    ms: int,
    expected: tuple[bool | None, bool | None],
) -> None:
    whole = play(ts="2024-04-01T10:00:00Z")  # the song lasts 200 s
    row = play(skipped=skipped, reason_end=reason, ms_played=ms)
    reported(home, written(tmp_path / "history.json", [whole, row]))
    assert taken(home, "plays").sort("played_at").select("is_skipped", "is_skip_derived").rows()[-1] == expected


def test_a_skip_of_a_song_of_unknown_length_is_what_ended_before_half_a_minute(home: Home, tmp_path: Path) -> None:
    rows = [
        play(skipped=None, reason_end="fwdbtn", ms_played=29_000),
        play(ts="2024-05-02T10:00:00Z", skipped=None, reason_end="fwdbtn", ms_played=31_000),
    ]
    reported(home, written(tmp_path / "history.json", rows))
    assert taken(home, "plays").sort("played_at")["is_skipped"].to_list() == [True, False]


def test_times_and_lengths_that_are_none_are_rejected_by_rule(home: Home, tmp_path: Path) -> None:
    rows = [play(ts="soon"), play(ts=None), play(ms_played=None), play(ms_played=-1), play(ms_played=10**12), play()]
    rows += [play(ts="1970-01-01T00:00:00Z"), play(ts="2999-01-01T00:00:00Z")]
    line = reported(home, written(tmp_path / "history.json", rows))
    assert line["taken"] == 1
    assert line["rejected_by_rule"] == {
        "milliseconds played: not a whole number from 0 to a day": 3,
        "time of the play: before 2006, or yet to come": 2,
        "time of the play: not a time": 2,
    }


def test_a_moment_is_read_however_its_zone_is_written(home: Home, tmp_path: Path) -> None:
    told = [
        "2024-05-01T10:00:00Z",
        "2024-05-02 12:00:00+02:00",
        "2024-05-03T12:00+02:00",
        "2024-05-04 10:00:00 UTC",
        "2024-05-05 05:00:00.000 -0500",
        "2024-05-06 12:00:00+02",
        "2024-05-07 10:00 UTC",
        "2024-05-08T10:00+00:00",
        "2024-05-09T15:30:00+05:30",
    ]
    reported(home, written(tmp_path / "history.json", [play(ts=ts) for ts in told]))
    found = taken(home, "plays").sort("played_at")["played_at"].to_list()
    assert found == [moment(f"2024-05-0{day}T10:00:00") for day in range(1, 10)]


def test_how_long_a_song_lasts_is_what_its_plays_to_the_end_lasted(home: Home, tmp_path: Path) -> None:
    heard = [
        play(ts=f"2024-05-0{day}T10:00:00Z", ms_played=ms) for day, ms in enumerate((200_000, 201_000, 900_000), 1)
    ]
    skipped = play(spotify_track_uri=f"spotify:track:{OTHER}", reason_end="fwdbtn", ms_played=5_000)
    reported(home, written(tmp_path / "history.json", [*heard, skipped]))
    assert dict(taken(home, "tracks").select("track_id", "duration_ms").iter_rows()) == {SONG: 201_000, OTHER: None}


def test_old_exports_write_time_with_a_blank_and_keys_of_their_own(home: Home, tmp_path: Path) -> None:
    old = play(ts="2014-05-01 10:00:00", username="me", ip_addr_decrypted="198.51.100.9", skipped=None)
    del old["audiobook_title"], old["ip_addr"]
    reported(home, written(tmp_path / "endsong_0.json", [old]))
    assert taken(home, "plays")["played_at"].to_list() == [moment("2014-05-01T10:00:00")]


def test_the_account_data_names_songs_without_ids(home: Home, tmp_path: Path) -> None:
    rows = [
        {"endTime": "2022-12-17 14:57", "artistName": "Björk", "trackName": "Jóga", "msPlayed": 196729},
        {"endTime": "2022-12-17 15:57", "podcastName": "Rain", "episodeName": "On Rain", "msPlayed": 196729},
    ]
    line = reported(home, written(tmp_path / "StreamingHistory_music_0.json", rows))
    assert (line["taken"], line["skipped_by_reason"]) == (1, {"podcast episode": 1})
    assert taken(home, "plays").select("played_at", "track_id", "ms_played", "is_skipped").rows() == [
        (moment("2022-12-17T14:57:00"), "name:bjork|joga", 196729, False)
    ]
    assert taken(home, "tracks").select("track_id", "name").rows() == [("name:bjork|joga", "Jóga")]
