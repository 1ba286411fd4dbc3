"""What commands print: stdout is data, stderr is talk; one JSON document for machines, tables for people."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import polars as pl
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

LEGIBLE, WORD, GAP = 12, 24, 2
"""What a column of prose needs before a reader gives up; the longest word (an id has 22 letters) that is not broken; and the
room between two columns."""


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


def print_frame(frame: pl.DataFrame, *, title: str | None = None) -> None:
    """A frame as a table on stdout, every row and column of it."""
    print_table(frame.columns, frame.iter_rows(), title=title)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Rows as a table on stdout, below its title and with an empty line after it if it has one; numbers stand right.

    Into a file or a pipe each row is one line. Where a terminal is too narrow for it, each row becomes a block of lines, a
    column a line.
    """
    rows = [list(row) for row in rows]
    cells = [[_cell(value) for value in row] for row in rows]
    told = [[column, *(row[index].plain for row in cells)] for index, column in enumerate(columns)]
    widths = [max(map(cell_len, texts)) for texts in told]
    words = [max((cell_len(word) for text in texts for word in text.split()), default=0) for texts in told]
    needed = [min(width, max(LEGIBLE, min(word, WORD))) for width, word in zip(widths, words, strict=True)]
    gaps = GAP * (len(widths) - 1)
    if title is not None:
        out.print(Text(title, style="italic"), soft_wrap=True)
    if out.is_terminal and sum(needed) + gaps > out.width:
        _print_blocks(columns, cells)
    else:
        table = Table(header_style="bold", box=None, pad_edge=False)
        for index, column in enumerate(columns):
            numeric = any(isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in rows)
            side: JustifyMethod = "right" if numeric else "left"
            table.add_column(Text(column), justify=side, overflow="fold", min_width=needed[index])
        for row in cells:
            table.add_row(*row)
        whole = Console(file=out.file, highlight=False, width=max(sum(widths) + gaps, out.width))
        (out if out.is_terminal else whole).print(table)
    if title is not None:
        out.print()


def _print_blocks(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    """Each row as lines of column and value."""
    for place, row in enumerate(rows):
        block = Table(box=None, pad_edge=False, show_header=False)
        block.add_column(style="bold")
        block.add_column(overflow="fold")
        for column, value in zip(columns, row, strict=True):
            block.add_row(Text(column), value)
        if place:
            out.print()
        out.print(block)


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
