"""Every figure by its name, drawn for a page or alone."""

from collections.abc import Mapping

import altair as alt
import polars as pl

from reports.figures import catalogue, listening, night, recommender
from reports.figures.figure import Figure
from reports.theme import Chart, dressed
from reports.wording import clipped
from schemas.errors import SegueError

FIGURES: dict[str, Figure] = {
    figure.name: figure for subject in (listening, recommender, catalogue, night) for figure in subject.FIGURES
}
"""Figures in the order of the newspaper."""


INHERITED = [
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__proto__",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
]
"""Names that every JavaScript object has: Vega groups by plain objects and stumbles over an artist called so."""


def chart(name: str, frames: Mapping[str, pl.DataFrame]) -> Chart:
    """Return the chart called `name`, complete with its finding as the title, 860 pixels wide.

    Raises SegueError when no chart has that name, or when tonight has no data for it.
    """
    figure = FIGURES.get(name)
    if figure is None:
        raise SegueError(f"No chart is called {clipped(name, 60)!r}. There are: {', '.join(FIGURES)}.")
    frame = frames[figure.query]
    if not figure.ready(frame):
        raise SegueError(f"There is nothing to draw for {name!r} tonight. {figure.empty}")
    title = alt.TitleParams(_lines(figure.finding(frame)), subtitle=figure.reading)
    return dressed(figure.draw(_drawable(frame)), width=860, height=figure.height(frame)).properties(
        title=title, background="#fbf9f4"
    )


def page_chart(figure: Figure, frame: pl.DataFrame) -> Chart:
    """Return the chart as a page shows it: as wide as its column, the finding left to the page."""
    return dressed(figure.draw(_drawable(frame)), width="container", height=figure.height(frame))


def _drawable(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the names that Vega stumbles over an ending that nobody sees."""
    texts = [pl.col(name) for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(pl.when(text.is_in(INHERITED)).then(text + "\u200b").otherwise(text) for text in texts)


def _lines(text: str, width: int = 88) -> list[str]:
    """Break a title into lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
