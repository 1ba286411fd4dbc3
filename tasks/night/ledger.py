"""The ledger of a night (tool): what each stage took and what came of it, and the decorator that books it."""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar, cast

import polars as pl
from prefect import Task
from prefect.cache_policies import NO_CACHE

from schemas.errors import Parked

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Entry:
    """One stage in the ledger; the fields are the columns of ``run_stages``."""

    ordinal: int
    stage: str
    started_at: datetime
    seconds: float = 0.0
    rows: int | None = None
    requests: int | None = None
    requests_least: int | None = None
    retries: int | None = None
    waited_seconds: float | None = None
    verdict: str = "running"
    note: str | None = None


@dataclass
class Ledger:
    """The stages of one night in order; ``current`` is the one at work."""

    run_id: str
    entries: list[Entry] = field(default_factory=list)
    _began: float = field(default=0.0, init=False, repr=False)

    @property
    def current(self) -> Entry:
        """The stage at work, for the step to write its figures into."""
        return self.entries[-1]

    @contextmanager
    def stage(self, name: str) -> Iterator[Entry]:
        """Book a stage: its time whatever happens, its verdict, and one line in the log at either end."""
        entry = Entry(len(self.entries), name, datetime.now(UTC).replace(tzinfo=None))
        self.entries.append(entry)
        began = self._began = monotonic()
        try:
            log.info("%s", name, extra={"event": "stage_started", "stage": name})
            yield entry
        except Parked:
            entry.verdict = "parked"
            raise
        except BaseException as error:
            entry.verdict = "failed"
            entry.note = entry.note or ": ".join(filter(None, (type(error).__name__, str(error))))
            raise
        finally:
            entry.seconds = monotonic() - began
            if entry.verdict == "running":
                entry.verdict = "done"
            log.info(
                "%s %s in %.1f s%s",
                name,
                entry.verdict,
                entry.seconds,
                f": {entry.note}" if entry.note else "",
                extra={"event": "stage_ended", **asdict(entry)},
            )

    def note(self, name: str, verdict: str, note: str) -> None:
        """Book a part of the stage at work under a name of its own, such as a rule of the gate."""
        self.entries.append(
            Entry(len(self.entries), name, datetime.now(UTC).replace(tzinfo=None), verdict=verdict, note=note)
        )

    def frame(self) -> pl.DataFrame:
        """The ledger as rows of ``run_stages``; the stage at work is booked as done so far, with its time so far."""
        rows = [{"run_id": self.run_id, **asdict(entry)} for entry in self.entries]
        for row in rows:
            if row["verdict"] == "running":
                row |= {"verdict": "done", "seconds": monotonic() - self._began}
        return pl.DataFrame(rows, schema_overrides=STAGE_TYPES)


STAGE_TYPES: dict[str, Any] = {
    "ordinal": pl.Int32,
    "started_at": pl.Datetime("us"),
    "rows": pl.Int64,
    "requests": pl.Int64,
    "requests_least": pl.Int64,
    "retries": pl.Int64,
    "waited_seconds": pl.Float64,
    "note": pl.String,
}


def stage(name: str) -> Callable[[F], F]:
    """Make a step of the night: a Prefect task of that name that books itself in ``night.ledger``.

    The step's first argument is the night. Nothing is cached or persisted: clients and tokens pass through steps.
    """

    def decorate(work: F) -> F:
        @functools.wraps(work)
        def booked(night: Any, *args: Any, **kwargs: Any) -> Any:
            with night.ledger.stage(name):
                return work(night, *args, **kwargs)

        return cast("F", Task(booked, name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False))

    return decorate
