"""Small nights and batches for the tests of the warehouse."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from schemas.values import REJECTED, Checked, Harvest, Home
from warehouse.connection import writer
from warehouse.ddl import polars_schema
from warehouse.night import building, publishing, writing
from warehouse.rows import conforming, transaction
from warehouse.statements import statement

ROOT = Path(__file__).parents[2]


def frame(table: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows of ``table``; what they do not name is null, ``source`` is demo."""
    schema = polars_schema(table)
    filled = [{"source": "demo", **row} if "source" in schema else row for row in rows]
    return conforming(
        table,
        pl.DataFrame(
            filled, schema={name: kind for name, kind in schema.items() if any(name in row for row in filled)}
        ),
    )


def checked(
    table: str, rows: Sequence[dict[str, Any]], *, source: str = "demo", rejected: int = 0, **harvest: Any
) -> Checked:
    """A batch as validation hands it on; ``rejected`` rows are in quarantine."""
    good = frame(table, [{"source": source, **row} for row in rows])
    bad = pl.DataFrame([("name: not_nullable", None, "{}")] * rejected, schema=REJECTED, orient="row")
    return Checked(Harvest(table, source, good, broken=bad, **harvest), good, bad)


def run(run_id: str, source: str = "demo", verdict: str = "published") -> pl.DataFrame:
    """A row of ``runs``; ``run_id`` begins with the moment, such as 20261125T030000-a."""
    started_at = datetime.strptime(run_id.split("-")[0], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - naive UTC by contract
    return pl.DataFrame(
        [
            {
                "run_id": run_id,
                "source": source,
                "started_at": started_at,
                "verdict": verdict,
                "is_stale": False,
                "version": "0",
            }
        ]
    )


def built(home: Home, run_id: str, *batches: Checked, source: str = "demo") -> Path:
    """A finished night that is not yet published."""
    build = building.start(home, run_id, source)
    with writer(build) as con, transaction(con):  # in one go, because to open a file takes longer than all the rest
        for batch in batches:
            writing.merge_into(con, batch, run_id)
        con.execute(statement("replace_songs"))
        writing.upsert(con, "runs", run(run_id, source))
    return build


def publish(home: Home, run_id: str, *batches: Checked, source: str = "demo") -> Path:
    """A published night; returns the path of the published file."""
    publishing.publish(home, built(home, run_id, *batches, source=source))
    return home.warehouse


ASCII_ONLY = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""The environment of a machine on which a text file that says nothing of its encoding is ASCII."""


def python(code: str, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    """Another process that runs ``code``; its ``sys.argv[1:]`` are the arguments."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """The next line of a process, or a failure with what it had to say."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline().strip()
    assert line, process.stderr.read()
    return line
