"""Commands that run nights: refresh, schedule, rollback."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from flows.cli.options import usage
from flows.settings import Settings, prepare_home
from flows.stages import REPLAY, Stage, chosen
from flows.talk import console
from flows.talk.progress import hush_prefect, shown
from schemas.errors import SegueError


class Source(StrEnum):
    """Where a night reads from."""

    demo = "demo"
    spotify = "spotify"
    files = "files"


SourceOption = Annotated[
    Source | None, typer.Option(help="Where to read from; the setting SEGUE_SOURCE when left out.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(refresh)
    app.command()(schedule)
    app.command()(rollback)


def refresh(
    source: SourceOption = None,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything again, whatever is known already.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only ask what the API allows this app, and show what a night would ask for.")
    ] = False,
    from_stage: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="STAGE",
            help=f"Begin at STAGE with last night's tables: {', '.join(Stage)}; {REPLAY} works the night out again from the pages that landed, with no network.",
            show_default=False,
        ),
    ] = "",
    only: Annotated[
        str,
        typer.Option(
            "--only",
            metavar="STAGE",
            help="Do this one stage again on last night's tables, then judge and publish them.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Go as far as the gate, publish nothing, and say what would change."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish even if the gate says no; the run records it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON document.")] = False,
) -> None:
    """Run one night now: read, check, store, relate, draw, publish.

    Readers of the published file are never disturbed. A night that is stopped, or told by the API to come back later
    (exit code 75), keeps what it has; the next refresh takes up from there.
    """
    with usage():
        chosen(from_stage, only)
    settings = Settings.from_env()
    if source is not None:
        settings = replace(settings, source=source.value)
    with shown(settings.log):
        prepare_home(settings.home)
        if plan:
            from flows.refresh import plan_night

            _show_plan(plan_night(settings, full=full), as_json=as_json)
            return
        from flows.lifeline import start_night_server

        start_night_server(settings.home)
        from flows.refresh import refresh as night

        hush_prefect()
        summary = cast(
            "dict[str, Any]",
            night(source=settings.source, full=full, from_stage=from_stage, only=only, force=force, dry_run=dry_run),
        )
        if as_json:
            console.print_json(summary)
        else:
            tell(summary)
    if summary["parked_until"] is not None:
        console.say(
            f"Parked: the API asked us to come back after {summary['parked_until']:%Y-%m-%d %H:%M} UTC. What was read is kept."
        )
        raise typer.Exit(75)
    if not summary.get("is_publishable", True):
        raise typer.Exit(1)


def _show_plan(plan: Any, *, as_json: bool) -> None:
    if as_json:
        console.print_json(
            {"steps": plan.steps.to_dicts(), "capabilities": plan.capabilities.to_dicts(), "asked": plan.asked}
        )
    else:
        console.out.print(console.plain_lines(plan.text), soft_wrap=True, markup=False)


def tell(summary: dict[str, Any]) -> None:
    """The end of a night in a few lines: what changed, what was coped with, where the report is, what to try."""
    seconds = (summary["ended_at"] - summary["started_at"]).total_seconds()
    console.say(f"\n{summary['verdict'].capitalize()} after {seconds:.0f} s: {summary['changes']}.")
    for problem in summary["problems"]:
        console.say(f"  coped with: {problem}")
    if summary["verdict"] == "rehearsed":
        for finding in summary["gate"]:
            console.say(f"  gate {'✓' if finding['is_kept'] else '✗'} {finding['rule']}: {finding['text']}")
        console.say("Nothing was published; what was read stays landed for the next `segue refresh`.")
        return
    console.say(f"Report: {summary['report']}")
    if summary["song_to_try"]:
        console.say(f'Next:   segue recommend "{summary["song_to_try"]}"')


def schedule(
    cron: Annotated[str, typer.Option(help="When, as minute hour day month weekday.")] = "0 3 * * *",
    timezone: Annotated[
        str,
        typer.Option(
            help="Time zone of --cron, such as Europe/Berlin; SEGUE_TIMEZONE or this machine's when left out.",
            show_default=False,
        ),
    ] = "",
    source: SourceOption = None,
) -> None:
    """Serve the nightly refresh until stopped, by a Prefect server (a local one on loopback if none is configured)."""
    settings = Settings.from_env()
    if source is not None:
        settings = replace(settings, source=source.value)
    from tzlocal import get_localzone_name

    from tasks.upkeep.timetable import timetable

    zone, now = timezone or settings.timezone or get_localzone_name(), datetime.now(UTC).replace(tzinfo=None)
    with usage():
        wanted = timetable(cron, zone, settings.source, now)
    with shown(settings.log):
        prepare_home(settings.home)
        from flows.deployments import serve_nightly

        hush_prefect()
        serve_nightly(settings.home, wanted)


def rollback(
    as_json: Annotated[bool, typer.Option("--json", help="Print what is published now as one JSON document.")] = False,
) -> None:
    """Publish the night before again, with its pages; the one that it replaces is kept in history/withdrawn.duckdb."""
    from tasks.draw import redraw
    from tasks.upkeep import stories
    from warehouse.night import publishing
    from warehouse.night.locking import locked

    home = Settings.from_env().home
    with locked(home, "a rollback"):
        night = publishing.rollback(home)
    if as_json:
        console.print_json({"run_id": night.run_id, "built_at": night.built_at, "bytes": night.bytes})
    else:
        console.say(f"Published again: the night {night.run_id} of {night.built_at:%Y-%m-%d %H:%M} UTC.")
    with suppress(OSError):  # a story that cannot be written again is told as lost
        stories.withdraw(home, publishing.run_of(publishing.withdrawn(home))[0])
    try:
        redraw(home)
    except (SegueError, OSError) as error:  # no reason to go back once more
        console.say(f"Only its pages could not be drawn ({error}): `segue report` draws them.")
