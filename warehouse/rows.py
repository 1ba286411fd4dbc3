"""Whole tables in and out of an open database: the few statements that are the same for every table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import duckdb
import polars as pl
from duckdb import ConstraintException, DuckDBPyConnection

from schemas.errors import InvalidDataError
from schemas.values import MILLION
from warehouse.ddl import NUMBERED, addends, key_of, polars_schema, required
from warehouse.statements import identifier, statement

STRETCH = 245_760
"""Rows of neighbours that are put in order together: two row groups of DuckDB, so that a question reads no more than that."""

BAND = 16
"""Ranks that stand together in a stretch."""

AT_ONCE = 8 * STRETCH
"""Rows of neighbours that are numbered and stored at once; more would not make it quicker."""


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
    con.execute("drop index if exists cards_by_number")
    con.execute("truncate cards")
    con.execute("insert into cards from told order by number")
    con.execute("create index cards_by_number on cards (number)")
    con.execute("drop table told")


def _link(con: DuckDBPyConnection, frames: Iterable[pl.DataFrame]) -> int:
    """Store ``frames`` of neighbours, in their order, with numbers in place of ids; tracks without one get the next ones."""
    con.execute("truncate links")
    # every song at once, so that numbers follow ids, as the rows do: a question then passes over nearly all of them
    con.execute(statement("links/number"))
    known = con.sql(statement("links/ids")).pl().with_row_index("number")
    con.execute("set threads = 1")  # every thread leaves blocks of its own half empty
    rows = 0
    for frame in _gathered(frames):
        told = conforming(NUMBERED, frame)
        for name in required(NUMBERED):
            if told[name].has_nulls():
                raise InvalidDataError(f"{NUMBERED}: {name} is null, which no row may lack")
        found = pl.concat([told["track_id"], told["neighbour_id"]]).to_frame("track_id")
        known = _more(con, known, found)
        numbers = found.join(known, on="track_id", maintain_order="left")["number"].cast(pl.Int32)
        linked = told.select(
            "rank",
            "baskets_together",
            *((pl.col(name) * MILLION).round().cast(pl.Int32) for name in addends()),
            track=numbers.head(told.height),
            neighbour=numbers.tail(told.height),
        )
        con.register("incoming", _alike_together(linked))
        con.execute("insert into links by name from incoming")
        con.unregister("incoming")
        rows += told.height
    con.execute("reset threads")
    number_tracks(con)
    return rows


def _alike_together(linked: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``links``, in each stretch the pairs that share no basket after the others, and both by bands of ranks.

    DuckDB packs the numbers of a column, 2,048 at a time, into as few bits as the largest of them needs. In the order of tracks
    and ranks each such pack holds a high rank, a high score and a pair that shares baskets.
    """
    return linked.sort(
        pl.int_range(pl.len()) // STRETCH,
        pl.col("baskets_together").is_null(),
        (pl.col("rank") - 1) // BAND,
        maintain_order=True,
    )


def _gathered(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows of ``frames``, so many at a time that DuckDB's row groups are full: to look ids up costs the more the oftener."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        while sum(one.height for one in waiting) >= AT_ONCE:
            held = pl.concat(waiting)
            yield held.head(AT_ONCE)
            waiting = [held.slice(AT_ONCE)]
    if any(one.height for one in waiting):
        yield pl.concat(waiting)


def _more(con: DuckDBPyConnection, known: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """``known`` [number, track_id] and, after them, those of ``found`` that have no number yet."""
    new = found.unique().join(known, on="track_id", how="anti").sort("track_id").with_row_index("number", known.height)
    if new.is_empty():
        return known
    con.register("incoming", new)
    con.execute("insert into cards by name from incoming")
    con.unregister("incoming")
    return pl.concat([known, new])


def _twice(table: str, key: list[str]) -> str:
    names = ", ".join(map(identifier, key))
    return f"select {names}, count(*) from {identifier(table)} group by all having count(*) > 1 order by all limit 1"  # noqa: S608 - our own names
