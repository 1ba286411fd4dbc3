"""The schedule against a real Prefect server: what was missed comes once, what is late stays away, SIGTERM and Ctrl-C end it cleanly."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_API_URL
from prefect.states import Pending, Running

from flows.deployments import bury, catch_up, nightly, watched
from flows.refresh import refresh
from flows.timing import overtaken
from schemas.errors import SegueError
from schemas.values import Home
from tasks.imports.importing import import_paths
from tasks.upkeep import stories
from tasks.upkeep.timetable import Timetable, remembered, timetable
from warehouse.night.locking import locked

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("prefect_server", "ctrl_c")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def weeks_old(cron: str = "0 3 * * *") -> Timetable:
    return timetable(cron, "Europe/Berlin", "demo", now() - timedelta(days=21))


def ran(home: Home, began: datetime) -> None:
    """A night of the demo that began then."""
    run_id = f"{began:%Y%m%dT%H%M%S}-aaaaaa"
    moments = {"started_at": str(began), "ended_at": str(began + timedelta(minutes=1))}
    stories.keep(
        home, {"run_id": run_id, "source": "demo", "verdict": "published", "note": None, "stages": [], **moments}
    )


def caught_up(home: Home, due: Timetable) -> list[FlowRun]:
    """The runs that a start of the schedule asks for; it starts twice, as after a crash."""

    async def start() -> list[FlowRun]:
        async with get_client() as client:
            deployment_id = await nightly_deployment(due)
            before = {run.id for run in await client.read_flow_runs()}
            await catch_up(deployment_id, home, due)
            await catch_up(deployment_id, home, due)
            return [run for run in await client.read_flow_runs() if run.id not in before]

    return asyncio.run(start())


async def nightly_deployment(due: Timetable) -> Any:
    return await (await asyncio.to_thread(nightly, due)).aapply()


def test_three_missed_nights_are_caught_up_by_one(home: Home) -> None:
    ran(home, now() - timedelta(days=3, hours=12))
    (run,) = caught_up(home, weeks_old())
    assert (run.parameters["source"], run.tags, run.auto_scheduled) == ("demo", ["catch-up"], False)


def test_a_night_that_ran_is_not_caught_up(home: Home) -> None:
    ran(home, now())
    assert caught_up(home, weeks_old()) == []


def test_the_first_start_of_a_schedule_has_missed_nothing(home: Home) -> None:
    assert caught_up(home, timetable("0 3 * * *", "UTC", "demo", now())) == []


def test_a_late_run_is_overtaken_by_the_night_that_began_since_it_was_due() -> None:
    due = datetime.fromisoformat("2026-11-25T03:00:00")
    assert overtaken(due, None) is None
    assert overtaken(due, due - timedelta(seconds=1)) is None
    assert overtaken(due, due + timedelta(hours=5)) == (
        "a night began at 2026-11-25 08:00:00 UTC, after this one was due at 03:00:00"
    )


def run_as_scheduled(due: datetime) -> FlowRun:
    """Run the flow as Prefect's engine does for a run that its scheduler made; returns how the server books it."""
    parameters = {"source": "demo", "from_stage": "profile"}
    with get_client(sync_client=True) as client:
        made = client.create_flow_run(refresh, parameters=parameters)
        # only the server's own scheduler can make such a run, and it takes minutes to
        books = str(PREFECT_API_DATABASE_CONNECTION_URL.value()).split("///")[1]
        with closing(sqlite3.connect(books, timeout=30)) as con, con:
            con.execute(
                "update flow_run set auto_scheduled = 1, expected_start_time = ? where id = ?",
                (f"{due:%Y-%m-%d %H:%M:%S.%f}", str(made.id)),
            )
        run_flow(refresh, flow_run=made, parameters=parameters, return_type="state")
        return client.read_flow_run(made.id)


def test_a_run_that_was_overtaken_or_finds_the_home_held_is_skipped_and_no_failure(home: Home) -> None:
    ran(home, now())
    late = run_as_scheduled(now() - timedelta(days=1))
    assert (late.state_name, late.state_type) == ("Skipped", StateType.COMPLETED)
    with locked(home):
        second = run_as_scheduled(now() + timedelta(minutes=1))
    assert (second.state_name, second.state_type) == ("Skipped", StateType.COMPLETED)
    assert second.state is not None
    assert f"process {os.getpid()}" in str(second.state.message)


