"""How a home stands: its last night, its tables, what is due, what it waits for, what needs the person.

Nothing is asked of anybody and nothing is loaded that a night needs: a monitor may ask every minute.
"""

import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from shutil import disk_usage
from typing import Any

import polars as pl

from schemas.errors import WarehouseError
from schemas.values import Home
from tasks.spotify.token_file import remembered as remembered_token
from tasks.spotify.token_file import warning
from tasks.spotify.walk.api import RECCOBEATS, SPOTIFY
from tasks.spotify.walk.parking import parked
from tasks.upkeep import stories
from tasks.upkeep.timetable import remembered, server_of
from warehouse.night.locking import holder
from warehouse.night.publishing import asides
from warehouse.reading import query, table
from warehouse.standing import freshness

LATE = timedelta(hours=36)
"""Without a timetable, a warehouse older than a night and a half has missed one."""

GRACE = timedelta(hours=6)
"""So long after its time a night of the timetable counts as missed."""

ROOM = 3
"""A night needs room for its own file beside the published one, and for the pages; so many times the published file."""

LEAST_ROOM = 500 * 2**20

LOST = "the published file knows nothing of it: its own was damaged and set aside, or replaced by hand"
"""What is told of a night that came out and is neither out any more nor withdrawn."""

HISTORY = {
    "run_id": pl.String(),
    "source": pl.String(),
    "started_at": pl.Datetime("us"),
    "seconds": pl.Float64(),
    "verdict": pl.String(),
    "requests": pl.Int64(),
    "received": pl.Int64(),
    "stored": pl.Int64(),
    "rejected": pl.Int64(),
    "ndcg": pl.Float64(),
    "note": pl.String(),
}
"""Columns of ``history``."""


def standing(home: Home, now: datetime, *, source: str, client_id: str, refresh_token: str) -> dict[str, Any]:
    """Everything that ``segue status`` tells at the moment ``now``, as one document; moments are naive UTC.

    ``source``, ``client_id`` and ``refresh_token`` are the settings of these names. ``to_do`` is empty when all is well.
    """
    latest = stories.latest(home)
    # a night may have been given another source than the settings have
    sources = {source, latest["source"]} if latest else {source}
    found: dict[str, Any] = {
        "home": str(home.root),
        "at": now,
        "verdict": None,
        "published": None,
        "age_hours": None,
        "latest_night": latest,
        "at_work": str(holder(home) or "") or None,
        **_schedule(home, now),
        "parked_until": _parked_until(home, sources, now),
        "sign_in_ends_at": None,
        "tables": [],
        "disk": _disk(home),
        "to_do": [],
    }
    token = remembered_token(home, refresh_token, client_id) if "spotify" in sources else None
    if token:
        found["sign_in_ends_at"] = token.ends_at
    try:
        found["published"] = query(home.warehouse, "latest_run").to_dicts()[0]
        found["tables"] = freshness(home.warehouse).to_dicts()
        found["age_hours"] = round((now - found["published"]["started_at"]) / timedelta(hours=1), 1)
        found["verdict"] = found["published"]["verdict"]
    except WarehouseError as error:
        found["to_do"].append(str(error))
    published = found["published"]
    is_out = published and latest and published["run_id"] == latest["run_id"]
    if latest and not is_out:  # what ended a night that was published took nothing back
        found["latest_night"] = latest = _as_it_is(latest, _booked(home))
        found["verdict"] = latest["verdict"]
    found["to_do"] += _to_do(home, found, now)
    if token and (told := warning(token, now)):
        found["to_do"].append(told)
    return found


def history(home: Home) -> pl.DataFrame:
    """Every night that is remembered, the latest first: what came of it and its figures, whether it was published or not.

    Columns: `HISTORY`; ``ndcg`` is the warm nDCG@10 of the hybrid on hidden lists.
    """
    try:
        booked = query(home.warehouse, "history").match_to_schema(HISTORY, integer_cast="upcast", float_cast="upcast")
    except WarehouseError:
        booked = pl.DataFrame(schema=HISTORY)
    runs = booked["run_id"].to_list()
    rows = [_line(_as_it_is(story, runs)) for story in stories.told(home)]
    unpublished = pl.DataFrame(rows, schema=HISTORY).join(booked, on="run_id", how="anti")
    return pl.concat([booked, unpublished]).sort("run_id", descending=True)


