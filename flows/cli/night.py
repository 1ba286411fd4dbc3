"""Commands that run nights: refresh, schedule, rollback."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from flows.cli import console
from flows.cli.progress import shown
from flows.settings import Settings, prepare_home


class Source(StrEnum):
    """Where a night reads from."""

    demo = "demo"
    spotify = "spotify"
    files = "files"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(refresh)
    app.command()(schedule)
    app.command()(rollback)


def refresh(
    source: Annotated[Source | None, typer.Option(help="Where to read from; the setting SEGUE_SOURCE when left out.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything again, whatever is known already.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only ask what the API allows this app, and show what a night would do.")] = False,
    from_stage: Annotated[
        str | None, typer.Option("--from", metavar="STAGE", help="Begin at STAGE with last night's data (see `segue status`).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Publish even if the gate says no; the run records it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON document.")] = False,
) -> None:
    """Run one night now: read, check, store, relate, draw, publish.

    Readers of the published file are never disturbed. A night that is stopped, or told by the API to come back later
    (exit code 75), keeps what it has; the next refresh takes up from there.
    """
    settings = Settings.from_env()
    if source is not None:
        settings = replace(settings, source=source.value)
    prepare_home(settings.home)
    with shown(settings.log):
        from flows.refresh import refresh as night

        if plan:
            return
        summary = night(source=settings.source, full=full, from_stage=from_stage, force=force)
    if as_json:
        console.print_json(summary)
    else:
        console.say(summary["sentence"])
