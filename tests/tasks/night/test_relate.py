"""The steps that relate songs learn only from the sources that the person allows."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from schemas.values import Harvest, Home
from tasks.night import keep, relate
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from warehouse import reading


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


def related(home: Home, *model_sources: str) -> pl.DataFrame:
    """Neighbours of a night that knows songs from Spotify and from a file."""
    now = datetime.now(UTC).replace(tzinfo=None)
    wishes = {"model_sources": model_sources, "neighbours": 10}
    night = Night("20261125T030000-a", "spotify", home, wishes, Ledger("a"), now)
    keep.open_building.fn(night)
    keep.store_checked.fn(night, keep.validate_harvests.fn(night, [*rows("spotify"), *rows("file")]))
    relate.identify_recordings.fn(night)
    relate.relate_songs.fn(night)
    return reading.table(night.build, "neighbours")


def test_songs_of_a_source_that_may_not_teach_are_in_no_list_and_have_none(tmp_path: Path) -> None:
    found = related(Home(tmp_path / "home"), "file", "export")
    assert set(found["track_id"]) | set(found["neighbour_id"]) == {"file0", "file1", "file2"}


def test_all_sources_teach_when_none_is_named(tmp_path: Path) -> None:
    found = related(Home(tmp_path / "home"))
    assert {track[:-1] for track in found["track_id"]} == {"file", "spotify"}
