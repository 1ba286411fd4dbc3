"""How things stand: what is well says nothing to do, and each thing that needs the person is told with its remedy."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.values import Home
from tasks.spotify.token_file import StoredToken, store
from tasks.spotify.walk.parking import park
from tasks.upkeep import stories
from tasks.upkeep.standing import bytes_of, history, standing
from tasks.upkeep.timetable import served, timetable
from tests.warehouse.making import ASCII_ONLY, checked, publish, python
from warehouse.night.locking import locked
from warehouse.night.publishing import recover, set_aside

NIGHT = "20261124T020000-aaaaaa"
MORNING = datetime.fromisoformat("2026-11-24T08:00")
SONGS = checked("tracks", [{"track_id": "a", "name": "a"}], rejected=2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def story(run_id: str = NIGHT, verdict: str = "published", note: str | None = None, **values: Any) -> stories.Story:
    began = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]} {run_id[9:11]}:{run_id[11:13]}:{run_id[13:15]}"
    stages = [{"stage": "extract", "requests": 7}, {"stage": "gate", "requests": None}]
    return {
        "run_id": run_id,
        "source": "demo",
        "started_at": began,
        "ended_at": f"{began[:-2]}42",
        "verdict": verdict,
        "note": note,
        "stages": stages,
        **values,
    }


def look(home: Home, now: datetime = MORNING, source: str = "demo") -> dict[str, Any]:
    return standing(home, now, source=source, client_id="app", refresh_token="")


def test_all_is_well_after_a_night(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    stories.keep(home, story())
    found = look(home)
    assert found["to_do"] == []
    assert (found["verdict"], found["age_hours"], found["at_work"], found["next_run_at"]) == (
        "published",
        6.0,
        None,
        None,
    )
    tracks = next(table for table in found["tables"] if table["table_name"] == "tracks")
    assert (tracks["rows"], tracks["seen_at"]) == (1, datetime.fromisoformat("2026-11-24T02:00"))


def test_before_the_first_night_there_is_one_thing_to_do(home: Home) -> None:
    found = look(home)
    assert found["to_do"] == [f"there is no warehouse at {home.warehouse}: run `segue refresh` to build one"]
    assert (found["verdict"], found["tables"], found["disk"]["total"]) == (None, [], 0)


def test_a_night_that_was_refused_needs_the_person_though_the_published_one_is_good(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    stories.keep(home, story())
    stories.keep(home, story("20261124T070000-bbbbbb", "refused", "collapse: tracks has 4 rows instead of 40"))
    found = look(home)
    assert found["verdict"] == "refused"
    assert found["published"]["run_id"] == NIGHT
    assert found["to_do"] == [
        "the latest night (20261124T070000-bbbbbb) was refused: collapse: tracks has 4 rows instead of 40"
    ]


def test_a_warehouse_that_missed_a_night_is_told(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    assert look(home, MORNING + timedelta(hours=29))["to_do"] == []
    assert look(home, MORNING + timedelta(hours=31))["to_do"] == [
        "the published night is 37 hours old: run `segue refresh`, or `segue schedule` to have it run"
    ]


def test_a_served_schedule_says_when_the_next_night_is_due_and_which_did_not_come(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    weekly = timetable("0 3 * * 1", "Europe/Berlin", "demo", datetime.fromisoformat("2026-11-01"))
    with served(home, weekly):
        assert look(home)["next_run_at"] == datetime.fromisoformat("2026-11-30T02:00")
        assert look(home, datetime.fromisoformat("2026-11-29T12:00"))["to_do"] == []
        assert look(home, datetime.fromisoformat("2026-11-30T07:59"))["to_do"] == []
        late = look(home, datetime.fromisoformat("2026-11-30T08:01"))
    assert late["to_do"] == [
        "the night that was due at 2026-11-30 02:00 UTC did not come: run `segue refresh` and see what it says"
    ]
    ended = look(home)
    assert (ended["schedule"], ended["next_run_at"]) == ("0 3 * * 1 Europe/Berlin", None)


def test_a_parked_night_needs_nobody_until_it_may_go_on(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    until = MORNING + timedelta(hours=3)
    park(home, "spotify", "Spotify", until, MORNING)
    assert (look(home, source="spotify")["parked_until"], look(home, source="spotify")["to_do"]) == (until, [])
    assert look(home, until, source="spotify")["parked_until"] is None
    assert look(home, source="demo")["parked_until"] is None
    stories.keep(home, story(verdict="parked", source="spotify"))  # of `segue refresh --source spotify`
    assert look(home, source="demo")["parked_until"] == until


def test_a_sign_in_that_ends_soon_is_told_with_its_day(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    store(home, StoredToken("app", "secret-token", MORNING - timedelta(days=170)))
    found = look(home, source="spotify")
    assert found["sign_in_ends_at"] == MORNING + timedelta(days=12)
    assert found["to_do"] == [
        "the sign-in ends on 2026-12-06 (in 12 days), Spotify's six months: run `segue login` before that"
    ]
    assert "secret-token" not in str(found)


def test_who_is_at_work_is_told(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    with locked(home):
        assert f"process {os.getpid()}" in look(home)["at_work"]


def test_bytes_are_counted_by_part_and_a_file_with_two_names_once(home: Home) -> None:
    home.history.mkdir(parents=True)
    home.warehouse.write_bytes(b"x" * 100)
    (home.history / "000001-n.duckdb").write_bytes(b"x" * 10)
    (home.history / "last-demo.duckdb").hardlink_to(home.history / "000001-n.duckdb")
    (home.root / "lock").write_bytes(b"x")
    assert bytes_of(home) == {
        "warehouse": 100, "landing": 0, "history": 10, "reports": 0, "prefect": 0, "other": 1, "total": 111
    }  # fmt: skip


def test_the_history_has_the_nights_that_were_published_and_those_that_were_not(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    stories.keep(home, story())
    stories.keep(home, story("20261124T070000-bbbbbb", "failed", "HomeError: full"))
    columns = ("run_id", "verdict", "seconds", "requests", "received", "stored", "rejected", "ndcg", "note")
    assert history(home).select(columns).rows() == [
        ("20261124T070000-bbbbbb", "failed", 42.0, 7, None, None, None, None, "HomeError: full"),
        (NIGHT, "published", None, None, 3, 1, 2, None, None),
    ]


LOST = "the published file knows nothing of it: its own was damaged and set aside, or replaced by hand"


def test_a_night_whose_file_was_damaged_is_lost_and_not_withdrawn(home: Home) -> None:
    later = "20261124T070000-bbbbbb"
    for night in (NIGHT, later):
        publish(home, night, SONGS)
        stories.keep(home, story(night))
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:100_000])
    assert history(home)["verdict"].to_list() == ["published", "published"]  # nobody can know
    recover(home)
    found = look(home)
    assert (found["verdict"], found["latest_night"]["note"], found["published"]["run_id"]) == ("lost", LOST, NIGHT)
    assert history(home).select("run_id", "verdict", "note").rows() == [
        (later, "lost", LOST),
        (NIGHT, "published", None),
    ]


def test_a_full_disk_is_told_with_the_damaged_files_that_take_room(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, NIGHT, SONGS)
    monkeypatch.setattr("tasks.upkeep.standing.LEAST_ROOM", 2**60)
    assert ": make room, or lower SEGUE_GENERATIONS" in look(home)["to_do"][0]
    set_aside(home, home.warehouse)
    publish(home, NIGHT, SONGS)
    assert f": make room, such as that of the damaged files in {home.history}, or lower" in look(home)["to_do"][0]


def test_the_oldest_stories_go(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "KEEP", 2)
    for day in (21, 22, 23):
        stories.keep(home, story(f"202611{day}T020000-aaaaaa"))
    assert [night["run_id"][:8] for night in stories.told(home)] == ["20261123", "20261122"]


def test_a_night_that_a_signal_stopped_is_no_run_of_the_schedule(home: Home) -> None:
    stories.keep(home, story())
    stories.keep(home, story("20261124T070000-bbbbbb", "stopped"))
    assert stories.last_run(home, "demo") == datetime.fromisoformat("2026-11-24T02:00")
    assert stories.last_run(home, "spotify") is None


def test_a_night_that_never_ended_its_story_is_told_when_nobody_is_at_it_any_more(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    stories.keep(home, story())
    with locked(home) as holder:
        stories.begin(home, story("20261124T070000-bbbbbb"), holder)
        at_work = look(home)
        assert (at_work["verdict"], at_work["to_do"]) == ("published", [])
        assert [night["run_id"] for night in stories.told(home)] == [NIGHT]
    with locked(home, "a purge"):  # who holds the home now is not at that night
        broken_off = look(home)
    told = (
        "it began at 2026-11-24 07:00 UTC and did not end (its process was killed, or its machine or disk gave out): "
        "run `segue refresh`, it goes on from what has landed"
    )
    assert broken_off["verdict"] == "stopped"
    assert broken_off["to_do"] == [f"the latest night (20261124T070000-bbbbbb) was stopped: {told}"]
    line = history(home).select("run_id", "verdict", "seconds", "note").row(0)
    assert line == ("20261124T070000-bbbbbb", "stopped", None, told)
    assert stories.last_run(home, "demo") == datetime.fromisoformat("2026-11-24T02:00")


def test_a_night_that_was_broken_off_when_it_had_published_is_published(home: Home) -> None:
    publish(home, NIGHT, SONGS)
    with locked(home) as holder:
        stories.begin(home, story(), holder)
    found = look(home)
    assert (found["verdict"], found["to_do"]) == ("published", [])
    assert history(home).select("run_id", "verdict").rows() == [(NIGHT, "published")]


def test_a_story_that_was_cut_is_passed_over(home: Home) -> None:
    stories.keep(home, story())
    (home.root / "runs" / "20261124T090000-cccccc.json").write_text('{"run_id": ')
    latest = stories.latest(home)
    assert latest is not None
    assert latest["run_id"] == NIGHT


SAYING = r"""
import logging, sys
from pathlib import Path
from schemas.values import Home
from tasks.upkeep.stories import LogFile

LogFile(Home(Path(sys.argv[1])), "night").emit(logging.makeLogRecord({"msg": "\u201cNumb\u201d \udcff"}))
"""


def test_the_log_of_a_night_takes_every_sign_on_a_machine_that_knows_ascii_only(home: Home) -> None:
    said = python(SAYING, home.root, **ASCII_ONLY)
    assert said.communicate() == ("", "")
    (line,) = stories.log_of(home, "night").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["message"] == "“Numb” \udcff"
