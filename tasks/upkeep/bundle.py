"""A bundle for whoever helps: what ran where and how it went, and nothing of the person.

versions.json settings.json doctor.json status.json     the machine, the settings, their findings
tables/*.json                                           the books of the nights
runs/*.json runs/*.jsonl prefect-server.log             what each night told, and its log
landing/<walk>/*.json                                   the pages of the latest walks, redacted
"""

import getpass
import gzip
import json
import platform
import socket
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl

from schemas.errors import HomeError, WarehouseError
from schemas.tables import TABLES
from schemas.values import Home
from tasks.spotify.token_file import load
from tasks.upkeep.checkup import Finding
from tasks.upkeep.redaction import Redactor
from warehouse.reading import table

BOOKS = ("runs", "run_stages", "row_accounting", "api_capabilities", "evaluation", "data_profile", "rejected_rows")
NAMED = {"tracks": ("name",), "artists": ("name",), "albums": ("name",), "playlists": ("name", "owner_id")}
"""Where names stand that may also stand in a text."""

WALKS, PAGES = 2, 2_000
"""Walks of which pages go along, and pages of each."""

RUNS = 20
LOG_BYTES = 200_000

READ_ME = """A support bundle of Segue. Nothing in it names a song, an artist, a list or a person, and no secret is in it:
ids, names and texts of the services are digests (~0123456789) with a salt that was thrown away; the same value has
the same digest within this bundle. Numbers, dates, types and the structure of every page are as they were.
Look through it before you send it.
"""


def bundle(
    home: Home,
    out: Path,
    *,
    settings: Mapping[str, Any],
    never: Sequence[str],
    findings: Sequence[Finding],
    status: Mapping[str, Any],
) -> int:
    """Write the bundle to ``out`` and return how many files it has.

    ``settings`` are those that may be seen, ``never`` the values of those that may not.

    Raises:
        HomeError: the file cannot be written.
    """
    redactor = _redactor(home, never)
    written = 0
    part = out.with_name(f"{out.name}.part")
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as file:
            part.chmod(0o600)
            for name, text in _files(home, redactor, settings, findings, status):
                file.writestr(name, text)
                written += 1
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise HomeError(
            f"the bundle cannot be written to {out} ({error.strerror}): give another place with --out"
        ) from error
    return written


def _files(
    home: Home, redactor: Redactor, settings: Mapping[str, Any], findings: Sequence[Finding], status: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield "README.txt", READ_ME
    yield "versions.json", _json(versions())
    yield "settings.json", redactor.text(_json(settings))
    yield "doctor.json", redactor.text(_json([asdict(finding) for finding in findings]))
    yield "status.json", redactor.text(_json(status))
    for name in BOOKS:
        try:
            yield f"tables/{name}.json", _json(_book(name, table(home.warehouse, name), redactor))
        except WarehouseError as error:
            yield f"tables/{name}.txt", redactor.text(str(error))
    for path in sorted((home.root / "runs").glob("*.json*"))[-2 * RUNS :]:
        yield f"runs/{path.name}", redactor.text(_read(path))
    server_log = home.prefect / "server.log"
    if server_log.is_file():
        yield "prefect-server.log", redactor.text(_read(server_log)[-LOG_BYTES:])
    for walk in sorted(path for path in home.landing.glob("*") if path.is_dir())[-WALKS:]:
        for page in sorted(walk.glob("*.json*"))[:PAGES]:
            yield f"landing/{walk.name}/{page.name.removesuffix('.gz')}", _page(page, redactor)


def versions() -> dict[str, Any]:
    """Segue, Python, the machine's kind, and every package that is installed."""
    return {
        "segue": version("segue"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": dict(sorted((found.name, found.version) for found in distributions())),
    }


def _redactor(home: Home, never: Sequence[str]) -> Redactor:
    names: set[str] = set()
    for entity, columns in NAMED.items():
        try:
            frame = table(home.warehouse, entity)
        except WarehouseError:
            break
        for column in (*columns, f"{entity.removesuffix('s')}_id"):
            names.update(frame[column].drop_nulls().to_list())
    token = load(home)
    hidden = [*never, *([token.refresh_token, token.client_id] if token else []), str(Path.home())]
    hidden += [word for word in (getpass.getuser(), socket.gethostname()) if len(word) > 4]
    return Redactor(names, hidden, keep={*TABLES, "Spotify", "ReccoBeats"})


def _book(name: str, frame: pl.DataFrame, redactor: Redactor) -> list[dict[str, Any]]:
    rows = frame.to_dicts()
    for row in rows:
        if name == "data_profile" and row["data_type"] not in (
            "BIGINT",
            "INTEGER",
            "DOUBLE",
            "FLOAT",
            "BOOLEAN",
            "DATE",
        ):
            row["minimum"] = row["maximum"] = None
        if name == "rejected_rows":
            row["value"] = row["value"] and redactor.digest(row["value"])
            row["row"] = redactor.page(_parsed(row["row"]))
        for column in ("note", "detail"):
            if row.get(column):
                row[column] = redactor.text(row[column])
    return rows


def _page(path: Path, redactor: Redactor) -> str:
    """A landed answer (or what is walked): the question by its words, the body by its structure."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _json({"unreadable": error.strerror})
    try:
        told = _parsed((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode(errors="replace"))
    except (OSError, EOFError, zlib.error):  # torn
        told = None
    if not isinstance(told, dict):
        return _json({"unreadable_bytes": len(raw)})
    if "path" not in told:
        return redactor.text(_json(told))
    kept = {name: told[name] for name in ("service", "walk", "status") if name in told}
    said = {"said": redactor.answer(told["said"])} if "said" in told else {}
    asked = {"path": redactor.path(told["path"]), "params": redactor.page(told.get("params", {}))}
    return json.dumps({**kept, **asked, **said, "body": redactor.page(told.get("body"))}, ensure_ascii=False)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
