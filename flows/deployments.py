"""The nightly deployment, and a Prefect server of our own on loopback for those who have none."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from zoneinfo import ZoneInfo

from prefect import get_client, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import EntrypointType
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from tzlocal import get_localzone_name

from flows.refresh import refresh
from flows.settings import use_prefect_server
from schemas.errors import SegueError, SettingsError
from schemas.values import Home

log = logging.getLogger(__name__)

LOCAL_SERVER = "http://127.0.0.1:4200"
START_SECONDS = 120


def serve_nightly(home: Home, *, cron: str, timezone: str, source: str) -> None:
    """Serve ``refresh/nightly`` until stopped; the schedule and its history live in the Prefect server.

    Raises:
        SettingsError: the cron line or the time zone is none.
        SegueError: no Prefect server answers and none could be started.
    """
    timezone = timezone or get_localzone_name()
    deployment = nightly(cron, timezone, source)
    with server(home) as address:
        log.info("serving refresh/nightly at '%s' %s; watch it at %s", cron, timezone, address.removesuffix("/api"))
        serve(deployment, print_starting_message=False)


def nightly(cron: str, timezone: str, source: str) -> RunnerDeployment:
    """The deployment ``refresh/nightly``: one night at a time, a second one that comes meanwhile is cancelled.

    Raises:
        SettingsError: the cron line or the time zone is none.
    """
    try:
        ZoneInfo(timezone)
        schedule = Cron(cron, timezone=timezone)
    except (ValueError, OSError, KeyError) as error:
        raise SettingsError(
            f"the schedule {cron!r} in the time zone {timezone!r} cannot be used ({error}): "
            'write it like --cron "0 3 * * *" --timezone Europe/Berlin'
        ) from error
    deployment = refresh.to_deployment(
        name="nightly",
        schedules=[schedule],
        parameters={"source": source},
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast("RunnerDeployment", deployment)  # a coroutine only inside an event loop


@contextmanager
def server(home: Home) -> Iterator[str]:
    """The address of a Prefect API: the configured one, one that runs on this machine already, or a new one for the block."""
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
        with (home.prefect / "server.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", "4200"],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            await_answer(process, home)
            yield address
        finally:
            process.terminate()
            process.wait()


def await_answer(process: "subprocess.Popen[bytes]", home: Home) -> None:
    """Return when the server answers; raise SegueError when it ended or took too long."""
    log.info("starting a Prefect server at %s", LOCAL_SERVER)
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SegueError(
                f"no Prefect server could be started at {LOCAL_SERVER}: see {home.prefect / 'server.log'}, "
                "or set PREFECT_API_URL to one that runs"
            )
        time.sleep(0.5)


def answers() -> bool:
    """Whether the Prefect API of the present settings is healthy."""
    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None
