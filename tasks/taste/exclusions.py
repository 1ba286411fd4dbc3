"""What must not count for the profile: a file that a person edits, and what each of its lines takes away (tool).

``SEGUE_HOME/exclusions.csv`` has the columns kind and value:

    artist,Nickelback              an artist by name, id or link
    genre,christmas                a genre
    playlist,Sleep                 plays from a playlist, by its name, id or link
    hours,22:00-06:00              plays that ended at these hours
    dates,2026-12-01..2026-12-26   plays on these days
    device,Kitchen                 plays on devices with this in their name
    incognito,yes                  plays in private sessions

Names are told by what the search for names tells them by, so case, accents and punctuation do not count. Hours and days are
those of a time zone: of the one that follows (``22:00-06:00 Asia/Tokyo``), else of SEGUE_TIMEZONE, else of this machine;
wherever they are shown, the zone is. Plays know only the moment (UTC) and sometimes the country.

The songs may still be recommended: to keep them away, block them. Those that were saved or liked and have no other play are
known, and do not come.
"""

import csv
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
from tzlocal import get_localzone_name

from schemas.errors import SettingsError, WarehouseError
from schemas.values import Home
from tasks.taste.evidence import Library, evidence
from tasks.taste.library import library
from tasks.whole import write_whole
from warehouse.query import nearest as names_near
from warehouse.reading import query

log = logging.getLogger(__name__)

KINDS = ("artist", "genre", "playlist", "hours", "dates", "device", "incognito")
NAMED = ("artist", "genre", "playlist")
HEADER = ["kind", "value"]
YES = ("yes", "true", "1")
EFFECTS = {"kind": pl.String, "value": pl.String, "plays": pl.Int64, "songs": pl.Int64, "weight": pl.Float64}
HOURS = re.compile(r"^(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)$")
DATES = re.compile(r"^(\d{4}-\d\d-\d\d)\s*\.\.\s*(\d{4}-\d\d-\d\d)$")
ZONED = re.compile(r"^(.*\d)\s+([A-Za-z][\w/+-]*)$")


@dataclass(frozen=True, order=True)
class Exclusion:
    """One line of the file."""

    kind: str
    value: str


def checked(kind: str, value: str, zone: str = "") -> Exclusion:
    """The exclusion, if it can be understood; hours and days get the time zone ``zone`` if they name none, else the machine's.

    Raises:
        SettingsError: the kind is none, or the value is not of its form, or there is no such time zone.
    """
    kind, value = kind.strip().lower(), value.strip()
    if kind not in KINDS:
        raise SettingsError(f"there is no exclusion by {kind!r}: give one of {', '.join(KINDS)}")
    if kind in ("hours", "dates"):
        value = _zoned(kind, value, zone)
    if not value:
        raise SettingsError(
            f"an exclusion by {kind} needs a value, such as: {kind} {'yes' if kind == 'incognito' else '…'}"
        )
    if kind == "incognito":
        if value.lower() not in YES:
            raise SettingsError(
                f"private sessions are excluded by `incognito yes`, not by {value!r}: to let them count, leave that line out"
            )
        value = "yes"
    return Exclusion(kind, value)


def read(path: Path, zone: str = "") -> list[Exclusion]:
    """The lines of the file, each once, in the form of `checked`; what cannot be understood is told in the log and left out."""
    if not path.exists():
        return []
    found: dict[Exclusion, None] = {}
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = next(csv.reader([line]), [])
        except csv.Error as error:
            log.warning("%s, line %d: %s", path, number, error)
            continue
        if (
            not any(cell.strip() for cell in row)
            or row[0].lstrip().startswith("#")
            or [cell.strip().lower() for cell in row[:2]] == HEADER
        ):
            continue
        try:
            found[checked(row[0], row[1] if len(row) > 1 else "", zone)] = None
        except SettingsError as error:
            log.warning("%s, line %d: %s", path, number, error)
    return list(found)


