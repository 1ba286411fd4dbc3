"""Whole tables in and out of an open database: the few statements that are the same for every table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import duckdb
import polars as pl
from duckdb import ConstraintException, DuckDBPyConnection

from schemas.errors import InvalidDataError
from warehouse.ddl import key_of, polars_schema
from warehouse.statements import identifier, statement


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a full disk may have ended it already; what went wrong is what counts
            con.execute("rollback")
        raise
    con.execute("commit")


def read(con: DuckDBPyConnection, table: str) -> pl.DataFrame:
    """All rows of ``table`` in stored order."""
    return con.sql(statement("table"), params={"table": table}).pl()


def rewrite(con: DuckDBPyConnection, table: str, frames: Iterable[pl.DataFrame]) -> int:
    """Let the rows of ``frames``, in their order, be all rows of ``table``; return their number."""
    con.execute(f"truncate {identifier(table)}")
    return sum(append(con, table, frame) for frame in frames)


def append(con: DuckDBPyConnection, table: str, frame: pl.DataFrame) -> int:
    """Add the rows of ``frame`` to ``table``; return their number.

    Raises:
        InvalidDataError: a column or a required value is missing, a number is not finite, a key stands twice.
    """
    if frame.is_empty():
        return 0
    con.register("incoming", conforming(table, frame))
    try:
        con.execute(f"insert into {identifier(table)} by name from incoming")
    except ConstraintException as error:
        raise InvalidDataError(f"{table}: {str(error).splitlines()[0]}") from error
    con.unregister("incoming")
    return frame.height


def conforming(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the columns and types of ``table``; absent nullable columns are null.

    Raises:
        InvalidDataError: a column is unknown, a value does not fit its type, a number is not finite.
    """
    schema = polars_schema(table)
    if unknown := sorted(set(frame.columns) - set(schema)):
        raise InvalidDataError(f"{table} has no column {', '.join(unknown)}: name it in schemas or leave it out")
    absent = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    try:
        whole = frame.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in schema.items())
    except pl.exceptions.InvalidOperationError as error:
        raise InvalidDataError(f"{table}: {str(error).splitlines()[0]}") from error
    floats = [name for name, kind in schema.items() if kind == pl.Float64]
    odd = [name for name in floats if not whole[name].is_finite().all()]
    if odd:
        raise InvalidDataError(f"{table}: {', '.join(odd)} holds NaN or an infinite number; write null for unknown")
    return whole


def assert_unique(con: DuckDBPyConnection, table: str) -> None:
    """Raise InvalidDataError when a key of ``table`` stands twice, naming one."""
    key = key_of(table)
    if not key:
        return
    names = ", ".join(map(identifier, key))
    query = f"select {names}, count(*) from {identifier(table)} group by all having count(*) > 1 order by all limit 1"  # noqa: S608
    for *values, times in con.execute(query).fetchall():
        told = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True))
        raise InvalidDataError(f"{table}: {told} stands {times} times, but is the key of the table")
