"""A night that Prefect starts: whether it is still wanted (one that was missed is caught up once), and where it speaks."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from prefect.context import FlowRunContext

from flows.cli.progress import hush_prefect, shown
from schemas.values import Home
from tasks.upkeep import stories
from warehouse.night.locking import holder


def superfluous(home: Home, source: str) -> str | None:
    """Why the run at hand need not do anything; None when it shall, as every run does that a person asked for.

    A machine that slept for three nights wakes to three late runs: the first one is the night, the others find that a
    night has begun since they were due. One that comes while somebody else refreshes the home leaves the field to him.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not run.auto_scheduled or run.expected_start_time is None:
        return None
    if at_work := holder(home):
        return f"{at_work} is refreshing already"
    return overtaken(run.expected_start_time.astimezone(UTC).replace(tzinfo=None), stories.last_run(home, source))


def overtaken(due: datetime, last_run: datetime | None) -> str | None:
    """Why a run that was due at ``due`` need not come, when the last night began at ``last_run`` (both UTC)."""
    if last_run is None or last_run < due:
        return None
    return f"a night began at {last_run:%Y-%m-%d %H:%M:%S} UTC, after this one was due at {due:%H:%M:%S}"


def spoken(log: str) -> AbstractContextManager[None]:
    """Where a night speaks that a deployment started: on its own stderr, as the command line does; ``log`` is SEGUE_LOG."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or context.flow_run.deployment_id is None:
        return nullcontext()
    hush_prefect()
    return shown(log)