def write(path: Path, exclusions: Sequence[Exclusion]) -> None:
    """Replace the file, whole or not at all."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(HEADER)
    lines.writerows((one.kind, one.value) for one in exclusions)
    write_whole(path, text.getvalue())


def standing(home: Home, exclusions: Sequence[Exclusion]) -> pl.DataFrame:
    """The exclusions with what each takes away from the published night: kind, value, plays, songs, weight; null without one."""
    try:
        return effects(library(home.warehouse), exclusions, home.warehouse)
    except WarehouseError:
        lines = [(one.kind, one.value) for one in exclusions]
        return pl.DataFrame([(*line, None, None, None) for line in lines], schema=EFFECTS, orient="row")


def nearest(home: Home, exclusion: Exclusion) -> list[str] | None:
    """Names that come near to an artist, a genre or a playlist of which the published night has none; null if it has, or without one."""
    if exclusion.kind not in NAMED:
        return None
    try:
        found = _named(home.warehouse, exclusion)
        return None if found.height else names_near(home.warehouse, exclusion.kind, exclusion.value)
    except WarehouseError:
        return None


def without(known: Library, exclusions: Sequence[Exclusion], file: Path) -> Library:
    """The library without what the exclusions name; ``file`` is the night that it comes from, which knows the names."""
    for exclusion in exclusions:
        known = _less(known, exclusion, file)
    return known


def effects(known: Library, exclusions: Sequence[Exclusion], file: Path) -> pl.DataFrame:
    """Rows of the table ``exclusions``: what each one takes away from the whole library of ``file``, by itself."""
    rows = []
    whole = evidence(known) if exclusions else pl.DataFrame()
    for exclusion in exclusions:
        rest = _less(known, exclusion, file)
        left = evidence(rest)
        rows.append(
            {
                "kind": exclusion.kind,
                "value": exclusion.value,
                "plays": known.plays.height - rest.plays.height,
                "songs": whole.join(left, on="track_id", how="anti").height,
                "weight": _speaking_for(whole) - _speaking_for(left),
            }
        )
    return pl.DataFrame(rows, schema=EFFECTS)


def _speaking_for(profile: pl.DataFrame) -> float:
    return float(profile.filter(pl.col("weight") > 0)["weight"].sum())


def _less(known: Library, exclusion: Exclusion, file: Path) -> Library:
    if exclusion.kind in ("artist", "genre"):
        gone = _named(file, exclusion)
        return replace(
            known,
            plays=known.plays.join(gone, on="track_id", how="anti", maintain_order="left"),
            saved=known.saved.join(gone, on="track_id", how="anti", maintain_order="left"),
            top=known.top.join(gone, on="track_id", how="anti", maintain_order="left"),
            listed=known.listed.join(gone, on="track_id", how="anti", maintain_order="left"),
        )
    if exclusion.kind == "playlist":
        ids = _named(file, exclusion)["playlist_id"].to_list()
        uris = [f"spotify:playlist:{playlist_id}" for playlist_id in ids] + ids
        return replace(
            known,
            plays=known.plays.filter(~pl.col("context_uri").is_in(uris).fill_null(False)),
            listed=known.listed.filter(~pl.col("playlist_id").is_in(ids)),
        )
    return replace(known, plays=known.plays.filter(~_matches(exclusion).fill_null(False)))


def _named(file: Path, exclusion: Exclusion) -> pl.DataFrame:
    """The songs of an artist or a genre (track_id), the playlists of a name (playlist_id)."""
    return query(file, f"for_you/named_{exclusion.kind}", text=exclusion.value)


def _matches(exclusion: Exclusion) -> pl.Expr:
    """Plays that the exclusion names."""
    if exclusion.kind == "device":
        return pl.col("platform").str.to_lowercase().str.contains(exclusion.value.lower(), literal=True)
    if exclusion.kind == "incognito":
        return pl.col("is_incognito")
    span, zone = _parted(exclusion.value)
    heard = pl.col("played_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    if exclusion.kind == "dates":
        first, last = _dates(span)
        return heard.dt.date().is_between(first, last)
    first_hour, last_hour = _hours(span)
    at = heard.dt.time()
    if first_hour < last_hour:
        return (at >= first_hour) & (at < last_hour)
    return (at >= first_hour) | (at < last_hour)


def _zoned(kind: str, value: str, zone: str) -> str:
    """A span of hours or days in its one form, with its time zone."""
    span, own_zone = _parted(value)
    zone = own_zone or zone or get_localzone_name() or "UTC"
    try:
        pl.select(pl.lit(datetime.now(UTC)).dt.convert_time_zone(zone))
    except pl.exceptions.PolarsError:
        raise SettingsError(f"there is no time zone {zone!r}: name one such as Europe/Berlin") from None
    if kind == "hours":
        return "-".join(f"{hour:%H:%M}" for hour in _hours(span)) + f" {zone}"
    return "..".join(day.isoformat() for day in _dates(span)) + f" {zone}"


def _parted(value: str) -> tuple[str, str]:
    """A span and its time zone, if it names one."""
    told = ZONED.match(value)
    return (told[1], told[2]) if told else (value, "")


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