def bytes_of(home: Home) -> dict[str, int]:
    """Bytes on disk by part of the home: warehouse, landing, history, reports, prefect, other, and their total.

    A file with two names, such as a former night that is kept twice, counts once, where it is met first.
    """
    parts = dict.fromkeys(("warehouse", "landing", "history", "reports", "prefect", "other"), 0)
    seen: set[int] = set()
    for path in home.root.rglob("*"):
        try:
            status = path.lstat()
        except OSError:
            continue  # gone since it was listed
        if stat.S_ISREG(status.st_mode) and status.st_ino not in seen:
            seen.add(status.st_ino)
            part = "warehouse" if path == home.warehouse else path.relative_to(home.root).parts[0]
            parts[part if part in parts else "other"] += status.st_size
    return {**parts, "total": sum(parts.values())}


def ground(home: Home) -> Path:
    """The home, or while there is none what is nearest above it: there it will be made."""
    return next(path for path in (home.root, *home.root.parents) if path.exists())


def room_needed(home: Home) -> int:
    """Free bytes that the next night should find."""
    size = home.warehouse.stat().st_size if home.warehouse.is_file() else 0
    return max(LEAST_ROOM, ROOM * size)


def _schedule(home: Home, now: datetime) -> dict[str, Any]:
    timetable, server = remembered(home), server_of(home)
    return {
        "schedule": timetable and f"{timetable.cron} {timetable.timezone}",
        "schedule_is_served": server is not None,
        "next_run_at": timetable.next(now) if timetable and server else None,
    }


def _parked_until(home: Home, sources: Iterable[str], now: datetime) -> datetime | None:
    parks = (parked(home, source, service, now) for source in sources for service in (SPOTIFY, RECCOBEATS))
    return min((park.until for park in parks if park), default=None)


def _disk(home: Home) -> dict[str, int]:
    return {**bytes_of(home), "free": disk_usage(ground(home)).free}


def _to_do(home: Home, found: dict[str, Any], now: datetime) -> Iterator[str]:
    published, latest = found["published"], found["latest_night"]
    if latest and found["verdict"] in ("failed", "refused", "stopped"):
        yield f"the latest night ({latest['run_id']}) was {latest['verdict']}: {latest['note']}"
    if published:
        timetable = remembered(home) if found["schedule_is_served"] else None
        missed = timetable and timetable.missed(published["started_at"], now - GRACE)
        if timetable is None and now - published["started_at"] > LATE:
            yield f"the published night is {found['age_hours']:.0f} hours old: run `segue refresh`, or `segue schedule` to have it run"
        elif missed:
            yield f"the night that was due at {missed:%Y-%m-%d %H:%M} UTC did not come: run `segue refresh` and see what it says"
    if found["disk"]["free"] < room_needed(home):
        aside = f", such as that of the damaged files in {home.history}" if asides(home) else ""
        yield (
            f"only {found['disk']['free'] / 2**20:,.0f} MB are free where {home.root} lies, a night wants "
            f"{room_needed(home) / 2**20:,.0f}: make room{aside}, or lower SEGUE_GENERATIONS and SEGUE_LANDING_DAYS"
        )


def _booked(home: Home) -> list[str]:
    """The nights in the books of the published file, which go on from night to night; none where it cannot be read."""
    try:
        return table(home.warehouse, "runs")["run_id"].to_list()
    except WarehouseError:
        return []


def _as_it_is(story: stories.Story, booked: Sequence[str]) -> stories.Story:
    """A story with what became of its night since: of one that came out and that the books do not know, the file is lost."""
    is_lost = booked and story["verdict"] in stories.OUT and story["run_id"] not in booked
    return {**story, "verdict": "lost", "note": LOST} if is_lost else story


def _line(story: stories.Story) -> dict[str, Any]:
    """A story as a row of the history."""
    began = datetime.fromisoformat(story["started_at"])
    ended = datetime.fromisoformat(story["ended_at"]) if story["ended_at"] else None
    requests = [stage["requests"] for stage in story["stages"] if stage["requests"] is not None]
    return {
        **{name: story[name] for name in ("run_id", "source", "verdict", "note")},
        "started_at": began,
        "seconds": (ended - began).total_seconds() if ended else None,
        "requests": sum(requests) if requests else None,
    }
