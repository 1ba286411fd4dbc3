"""What a figure is: the query behind it, how it is drawn, and the finding that is its title."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from reports.theme import Chart


@dataclass(frozen=True)
class Figure:
    """A chart of the newspaper.

    `draw` and `finding` take the frame of the query named `query` and are only called when `ready` says that there is
    something to see; else `empty` is printed. `reading` says how to read the chart.
    """

    name: str
    query: str
    draw: Callable[[pl.DataFrame], Chart]
    finding: Callable[[pl.DataFrame], str]
    reading: str
    empty: str
    height: int | None = None
    is_wide: bool = False
    ready: Callable[[pl.DataFrame], bool] = lambda frame: not frame.is_empty()
