"""The person's own lists: playlists and their rows, saved and top tracks, plays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.values import Harvest
from tasks.spotify.parse.music import not_a_song
from tasks.spotify.parse.values import (
    MOMENT,
    TEXT,
    TRUTH,
    WHOLE,
    Json,
    counted,
    frame,
    identifier,
    inner,
    moment,
    pictures,
    spotify_url,
)

PLAYLIST = {
    "playlist_id": TEXT,
    "name": TEXT,
    "description": TEXT,
    "owner_id": TEXT,
    "owner_name": TEXT,
    "is_public": TRUTH,
    "is_collaborative": TRUTH,
    "snapshot_id": TEXT,
    "poster_url": TEXT,
    "spotify_url": TEXT,
}
PLAYLIST_TRACK = {"playlist_id": TEXT, "position": WHOLE, "track_id": TEXT, "added_at": MOMENT}
SAVED = {"track_id": TEXT, "added_at": MOMENT}
TOP = {"time_range": TEXT, "rank": WHOLE, "track_id": TEXT}
PLAY = {"played_at": MOMENT, "track_id": TEXT, "context_uri": TEXT, "origin": TEXT}


def content(entry: Any) -> Any:
    """What a row of any list holds: under ``item`` (2026), ``track`` (before), or nothing of the kind."""
    if not isinstance(entry, dict):
        return None
    found = entry.get("item")
    return found if isinstance(found, dict) else entry.get("track")


def contents(entries: Iterable[Any]) -> list[Json]:
    """The tracks in the rows of a list, without what is none."""
    return [item for item in map(content, entries) if not_a_song(item) is None]


def playlists(entries: Iterable[Any], versions: Mapping[str, str | None], source: str, *, is_whole: bool) -> Harvest:
    """The list of playlists. ``versions`` has the snapshot of which the rows are stored, by playlist_id."""
    found, skipped = [], []
    for entry in entries:
        playlist_id = identifier(entry)
        if playlist_id is None:
            skipped.append("no id" if isinstance(entry, dict) else "null")
            continue
        found.append(
            {
                "playlist_id": playlist_id,
                "name": entry.get("name"),
                "description": entry.get("description"),
                "owner_id": inner(entry, "owner", "id"),
                "owner_name": inner(entry, "owner", "display_name"),
                "is_public": entry.get("public"),
                "is_collaborative": entry.get("collaborative"),
                "snapshot_id": versions.get(playlist_id),
                "poster_url": pictures(entry)[0],
                "spotify_url": spotify_url(entry),
            }
        )
    return Harvest("playlists", source, frame(found, PLAYLIST), counted(skipped), "all" if is_whole else None)


def playlist_tracks(lists: Mapping[str, Sequence[Any]], replaced: Iterable[str], source: str) -> Harvest:
    """Rows of playlists by playlist_id; of those in ``replaced`` nothing else than these rows stays."""
    rows, skipped = [], []
    for playlist_id, entries in lists.items():
        for position, entry in enumerate(entries):
            item = content(entry)
            if reason := not_a_song(item):
                skipped.append("local" if inner(entry, "is_local") is True else reason)
                continue
            rows.append(
                {
                    "playlist_id": playlist_id,
                    "position": position,
                    "track_id": item["id"],
                    "added_at": moment(entry.get("added_at")),
                }
            )
    covers = pl.DataFrame({"playlist_id": list(replaced)}, schema={"playlist_id": TEXT})
    return Harvest("playlist_tracks", source, frame(rows, PLAYLIST_TRACK), counted(skipped), covers)


def saved_tracks(entries: Iterable[Any], source: str, *, is_whole: bool) -> Harvest:
    """Saved tracks; when the list came whole, what is not in it was taken out of the library."""
    rows, skipped = [], []
    for entry in entries:
        item = content(entry)
        if reason := not_a_song(item):
            skipped.append(reason)
        else:
            rows.append({"track_id": item["id"], "added_at": moment(entry.get("added_at"))})
    return Harvest("saved_tracks", source, frame(rows, SAVED), counted(skipped), "all" if is_whole else None)


def top_tracks(rankings: Mapping[str, Sequence[Any]], source: str) -> Harvest:
    """Whole rankings by time_range; entries are the tracks themselves."""
    rows, skipped = [], []
    for time_range, entries in rankings.items():
        for rank, item in enumerate(entries, 1):
            if reason := not_a_song(item):
                skipped.append(reason)
            else:
                rows.append({"time_range": time_range, "rank": rank, "track_id": item["id"]})
    covers = pl.DataFrame({"time_range": list(rankings)}, schema={"time_range": TEXT})
    return Harvest("top_tracks", source, frame(rows, TOP), counted(skipped), covers)


def plays(entries: Iterable[Any], source: str) -> Harvest:
    """Plays as they are polled: when they ended, and from where they were played."""
    rows, skipped = [], []
    for entry in entries:
        item = content(entry)
        if reason := not_a_song(item):
            skipped.append(reason)
            continue
        rows.append(
            {
                "played_at": moment(entry.get("played_at")),
                "track_id": item["id"],
                "context_uri": inner(entry, "context", "uri"),
                "origin": "api",
            }
        )
    return Harvest("plays", source, frame(rows, PLAY), counted(skipped))
