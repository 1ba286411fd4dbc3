"""The journal of feedback: one JSON object a line, only ever appended, outside the file that every night replaces.

Several processes may write at once: each line goes in whole, under a lock, and is on the disk when `append` returns. A
line that a power cut tore is told of and left out; nothing is ever rewritten, so what was said can always be looked up.
"""

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.connection import told

log = logging.getLogger(__name__)

KINDS = ("like", "dislike", "skip", "rating", "block", "undo")
ENTITIES = ("track", "artist", "genre")

FEEDBACK = {
    "feedback_id": pl.String(),
    "kind": pl.String(),
    "entity": pl.String(),
    "entity_id": pl.String(),
    "value": pl.Float64(),
    "at": pl.Datetime("us"),
    "until": pl.Datetime("us"),
}
"""Columns of the table ``feedback``."""


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _new_id() -> str:
    return f"{_now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Said:
    """One line: what was said (`KINDS`) of what (`ENTITIES`), when (UTC), until when a block holds, which line an undo undoes.

    ``value`` is 1 to 5 for a rating; ``name`` is what a person calls the thing, for listings.
    """

    kind: str
    entity: str
    entity_id: str
    value: float | None = None
    until: datetime | None = None
    name: str | None = None
    undoes: str | None = None
    at: datetime = field(default_factory=_now)
    feedback_id: str = field(default_factory=_new_id)


def append(path: Path, said: Said) -> None:
    """Write one line; it is on the disk when this returns.

    Raises:
        HomeError: the disk is full or the folder may not be written; the journal is as it was.
    """
    with _locked(path) as descriptor:
        _write(descriptor, said)


def undo(path: Path, entity_id: str | None = None) -> Said | None:
    """Take back the latest thing said (of ``entity_id``, if given) that still counts; return it, or None.

    Raises:
        HomeError: as `append`.
    """
    if not path.exists():
        return None
    with _locked(path) as descriptor:
        left = [said for said in _counting(_lines(path)) if entity_id in (None, said.entity_id)]
        if not left:
            return None
        latest = left[-1]
        _write(descriptor, Said("undo", latest.entity, latest.entity_id, undoes=latest.feedback_id))
    return latest


def read(path: Path) -> list[Said]:
    """What counts: everything said and not undone, in the order of writing. Lines that cannot be read are told in the log.

    Raises:
        HomeError: the file may not be read.
    """
    if not path.exists():
        return []
    with told(path), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return list(_counting(_lines(path)))


def frame(said: Iterable[Said]) -> pl.DataFrame:
    """What was said as rows of the table ``feedback``; of two lines with one id the first counts."""
    rows = [{name: getattr(one, name) for name in FEEDBACK} for one in said]
    return pl.DataFrame(rows, schema=FEEDBACK).unique("feedback_id", keep="first", maintain_order=True)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file open for appending, ours alone."""
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
            if is_new:
                _sync_folder(path.parent)
        finally:
            os.close(descriptor)


def _write(descriptor: int, said: Said) -> None:
    """One line at the end, or nothing; after a torn line a new one begins."""
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    line = json.dumps(
        {name: value for name, value in asdict(said).items() if value is not None}, ensure_ascii=False, default=_iso
    )
    rest = ("\n" if is_torn else "").encode() + line.encode("utf-8", "replace") + b"\n"
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[Said]:
    """The lines that can be read."""
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if line.strip():
            said = _said(line)
            if said is None:
                log.warning("%s, line %d is torn or no feedback: left out", path, number)
            else:
                yield said


def _said(line: bytes) -> Said | None:
    try:
        found = json.loads(line)
        said = Said(
            kind=found["kind"],
            entity=found["entity"],
            entity_id=found["entity_id"],
            value=None if found.get("value") is None else float(found["value"]),
            until=None if found.get("until") is None else _moment(found["until"]),
            name=found.get("name"),
            undoes=found.get("undoes"),
            at=_moment(found["at"]),
            feedback_id=found["feedback_id"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    is_sound = (
        said.kind in KINDS
        and said.entity in ENTITIES
        and all(isinstance(text, str) and 0 < len(text) <= 200 for text in (said.entity_id, said.feedback_id))
        and all(text is None or isinstance(text, str) for text in (said.name, said.undoes))
    )
    return said if is_sound and (said.kind != "rating" or (said.value is not None and 1 <= said.value <= 5)) else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _counting(lines: Iterable[Said]) -> Iterator[Said]:
    """Without what was undone, and without the undoing."""
    everything = list(lines)
    undone = {said.undoes for said in everything if said.kind == "undo"}
    return (said for said in everything if said.kind != "undo" and said.feedback_id not in undone)
