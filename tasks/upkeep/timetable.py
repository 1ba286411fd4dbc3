"""When nights are due: the cron line that ``segue schedule`` serves, remembered in SEGUE_HOME, and its moments.

Moments are naive UTC. A line means the clock on the wall of its time zone: a night that is due in the hour that a clock
skips in spring comes right after it, and one in the hour that comes twice in autumn comes once.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from schemas.errors import HomeError, SettingsError
from schemas.values import Home
from tasks.upkeep.stories import write_json
from warehouse.night.locking import Holder, holder, locked


@dataclass(frozen=True)
class Timetable:
    """A cron line in a time zone, what its nights read, and since when it holds."""

    cron: str
    timezone: str
    source: str
    since: datetime

    def next(self, now: datetime) -> datetime:
        """The first moment after ``now`` at which a night is due."""
        return _utc(next(self._moments(now)))

    def missed(self, last_run: datetime | None, now: datetime) -> datetime | None:
        """The latest moment up to ``now`` at which a night was due that never ran; None when there is none.

        One that lies before ``since`` was never due. However many nights were missed, there is one to catch up.
        """
        due = _utc(next(self._moments(now, backward=True)))
        return due if due > max(self.since, last_run or self.since) else None

    def _moments(self, now: datetime, *, backward: bool = False) -> Iterator[datetime]:
        local = now.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))
        moments: Iterator[datetime] = CronSim(self.cron, local, reverse=backward)
        return moments


def timetable(cron: str, timezone: str, source: str, now: datetime) -> Timetable:
    """A timetable that begins now.

    Raises:
        SettingsError: the cron line or the time zone is none.
    """
    try:
        found = Timetable(" ".join(cron.split()), timezone, source, now)
        found.next(now)
    except (CronSimError, ValueError, OSError, KeyError, StopIteration) as error:
        raise SettingsError(
            f"the schedule {cron!r} in the time zone {timezone!r} cannot be used ({error}): "
            'write it like --cron "0 3 * * *" --timezone Europe/Berlin'
        ) from error
    return found


@contextmanager
def served(home: Home, wanted: Timetable) -> Iterator[Timetable]:
    """Hold the schedule of ``home`` for the block, remembered for ``segue status`` and for the next start.

    The same line served again goes on from where it began, so that what was missed meanwhile is known.

    Raises:
        HomeError: another process serves a schedule there, or the folder cannot be written.
    """
    with locked(_folder(home), "`segue schedule`"):
        former = remembered(home)
        if former and replace(former, since=wanted.since) == wanted:
            wanted = former
        try:
            write_json(_path(home), asdict(wanted))
        except OSError as error:
            raise HomeError(
                f"the schedule cannot be remembered in {_path(home)} ({error.strerror}): make room or give yourself the right"
            ) from error
        yield wanted


def remembered(home: Home) -> Timetable | None:
    """The timetable that was served last; None when there was none, or it cannot be read."""
    try:
        told = json.loads(_path(home).read_text())
        return Timetable(**{**told, "since": datetime.fromisoformat(told["since"])})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def server_of(home: Home) -> Holder | None:
    """The process that serves the schedule at this moment."""
    return holder(_folder(home))


def _folder(home: Home) -> Home:
    return Home(home.root / "schedule")


def _path(home: Home) -> Path:
    return home.root / "schedule" / "timetable.json"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
