"""Whole tables in and out of an open database: the few statements that are the same for every table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import duckdb
import polars as pl
from duckdb import ConstraintException, DuckDBPyConnection

from schemas.errors import InvalidDataError
from warehouse.ddl import NUMBERED, key_of, polars_schema, required
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
    if table == NUMBERED:
        return con.sql(statement("links/rows")).pl()
    return con.sql(statement("table"), params={"table": table}).pl()


def rewrite(con: DuckDBPyConnection, table: str, frames: Iterable[pl.DataFrame]) -> int:
    """Let the rows of ``frames``, in their order, be all rows of ``table``; return their number."""
    if table == NUMBERED:
        return _link(con, frames)
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
    query = statement("links/twice") if table == NUMBERED else _twice(table, key)
    for *values, times in con.execute(query).fetchall():
        told = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True))
        raise InvalidDataError(f"{table}: {told} stands {times} times, but is the key of the table")


def number_tracks(con: DuckDBPyConnection) -> None:
    """Give every song a number, and put what answers read of it onto its card."""
    con.execute(statement("links/number"))
    con.execute(statement("links/cards"))
    con.execute("truncate cards")
    con.execute("insert into cards from told order by number")
    con.execute("drop table told")


def _link(con: DuckDBPyConnection, frames: Iterable[pl.DataFrame]) -> int:
    """Store ``frames`` of neighbours, in their order, with numbers in place of ids; tracks without one get the next ones."""
    con.execute("truncate links")
    ids = pl.Enum(con.sql(statement("links/ids")).pl()["track_id"])
    rows = 0
    for frame in filter(len, frames):
        told = conforming(NUMBERED, frame)
        for name in required(NUMBERED):
            if told[name].has_nulls():
                raise InvalidDataError(f"{NUMBERED}: {name} is null, which no row may lack")
        found = pl.concat([told["track_id"], told["neighbour_id"]])
        if found.cast(ids, strict=False).has_nulls():
            ids = _more(con, ids, found)
        numbers = {"track_id": "track", "neighbour_id": "neighbour"}
        linked = (
            told.drop("score")
            .rename(numbers)
            .with_columns(pl.col(name).cast(ids).to_physical() for name in numbers.values())
        )
        con.register("incoming", linked)
        con.execute("insert into links by name from incoming")
        con.unregister("incoming")
        rows += frame.height
    number_tracks(con)
    return rows


def _more(con: DuckDBPyConnection, ids: pl.Enum, found: pl.Series) -> pl.Enum:
    """``ids`` and, after them, those of ``found`` that have no number yet."""
    known = ids.categories
    new = found.filter(~found.is_in(known.implode())).unique().sort()
    con.register("incoming", pl.DataFrame({"number": range(len(known), len(known) + len(new)), "track_id": new}))
    con.execute("insert into cards by name from incoming")
    con.unregister("incoming")
    return pl.Enum(pl.concat([known, new]))


def _twice(table: str, key: list[str]) -> str:
    names = ", ".join(map(identifier, key))
    return f"select {names}, count(*) from {identifier(table)} group by all having count(*) > 1 order by all limit 1"  # noqa: S608
