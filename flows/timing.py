"""A night that Prefect starts: whether it is still wanted (one that was missed is caught up once), and where it speaks."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import FlowRunContext

from flows.talk.progress import hush_prefect, shown
from schemas.values import Home
from tasks.upkeep import stories


def superfluous(home: Home, source: str) -> str | None:
    """Why the run at hand need not do anything; None when it shall, as every run does that a person asked for.

    A machine that slept for three nights wakes to three late runs: the first one is the night, the others find that a
    night has begun since they were due. One that comes while somebody else refreshes the home leaves the field to him.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not run.auto_scheduled or run.expected_start_time is None:
        return None
    if at_work := stories.at_work(home):
        return f"{at_work} is refreshing already"
    return overtaken(run.expected_start_time.astimezone(UTC).replace(tzinfo=None), stories.last_run(home, source))


def overtaken(due: datetime, last_run: datetime | None) -> str | None:
    """Why a run that was due at ``due`` need not come, when the last night began at ``last_run`` (both UTC)."""
    if last_run is None or last_run < due:
        return None
    return f"a night began at {last_run:%Y-%m-%d %H:%M:%S} UTC, after this one was due at {due:%H:%M:%S}"


@contextmanager
def spoken(log: str, home: Home) -> Iterator[None]:
    """Let a night that a deployment started speak on its own stderr, as the command line does, and show how far it is.

    ``log`` is the setting SEGUE_LOG. A night that a person started speaks there already.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or context.flow_run.deployment_id is None:
        yield
        return
    ledger, progress = logging.getLogger("tasks.night.ledger"), Progress(home)
    ledger.addHandler(progress)
    try:
        with shown(log):
            hush_prefect()
            yield
    finally:
        ledger.removeHandler(progress)


class Progress(logging.Handler):
    """A bar in Prefect's UI, a step further with every stage that ends; the last night says how many there will be."""

    def __init__(self, home: Home) -> None:
        super().__init__(logging.INFO)
        last = stories.latest(home)
        booked = [stage for stage in last["stages"] if not stage["stage"].startswith("gate: ")] if last else []
        self._stages = max(len(booked), 1)
        self._ended = 0
        self._artifact = cast("UUID", create_progress_artifact(0.0, key="progress", description="Stages of the night"))

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", "") != "stage_ended":
            return
        self._ended += 1
        is_last = getattr(record, "stage", "") in ("publish", "rehearse")
        share = 100.0 if is_last else min(100.0 * self._ended / self._stages, 99.0)
        with suppress(Exception):  # a server that went away is no fault of the night
            update_progress_artifact(self._artifact, share)
