"""Frames as tables of a page: text for people, numbers aligned; and as plain values for the JSON twin."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from reports.wording import MINUS, clipped, count

ROWS = 40
"""A page prints so many rows of a table; the JSON twin has all of them."""


@dataclass(frozen=True)
class Table:
    """What is behind a chart, as text. `is_number` says which columns are aligned at the right."""

    columns: list[str]
    is_number: list[bool]
    rows: list[list[str]]
    left_out: int


def table(frame: pl.DataFrame, rows: int = ROWS) -> Table:
    """Return the first `rows` rows of a frame as text."""
    return Table(
        columns=[name.replace("_", " ") for name in frame.columns],
        is_number=[kind.is_numeric() for kind in frame.dtypes],
        rows=[[cell(value) for value in row] for row in frame.head(rows).iter_rows()],
        left_out=max(0, frame.height - rows),
    )


def cell(value: Any, length: int = 160) -> str:
    """Return a value as a table shows it: 1234 -> '1,234', 0.123456 -> '0.1235', None -> '–'."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return count(value)
        case float():
            return (f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}").replace("-", MINUS)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case list():
            return clipped(", ".join(cell(part) for part in value), length)
        case _:
            return clipped(str(value), length)


def plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON can hold them: moments and days as ISO text."""
    return [{name: _plain(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
