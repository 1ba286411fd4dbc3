"""Frames out of a database file: whole tables, the SQL files by name, and what an extractor wants to know of the past."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from schemas.errors import WarehouseError
from warehouse import rows
from warehouse.connection import reader
from warehouse.statements import statement


def table(path: Path, name: str) -> pl.DataFrame:
    """All rows of a table of the file at ``path``, in stored order.

    Raises:
        WarehouseError: the file is missing, damaged, in use, or of another version.
    """
    with reader(path) as con:
        return rows.read(con, name)


def query(path: Path, name: str, **values: object) -> pl.DataFrame:
    """Result of ``warehouse/sql/<name>.sql`` with its ``$named`` parameters.

    Raises:
        WarehouseError: as ``table``.
    """
    with reader(path) as con:
        return con.sql(statement(name), params=values or None).pl()


def ask(path: Path, sql: str) -> pl.DataFrame:
    """Result of a person's own statement; the file is open for reading only.

    Raises:
        WarehouseError: as ``table``, or DuckDB refused the statement, in its own words.
    """
    with reader(path) as con:
        try:
            relation = con.sql(sql)
            return pl.DataFrame() if relation is None else relation.pl()
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException):
                raise
            raise WarehouseError(f"DuckDB refuses the statement: {' '.join(str(error).split())}") from error


@dataclass(frozen=True)
class Known:
    """What the past already has of a source, so that only the rest is asked for.

    ``playlists``: playlist_id, snapshot_id, items (rows stored). ``fetches``: entity, object_id, status, asked_at.
    ``saved_newest_at`` and ``last_played_at`` are UTC; null when there is none.
    """

    playlists: pl.DataFrame
    saved_count: int
    saved_newest_at: datetime | None
    last_played_at: datetime | None
    fetches: pl.DataFrame


def known(path: Path, source: str) -> Known:
    """What the file at ``path`` (a night under construction holds what was carried over) has of ``source``.

    Raises:
        WarehouseError: as ``table``.
    """
    with reader(path) as con:
        values = {"source": source}
        saved_count, saved_newest_at = con.execute(statement("known_saved"), values).fetchall()[0]
        return Known(
            playlists=con.sql(statement("known_playlists"), params=values).pl(),
            saved_count=saved_count,
            saved_newest_at=saved_newest_at,
            last_played_at=con.execute(statement("known_plays"), values).fetchall()[0][0],
            fetches=con.sql(statement("known_fetches"), params=values).pl(),
        )
