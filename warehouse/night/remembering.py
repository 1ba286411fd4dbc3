"""What a night leaves for the next one, so that it works out only what changed: the song model, and every track's best others.

Two tables beside those for people. A night that finds none, or one that it cannot use, begins from nothing.
"""

import logging
from pathlib import Path

import polars as pl
from duckdb import BinderException, DuckDBPyConnection

from schemas.errors import WarehouseError
from schemas.values import Home
from warehouse.connection import reader, writer
from warehouse.night.publishing import last_night
from warehouse.reading import query
from warehouse.rows import transaction
from warehouse.statements import statement

log = logging.getLogger(__name__)

TABLES = ("song_model", "song_lists")


def remember(build: Path, model: pl.DataFrame, lists: pl.DataFrame) -> None:
    """Keep the song model [kind, name, value] and the lists (a row a track; whatever columns they have) for the next night."""
    with writer(build) as con, transaction(con):
        con.register("model", model)
        con.register("lists", lists)
        con.execute(statement("memory/model"))
        con.execute(statement("memory/lists"))
        con.execute(statement("memory/comments"))


def remembered(home: Home, source: str) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """What the latest published night of ``source`` kept: model and lists; ``None`` when there is none that can be read."""
    past = last_night(home, source)
    if past is None:
        return None
    try:
        with reader(past) as con:
            if not _is_complete(con):
                return None
            return con.sql("from song_model").pl(), con.sql("from song_lists order by track_id").pl()
    except WarehouseError as error:
        log.warning("what the last night knew of neighbours is lost, they are worked out anew: %s", error)
        return None


def made(home: Home, source: str, table: str, stage: str, made_from: str) -> pl.DataFrame:
    """Rows of ``table`` that ``stage`` of the latest published night of ``source`` made from what has the same print, and its
    ``note``; none when there is no such night that can be read, or of a Segue that kept no prints."""
    past = last_night(home, source)
    if past is None:
        return pl.DataFrame()
    try:
        return query(past, "memory/made", computed=table, stage=stage, made_from=made_from)
    except (WarehouseError, BinderException):
        return pl.DataFrame()


def _is_complete(con: DuckDBPyConnection) -> bool:
    asked = [{"database": "warehouse", "table": table} for table in TABLES]
    return all(con.execute(statement("column_names"), one).fetchall() for one in asked)
