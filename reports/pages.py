"""What both pages are made of: templates, style sheets and scripts as text."""

from functools import cache
from importlib.resources import files

import jinja2

from reports.markup import code
from reports.palette import css_variables
from reports.tables import cell
from reports.wording import change, clipped, clock, count, counted, day, duration, fitting, percent, spelled


@cache
def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that does not exist is an error."""
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (cell, change, clipped, clock, code, count, day, duration, fitting, percent, spelled)
    found.filters |= {word.__name__: word for word in words}
    found.globals |= {"counted": counted}
    return found


@cache
def source(name: str) -> str:
    """Return the text of a file among the templates."""
    return (files("reports") / "templates" / name).read_text(encoding="utf-8")


@cache
def script(*names: str) -> str:
    """Return the scripts called `names` as one, in a scope of its own."""
    return "(()=>{'use strict';\n" + "\n".join(source(name) for name in names) + "})();"


@cache
def stylesheet(*names: str) -> str:
    """Return the colours of both themes and the style sheets called `names` as one."""
    light, dark = css_variables(0), css_variables(1)
    colours = (
        f":root{{color-scheme:light;{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
        f"@media print{{:root:root:root{{color-scheme:light;{light}}}}}"
    )
    return colours + "".join(source(name) for name in names)
