"""What stands in every column of every table: nulls, different values, range, mean, spread and quantiles."""

from collections.abc import Iterator
from pathlib import Path
from string import Template

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.tables import TABLES
from warehouse.connection import writer
from warehouse.rows import rewrite, transaction
from warehouse.statements import identifier, literal, statement

EXACT_ROWS = 2_000_000
"""Up to so many rows different values are counted; above they are estimated (HyperLogLog, a few per cent off)."""

NUMBERS = ("INTEGER", "BIGINT", "DOUBLE", "BOOLEAN")
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
FIGURES = ("mean", "deviation", *QUANTILES)


def profile(build: Path) -> int:
    """Describe every column of every table in ``data_profile``, in one pass a table; return the number of columns.

    Numbers are rounded to twelve digits, so that the order in which threads add does not show.
    """
    with writer(build) as con, transaction(con):
        columns = (
            con.sql(statement("columns"))
            .pl()
            .filter(pl.col("table_name").is_in(sorted(set(TABLES) - {"data_profile"})))
        )
        groups = columns.group_by("table_name", maintain_order=True)
        found = pl.concat((_described(con, table, group) for (table,), group in groups), how="diagonal")
        return rewrite(con, "data_profile", [found.sort("table_name", "column_name")])


def _described(con: DuckDBPyConnection, table: str, columns: pl.DataFrame) -> pl.DataFrame:
    ((rows,),) = con.sql(f"select count(*) from {identifier(table)}").fetchall()  # noqa: S608 - our own names
    if rows == 0:
        nothing = {"rows": 0, "nulls": 0, "distinct": 0}
        return columns.with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in nothing.items())
    count = "count(distinct {})" if rows <= EXACT_ROWS else "approx_count_distinct({})"
    parts = ", ".join(_descriptions(columns, count))
    described = con.sql(f"select unnest([{parts}], recursive := true) from {identifier(table)}").pl()  # noqa: S608 - our own names
    spread = described.with_columns(
        pl.col("quantiles").list.get(place, null_on_oob=True).alias(name) for place, name in enumerate(QUANTILES)
    )
    return (
        columns.join(spread.drop("quantiles"), on="column_name", maintain_order="left")
        .with_columns(rows=pl.lit(rows, pl.Int64))
        .with_columns(pl.col(name).round_sig_figs(12) for name in FIGURES)
    )


def _descriptions(columns: pl.DataFrame, count: str) -> Iterator[str]:
    template = Template(statement("profile_column"))
    for name, kind in columns.select("column_name", "data_type").iter_rows():
        column = identifier(name)
        yield template.substitute(
            NAME=literal(name),
            COLUMN=column,
            DISTINCT=count.format(column),
            NUMBER=f"{column}::double" if kind in NUMBERS else "null::double",
        )
