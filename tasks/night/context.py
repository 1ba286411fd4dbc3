"""A night as its steps see it (tool): its name, its folder, its wishes, its ledger; and the way into tonight's API."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from schemas.errors import GateError, SegueError
from schemas.values import Home
from tasks.night.ledger import Ledger
from tasks.spotify.walk.api import Access
from tasks.upkeep import stories
from warehouse.connection import told
from warehouse.night.locking import locked

log = logging.getLogger(__name__)


@dataclass
class Night:
    """One night: what it is called, what it reads, where it builds, and what has come of it so far."""

    run_id: str
    source: str
    home: Home
    wishes: Mapping[str, Any] = field(repr=False)  # the settings, secrets among them
    ledger: Ledger
    started_at: datetime
    full: bool = False
    force: bool = False
    dry_run: bool = False
    build: Path = Path()
    verdict: str = "failed"
    parked_until: datetime | None = None
    problems: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def row_source(self) -> str:
        """What stands in the column ``source`` of rows that tonight's walk brings: demo or spotify."""
        return self.source

    def tell(self, problem: str) -> None:
        """Something that a person should know: into the log, the report and the run's note."""
        log.warning("%s", problem)
        self.problems.append(problem)

    def run_row(self) -> dict[str, Any]:
        """The night as a row of ``runs``."""
        return {
            "run_id": self.run_id,
            "source": self.source,
            "started_at": self.started_at,
            "ended_at": datetime.now(UTC).replace(tzinfo=None),
            "verdict": self.verdict,
            "is_stale": self.parked_until is not None,
            "parked_until": self.parked_until,
            "algorithm": self.facts.get("algorithm"),
            "version": version("segue"),
            "note": "; ".join(self.problems) or None,
        }

    def summary(self) -> dict[str, Any]:
        """The night as the command line tells it."""
        return {
            **self.run_row(),
            "report": str(self.home.reports / "index.html"),
            "problems": self.problems,
            **self.facts,
        }


@contextmanager
def tonight(
    home: Home,
    source: str,
    wishes: Mapping[str, Any],
    *,
    full: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Iterator[Night]:
    """A night from its first stage to its last, alone on its home; whatever ends it, its story is kept in ``SEGUE_HOME/runs``.

    What leaves no time to keep one, such as ``kill -9``, is told by the story that was begun.
    While it lasts every line of the log carries its ``run_id``.

    Raises HomeError when another night is at work there, and when the disk is full or the folder may not be written.
    """
    with locked(home) as holder:
        now = datetime.now(UTC).replace(tzinfo=None)
        run_id = _run_id(now)
        night = Night(run_id, source, home, wishes, Ledger(run_id), now, full=full, force=force, dry_run=dry_run)
        try:
            with _signed(run_id), _logged(home, run_id), told(home.root):
                with suppress(OSError):  # the night itself will meet it, and say so
                    stories.begin(home, night.run_row(), holder)
                yield night
        except BaseException as error:
            night.verdict = _verdict_of(error)
            night.problems.append(_told_of(night, error))
            raise
        finally:
            _keep_story(night)


def _run_id(now: datetime) -> str:
    """Sorts by time, also within a second, in which one night may be killed and the next begin; the last digits are drawn."""
    return f"{now:%Y%m%dT%H%M%S}-{now.microsecond * 4096 // 1_000_000:03x}{secrets.randbelow(4096):03x}"


@contextmanager
def _signed(run_id: str) -> Iterator[None]:
    """Let every record of the log, of whatever thread, carry the night that it belongs to."""
    former = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = former(*args, **kwargs)
        record.run_id = run_id
        return record

    logging.setLogRecordFactory(factory)
    try:
        yield
    finally:
        logging.setLogRecordFactory(former)


@contextmanager
def _logged(home: Home, run_id: str) -> Iterator[None]:
    """Keep what the rooms say while the night lasts in its own log, whoever else listens."""
    try:
        handler = stories.LogFile(home, run_id)
    except OSError:  # the night itself will meet it, and say so
        yield
        return
    loggers = [logging.getLogger(room) for room in ("flows", "tasks", "warehouse", "reports")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


def _verdict_of(error: BaseException) -> str:
    if not isinstance(error, Exception):  # a signal
        return "stopped"
    return "refused" if isinstance(error, GateError) else "failed"


def _told_of(night: Night, error: BaseException) -> str:
    """What ended the night, in a line."""
    if isinstance(error, SegueError):
        return str(error)
    if isinstance(error, Exception):
        return f"{type(error).__name__}: {error}"
    where = f" in {night.ledger.current.stage}" if night.ledger.entries else ""
    return f"a signal stopped it{where} ({type(error).__name__}): run `segue refresh`, it goes on from what has landed"


def _keep_story(night: Night) -> None:
    """What the night was, published or not; a full disk must not hide the error that it is about."""
    try:
        stories.keep(night.home, {**night.run_row(), "stages": night.ledger.frame().to_dicts()})
    except OSError as error:
        log.warning("the story of this night could not be kept: %s", error.strerror)


@contextmanager
def access_to(night: Night) -> Iterator[Access]:
    """Tonight's services: the real ones by settings, or for ``demo`` a stand-in that runs as long as the block."""
    if night.source != "demo":
        yield Access(**{spec.name: night.wishes[spec.name] for spec in fields(Access)})
        return
    from tasks.standin import StandIn

    with StandIn.demo() as stand_in:
        yield Access(**{spec.name: getattr(stand_in, spec.name) for spec in fields(Access)})
