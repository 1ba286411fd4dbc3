"""Two reports of one listening become one row; two listenings stay two."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tests.warehouse.making import frame
from warehouse.merging import merged

ENDED = datetime.fromisoformat("2026-11-25T07:30:12.345")


def polled(at: datetime = ENDED, track: str = "t1", **values: Any) -> dict[str, Any]:
    """A play as the recently-played endpoint tells it."""
    return {
        "played_at": at,
        "track_id": track,
        "origin": "api",
        "source": "spotify",
        "context_uri": "spotify:playlist:p",
        **values,
    }


def exported(at: datetime = ENDED, track: str = "t1", ms: int | None = 200_000, **values: Any) -> dict[str, Any]:
    """A play as the person's own data export tells it."""
    return {"played_at": at, "track_id": track, "origin": "export", "source": "export", "ms_played": ms, **values}


def meeting(earlier: list[dict[str, Any]], arriving: list[dict[str, Any]]) -> pl.DataFrame:
    return merged("plays", frame("plays", earlier), frame("plays", arriving)).rows.select(
        "played_at", "track_id", "ms_played", "context_uri", "origin"
    )


def test_a_polled_play_and_its_export_are_one_with_what_both_know() -> None:
    second = ENDED.replace(microsecond=0)
    expected = [(second, "t1", 200_000, "spotify:playlist:p", "export")]
    assert meeting([polled()], [exported(second)]).rows() == expected
    assert meeting([exported(second)], [polled()]).rows() == expected


def test_account_data_cut_to_the_minute_meets_the_extended_history() -> None:
    minute = ENDED.replace(second=0, microsecond=0)
    second = ENDED.replace(microsecond=0)
    assert meeting([exported(minute)], [exported(second, reason_end="trackdone")]).rows() == [
        (second, "t1", 200_000, None, "export")
    ]


def test_two_short_plays_within_a_minute_stay_two() -> None:
    first, second = ENDED.replace(microsecond=0), ENDED.replace(microsecond=0) + timedelta(seconds=20)
    assert meeting([], [exported(first, ms=9_000), exported(second, ms=9_000)]).height == 2
    assert meeting([exported(first, ms=9_000)], [exported(second, ms=9_000)]).height == 2


def test_plays_of_two_songs_at_one_moment_stay_two() -> None:
    assert meeting([polled(track="t1")], [exported(track="t2")]).height == 2


def test_a_play_a_day_later_is_another_one() -> None:
    assert meeting([polled()], [exported(ENDED + timedelta(days=1))]).height == 2


def test_each_report_meets_its_nearest_one() -> None:
    """A song on repeat: three polls and three exports, each two seconds off, are three plays."""
    ends = [ENDED + timedelta(seconds=50 * loop) for loop in range(3)]
    rows = meeting([polled(end) for end in ends], [exported(end + timedelta(seconds=2), ms=50_000) for end in ends])
    assert rows["played_at"].to_list() == [end + timedelta(seconds=2) for end in ends]
    assert rows["context_uri"].null_count() == 0
