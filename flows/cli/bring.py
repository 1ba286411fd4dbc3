"""Commands that bring a person's own music in, and take everything out again: import, purge."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from flows.settings import Settings, prepare_home
from flows.talk import console
from flows.talk.progress import shown

FIGURES = ("read", "taken", "already", "repeated", "rejected", "skipped")


class What(StrEnum):
    """What ``segue purge`` deletes."""

    imports = "imports"
    feedback = "feedback"
    spotify = "spotify"
    everything = "everything"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import")(bring)
    app.command()(purge)


def bring(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…", help="Files, folders or zips; Segue looks at what is in them, not at their names."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Take catalogues, playlists, streaming histories and account exports; say what was taken and what not, and why.

    What was taken counts from the next `segue refresh` on. A file is taken whole or not at all: an import that was
    stopped goes on where it was, and one that is repeated adds nothing. Internet addresses are never kept.
    """
    settings = Settings.from_env()
    prepare_home(settings.home)
    with shown(settings.log):
        from tasks.imports.importing import import_paths

        report = import_paths(settings.home, paths)
    if as_json:
        console.print_json(_document(report))
    else:
        _show(report)
    if report.is_empty():
        console.say(
            f"Nothing in {', '.join(map(str, paths))} that Segue can read: it takes catalogues (CSV, Parquet, JSON), playlists"
            " (also M3U, JSPF) and Spotify's exports; the README says more under What `segue import` takes."
        )
    if "unreadable" in report["kind"]:
        raise typer.Exit(1)


def _document(report: pl.DataFrame) -> list[dict[str, Any]]:
    counts = ("rejected_by_rule", "skipped_by_reason")
    return [row | {name: json.loads(row[name]) for name in counts} for row in report.iter_rows(named=True)]


def _show(report: pl.DataFrame) -> None:
    """A line a file; below, what came along with it, what was rejected or skipped and why, and what was not for Segue."""
    from reports.wording import in_words

    taken = report.filter(pl.col("table").is_not_null())
    main = taken.filter("is_main")
    if main.height:
        rows = [
            [Path(row["file"]).name, row["kind"], *(row[name] for name in FIGURES)]
            for row in main.iter_rows(named=True)
        ]
        if main.height > 1:
            rows.append(["together", None, *(main[name].sum() for name in FIGURES)])
        console.print_table(["file", "what it is", "rows", "taken", "there", "repeated", "rejected", "skipped"], rows)
    for (file,), lines in report.group_by("file", maintain_order=True):
        along = [
            f"{row['taken']:,} of {row['table']}"
            for row in lines.iter_rows(named=True)
            if row["taken"] and not row["is_main"]
        ]
        row = lines.row(0, named=True)
        said = [
            *([f"with it came {', '.join(along)}"] if along else []),
            *(f"{count:,} rejected: {in_words(rule)}" for rule, count in json.loads(row["rejected_by_rule"]).items()),
            *(f"{count:,} skipped: {reason}" for reason, count in json.loads(row["skipped_by_reason"]).items()),
            *([row["note"]] if row["note"] else []),
        ]
        if said:
            console.say(f"{file}: {'; '.join(said)}")
    if taken["taken"].sum():
        console.say("It counts from the next `segue refresh` on.")


def purge(
    what: Annotated[
        What,
        typer.Argument(
            help="imports: what `segue import` took. feedback: likes, skips and blocks. spotify: all that came from the API, tables and sign-in too. everything: all of it."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete what Segue keeps of you, for good."""
    home = Settings.from_env().home
    told = {
        What.imports: f"everything that was imported ({home.imports})",
        What.feedback: f"every like, dislike, skip, rating and block ({home.journal})",
        What.spotify: f"all that came from Spotify, with every table and page that holds it, and the sign-in ({home.root})",
        What.everything: f"everything in {home.root}: tables, earlier nights, pages, imports, feedback, sign-in",
    }
    if not yes:
        typer.confirm(f"Delete {told[what]}?", abort=True, err=True)
    from tasks.imports.purging import purge as delete

    delete(home, what.value)
    rest = "" if what is What.everything else " The published tables follow with the next `segue refresh`."
    console.say(f"Deleted: {told[what]}.{rest}")
