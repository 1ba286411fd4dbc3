"""What the API told is kept for so long and no longer; what the person brought stays for good."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.values import Home
from tests.warehouse.making import checked, publish
from warehouse import reading
from warehouse.night import building, publishing, retaining, writing

RUN = "20261125T030000-n"
NOW = datetime.fromisoformat("2026-11-25T03:00:00")
MONTH = 30


@pytest.fixture
def build(home: Home) -> Path:
    return building.start(home, RUN, "spotify")


def fill(build: Path, source: str = "spotify", **tables: list[dict[str, Any]]) -> None:
    for table, rows in tables.items():
        writing.merge(build, checked(table, rows, source=source), RUN)


def songs(*ids: str) -> list[dict[str, Any]]:
    return [{"track_id": track, "name": track, "album_id": f"album of {track}"} for track in ids]


def see(build: Path, days_ago: int, *ids: str) -> None:
    tracks = reading.table(build, "tracks").filter(track_id=ids[0]) if len(ids) == 1 else reading.table(build, "tracks")
    writing.record(build, "fetches", retaining.seen(tracks, NOW - timedelta(days=days_ago)))


def ids(build: Path, table: str = "tracks", column: str = "track_id") -> list[str]:
    return reading.table(build, table)[column].to_list()


def test_a_song_that_was_not_seen_for_too_long_goes_with_all_that_hangs_on_it(build: Path) -> None:
    fill(
        build,
        tracks=songs("old", "new"),
        albums=[{"album_id": f"album of {track}"} for track in ("old", "new")],
        artists=[{"artist_id": "a", "name": "A"}, {"artist_id": "b", "name": "B"}],
        track_artists=[
            {"track_id": "old", "position": 0, "artist_id": "a"},
            {"track_id": "new", "position": 0, "artist_id": "b"},
        ],
    )
    fill(build, "reccobeats", audio_features=[{"track_id": "old", "energy": 0.1}, {"track_id": "new", "energy": 0.9}])
    see(build, 40, "old")
    see(build, 20, "new")
    assert retaining.drop_stale(build, MONTH, NOW) == {
        "tracks": 1, "track_artists": 1, "audio_features": 1, "albums": 1, "artists": 1, "fetches": 1,
    }  # fmt: skip
    assert (ids(build), ids(build, "audio_features"), ids(build, "track_artists")) == (["new"], ["new"], ["new"])
    assert (ids(build, "albums", "album_id"), ids(build, "artists", "artist_id")) == (["album of new"], ["b"])


def test_a_song_on_a_list_is_seen_as_long_as_it_stands_there_and_a_while_after(build: Path) -> None:
    fill(build, tracks=songs("listed", "saved", "top"))
    fill(
        build,
        playlist_tracks=[{"playlist_id": "p", "position": 0, "track_id": "listed"}],
        saved_tracks=[{"track_id": "saved"}],
    )
    fill(build, top_tracks=[{"time_range": "short_term", "rank": 1, "track_id": "top"}])
    assert retaining.drop_stale(build, MONTH, NOW) == {}
    assert sorted(ids(build)) == ["listed", "saved", "top"]
    for table in ("playlist_tracks", "saved_tracks", "top_tracks"):
        writing.replace(build, table, reading.table(build, table).clear())
    assert retaining.drop_stale(build, MONTH, NOW + timedelta(days=29)) == {}
    assert retaining.drop_stale(build, MONTH, NOW + timedelta(days=31)) == {"tracks": 3, "fetches": 3}


def test_a_play_that_the_api_told_goes_by_its_age_and_an_exported_one_stays(build: Path) -> None:
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=1)
    fill(build, tracks=songs("polled", "exported", "heard"))
    fill(
        build,
        plays=[
            {"played_at": at, "track_id": track, "origin": "api"} for at, track in ((old, "polled"), (new, "heard"))
        ],
    )
    fill(build, "export", plays=[{"played_at": old, "track_id": "exported", "origin": "export"}])
    assert retaining.drop_stale(build, MONTH, NOW) == {"plays": 1, "tracks": 1}
    assert ids(build, "plays") == ["exported", "heard"]
    assert ids(build) == ["exported", "heard"]


def test_what_was_imported_stays(build: Path) -> None:
    fill(
        build,
        "file",
        tracks=songs("mine"),
        artists=[{"artist_id": "a", "name": "A"}],
        audio_features=[{"track_id": "mine"}],
    )
    assert retaining.drop_stale(build, 1, NOW) == {}
    assert ids(build) == ["mine"]


def test_former_nights_that_are_too_old_go_too(home: Home) -> None:
    for night in ("20261001T030000-a", "20261120T030000-b", "20261124T030000-c"):
        publish(home, night, source="spotify")
    first, second = publishing.generations(home)
    ages = {first.path: 50, second.path: 5}
    for path, days in ages.items():
        then = datetime.now().timestamp() - days * 86_400  # noqa: DTZ005 - a file time
        os.utime(path, (then, then))
    assert retaining.forget_history(home, MONTH, datetime.now(UTC).replace(tzinfo=None)) == 1
    assert [kept.run_id for kept in publishing.generations(home)] == ["20261120T030000-b"]
