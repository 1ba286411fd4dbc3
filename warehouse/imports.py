"""The database of imports: what ``segue import`` took stands there for good, and every night folds it in.

It has the tables of the warehouse. Several imports may run at once: each waits for the others and then goes in whole or
not at all.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.values import Checked, Harvest, Home
from warehouse.connection import told, writer
from warehouse.ddl import complete_tables, polars_schema
from warehouse.night.building import FACTS, IMPORTED
from warehouse.night.writing import Account, merge_into
from warehouse.rows import append, read, transaction
from warehouse.statements import statement

PATIENCE = 60.0
"""Seconds that one import waits for another."""


def store(home: Home, batches: Iterable[Checked], run_id: str, about: Mapping[str, str] | None = None) -> list[Account]:
    """Merge checked rows into the imports in one transaction and return where every received row went.

    ``run_id`` names the import in ``row_accounting`` and ``rejected_rows`` of the database of imports. Taking the same
    file again changes nothing. ``about`` is what `remembered` is to tell of it.

    Raises:
        InvalidDataError: a batch does not balance; nothing of any batch is stored.
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
        HomeError: the disk is full or the folder may not be written.
    """
    with told(home.imports):
        home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _opened(home) as con, transaction(con):
        accounts = [merge_into(con, checked, run_id) for checked in batches]
        if about is not None and run_id not in read(con, "runs")["run_id"]:
            append(con, "runs", _run(run_id, about))
        return accounts


def remembered(home: Home, run_id: str) -> tuple[dict[str, str], pl.DataFrame] | None:
    """What `store` was told of an import and its rows of ``row_accounting``; None when there was no such import.

    Raises:
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
    """
    if not home.imports.exists():
        return None
    this = pl.col("run_id") == run_id
    with _opened(home) as con:
        runs = read(con, "runs").filter(this)
        accounts = read(con, "row_accounting").filter(this)
    return (json.loads(runs["note"].item()), accounts) if runs.height else None


def places(home: Home, playlist_ids: Sequence[str]) -> pl.DataFrame:
    """The places of these lists, as far as they were imported: rows of ``playlist_tracks``.

    Raises:
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
    """
    with _opened(home) as con:
        return con.sql(statement("places_of_lists"), params={"playlists": list(playlist_ids)}).pl()


def purge(home: Home) -> None:
    """Forget everything that was imported.

    Raises:
        HomeError: the folder may not be written.
    """
    with told(home.imports):
        home.imports.unlink(missing_ok=True)
        home.imports.with_name(f"{home.imports.name}.wal").unlink(missing_ok=True)


@contextmanager
def _opened(home: Home) -> Iterator[DuckDBPyConnection]:
    """The database of imports with all of its tables; a first import that was killed leaves it without any."""
    with writer(home.imports, wait_seconds=PATIENCE) as con:
        with transaction(con):
            complete_tables(con)
        yield con


def _run(run_id: str, about: Mapping[str, str]) -> pl.DataFrame:
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {
        "run_id": run_id,
        "source": "files",
        "started_at": now,
        "ended_at": now,
        "verdict": "imported",
        "is_stale": False,
        "version": version("segue"),
        "note": json.dumps(dict(about), ensure_ascii=False),
    }
    return pl.DataFrame([row])


def harvests(home: Home) -> list[Harvest]:
    """All that was imported, as harvests that replace what earlier nights had of it; empty where there is nothing (left).

    Raises:
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
    """
    tables = [name for name in FACTS if name != "fetches"]
    if not home.imports.exists():
        rows = {name: pl.DataFrame(schema=polars_schema(name)) for name in tables}
    else:
        with _opened(home) as con:
            rows = {name: read(con, name) for name in tables}
    return [
        Harvest(name, source, rows[name].filter(pl.col("source") == source), covers="all")
        for name in tables
        for source in IMPORTED
    ]
