"""When nights are due: on the clock on the wall, once a day whatever daylight saving does, and missed once however long."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.server.schemas.schedules import CronSchedule

from schemas.errors import HomeError, SettingsError
from schemas.values import Home
from tasks.upkeep.timetable import Timetable, remembered, served, server_of, timetable


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def nightly(cron: str = "0 3 * * *", timezone: str = "Europe/Berlin", since: str = "2026-01-01") -> Timetable:
    return timetable(cron, timezone, "demo", at(since))


def moments(table: Timetable, start: datetime, number: int) -> list[datetime]:
    found = [table.next(start)]
    while len(found) < number:
        found.append(table.next(found[-1]))
    return found


def test_a_night_keeps_its_hour_on_the_wall_when_the_clocks_change() -> None:
    spring = moments(nightly(), at("2026-03-27T12:00"), 3)
    autumn = moments(nightly(), at("2026-10-23T12:00"), 3)
    assert spring == [at("2026-03-28T02:00"), at("2026-03-29T01:00"), at("2026-03-30T01:00")]
    assert autumn == [at("2026-10-24T01:00"), at("2026-10-25T02:00"), at("2026-10-26T02:00")]


def test_a_night_in_the_hour_that_spring_skips_or_autumn_repeats_comes_once() -> None:
    """02:30 does not exist in Berlin on 29 March 2026, and comes twice on 25 October."""
    spring = moments(nightly("30 2 * * *"), at("2026-03-28T12:00"), 2)
    autumn = moments(nightly("30 2 * * *"), at("2026-10-24T12:00"), 2)
    assert spring == [at("2026-03-29T01:00"), at("2026-03-30T00:30")]
    assert autumn == [at("2026-10-25T00:30"), at("2026-10-26T01:30")]


@settings(max_examples=25, deadline=None)
@given(
    hour=st.integers(3, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    start=st.datetimes(at("2026-01-01"), at("2027-12-31")),
)
def test_our_moments_are_those_of_prefects_scheduler(hour: int, minute: int, zone: str, start: datetime) -> None:
    """But for the hours that a clock skips, where Prefect comes up to an hour earlier."""
    table = nightly(f"{minute} {hour} * * *", zone)
    begin = (start + timedelta(seconds=1)).replace(tzinfo=UTC)
    theirs = asyncio.run(CronSchedule(cron=table.cron, timezone=zone).get_dates(4, begin))
    assert moments(table, start, 4) == [moment.astimezone(UTC).replace(tzinfo=None) for moment in theirs]
    assert all(before < after for before, after in pairwise(moments(table, start, 4)))


def test_a_week_of_missed_nights_is_one_to_catch_up() -> None:
    table = nightly()
    assert table.missed(at("2026-11-10T02:00"), at("2026-11-17T09:00")) == at("2026-11-17T02:00")


@pytest.mark.parametrize(
    ("last_run", "now", "missed"),
    [
        ("2026-11-17T02:00:07", "2026-11-17T09:00", None),  # it ran
        ("2026-11-17T05:00", "2026-11-17T09:00", None),  # somebody ran it by hand after it was due
        ("2026-11-16T20:00", "2026-11-17T01:59", None),  # it is not due yet
        ("2026-11-16T20:00", "2026-11-17T02:01", "2026-11-17T02:00"),
        (None, "2026-11-17T09:00", "2026-11-17T02:00"),  # none ever ran, though one was due
    ],
)
def test_a_night_is_missed_when_none_began_since_it_was_due(last_run: str | None, now: str, missed: str | None) -> None:
    assert nightly().missed(last_run and at(last_run), at(now)) == (missed and at(missed))


def test_what_was_due_before_the_schedule_was_made_was_not_missed() -> None:
    assert nightly(since="2026-11-17T08:00").missed(None, at("2026-11-17T09:00")) is None


@pytest.mark.parametrize(
    ("cron", "zone"),
    [("at three", "Europe/Berlin"), ("0 3 * *", "UTC"), ("0 3 30 2 *", "UTC"), ("0 3 * * *", "Mars/Base")],
)
def test_what_is_no_schedule_is_told_with_an_example(cron: str, zone: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be used .* write it like --cron \"0 3 \* \* \*\" --timezone"):
        timetable(cron, zone, "demo", at("2026-01-01"))


def test_a_schedule_goes_on_from_where_it_began_until_it_is_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with served(home, nightly(since="2026-11-01")) as first:
        assert server_of(home) is not None
    with served(home, nightly(since="2026-11-09")) as again:
        pass
    with served(home, nightly("0 4 * * *", since="2026-11-10")) as other:
        pass
    assert (first.since, again.since, other.since) == (at("2026-11-01"), at("2026-11-01"), at("2026-11-10"))
    assert remembered(home) == other
    assert server_of(home) is None


def test_one_home_has_one_schedule(tmp_path: Path) -> None:
    with (
        served(Home(tmp_path), nightly()),
        pytest.raises(HomeError, match=r"is held by `segue schedule` of "),
        served(Home(tmp_path), nightly()),
    ):
        pass


def test_a_torn_memory_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "schedule").mkdir()
    (tmp_path / "schedule" / "timetable.json").write_text('{"cron": "0 3')
    assert remembered(Home(tmp_path)) is None
