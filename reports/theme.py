"""The one theme of all charts: type, grid and colours.

Names that come from people never order an axis by ``sort=[...]``: Vega-Lite writes such a list into an expression, and some
of the world's names break it. Frames come sorted, and ``sort=None`` keeps their order.
"""

from typing import Any

import altair as alt

from reports.palette import ADDENDS, DIVERGING, INK, KINDS, MUCH, MUTED, RULE

SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'
SERIF = 'Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", "Liberation Serif", Georgia, serif'

CONFIG: dict[str, Any] = {
    "font": SANS,
    "padding": 2,
    "background": "transparent",
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
    "axisQuantitative": {"tickCount": 5, "labelFlush": False},
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
        "symbolOpacity": 1,
        "columnPadding": 14,
        "columns": 4,
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


def dressed(chart: Chart, *, width: int | str, height: int) -> Chart:
    """Return the chart in the theme; sizes are in pixels, width may be "container" to follow the page."""
    return chart.properties(
        width=width, height=height, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    ).configure(**CONFIG)
