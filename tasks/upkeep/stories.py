"""Stories: what every night left of itself, published or not, a JSON file and a log each in ``SEGUE_HOME/runs``.

A story is begun with the night and written again when that ends. One that was never written again tells of a night that was
killed, or lost its machine: nothing else could.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.values import Home
from tasks.whole import tidy, write_whole
from warehouse.night.locking import Holder, holder

KEEP = 400
"""So many stories are kept; the tables ``runs`` and ``run_stages`` go back as far."""

Story = dict[str, Any]

RUNNING = "running"
"""The verdict of a story that is only begun."""

OUT = ("published", "parked", "forced")
"""Verdicts of nights that came out."""


def begin(home: Home, story: Story, by: Holder) -> None:
    """Write down that a night (a row of ``runs``) has begun, and who holds the home for it; ``keep`` ends the story.

    Raises:
        OSError: the folder cannot be written.
    """
    begun = {**story, "verdict": RUNNING, "ended_at": None, "stages": [], "holder": asdict(by)}
    write_json(_folder(home) / f"{story['run_id']}.json", begun)


def keep(home: Home, story: Story) -> None:
    """Write down a night (a row of ``runs`` and its ``stages``), whole or not at all; the oldest beyond the bound go.

    Raises:
        OSError: the folder cannot be written.
    """
    write_json(_folder(home) / f"{story['run_id']}.json", story)
    tidy(_folder(home))
    for path in _paths(home)[:-KEEP]:
        path.unlink(missing_ok=True)
        log_of(home, path.stem).unlink(missing_ok=True)


def withdraw(home: Home, run_id: str) -> None:
    """Write down that a night which had come out was taken back since.

    Raises:
        OSError: the folder cannot be written.
    """
    for story in told(home):
        if story["run_id"] == run_id and story["verdict"] in OUT:
            keep(home, {**story, "verdict": "withdrawn"})


def log_of(home: Home, run_id: str) -> Path:
    """Where the log of a night lies: one JSON object a line."""
    return _folder(home) / f"{run_id}.jsonl"


class LogFile(logging.Handler):
    """Writes what the rooms say into the log of a night; a disk that takes no more is no fault of what is said."""

    def __init__(self, home: Home, run_id: str) -> None:
        super().__init__(logging.INFO)
        path = log_of(home, run_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(handle, "w", buffering=1, encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", "") == "progress":
            return
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run_id": getattr(record, "run_id", None),
        }
        with suppress(OSError):
            self._file.write(json.dumps(told, ensure_ascii=False) + "\n")

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()
        super().close()


def at_work(home: Home) -> Holder | None:
    """Who refreshes ``home`` at this moment; None when nobody does."""
    return holder(home)


def latest(home: Home) -> Story | None:
    """The latest night that is over; None before the first."""
    return next(iter(_stories(home)), None)


def told(home: Home) -> list[Story]:
    """Every night that is over and remembered, the latest first; ``ended_at`` of one that was broken off is None."""
    return list(_stories(home))


def last_run(home: Home, source: str) -> datetime | None:
    """When the latest night of ``source`` began that was not stopped from outside, whatever came of it (UTC)."""
    for story in told(home):
        if story["source"] == source and story["verdict"] not in ("stopped", "rehearsed"):
            return datetime.fromisoformat(story["started_at"])
    return None


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a small JSON file whole or not at all, readable by its owner only."""
    write_whole(path, json.dumps(document, indent=1, default=str))


def _folder(home: Home) -> Path:
    return home.root / "runs"


def _paths(home: Home) -> list[Path]:
    return sorted(_folder(home).glob("*.json"))


def _stories(home: Home) -> Iterator[Story]:
    by = at_work(home)
    return (story for path in reversed(_paths(home)) if (story := _read(path, by)))


def _read(path: Path, at_work: Holder | None) -> Story | None:
    """One story; None for the night at work, and for a file that is no story, such as one that a full disk cut."""
    try:
        found: Story = json.loads(path.read_text())
        began = datetime.fromisoformat(found["started_at"])
        if found["verdict"] == RUNNING:
            if at_work is not None and found["holder"] == asdict(at_work):
                return None
            found |= {"verdict": "stopped", "ended_at": None, "note": _broken_off(began)}
        moments = [began] if found["ended_at"] is None else [began, datetime.fromisoformat(found["ended_at"])]
        is_one = {"run_id", "source", "verdict", "note", "stages"} <= set(found) and (
            found["ended_at"] is not None or found["verdict"] == "stopped"
        )
        return found if is_one and all(moment.tzinfo is None for moment in moments) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _broken_off(began: datetime) -> str:
    return (
        f"it began at {began:%Y-%m-%d %H:%M} UTC and did not end (its process was killed, or its machine or disk gave out): "
        "run `segue refresh`, it goes on from what has landed"
    )
