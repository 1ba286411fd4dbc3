"""What must not count for the profile: a file that a person edits, and what each of its lines takes away (tool).

``SEGUE_HOME/exclusions.csv`` has the columns kind and value:

    artist,Nickelback              an artist by name or id
    genre,christmas                a genre
    playlist,Sleep                 plays from a playlist, by its name or id
    hours,22:00-06:00              plays that ended at these hours (UTC)
    dates,2026-12-01..2026-12-26   plays on these days (UTC)
    device,Kitchen                 plays on devices with this in their name
    incognito,yes                  plays in private sessions

The songs may still be recommended: to keep them away, block them.
"""

import csv
import io
import logging
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

import polars as pl

from schemas.errors import SettingsError, WarehouseError
from schemas.values import Home
from tasks.taste.evidence import Library, evidence
from warehouse.reading import table

log = logging.getLogger(__name__)

KINDS = ("artist", "genre", "playlist", "hours", "dates", "device", "incognito")
HEADER = ["kind", "value"]
EFFECTS = {"kind": pl.String, "value": pl.String, "plays": pl.Int64, "songs": pl.Int64, "weight": pl.Float64}
HOURS = re.compile(r"^(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)$")
DATES = re.compile(r"^(\d{4}-\d\d-\d\d)\s*\.\.\s*(\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True, order=True)
class Exclusion:
    """One line of the file."""

    kind: str
    value: str


def checked(kind: str, value: str) -> Exclusion:
    """The exclusion, if it can be understood.

    Raises:
        SettingsError: the kind is none, or the value is not of its form.
    """
    kind, value = kind.strip().lower(), value.strip()
    if kind not in KINDS:
        raise SettingsError(f"there is no exclusion by {kind!r}: give one of {', '.join(KINDS)}")
    if kind == "hours":
        _hours(value)
    if kind == "dates":
        _dates(value)
    if not value:
        raise SettingsError(
            f"an exclusion by {kind} needs a value, such as: {kind} {'yes' if kind == 'incognito' else '…'}"
        )
    return Exclusion(kind, value)


def read(path: Path) -> list[Exclusion]:
    """The lines of the file, each once; what cannot be understood is told in the log and left out."""
    if not path.exists():
        return []
    found: dict[Exclusion, None] = {}
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if (
            not any(cell.strip() for cell in row)
            or row[0].lstrip().startswith("#")
            or [cell.strip().lower() for cell in row[:2]] == HEADER
        ):
            continue
        try:
            found[checked(row[0], row[1] if len(row) > 1 else "")] = None
        except SettingsError as error:
            log.warning("%s, line %d: %s", path, number, error)
    return list(found)


def write(path: Path, exclusions: Sequence[Exclusion]) -> None:
    """Replace the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        lines.writerows((one.kind, one.value) for one in exclusions)
    Path(name).replace(path)


def standing(home: Home, exclusions: Sequence[Exclusion]) -> pl.DataFrame:
    """The exclusions with what each took away on the latest night: kind, value, plays, songs, weight; null until a night ran."""
    lines = pl.DataFrame(
        {"kind": [one.kind for one in exclusions], "value": [one.value for one in exclusions]},
        schema={"kind": pl.String, "value": pl.String},
    )
    try:
        effects = table(home.warehouse, "exclusions")
    except WarehouseError:
        effects = pl.DataFrame(schema=EFFECTS)
    return lines.join(effects, on=["kind", "value"], how="left", maintain_order="left")


def without(library: Library, exclusions: Sequence[Exclusion], playlists: pl.DataFrame) -> Library:
    """The library without what the exclusions name; ``playlists`` has playlist_id and name."""
    for exclusion in exclusions:
        library = _less(library, exclusion, playlists)
    return library


def effects(library: Library, exclusions: Sequence[Exclusion], playlists: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table ``exclusions``: what each one takes away from the whole library, by itself."""
    rows = []
    whole = evidence(library) if exclusions else pl.DataFrame()
    for exclusion in exclusions:
        rest = _less(library, exclusion, playlists)
        left = evidence(rest)
        rows.append(
            {
                "kind": exclusion.kind,
                "value": exclusion.value,
                "plays": library.plays.height - rest.plays.height,
                "songs": whole.join(left, on="track_id", how="anti").height,
                "weight": _speaking_for(whole) - _speaking_for(left),
            }
        )
    return pl.DataFrame(rows, schema=EFFECTS)


def _speaking_for(profile: pl.DataFrame) -> float:
    return float(profile.filter(pl.col("weight") > 0)["weight"].sum())


def _less(library: Library, exclusion: Exclusion, playlists: pl.DataFrame) -> Library:
    value = exclusion.value
    if exclusion.kind in ("artist", "genre"):
        gone = _songs_of(library.songs, exclusion)
        return replace(
            library,
            plays=library.plays.join(gone, on="track_id", how="anti", maintain_order="left"),
            saved=library.saved.join(gone, on="track_id", how="anti", maintain_order="left"),
            top=library.top.join(gone, on="track_id", how="anti", maintain_order="left"),
            listed=library.listed.join(gone, on="track_id", how="anti", maintain_order="left"),
        )
    if exclusion.kind == "playlist":
        named = playlists.filter(
            (pl.col("playlist_id") == value) | (pl.col("name").str.to_lowercase() == value.lower())
        )
        ids = named["playlist_id"].to_list()
        uris = [f"spotify:playlist:{playlist_id}" for playlist_id in ids] + ids
        return replace(
            library,
            plays=library.plays.filter(~pl.col("context_uri").is_in(uris).fill_null(False)),
            listed=library.listed.filter(~pl.col("playlist_id").is_in(ids)),
        )
    return replace(library, plays=library.plays.filter(~_matches(exclusion).fill_null(False)))


def _songs_of(songs: pl.DataFrame, exclusion: Exclusion) -> pl.DataFrame:
    def has(column: str) -> pl.Expr:
        return pl.col(column).list.eval(pl.element().str.to_lowercase() == exclusion.value.lower()).list.any()

    of_it = has("genres") if exclusion.kind == "genre" else has("artists") | has("artist_ids")
    return songs.filter(of_it).select("track_id")


def _matches(exclusion: Exclusion) -> pl.Expr:
    """Plays that the exclusion names."""
    if exclusion.kind == "device":
        return pl.col("platform").str.to_lowercase().str.contains(exclusion.value.lower(), literal=True)
    if exclusion.kind == "incognito":
        return pl.col("is_incognito")
    if exclusion.kind == "dates":
        first, last = _dates(exclusion.value)
        return (pl.col("played_at") >= first) & (pl.col("played_at") < last + timedelta(days=1))
    first_hour, last_hour = _hours(exclusion.value)
    at = pl.col("played_at").dt.time()
    if first_hour <= last_hour:
        return (at >= first_hour) & (at < last_hour)
    return (at >= first_hour) | (at < last_hour)


def _hours(value: str) -> tuple[time, time]:
    told = HOURS.match(value)
    try:
        if told:
            return time(int(told[1]) % 24, int(told[2])), time(int(told[3]) % 24, int(told[4]))
    except ValueError:
        pass
    raise SettingsError(f"{value!r} is no span of hours: write it as 22:00-06:00")


def _dates(value: str) -> tuple[date, date]:
    told = DATES.match(value)
    try:
        if told and date.fromisoformat(told[1]) <= date.fromisoformat(told[2]):
            return date.fromisoformat(told[1]), date.fromisoformat(told[2])
    except ValueError:
        pass
    raise SettingsError(f"{value!r} is no span of days: write it as 2026-12-01..2026-12-26")
