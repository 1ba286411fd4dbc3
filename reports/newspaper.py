"""The morning newspaper: the frames of a night in, one page that stands alone out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl
import vl_convert
from altair.utils.schemapi import debug_mode

from reports.figures.figure import Figure
from reports.figures.registry import FIGURES, page_chart
from reports.markup import policy, script_json
from reports.pages import environment, script, stylesheet
from reports.palette import themed
from reports.songs import cards, for_you, seeds
from reports.story import headline, told
from reports.tables import Table, plain, table
from reports.wording import count, in_words

VEGA_LITE = "6.4"
"""Version of the specifications that altair writes; vl-convert carries a bundle for it."""

LEADS = 6
"""Songs of the day that are shown large, before the others."""
SHOWN_FOR_YOU = 18

SECTIONS = {
    "listening": ("Your listening", ("taste_map", "tastes", "listening_clock", "most_played", "listening_weeks")),
    "recommender": (
        "The recommender",
        ("scorecard", "scorecard_history", "signal_weights", "shape_functions", "score_makeup", "hubs", "popularity"),
    ),
    "catalogue": (
        "The catalogue",
        ("feature_ridges", "feature_correlations", "genre_map", "genre_sounds", "release_years", "coverage"),
    ),
    "data": ("The data", ("row_flow", "missing_values")),
    "night": ("The night's work", ("stage_seconds", "requests")),
}
"""Anchor -> title and charts; every chart of the registry stands in one of them."""


@dataclass(frozen=True)
class Shown:
    """A figure as the page shows it; without `finding` there was nothing to draw."""

    figure: Figure
    finding: str | None
    table: Table
    sql: str


def newspaper(frames: Mapping[str, pl.DataFrame], sql: Mapping[str, str], posters: Mapping[str, str]) -> str:
    """Return the page as HTML that needs no other file and no network.

    `frames` are those of ``warehouse.summaries.report``, `sql` the text behind each by the same name, `posters` data URLs
    by the poster's address. Every text is escaped, and the policy in the page runs no script but ours.
    """
    shown, specs = {}, {}
    with debug_mode(False):  # altair would check each piece against its schema, which takes longer than to draw all
        for name, figure in FIGURES.items():
            frame = frames[figure.query]
            is_ready = figure.ready(frame)
            shown[name] = Shown(figure, figure.finding(frame) if is_ready else None, table(frame), sql[figure.query])
            if is_ready:
                specs[name] = page_chart(figure, frame).to_dict(validate=False)
    known = cards(frames["cards"], posters)
    style = stylesheet("base.css", "newspaper.css")
    scripts = [bundle(), script("theme.js", "newspaper.js")]
    return (
        environment()
        .get_template("newspaper.html")
        .render(
            policy=policy(scripts=scripts, styles=[style]),
            style=style,
            scripts=scripts,
            specs=script_json(themed({"charts": specs, "datasets": _hoisted(specs)})),
            story=told(frames),
            headline=headline(frames),
            sections=SECTIONS,
            shown=shown,
            for_you=for_you(frames["for_you"], known),
            seeds=seeds(frames, known),
            leads=LEADS,
            most=SHOWN_FOR_YOU,
            is_spotify=bool((frames["cards"]["source"] == "spotify").any()),
            new_songs=[known[track_id] for track_id in frames["new_songs"]["track_id"]],
            profile=profile(frames["profile"]),
            frames={name: frame.to_dicts() for name, frame in frames.items()},
            tables={
                name: table(_readable(frames[name]))
                for name in ("accounting", "capabilities", "rejected", "gate", "scorecard")
            },
            sql=sql,
        )
    )


def shown_large(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the track ids of the songs whose cover the newspaper shows large: the first of the day, and the seeds."""
    return [*frames["for_you"]["track_id"].head(LEADS), *frames["seeds"]["track_id"]]


def twin(frames: Mapping[str, pl.DataFrame], sql: Mapping[str, str]) -> dict[str, Any]:
    """Return every number of the newspaper as JSON can hold it: findings by chart, rows and SQL by query."""
    charts = {
        name: {
            "finding": figure.finding(frames[figure.query]) if figure.ready(frames[figure.query]) else None,
            "reading": figure.reading,
            "query": figure.query,
        }
        for name, figure in FIGURES.items()
    }
    queries = {name: {"sql": sql.get(name), "rows": plain(frame)} for name, frame in frames.items()}
    story = told(frames)
    said = {"headline": headline(frames), "verdict": story.verdict, "facts": story.facts, "seconds": story.seconds}
    broke = [{"what": what, "done": done} for what, done in story.broke]
    return said | {"broke": broke, "capabilities": story.capabilities, "charts": charts, "queries": queries}


def profile(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the columns of each table, each with its share of nulls (None for an empty table) and that share's step, 0 to 6."""
    described: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        share = row["nulls"] / row["rows"] if row["rows"] else None
        step = None if share is None else 0 if share == 0 else 6 if share == 1 else 1 + min(4, int(share * 5))
        unit = unit_of(row["column_name"], row["description"] or "")
        described.setdefault(row["table_name"], []).append(row | {"share": share, "step": step, "unit": unit})
    return described


UNITS = {
    "_ms": "ms", "seconds": "s", "_at": "moment, UTC", "_on": "day", "_url": "address", "_id": "id", "_ids": "ids",
    "tempo": "BPM", "loudness": "dB", "popularity": "0–100",
}  # fmt: skip
"""End of a column's name -> its unit or kind."""


def unit_of(column: str, description: str) -> str:
    """Return the unit or kind that a column's name tells, or the range that its description begins with; else nothing."""
    if column.startswith("is_"):
        return "yes or no"
    if found := re.match(r"-?\d+ to \d+", description):
        return found[0].replace(" to ", "–")
    return next((unit for end, unit in UNITS.items() if column.endswith(end)), "")


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    """Write rules in words, and the counts in columns of JSON objects as text: '{"name: not_nullable": 2}' -> 'name is missing: 2'."""
    counts = [name for name in frame.columns if name.endswith(("_by_rule", "_by_reason"))]

    def text(written: str) -> str:
        return ", ".join(f"{in_words(what)}: {count(number)}" for what, number in json.loads(written).items())

    return frame.with_columns(
        pl.col("^rule$").map_elements(in_words, return_dtype=pl.String),
        *(pl.col(name).map_elements(text, return_dtype=pl.String) for name in counts),
    )


def _hoisted(specs: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Take the data out of the charts: altair names them by their content, so charts of the same frame share them."""
    shared: dict[str, Any] = {}
    for spec in specs.values():
        shared |= spec.pop("datasets", {})
        spec.pop("$schema", None)
    return shared


@cache
def bundle() -> str:
    """Return Vega, Vega-Lite and vega-embed as one script that leaves only ``window.vegaEmbed`` behind."""
    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE).replace("</script", "<\\/script")
    return f"(()=>{{{code}}})();"
