"""A night under construction: a fresh database beside the published one, with the earlier rows that still count."""

import logging
from collections.abc import Collection
from pathlib import Path
from shutil import rmtree

from duckdb import DuckDBPyConnection

from schemas.tables import TABLES
from schemas.values import Home
from warehouse.connection import UnreadableError, told, writer
from warehouse.ddl import create_macros, create_tables, polars_schema, required
from warehouse.night.publishing import generations, set_aside
from warehouse.rows import transaction
from warehouse.statements import identifier, statement

log = logging.getLogger(__name__)

BY_NIGHT = {
    "runs": 400,
    "run_stages": 400,
    "row_accounting": 400,
    "api_capabilities": 400,
    "evaluation": 400,
    "rejected_rows": 30,
}
"""Bookkeeping goes on from night to night, for so many of them."""

ALWAYS = frozenset({"fetches"})
"""Carried whole, whatever the source."""

BY_SOURCE = tuple(
    name for name in TABLES if name not in ALWAYS and name not in BY_NIGHT and "source" in polars_schema(name)
)
"""Tables of facts: their rows are carried when their source takes part tonight."""


def start(home: Home, run_id: str, sources: Collection[str]) -> Path:
    """Begin the night ``run_id`` and return the path of its database, with every table, macro and view.

    Rows of facts are carried over from the published file when their ``source`` is among ``sources``, bookkeeping always;
    what Segue works out itself starts empty. What dead nights left in the folder is removed, so the caller must hold the
    lock of the home. A published file that cannot be read is set aside with a warning and the newest readable generation
    takes its place as the past.

    Raises:
        HomeError: the folder cannot be written.
        WarehouseError: the published file is open for writing elsewhere.
    """
    build = home.building / f"{run_id}.duckdb"
    with told(home.building):
        home.building.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear(home.building)
    with writer(build) as con, transaction(con):
        create_tables(con)
        create_macros(con)
    for past in _pasts(home):
        try:
            with writer(build) as con:
                _carry(con, past, sorted(sources))
        except UnreadableError as error:
            log.warning("%s; nothing was carried over from it", error)
            set_aside(home, past)
        else:
            break
    return build


def finish(build: Path) -> None:
    """Fill ``songs``, which the macros and the queries read; call it when facts and recordings stand."""
    with writer(build) as con, transaction(con):
        con.execute("truncate songs")
        con.execute(statement("replace_songs"))


def _clear(building: Path) -> None:
    for left in building.iterdir():
        if left.is_dir():
            rmtree(left)
        else:
            left.unlink()


def _pasts(home: Home) -> list[Path]:
    published = [home.warehouse] if home.warehouse.exists() else []
    return published + [generation.path for generation in reversed(generations(home))]


def _carry(con: DuckDBPyConnection, past: Path, sources: list[str]) -> None:
    """Copy what still counts in one transaction; columns that only one side has are left out or null."""
    con.execute("attach $path as past (read_only)", {"path": str(past)})
    with transaction(con):
        for table in TABLES:
            _carry_table(con, table, sources)
    con.execute("detach past")


def _carry_table(con: DuckDBPyConnection, table: str, sources: list[str]) -> None:
    columns = _shared_columns(con, table)
    if not set(required(table)) <= set(columns):
        if columns:
            log.warning("%s of the earlier night lacks columns that are needed now: not carried over", table)
        return
    names, target = ", ".join(map(identifier, columns)), identifier(table)
    earlier = f"insert into {target} by name select {names} from past.{target}"  # noqa: S608 - names of our own tables
    if table in BY_SOURCE:
        con.execute(f"{earlier} where list_contains($sources, source)", {"sources": sources})
    elif table in BY_NIGHT:
        recent = "select run_id from past.runs order by started_at desc, run_id desc limit $nights"
        con.execute(f"{earlier} where run_id in ({recent})", {"nights": BY_NIGHT[table]})
    elif table in ALWAYS:
        con.execute(earlier)


def _shared_columns(con: DuckDBPyConnection, table: str) -> list[str]:
    found = con.execute(statement("column_names"), {"database": "past", "table": table}).fetchall()
    past = {name for (name,) in found}
    return [name for name in polars_schema(table) if name in past]
