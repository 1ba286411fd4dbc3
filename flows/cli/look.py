"""Commands that look at what a night left: diff, report, evaluate."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import JsonOption
from flows.settings import Settings
from flows.talk import console
from schemas.errors import WarehouseError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(diff)
    app.command()(report)
    app.command()(evaluate)


def diff(
    later: Annotated[
        str,
        typer.Argument(
            metavar="LATER", help="A night: a date or a run id; the published one when left out.", show_default=False
        ),
    ] = "",
    earlier: Annotated[
        str,
        typer.Argument(
            metavar="EARLIER", help="The night to compare with; the one kept before when left out.", show_default=False
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what moved between two nights, and which change could have moved it."""
    home = Settings.from_env().home
    from warehouse.comparing import compare, night_file
    from warehouse.night.publishing import generations

    kept = [generation.path for generation in generations(home)]
    after = night_file(home, later) if later else home.warehouse
    before = kept[: kept.index(after)] if after in kept else kept
    if not earlier and not before:
        raise WarehouseError(
            f"there is no earlier night in {home.history} to compare with: name a later one, or run `segue refresh` again"
        )
    found = compare(after, night_file(home, earlier) if earlier else before[-1])
    if as_json:
        frames = {name: getattr(found, name).to_dicts() for name in ("moved", "causes", "lists")}
        console.print_json({"earlier": found.earlier, "later": found.later, **frames})
        return
    console.say(f"From {found.earlier} to {found.later}: the first neighbours of {found.moved.height:,} songs moved")
    for frame in (found.causes, found.lists):
        if not frame.is_empty():
            console.print_frame(frame)


def report(
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    chart: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Write one chart instead, by its name ('list' names them).", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the chart goes: .svg or .png.", show_default=False)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every number of the report as one JSON document.")
    ] = False,
) -> None:
    """Say where the report of the published night is, open it, or write one of its charts."""
    home = Settings.from_env().home
    from tasks.draw import CHARTS, draw_chart, night_before, redraw

    if chart == "list":
        console.out.print("\n".join(CHARTS))
        return
    if chart is not None:
        draw_chart(home.warehouse, chart, out or Path(f"{chart}.svg"), previous=night_before(home))
        console.say(f"Chart: {out or f'{chart}.svg'}")
        return
    page = home.reports / "index.html"
    if not page.exists():
        redraw(home)
    if as_json:
        sys.stdout.write((home.reports / "index.json").read_text(encoding="utf-8") + "\n")
    else:
        console.out.print(str(page), soft_wrap=True, markup=False)
    if open_it:
        webbrowser.open(page.as_uri())


def evaluate(as_json: JsonOption = False) -> None:
    """Show how well the published night recommends, measured on lists that were hidden from it, beside its baselines."""
    from flows.talk.figures import print_figures
    from warehouse.reading import query

    path = Settings.from_env().home.warehouse
    figures = query(path, "latest_evaluation")
    if as_json:
        console.print_json(figures.to_dicts())
        return
    print_figures(figures)
    for (verdict,) in query(path, "latest_verdict").iter_rows():
        console.say(verdict)