def test_a_run_whose_process_was_killed_is_buried_at_the_next_start(home: Home) -> None:
    async def at_the_start(is_held: bool) -> str | None:
        async with get_client() as client:
            deployment_id = await nightly_deployment(weeks_old())
            run = await client.create_flow_run_from_deployment(deployment_id)
            await client.set_flow_run_state(run.id, Running(), force=True)
            if is_held:
                with locked(home):
                    await bury(deployment_id, home)
            else:
                await bury(deployment_id, home)
            return (await client.read_flow_run(run.id)).state_name

    assert asyncio.run(at_the_start(is_held=True)) == "Running"
    assert asyncio.run(at_the_start(is_held=False)) == "Crashed"


def test_a_server_that_lost_its_books_is_noticed(home: Home) -> None:
    async def lost() -> None:
        deployment_id = await nightly_deployment(weeks_old())
        watch = asyncio.create_task(watched(deployment_id, every_seconds=0.05))
        done, _ = await asyncio.wait([watch], timeout=0.5)
        assert not done
        async with get_client() as client:
            await client.delete_deployment(deployment_id)
        await watch

    with pytest.raises(SegueError, match="does not know refresh/nightly any more"):
        asyncio.run(lost())


def schedule(home: Home, **environ: str) -> "subprocess.Popen[str]":
    """`segue schedule` in a process of its own, on the server of this module."""
    return subprocess.Popen(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", "flows", "schedule", "--cron", "0 3 1 1 *"],
        cwd=home.root,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SEGUE_HOME": str(home.root),
            "PREFECT_API_URL": str(PREFECT_API_URL.value()),
            **environ,
        },
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_sigterm_ends_the_schedule_in_a_line_and_it_is_remembered(home: Home) -> None:
    home.root.mkdir()
    process = schedule(home)
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("  serving refresh/nightly at '0 3 1 1 *' ")
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest in ("", "  the schedule is served no more; `segue schedule` takes it up again\n")
    found = remembered(home)
    assert found is not None
    assert found.cron == "0 3 1 1 *"


def test_ctrl_c_ends_the_night_at_work_in_order_and_all_that_is_said_is_json(home: Home) -> None:
    home.root.mkdir()
    with get_client(sync_client=True) as client:
        made = client.create_flow_run_from_deployment(cast("UUID", nightly(weeks_old()).apply()))
    lines: list[dict[str, Any]] = [{}]
    with schedule(home, SEGUE_LOG="json", PREFECT_RUNNER_POLL_FREQUENCY="1") as process:
        assert process.stderr is not None
        while lines[-1].get("event") != "stage_ended":
            lines.append(json.loads(process.stderr.readline()))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of its processes
        lines += [json.loads(line) for line in process.stderr]
    assert process.returncode == 0
    (story,) = stories.told(home)
    assert story["verdict"] == "stopped"
    assert story["note"].startswith("a signal stopped it in ")
    assert {line["run_id"] for line in lines[1:] if line["logger"].startswith("tasks.night")} == {story["run_id"]}
    assert {line["run_id"] for line in lines[1:]} == {None, story["run_id"]}
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(made.id).state_type == StateType.CRASHED


def test_the_work_pool_deployment_of_the_readme_publishes_a_night(home: Home, tmp_path: Path) -> None:
    """Its commands, on an imported catalogue; a night that was killed, which stays Running for Prefect, is not in the way."""
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text("track_id,name,artists\n" + "".join(f"t{n},Song {n},Artist {n % 3}\n" for n in range(9)))
    import_paths(home, [catalogue])
    environ = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_HOME": str(tmp_path / "prefect")}

    def prefect(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "SEGUE_HOME": str(home.root), "DO_NOT_TRACK": "1", **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    prefect("work-pool", "create", "segue", "--type", "process")
    prefect("--no-prompt", "deploy", "--all")
    with get_client(sync_client=True) as client:
        deployed = client.read_deployment_by_name("refresh/nightly")
        former = {run.id for run in client.read_flow_runs()}
        dead = client.create_flow_run_from_deployment(deployed.id, name="dead")
        for state in (Pending(), Running()):
            client.set_flow_run_state(dead.id, state)
    prefect("deployment", "run", "refresh/nightly", "--param", "source=files")
    prefect("worker", "start", "--pool", "segue", "--limit", "1", "--run-once")
    (story,) = stories.told(home)
    assert (story["source"], story["verdict"], story["note"]) == ("files", "published", None)
    with get_client(sync_client=True) as client:
        runs = [run for run in client.read_flow_runs() if run.id not in former and not run.auto_scheduled]
    assert {(run.name, run.state_name) for run in runs} == {("dead", "Running"), ("files night", "Completed")}
    (when,) = deployed.schedules
    assert isinstance(when.schedule, CronSchedule)
    assert (when.schedule.cron, when.schedule.timezone, when.active) == ("0 3 * * *", "Europe/Berlin", True)
