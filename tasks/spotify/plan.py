"""What a night would ask for, told before it asks: from the probe and from what is known, with no further request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import polars as pl

from tasks.spotify.parse.values import inner
from tasks.spotify.walk.api import Api
from tasks.spotify.walk.capabilities import FIRST_PAGE, Capabilities
from tasks.spotify.walk.library import RANGES, changed_playlists
from tasks.spotify.walk.lists import unchanged
from tasks.spotify.walk.past import Past
from tasks.spotify.walk.sound import RECCOBEATS_BATCH, SPOTIFY_BATCH
from tasks.spotify.web.paging import entries_of, total_of

STEP = {"what": pl.String, "how": pl.String, "requests": pl.Int64, "why": pl.String}


@dataclass(frozen=True)
class Plan:
    """``steps`` (what, how, requests: the fewest expected, why) and ``capabilities`` (capability, is_available, detail)."""

    steps: pl.DataFrame
    capabilities: pl.DataFrame
    asked: int

    @property
    def text(self) -> str:
        """The plan in lines for a person."""
        lines = [
            f"{step['what']:<14} {step['requests']:>5} requests  {step['how']} ({step['why']})"
            for step in self.steps.iter_rows(named=True)
        ]
        refused = ", ".join(self.capabilities.filter(~pl.col("is_available"))["capability"].to_list()) or "nothing"
        least = self.steps["requests"].sum()
        return "\n".join(
            [
                *lines,
                f"at least {least} requests in all; {self.asked} were made for this plan; refused to this app: {refused}",
            ]
        )


def planned(
    api: Api, capabilities: Capabilities, past: Past, tracks: pl.DataFrame, features: pl.DataFrame, now: datetime
) -> Plan:
    """The plan of a night after `probe`; ``tracks`` and ``features`` are the tables as they are published, frames without
    columns when nothing is."""
    steps: list[tuple[str, str, int, str]] = []
    if capabilities.allows("me"):
        steps += _lists(api, capabilities, past, now)
    batch = "fifty an answer" if capabilities.allows("batch_artists") else "one an answer, at most 400 a night"
    steps.append(("artists", batch, 0, "only artists that no list brings whole"))
    steps += _sounds(capabilities, tracks, features, has_reccobeats=api.reccobeats is not None)
    asked = sum(counts.requests for counts in api.meter.stages.values())
    return Plan(pl.DataFrame(steps, schema=STEP, orient="row"), capabilities.frame("").drop("run_id"), asked)


def _lists(api: Api, capabilities: Capabilities, past: Past, now: datetime) -> list[tuple[str, str, int, str]]:
    since = past.last_played_at
    known = f"after {since:%Y-%m-%d %H:%M}" if since else "the last fifty"
    steps = [("plays", known, 1, "Spotify keeps no more than fifty")]
    if capabilities.allows("playlists"):
        page = api.ask("/me/playlists", FIRST_PAGE)
        steps.append(
            ("playlists", "fifty a page", max(_pages(total_of(page)) - 1, 0), "their versions; the first page is here")
        )
        steps.append(_rows(entries_of(page), total_of(page), past, now))
    if capabilities.allows("saved_tracks"):
        page = api.ask("/me/tracks", FIRST_PAGE)
        is_same = unchanged(past.memory("saved_tracks", now))(entries_of(page), total_of(page))
        rest = max(_pages(total_of(page)) - 1, 0)
        steps.append(
            ("saved tracks", "nothing", 0, "unchanged")
            if is_same
            else (
                "saved tracks",
                "fifty a page",
                rest,
                "all of them" if past.saved_newest_at is None else "at most; only the new ones",
            )
        )
    for name, what in (("saved_albums", "saved albums"), ("followed", "followed")):
        why = "a look at the first page" if past.memory(name, now) else "at least; fifty a page"
        steps.append((what, "fifty a page", 1, why))
    return [*steps, ("top tracks", "fifty a page", len(RANGES), "at least; three ranges")]


def _rows(entries: Sequence[Any], total: int | None, past: Past, now: datetime) -> tuple[str, str, int, str]:
    is_old = any("tracks" in entry for entry in entries if isinstance(entry, dict))
    changed = set(changed_playlists(entries, past, now))
    lengths = [
        inner(entry, "tracks" if is_old else "items", "total")
        for entry in entries
        if isinstance(entry, dict) and entry.get("id") in changed
    ]
    size = 100 if is_old else 50
    requests = sum(max(1, ceil(length / size)) if isinstance(length, int) else 1 for length in lengths)
    how = f"/playlists/*/{'tracks' if is_old else 'items'}, {size} a page"
    return (
        "playlist rows",
        how,
        requests,
        f"{len(changed)} of {total if total is not None else len(entries)} lists changed",
    )


def _sounds(
    capabilities: Capabilities, tracks: pl.DataFrame, features: pl.DataFrame, *, has_reccobeats: bool
) -> list[tuple[str, str, int, str]]:
    mute = unrated = 0
    if tracks.height:
        mute = tracks.join(features, on="track_id", how="anti").height
        unrated = tracks["popularity"].null_count()
    if capabilities.allows("audio_features"):
        sound = ("features", "Spotify, then ReccoBeats", ceil(mute / SPOTIFY_BATCH), f"{mute} known tracks have none")
    elif has_reccobeats:
        sound = (
            "features",
            "ReccoBeats, forty an answer",
            ceil(mute / RECCOBEATS_BATCH),
            f"{mute} known tracks have none",
        )
    else:
        return [("features", "nobody to ask", 0, "Spotify refuses, RECCOBEATS_API_URL is empty")]
    if not has_reccobeats:
        return [sound]
    return [
        sound,
        (
            "popularity",
            "ReccoBeats, forty an answer",
            ceil(unrated / RECCOBEATS_BATCH),
            f"{unrated} known tracks have none",
        ),
    ]


def _pages(total: int | None) -> int:
    return ceil((total or 0) / 50)
