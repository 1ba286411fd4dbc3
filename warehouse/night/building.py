"""A night under construction: a fresh database beside the published one, with the earlier rows that still count."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import WarehouseError
from schemas.tables import TABLES
from schemas.values import Home
from warehouse.connection import UnreadableError, told, writer
from warehouse.ddl import NUMBERED, create_macros, create_tables, polars_schema, required
from warehouse.night.publishing import pasts, recover, run_of, set_aside
from warehouse.rows import number_tracks, read, rewrite, transaction
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

CARRIED = {
    "demo": ("demo", "reccobeats"),
    "spotify": ("spotify", "reccobeats", "file", "export"),
    "files": ("file", "export"),
}
"""What a night reads -> the sources whose rows it takes over from its past."""

PAST_NIGHTS = 90
"""So many nights can be looked back on; of what is older, only how each list stood then is kept."""

FACTS = tuple(name for name in TABLES if name not in BY_NIGHT and "source" in polars_schema(name))
"""Tables whose rows came from a source: those that are carried."""

IMPORTED = ("file", "export")
"""Sources of what ``segue import`` took."""


def start(home: Home, run_id: str, source: str, *, whole: bool = False, before: str | None = None) -> Path:
    """Begin the night ``run_id`` and return the path of its database, with every table, macro and view.

    Rows of facts are carried over from the latest file of a night that read the same ``source``, bookkeeping from the
    published file; what Segue works out itself starts empty unless ``whole``. With ``before`` the facts are those on which the
    night of that name began, so that it can be worked out again. What dead nights left in the folder is
    removed, so the caller must hold the lock of the home. A published file of which not every block can be read is set aside
    with a warning, and the latest whole generation is published in its place.

    Raises:
        HomeError: the folder cannot be written.
        WarehouseError: the published file is open for writing elsewhere, ``whole`` and there is no earlier night, or the file
            on which the night ``before`` began is no longer kept.
    """
    build = home.building / f"{run_id}.duckdb"
    with told(home.building):
        home.building.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear(home.building)
    recover(home)
    with writer(build) as con, transaction(con):
        create_tables(con)
        create_macros(con)
    is_carried = _carry_past(home, build, run_id, source, whole, before)
    if before is not None and not is_carried and _was_another(build, source, before):
        raise WarehouseError(
            f"the file on which the night {before} began is no longer kept in {home.history}, so it cannot be worked out "
            "again: `segue refresh --full` asks for everything anew"
        )
    if whole and not is_carried:
        raise WarehouseError(
            f"there is no earlier {source} night in {home.root} to begin from: run a whole `segue refresh`"
        )
    return build


def finish(build: Path) -> None:
    """Fill ``songs`` and ``cards``, which the macros and the queries read; call it when facts and recordings stand."""
    with writer(build) as con, transaction(con):
        con.execute("truncate songs")
        con.execute(statement("replace_songs"))
        number_tracks(con)


def _clear(building: Path) -> None:
    for left in building.iterdir():
        if left.is_dir():
            rmtree(left)
        else:
            left.unlink()


def _carry_past(home: Home, build: Path, run_id: str, source: str, whole: bool, before: str | None) -> bool:
    """Fill the build from the files of earlier nights; whether one of the same source (and from ``before``) was found.

    Of those from later on only the books are taken over, and how the lists stood.
    """
    is_booked = has_lists = False
    for past in pasts(home, source):
        try:
            with writer(build) as con, _attached(con, past):
                is_same = _source_of(con) == source
                is_base = is_same and (before is None or run_of(past)[0] < before)
                with transaction(con):
                    if is_same and not has_lists and _shared_columns(con, "past_lists"):
                        con.execute(statement("past/carry"), {"nights": PAST_NIGHTS, "tonight": run_id})
                        has_lists = True
                    for table in TABLES:
                        if table == "past_lists":
                            continue
                        if is_base and (table in FACTS or (whole and table not in BY_NIGHT)):
                            _carry(con, table, run_id, None if whole else CARRIED[source])
                        elif table in BY_NIGHT and not is_booked:
                            _carry(con, table, run_id)
                is_booked = True
        except UnreadableError as error:
            why = str(error.__cause__ or error).splitlines()[0]
            log.warning("%s is damaged and set aside, nothing was carried over from it: %s", past, why)
            set_aside(home, past)
        else:
            if is_base:
                return True
    return False


def _was_another(build: Path, source: str, before: str) -> bool:
    """Whether the books know of a night of ``source`` from ``before``."""
    with writer(build) as con:
        runs = read(con, "runs")
    return not runs.filter(pl.col("source") == source, pl.col("run_id") < before).is_empty()


@contextmanager
def _attached(con: DuckDBPyConnection, past: Path) -> Iterator[None]:
    con.execute("attach $path as past (read_only)", {"path": str(past)})
    try:
        yield
    finally:
        con.execute("detach past")


def _source_of(con: DuckDBPyConnection) -> str | None:
    """What the night of the attached file had read."""
    found = con.execute(statement("past_source")).fetchall() if _shared_columns(con, "runs") else []
    return found[0][0] if found else None


def _carry(con: DuckDBPyConnection, table: str, run_id: str, sources: Sequence[str] | None = None) -> None:
    """Copy what still counts of one table; columns that only one side has are left out or null.

    Nights that lie in the future, because the clock was wrong then or is now, are left out: tonight is the latest.
    """
    columns = _shared_columns(con, table)
    if not set(required(table)) <= set(columns):
        if columns:
            log.warning("%s of the earlier night lacks columns that are needed now: not carried over", table)
        return
    names, target = ", ".join(map(identifier, columns)), identifier(table)
    if table == NUMBERED:
        rewrite(con, table, [con.sql(f"select {names} from past.{target} order by track_id, rank").pl()])  # noqa: S608 - our own names
        return
    earlier = f"insert into {target} by name select {names} from past.{target}"  # noqa: S608 - our own names
    if table in BY_NIGHT:
        recent = "select run_id from past.runs where run_id < $tonight order by run_id desc limit $nights"
        con.execute(f"{earlier} where run_id in ({recent})", {"nights": BY_NIGHT[table], "tonight": run_id})
    elif table in FACTS and sources is not None:
        con.execute(f"{earlier} where list_contains($sources, source)", {"sources": list(sources)})
    else:
        con.execute(earlier)


def _shared_columns(con: DuckDBPyConnection, table: str) -> list[str]:
    found = con.execute(statement("column_names"), {"database": "past", "table": table}).fetchall()
    past = {name for (name,) in found}
    return [name for name in polars_schema(table) if name in past]
