"""The nightly deployment, and a Prefect server of our own on loopback for those who have none."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import cast
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.flows import EntrypointType
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Crashed

from flows.ending import GRACE_SECONDS, take_for_sigterm
from flows.lifeline import AGAIN_SECONDS, ServerKeeper, answers
from flows.refresh import refresh
from flows.settings import use_prefect_server
from schemas.errors import SegueError
from schemas.values import Home
from tasks.upkeep import stories
from tasks.upkeep.timetable import Timetable, served

log = logging.getLogger(__name__)

LOCAL_SERVER = "http://127.0.0.1:4200"
SERVER = ("server", "start", "--host", "127.0.0.1", "--port", "4200")
"""What starts it."""


def serve_nightly(home: Home, wanted: Timetable) -> None:
    """Serve ``refresh/nightly`` until SIGTERM or Ctrl-C comes or its terminal is closed.

    The schedule and its history live in the Prefect server. A night that was missed while nobody served is caught up once.
    A server of ours or a runner that dies is started again.

    Raises:
        HomeError: another process serves a schedule on this home.
        SegueError: no Prefect server answers and none could be started.
    """
    signal.signal(signal.SIGTERM, _end)
    take_for_sigterm(signal.SIGINT, signal.SIGHUP)
    with served(home, wanted) as due, server(home) as address:
        log.info(
            "serving refresh/nightly at '%s' %s, next at %s UTC; watch it at %s",
            due.cron,
            due.timezone,
            f"{due.next(_now()):%Y-%m-%d %H:%M}",
            address.removesuffix("/api"),
        )
        while True:
            try:
                asyncio.run(_serve(nightly(due), home, due))
                break
            except Exception as error:  # the runner gives up when its server is away for long; we do not
                while isinstance(error, ExceptionGroup):
                    error = error.exceptions[0]
                log.warning("Prefect's runner ended (%s); it starts again in %d s", error, AGAIN_SECONDS)
                time.sleep(AGAIN_SECONDS)
    log.info("the schedule is served no more; `segue schedule` takes it up again")


def nightly(due: Timetable) -> RunnerDeployment:
    """The deployment ``refresh/nightly``; that nights never meet is seen to by the lock of the home."""
    deployment = refresh.to_deployment(
        name="nightly",
        schedules=[Cron(due.cron, timezone=due.timezone)],
        parameters={"source": due.source},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast("RunnerDeployment", deployment)  # a coroutine only inside an event loop


async def _serve(deployment: RunnerDeployment, home: Home, due: Timetable) -> None:
    """Run what is due until SIGTERM comes; a night at work is then ended, and resumable."""
    runner = Runner(pause_on_shutdown=False, limit=1)
    loop, serving = asyncio.get_running_loop(), asyncio.current_task()
    assert serving is not None

    told = asyncio.Event()

    def stop(*_: object) -> None:
        loop.call_soon_threadsafe(told.set)

    async def end() -> None:
        await told.wait()
        await end_nights(runner)
        serving.cancel()

    runner.handle_sigterm = stop  # type: ignore[method-assign]  # Prefect's own one never awaits its stop
    deployment_id = await runner.aadd_deployment(deployment)
    await bury(deployment_id, home)
    await catch_up(deployment_id, home, due)
    try:
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(watched(deployment_id)), group.create_task(end())]
            await runner.start()
            for task in beside:
                task.cancel()
    except asyncio.CancelledError:
        serving.uncancel()
    finally:
        signal.signal(signal.SIGTERM, _end)


async def end_nights(runner: Runner) -> None:
    """Tell the nights at work to end, and wait until they have; a runner that is cancelled kills them on the spot.

    Prefect's own way asks its server first, which at such a moment is often gone.
    """
    nights = runner._process_manager
    async with asyncio.TaskGroup() as group:
        for run_id in nights.flow_run_ids():
            group.create_task(nights.kill(run_id, grace_seconds=2 * GRACE_SECONDS))


async def watched(deployment_id: UUID, every_seconds: float = 60.0) -> None:
    """Look whether the server still knows the deployment; one whose books are new does not, and never has anything to run.

    Raises:
        SegueError: it does not. It is for the runner to see to a server that does not answer.
    """
    async with get_client() as client:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await client.read_deployment(deployment_id)
            except ObjectNotFound as error:
                raise SegueError("its server does not know refresh/nightly any more") from error
            except Exception as error:
                log.debug("the Prefect server does not answer (%s)", error)


async def bury(deployment_id: UUID, home: Home) -> None:
    """Runs that a power cut ended stay Running in Prefect's books for ever; nobody holds the home, so they are dead."""
    if stories.at_work(home):
        return
    async with get_client() as client:
        lost = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])),
            )
        )
        for run in lost:
            await client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)


async def catch_up(deployment_id: UUID, home: Home, due: Timetable) -> None:
    """Ask for one night, now, when one or more were due and never ran."""
    missed = due.missed(stories.last_run(home, due.source), _now())
    if missed is None:
        return
    log.info("the night that was due at %s UTC did not come: it is caught up now", f"{missed:%Y-%m-%d %H:%M}")
    async with get_client() as client:
        await client.create_flow_run_from_deployment(
            deployment_id, tags=["catch-up"], idempotency_key=f"catch-up of {missed.isoformat()} in {home.root}"
        )


@contextmanager
def server(home: Home) -> Iterator[str]:
    """The address of a Prefect API: the configured one, one that runs on this machine already, or a new one for the block.

    The new one is started again whenever it ends before the block does.
    """
    configured = PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    address = f"{LOCAL_SERVER}/api"
    use_prefect_server(address)
    with temporary_settings({PREFECT_API_URL: address}):
        if answers():
            yield address
            return
        log.info("starting a Prefect server at %s", LOCAL_SERVER)
        keeper = ServerKeeper(home, LOCAL_SERVER, [sys.executable, "-m", "prefect", *SERVER])
        try:
            keeper.start()
            keeper.wait()
            yield address
        finally:
            keeper.stop()


def _end(number: int, frame: FrameType | None) -> None:
    """SIGTERM before the runner is there to take it: leave every block on the way out."""
    sys.exit(0)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
