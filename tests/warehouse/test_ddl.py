"""The file documents itself, and every SQL file of ours runs on it."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from schemas.tables import TABLES
from schemas.values import Home
from tests.warehouse.making import publish
from warehouse.ddl import KEYED, NUMBERED, key_of, polars_schema, required
from warehouse.statements import identifier, literal, statement

SQL = files("warehouse") / "sql"
NAMES = sorted(str(path.relative_to(str(SQL))).removesuffix(".sql") for path in Path(str(SQL)).rglob("*.sql"))
TEMPLATES = {
    "profile_column",
    "macros",
    "views",
    "replace_songs",
    *(f"links/{name}" for name in ("tables", "view", "cards")),
    *(f"memory/{name}" for name in ("model", "lists", "comments")),
    "bench/nearest",
    "diff/changes",
}
"""Not run by themselves: the parts of another statement, and what the fixture, building a night or a bench runs anyhow."""

VALUES = {"table": "tracks", "computed": "models", "database": "warehouse"}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """An empty published night with another one attached as ``past`` and as ``earlier``."""
    homes = [Home(tmp_path_factory.mktemp("home")) for _ in range(3)]
    published, past, earlier = (publish(home, "20261125T030000-a") for home in homes)
    with duckdb.connect(":memory:") as con:
        for name, path in {"warehouse": published, "past": past, "earlier": earlier}.items():
            con.execute(f"attach {literal(str(path))} as {name}")
        con.execute("use warehouse")
        for frame in ("lists", "asked", "scored"):  # what callers register
            con.execute(f"create temp view {frame} as select track_id as list_id, track_id, 0.0 as score from tracks")  # noqa: S608
        remembered = "[0] as others, [0] as audio, [0] as metadata, [0] as collaborative"
        con.execute(f"create temp table song_lists as select '' as track_id, {remembered} limit 0")
        con.execute(statement("diff/changes"))
        yield con


def test_every_table_and_column_says_what_it_means(con: DuckDBPyConnection) -> None:
    silent = con.sql(
        "select table_name, null as column_name from duckdb_tables() where database_name = 'warehouse' and coalesce(comment, '') = '' "
        "union all select table_name, column_name from duckdb_columns() where database_name = 'warehouse' and coalesce(comment, '') = ''"
    )
    described = con.sql(
        "select count(*) from duckdb_columns() where database_name = 'warehouse' and comment is not null"
    )
    assert silent.fetchall() == []
    assert described.fetchall()[0][0] > 200


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_has_the_columns_of_its_model(con: DuckDBPyConnection, table: str) -> None:
    found = con.execute(
        "select column_name, is_nullable from duckdb_columns() where database_name = 'warehouse' and table_name = $table order by column_index",
        {"table": table},
    ).fetchall()
    assert [name for name, _ in found] == list(polars_schema(table))
    if table != NUMBERED:  # a view cannot say so; the table behind it does
        assert [name for name, is_nullable in found if not is_nullable] == required(table)
    assert set(key_of(table)) <= set(required(table))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_columns_are_named_by_what_they_hold(table: str) -> None:
    for name, kind in polars_schema(table).items():
        text = str(kind)
        assert name.endswith("_at") == text.startswith("Datetime") or name in ("at", "until", "parked_until"), name
        assert name.endswith("_on") == (text == "Date"), name
        assert (text == "Boolean") == name.startswith("is_"), name


def test_only_small_tables_pay_for_a_primary_key() -> None:
    assert set(TABLES) >= KEYED
    assert not KEYED & {"neighbours", "plays", "baskets"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in TEMPLATES])
def test_every_statement_says_what_it_gives_and_runs_on_an_empty_night(con: DuckDBPyConnection, name: str) -> None:
    text = statement(name).replace("{counted}", "audio")
    assert text.startswith("-- "), "the first line says what one row of the result means"
    (parsed,) = duckdb.extract_statements(text)
    values = {parameter: VALUES.get(parameter) for parameter in parsed.named_parameters}
    con.execute(text, values or None).fetchall()


def test_identifiers_and_literals_cannot_break_out() -> None:
    with duckdb.connect(":memory:") as con:
        assert con.sql(f"select {literal(hostile)} as {identifier(hostile)}").fetchall() == [(hostile,)]


hostile = """'; drop table tracks; -- "x" \\' """
