"""Take files into the database of imports: the door of this alcove."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import ImportFileError
from schemas.values import Harvest, Home
from tasks.imports.files.containers import Document, Unreadable, documents
from tasks.imports.files.encodings import inspect
from tasks.imports.kinds import Reading, read
from tasks.imports.together import ENTITY, Together
from tasks.validate import check
from warehouse import imports

log = logging.getLogger(__name__)

READERS = "4"
"""Raised when the readers learn to see more in the same bytes, so that files taken before are read again."""

REPORT = {
    "file": pl.String,
    "kind": pl.String,
    "table": pl.String,
    "is_main": pl.Boolean,
    "read": pl.Int64,
    "taken": pl.Int64,
    "already": pl.Int64,
    "repeated": pl.Int64,
    "rejected": pl.Int64,
    "skipped": pl.Int64,
    "rejected_by_rule": pl.String,
    "skipped_by_reason": pl.String,
    "note": pl.String,
}
"""Columns of a report: a row a file and table; read = taken + already + repeated + rejected + skipped.

``is_main`` marks the table that the file is about; the others came along with it. A file of which nothing was taken has
no table, and its note says why. ``kind`` is "unreadable" for what is damaged.
"""

Line = dict[str, Any]


def import_paths(home: Home, paths: Sequence[Path]) -> pl.DataFrame:
    """Take every file under ``paths`` (files, folders, zips) into ``home.imports`` and report what became of its rows.

    A file is taken whole, in one transaction, and known by its content from then on: an import that was killed goes on
    after the last whole file, and one that is repeated adds nothing. Files that tell of one list make it together.

    Returns:
        A frame with the columns of `REPORT`.

    Raises:
        ImportFileError: a path does not exist.
        HomeError, WarehouseError: the database of imports cannot be written.
    """
    lines: list[Line] = []
    together = Together(home)
    for document in documents(paths):
        if isinstance(document, Unreadable):
            lines.append(_without_table(document.name, "unreadable", document.reason))
        else:
            lines += _imported(home, document, together)
    return pl.DataFrame(lines, schema=REPORT)


def gathered(paths: Sequence[Path], source: str) -> list[Harvest]:
    """What `import_paths` would take, read and checked in the same way, as rows of ``source`` and without keeping any.

    Raises:
        ImportFileError: a path does not exist, or a file is damaged.
    """
    harvests = []
    for document in documents(paths):
        if isinstance(document, Unreadable):
            raise ImportFileError(document.name, document.reason)
        found = read(document, inspect(document)[1]).harvests
        checked = [check(replace(harvest, source=source, covers=None)) for harvest in found]
        harvests += [replace(one.harvest, rows=one.rows, broken=one.rejected) for one in checked]
    return harvests


def _imported(home: Home, document: Document, together: Together) -> list[Line]:
    try:
        digest, encoding = inspect(document)
        digest = f"{READERS}-{digest}"
        earlier = imports.remembered(home, digest)
        if earlier is not None:
            if earlier[0]["table"] == ENTITY:
                together.unread.append(lambda: read(document, encoding).harvests)
            return _known(document, *earlier)
        reading = read(document, encoding, _told(document))
    except ImportFileError as error:
        return [_without_table(document.name, "unreadable", error.reason)]
    except (OSError, EOFError, ValueError, RuntimeError) as error:  # what zip members and decoders raise when damaged
        reason = f"is damaged ({error}). Download or export it again."
        return [_without_table(document.name, "unreadable", reason)]
    if not reading.harvests:
        return [_without_table(document.name, reading.kind, _note(reading))]
    harvests = [together.joined(harvest) for harvest in reading.harvests]
    return _stored(home, document, digest, replace(reading, harvests=harvests))


def _stored(home: Home, document: Document, digest: str, reading: Reading) -> list[Line]:
    checked = [check(harvest) for harvest in reading.harvests]
    about = {"file": document.name, "kind": reading.kind, "table": reading.harvests[0].entity}
    accounts = imports.store(home, checked, digest, about)
    lines = [
        _line(
            document.name,
            about,
            asdict(account),
            rejected_by_rule=_json(dict(one.rejected.group_by("rule").len().sort("rule").iter_rows())),
            skipped_by_reason=_json(dict(sorted(one.harvest.skipped.items()))),
            note=_note(reading),
        )
        for account, one in zip(accounts, checked, strict=True)
    ]
    main = lines[0]
    log.info(
        "%s: %s of %s rows taken into %s",
        document.name,
        f"{main['taken']:,}",
        f"{main['read']:,}",
        main["table"],
        extra={"event": "progress", "rows": main["taken"]},
    )
    return lines


def _known(document: Document, about: dict[str, str], accounts: pl.DataFrame) -> list[Line]:
    """The report of a file whose content was taken before: everything that was taken then is there already."""
    note = f"taken before, as {about['file']}"
    lines = [
        _line(document.name, about, row | {"stored": 0, "unchanged": row["stored"] + row["unchanged"]}, note=note)
        for row in accounts.iter_rows(named=True)
    ]
    return sorted(lines, key=lambda line: not line["is_main"])


def _line(file: str, about: dict[str, str], account: dict[str, Any], *, note: str | None, **texts: str) -> Line:
    is_main = account["entity"] == about["table"]
    return {
        "file": file,
        "kind": about["kind"],
        "table": account["entity"],
        "is_main": is_main,
        "read": account["received"],
        "taken": account["stored"],
        "already": account["unchanged"],
        "repeated": account["duplicate"],
        **{name: account.get(name) for name in ("rejected", "skipped", "rejected_by_rule", "skipped_by_reason")},
        **texts,
        "note": note if is_main else None,
    }


def _without_table(file: str, kind: str, note: str | None) -> Line:
    zeros = dict.fromkeys(("read", "taken", "already", "repeated", "rejected", "skipped"), 0)
    return {
        "file": file,
        "kind": kind,
        "is_main": True,
        **zeros,
        "rejected_by_rule": "{}",
        "skipped_by_reason": "{}",
        "note": note,
    }


def _told(document: Document) -> Callable[[int], None]:
    """Progress in megabytes: what a person sees while a large file is read."""
    done = 0

    def tell(characters: int) -> None:
        nonlocal done
        done += characters
        log.info(
            "%s: %.0f of %.0f MB read", document.name, done / 1e6, document.size / 1e6, extra={"event": "progress"}
        )

    return tell


def _note(reading: Reading) -> str | None:
    told = [f"{words} ({count:,})" if count > 1 else words for words, count in reading.notes.items()]
    if reading.unused:
        told.append(f"columns not read: {', '.join(reading.unused[:20])}{' …' if len(reading.unused) > 20 else ''}")
    return "; ".join(told) or None


def _json(counts: dict[str, int]) -> str:
    return json.dumps(counts, ensure_ascii=False)
