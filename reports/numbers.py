"""Sums and means of a column as plain numbers."""

from typing import Any

import polars as pl


def total(values: pl.Series) -> int:
    """Return the sum of a column of counts; 0 for an empty one."""
    return int(_number(values.sum()))


def amount(values: pl.Series) -> float:
    """Return the sum of a column of measures; 0 for an empty one."""
    return float(_number(values.sum()))


def mean(values: pl.Series) -> float:
    """Return the mean of a column; 0 where it has no value."""
    return float(_number(values.mean()))


def largest(values: pl.Series) -> float:
    """Return the largest value of a column; 0 where it has none."""
    return float(_number(values.max()))


def smallest(values: pl.Series) -> float:
    """Return the smallest value of a column; 0 where it has none."""
    return float(_number(values.min()))


def _number(value: Any) -> Any:
    return 0 if value is None else value
