"""What a document is, by its content, and the tables that it holds (tool)."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import islice
from typing import Any

import polars as pl

from schemas.values import Harvest
from tasks.imports import account, catalogue, history, playlists
from tasks.imports.files.containers import Document
from tasks.imports.files.encodings import Encoding, open_text
from tasks.imports.files.sheets import ROW, Sheet, gathered, read_delimited, read_objects, read_parquet, separator_of
from tasks.imports.headings import is_known, lacking, subject
from tasks.imports.names import blank_as_null
from tasks.imports.quantities import Notes

HEAD_BYTES = 1 << 16
WHOLE_BYTES = 64 << 20
"""A document of one JSON object (an account export, JSPF) is read whole, up to this size."""

KINDS = {
    "plays": "streaming history",
    "tracks": "catalogue",
    "features": "audio features",
    "playlist_tracks": "playlists",
    "playlists": "list of playlists",
    "artists": "artists",
}


@dataclass(frozen=True)
class Reading:
    """What a document held: its kind in a person's words, its tables (what it is about comes first), what was noticed.

    A document that holds nothing of ours has no tables and says why in ``notes``.
    """

    kind: str
    harvests: list[Harvest] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    unused: tuple[str, ...] = ()


def read(document: Document, encoding: Encoding, progress: Callable[[int], None] | None = None) -> Reading:
    """Recognise and read a document.

    Raises:
        ImportFileError: it is of a kind that Segue reads, but damaged.
    """
    with closing(document.open()) as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(b"PAR1"):
        return _of_sheet(read_parquet(document, is_known), document.name)
    if not head.strip():
        return _nothing("it is empty")
    is_wide = encoding.codec.startswith("utf-16")
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        return _nothing("a compressed file within: unpack it and import what comes out")
    if not is_wide and b"\x00" in head:
        return _nothing("not a text, and not Parquet")
    with open_text(document, encoding) as text:
        beginning = text.read(HEAD_BYTES)
    start = beginning.lstrip()
    if start.startswith("{") and (found := _whole(document, encoding)) is not None:
        return found
    if start.startswith(("{", "[")):
        return _noted(_of_sheet(read_objects(document, encoding, is_known, progress), document.name), encoding)
    lines = beginning.splitlines()
    if account.is_m3u(lines):
        with open_text(document, encoding) as text:
            return _noted(_in_playlists(account.m3u(text, document.name), "playlist (M3U)", "file"), encoding)
    columns = separator_of(
        next((line for line in lines if line.strip() and not line.lower().startswith("sep=")), ""), is_known
    )[1]
    if subject(columns) is None:
        return _nothing(_unknown(columns))
    return _noted(_of_sheet(read_delimited(document, encoding, is_known, progress), document.name), encoding)


def _nothing(reason: str) -> Reading:
    return Reading("nothing of ours", notes=Notes({reason: 0}))


def _unknown(columns: list[str]) -> str:
    if lack := lacking(columns):
        return lack
    named = ", ".join(column.strip()[:40] for column in islice(columns, 6) if column.strip().isprintable())
    return f"no columns that Segue knows{f' ({named})' if named and len(columns) > 1 else ''}"


def _noted(reading: Reading, encoding: Encoding) -> Reading:
    return changed(reading, notes=reading.notes + Notes({encoding.note: 1})) if encoding.note else reading


def _whole(document: Document, encoding: Encoding) -> Reading | None:
    """A document that is one JSON object of a kind that we know; None when it is not."""
    if document.size > WHOLE_BYTES:
        return None
    try:
        with open_text(document, encoding) as text:
            found = json.loads(text.read(), strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None
    about = account.subject_of(found)
    if about == "jspf":
        return _in_playlists(account.jspf(found, document.name), "playlist (JSPF)", "file")
    if about == "playlists":
        sheet, skipped = account.playlists(found)
        return _in_playlists(sheet, "playlists of the account", "export", skipped)
    if about == "lists":
        return _of_sheet(gathered(found.get("playlists") or [found], is_known), document.name)
    if about == "library":
        return _library(account.library(found))
    return None if _is_row(found) else _nothing(_unknown(list(found)))


def _is_row(found: Any) -> bool:
    return isinstance(found, dict) and subject(found) is not None


def _of_sheet(sheet: Sheet, file: str) -> Reading:
    about = subject(column for column in sheet.rows.columns if column != ROW)
    if about is None:
        return _nothing(_unknown([*sheet.rows.drop(ROW).columns, *sheet.unused]))
    notes = Notes(sheet.notes)
    if about == "plays":
        return Reading(KINDS[about], history.plays(sheet, notes), notes, sheet.unused)
    notes += empty_columns(sheet)
    if about == "artists":
        harvests = catalogue.artist_tables(sheet, "file", notes)
    elif about == "playlists":
        harvests = playlists.lists(sheet, "file")
    elif about == "playlist_tracks":
        found = _in_playlists(playlists.named(sheet, file), KINDS[about], "file", dict(sheet.skipped))
        return changed(found, unused=sheet.unused, notes=found.notes + empty_columns(sheet))
    else:
        wide = catalogue.songs(sheet, notes)
        main = "tracks" if about == "tracks" else "audio_features"
        harvests = catalogue.catalogue_tables(wide, "file", main=main, broken=sheet.rejected)
    return Reading(KINDS[about], harvests, notes, sheet.unused)


def empty_columns(sheet: Sheet) -> Notes:
    """What to tell of columns that are there and say nothing."""
    blank = sheet.rows.select(blank_as_null(pl.exclude(ROW)).is_null().all())
    return Notes(
        {f"{name}: empty in every row": 1 for name in blank.columns if sheet.rows.height and blank[name].item()}
    )


def _in_playlists(sheet: Sheet, kind: str, source: str, skipped: dict[str, int] | None = None) -> Reading:
    notes = Notes(sheet.notes)
    wide = catalogue.songs(sheet, notes)
    harvests = playlists.entries(sheet, wide, source, notes)
    if skipped:
        harvests[0] = changed(harvests[0], skipped={**skipped, **harvests[0].skipped})
    described = catalogue.catalogue_tables(wide, source, main=None, broken=pl.DataFrame())
    return Reading(kind, [*harvests, *described], notes)


def _library(sheet: Sheet) -> Reading:
    notes = Notes()
    wide = catalogue.songs(sheet, notes)
    saved = wide.select("track_id", pl.lit(None, pl.Datetime("us")).alias("added_at"))
    harvests = [Harvest("saved_tracks", "export", saved, covers="all")]
    return Reading(
        "library of the account",
        [*harvests, *catalogue.catalogue_tables(wide, "export", main=None, broken=pl.DataFrame())],
        notes,
    )
