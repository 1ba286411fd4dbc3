"""What commands print: stdout is data, stderr is talk; one JSON document for machines, tables for people."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


@dataclass
class Talk:
    """How the program talks on stderr: in text, or in JSON lines for a log collector (SEGUE_LOG), and of which night."""

    is_json: bool = False
    run_id: str | None = None
    stderr: TextIO | None = None
    """Where JSON goes when something else stands for ``sys.stderr``."""


talk = Talk()

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(value: object) -> str:
    """Text that cannot steer a terminal: control and direction-override characters become spaces."""
    return CONTROL.sub(" ", "" if value is None else str(value))


def plain_lines(text: str) -> str:
    """As ``plain``, line by line."""
    return "\n".join(plain(line) for line in text.splitlines())


def say(message: str) -> None:
    """Talk to the person, on stderr."""
    if talk.is_json:
        say_json("info", __name__, message.strip())
    else:
        err.print(Text(plain_lines(message)), soft_wrap=True)


def say_json(level: str, logger: str, message: str, **told: Any) -> None:
    """One JSON object in one line on stderr, with the moment and the night at work or just done; none before the first."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    document = {"at": at, "level": level, "logger": logger, "message": message, "run_id": talk.run_id, **told}
    stderr = talk.stderr or sys.stderr
    stderr.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
    stderr.flush()


def fail(message: str) -> None:
    """Why the command ends, in one line on stderr."""
    if talk.is_json:
        say_json("error", __name__, message, event="failed")
    else:
        print(f"segue: {message}", file=sys.stderr)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str, indent=2) + "\n")


def print_frame(frame: pl.DataFrame) -> None:
    """A frame as a table on stdout, every row and column of it."""
    print_table(frame.columns, frame.iter_rows())


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Rows as a table on stdout; numbers stand right."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    rows = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    out.print(table)


def print_songs(songs: pl.DataFrame) -> None:
    """Recommended songs with score and reasons; the album is a link to its poster where a terminal knows links."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("#", justify="right", style="dim")
    table.add_column("song", ratio=3, overflow="fold")
    table.add_column("album (poster)", ratio=2, overflow="fold", style="dim")
    table.add_column("score", justify="right")
    table.add_column("why", ratio=4, overflow="fold")
    for song in songs.iter_rows(named=True):
        name = Text(plain(song["name"]), style=f"bold link {song['spotify_url']}" if song["spotify_url"] else "bold")
        name.append("\n" + plain(", ".join(song["artists"])), style="not bold")
        album = Text(plain(song["album"]), style=f"link {song['poster_url']}" if song["poster_url"] else "")
        said = [plain(reason["text"]) for reason in song["reasons"] if reason["text"]]
        table.add_row(str(song["rank"]), name, album, f"{song['score']:.3f}", Text("\n".join(said[:3])))
    out.print(table)


def _cell(value: object) -> Text:
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, float):
        return Text(f"{value:,.3f}")
    if isinstance(value, int) and not isinstance(value, bool):
        return Text(f"{value:,}")
    return Text(plain(value))
