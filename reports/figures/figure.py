"""What a figure is: the query behind it, how it is drawn, and the finding that is its title."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from reports.theme import Chart


def pixels(number: int) -> Callable[[pl.DataFrame], int]:
    """A height that does not depend on the data."""
    return lambda frame: number


def for_each(column: str, each: int = 22) -> Callable[[pl.DataFrame], int]:
    """A height that gives each different value of `column` its own row of `each` pixels."""
    return lambda frame: each * max(2, frame[column].n_unique())


@dataclass(frozen=True)
class Figure:
    """A chart of the newspaper.

    `draw` and `finding` take the frame of the query named `query` and are only called when `ready` says that there is
    something to see; else `empty` is printed. `reading` says how to read the chart; `height` is in pixels, see `pixels` and
    `for_each`.
    """

    name: str
    query: str
    draw: Callable[[pl.DataFrame], Chart]
    finding: Callable[[pl.DataFrame], str]
    reading: str
    empty: str
    height: Callable[[pl.DataFrame], int]
    is_wide: bool = False
    ready: Callable[[pl.DataFrame], bool] = lambda frame: not frame.is_empty()
