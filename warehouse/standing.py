"""How a published file stands: whether it is whole, and how fresh its tables are."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import WarehouseError
from schemas.tables import TABLES
from warehouse.connection import reader
from warehouse.statements import identifier, statement


def verify(path: Path) -> dict[str, int]:
    """Read every block of every table and return the rows of each; a file that passes is whole.

    Raises:
        WarehouseError: the file is missing, damaged, of another version, or lacks a table or its night.
    """
    with reader(path) as con:
        found = _tables(con)
        if missing := [name for name in TABLES if name not in found]:
            raise WarehouseError(
                f"{path} lacks the tables {', '.join(missing)}: run `segue refresh` to build a whole one"
            )
        if not con.sql(statement("latest_run")).fetchall():
            raise WarehouseError(
                f"{path} does not say which night it is from: run `segue refresh` to build a whole one"
            )
        return _rows(con, TABLES)


def sound(path: Path) -> dict[str, int]:
    """As `verify`, of those of our tables that the file has: an earlier Segue may have written it, and knew fewer.

    Raises:
        WarehouseError: the file is missing, damaged, or of another version.
    """
    with reader(path) as con:
        found = _tables(con)
        return _rows(con, [name for name in TABLES if name in found])


def _tables(con: DuckDBPyConnection) -> set[str]:
    return set(con.sql(statement("columns")).pl()["table_name"])


def _rows(con: DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """Rows of each table, counted by reading all of them."""
    rows = {}
    for name in tables:
        table = identifier(name)
        query = f"select count(*), bit_xor(hash({table})) from {table}"  # noqa: S608 - our own names
        rows[name] = int(con.execute(query).fetchall()[0][0])
    return rows


def freshness(path: Path) -> pl.DataFrame:
    """Per table: table_name, rows, seen_at and changed_at (UTC): the latest nights in which rows came, and changed it.

    What Segue works out itself is as fresh as the night. ``None`` for tables that never had rows.

    Raises:
        WarehouseError: the file is missing, damaged, or of another version.
    """
    with reader(path) as con:
        return con.sql(statement("freshness")).pl().filter(pl.col("table_name").is_in(list(TABLES)))
