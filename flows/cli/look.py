"""Commands that look at what Segue has and does: status, diff, report, evaluate."""

import json
import sys
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import console
from flows.settings import Settings
from schemas.errors import WarehouseError
from schemas.values import Home

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
LATE_HOURS = 36
"""A warehouse older than a night and a half has missed one."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)
    app.command()(diff)
    app.command()(report)
    app.command()(evaluate)


def status(as_json: JsonOption = False) -> None:
    """Tell in one screen how things stand: last night, the tables, what waits. Exit code 1 when something needs you."""
    home = Settings.from_env().home
    found = standing(home)
    if as_json:
        console.print_json(found)
    else:
        show(found)
    if found["to_do"]:
        raise typer.Exit(1)


def standing(home: Home) -> dict[str, Any]:
    """Everything that ``segue status`` tells, as one document."""
    latest = story(home)
    found: dict[str, Any] = {
        "home": str(home.root),
        "published": None,
        "latest_night": latest,
        "tables": [],
        "disk_bytes": sum(path.stat().st_size for path in home.root.rglob("*") if path.is_file()),
        "to_do": [],
    }
    try:
        from warehouse.reading import query
        from warehouse.standing import freshness

        found["published"] = query(home.warehouse, "latest_run").to_dicts()[0]
        found["tables"] = freshness(home.warehouse).to_dicts()
    except WarehouseError as error:
        found["to_do"].append(str(error))
    published = found["published"]
    if published is not None:
        hours = (datetime.now(UTC).replace(tzinfo=None) - published["started_at"]).total_seconds() / 3600
        found["age_hours"] = round(hours, 1)
        if hours > LATE_HOURS:
            found["to_do"].append(
                f"the published night is {hours:.0f} hours old: run `segue refresh`, or `segue schedule` to have it run"
            )
    if latest is not None and latest["verdict"] in ("failed", "refused"):
        found["to_do"].append(f"the latest night ({latest['run_id']}) was {latest['verdict']}: {latest['note']}")
    return found


def story(home: Home) -> dict[str, Any] | None:
    """What the latest night left of itself, published or not."""
    stories = sorted((home.root / "runs").glob("*.json"))
    return json.loads(stories[-1].read_text()) if stories else None


def show(found: dict[str, Any]) -> None:
    """The standing as a screen for people."""
    published, latest = found["published"], found["latest_night"]
    if published is not None:
        console.say(
            f"Published: the night {published['run_id']} ({published['source']}, {published['verdict']}), {found['age_hours']} hours old"
        )
        if published["parked_until"] is not None:
            console.say(
                f"Parked:    the API asked us to come back after {published['parked_until']:%Y-%m-%d %H:%M} UTC"
            )
    if latest is not None:
        console.say(
            f"Latest:    {latest['run_id']} {latest['verdict']}" + (f" ({latest['note']})" if latest["note"] else "")
        )
        console.print_table(
            ["stage", "seconds", "rows", "requests", "verdict", "note"],
            [
                [stage["stage"], stage["seconds"], stage["rows"], stage["requests"], stage["verdict"], stage["note"]]
                for stage in latest["stages"]
            ],
        )
    if found["tables"]:
        console.print_table(
            ["table", "rows", "seen", "changed"],
            [
                [table["table_name"], table["rows"], *(_day(table[name]) for name in ("seen_at", "changed_at"))]
                for table in found["tables"]
            ],
        )
    console.say(f"Disk:      {found['disk_bytes'] / 2**20:.0f} MB in {found['home']}")
    for line in found["to_do"] or ["nothing"]:
        console.say(f"To do:     {line}")


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


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

    kept = generations(home)
    if not earlier and not kept:
        raise WarehouseError(f"there is no earlier night in {home.history} to compare with: run `segue refresh` again")
    found = compare(
        night_file(home, later) if later else home.warehouse,
        night_file(home, earlier) if earlier else kept[-1].path,
    )
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
    from tasks.draw import draw_chart, draw_pages

    if chart is not None:
        draw_chart(home.warehouse, chart, out or Path(f"{chart}.svg"))
        console.say(f"Chart: {out or f'{chart}.svg'}")
        return
    page = home.reports / "index.html"
    if not page.exists():
        draw_pages(home.warehouse, home.reports, covers=home.posters)
    if as_json:
        sys.stdout.write((home.reports / "index.json").read_text(encoding="utf-8") + "\n")
    else:
        console.out.print(str(page), soft_wrap=True, markup=False)
    if open_it:
        webbrowser.open(page.as_uri())


def evaluate(as_json: JsonOption = False) -> None:
    """Show how well the published night recommends, measured on lists that were hidden from it, beside its baselines."""
    from warehouse.reading import query

    rows = query(Settings.from_env().home.warehouse, "latest_evaluation")
    if as_json:
        console.print_json(rows.to_dicts())
    else:
        console.print_frame(rows)
