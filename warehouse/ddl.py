"""The tables as DuckDB knows them, generated from the pandera models: names, types, NOT NULL, keys and comments."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.tables import TABLES
from warehouse.connection import SCHEMA_VERSION
from warehouse.statements import identifier, literal, statement

KEYED = frozenset({"tracks", "artists", "albums", "playlists", "runs"})
"""Tables with a PRIMARY KEY. Elsewhere it would cost five times the room and time; uniqueness is checked on writing."""

NUMBERED = "neighbours"
"""The one table that is a view for people: a million tracks have fifty million neighbours, whose ids alone would take a gigabyte.
``links`` holds numbers instead, which ``cards`` explains."""

TYPES: dict[pl.DataType, str] = {
    pl.String(): "varchar",
    pl.Boolean(): "boolean",
    pl.Int32(): "integer",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Date(): "date",
    pl.Datetime("us"): "timestamp",
    pl.List(pl.String()): "varchar[]",
}


def create_tables(con: DuckDBPyConnection, names: Iterable[str] = tuple(TABLES)) -> None:
    """Create tables with their comments, and the mark by which the file is known as Segue's."""
    con.execute("create table segue_schema (version integer not null)")
    con.execute("insert into segue_schema values ($version)", {"version": SCHEMA_VERSION})
    con.execute("comment on table segue_schema is 'One row: the version of the tables in this file'")
    con.execute("comment on column segue_schema.version is 'Raised when a column is renamed, removed or changed'")
    for name in names:
        for line in definition(name):
            con.execute(line)


def complete_tables(con: DuckDBPyConnection) -> None:
    """Give the open database the tables and columns that it lacks because an earlier Segue made it."""
    found = {
        table: set(group["column_name"])
        for (table,), group in con.sql(statement("columns")).pl().group_by("table_name")
    }
    if not found:
        create_tables(con)
        return
    for table in TABLES:
        if table not in found:
            for line in definition(table):
                con.execute(line)
            continue
        for name, kind in polars_schema(table).items():
            if name not in found[table]:
                con.execute(f"alter table {identifier(table)} add column {identifier(name)} {TYPES[kind]}")


def create_macros(con: DuckDBPyConnection) -> None:
    """Store the macros and views that people use in any DuckDB client; they need every table."""
    con.execute(statement("macros"))
    con.execute(statement("views"))
    for view, column, comment in con.execute(statement("view_columns")).fetchall():
        con.execute(f"comment on column {identifier(view)}.{identifier(column)} is {literal(comment)}")


def key_of(table: str) -> list[str]:
    """Names of the columns that tell the rows of ``table`` apart; empty when nothing does."""
    metadata = TABLES[table].Config.metadata or {}
    return list(metadata["key"])


def polars_schema(table: str) -> dict[str, pl.DataType]:
    """Column -> polars type of ``table``, in table order."""
    columns = TABLES[table].to_schema().columns
    return {name: column.dtype.type for name, column in columns.items()}


def required(table: str) -> list[str]:
    """Columns of ``table`` that every row must fill."""
    return [name for name, column in TABLES[table].to_schema().columns.items() if not column.nullable]


def definition(table: str) -> Iterator[str]:
    """The statements that create ``table`` and say what it and its columns mean."""
    model = TABLES[table]
    columns = model.to_schema().columns
    kind = "view" if table == NUMBERED else "table"
    if table == NUMBERED:
        yield from _numbered()
    else:
        keys = [f"primary key ({', '.join(map(identifier, key_of(table)))})"] if table in KEYED else []
        yield f"create table {identifier(table)} ({', '.join([*map(_column, columns.values()), *keys])})"
    yield f"comment on {kind} {identifier(table)} is {literal((model.__doc__ or '').strip())}"
    for name, column in columns.items():
        yield f"comment on column {identifier(table)}.{identifier(name)} is {literal(column.description or '')}"


def addends() -> list[str]:
    """The columns of ``neighbours`` that sum to the score."""
    told = {"score", "baskets_expected"}
    return [name for name, kind in polars_schema(NUMBERED).items() if kind == pl.Float64 and name not in told]


def _column(column: Any) -> str:
    return f"{identifier(column.name)} {TYPES[column.dtype.type]}{'' if column.nullable else ' not null'}"


def _numbered() -> Iterator[str]:
    """The two tables behind ``neighbours``, and the view: what follows from other columns takes no room, and addends are whole
    numbers, which take less than decimals."""
    columns = TABLES[NUMBERED].to_schema().columns
    numbers = {"track": columns["track_id"], "neighbour": columns["neighbour_id"]}
    whole = [*numbers, *addends()]
    kept = [columns["rank"], columns["baskets_together"]]
    parts = [*(f"{name} integer not null" for name in whole), *map(_column, kept)]
    yield f"create table links ({', '.join(parts)})"
    yield "comment on table links is 'One row is a row of neighbours as it is stored: tracks by their number in cards'"
    for name, column in numbers.items():
        yield f"comment on column links.{name} is {literal(f'{column.description}, by its number in cards')}"
    for name in addends():
        yield f"comment on column links.{name} is {literal(f'{columns[name].description}, in millionths')}"
    for column in kept:
        yield f"comment on column links.{column.name} is {literal(column.description or '')}"
    yield statement("links/tables")
    yield statement("links/view").format(
        score=" + ".join(f"links.{name}" for name in addends()),
        addends=", ".join(f"links.{name} / 1e6 as {name}" for name in addends()),
    )
