"""The one theme of all charts: type, grid and colours."""

from typing import Any

import altair as alt

from reports.palette import ADDENDS, DIVERGING, INK, KINDS, MUCH, MUTED, RULE

SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'
SERIF = 'Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", "Liberation Serif", Georgia, serif'

CONFIG: dict[str, Any] = {
    "font": SANS,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "domainColor": RULE,
        "gridColor": RULE,
        "gridOpacity": 0.7,
        "tickColor": RULE,
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelPadding": 5,
        "titlePadding": 8,
        "labelLimit": 170,
    },
    "axisY": {"domain": False, "ticks": False},
    "axisX": {"grid": False, "labelOverlap": "greedy"},
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": INK,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "symbolType": "square",
        "symbolSize": 110,
        "symbolStrokeWidth": 0,
        "columnPadding": 14,
        "labelLimit": 160,
    },
    "title": {
        "font": SERIF,
        "fontSize": 19,
        "fontWeight": "bold",
        "color": INK,
        "anchor": "start",
        "subtitleColor": MUTED,
        "subtitleFontSize": 12.5,
        "subtitlePadding": 6,
        "offset": 14,
    },
    "text": {"color": INK, "fontSize": 12, "font": SANS},
    "bar": {"color": ADDENDS["audio"]},
    "line": {"color": ADDENDS["audio"], "strokeWidth": 2},
    "point": {"color": ADDENDS["audio"], "filled": True, "size": 70, "opacity": 1},
    "area": {"color": ADDENDS["audio"]},
    "rule": {"color": MUTED},
    "range": {"category": KINDS, "ordinal": MUCH, "heatmap": MUCH, "diverging": DIVERGING, "ramp": MUCH},
}

Chart = alt.Chart | alt.LayerChart


def dressed(chart: Chart, *, width: int | str, height: int | None = None) -> Chart:
    """Return the chart in the theme; width is in pixels, or "container" to follow the page."""
    size: dict[str, Any] = {"width": width}
    if height is not None:
        size["height"] = height
    return chart.properties(**size, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")).configure(**CONFIG)
