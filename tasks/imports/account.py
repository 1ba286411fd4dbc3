"""Documents that are not tables: the account export's playlists and library, JSPF, M3U, brought into the form of tables (tool).

Each function gives rows under the headings that `tasks.imports.headings` knows, so that they go the same way as rows
of a catalogue.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from tasks.imports.files.nested import NO_SONG, scalar_text, songs_within
from tasks.imports.files.sheets import ROW, Sheet

EXTINF = re.compile(r"^#EXTINF:\s*(-?\d+(?:\.\d+)?)?[^,]*,\s*(.*)$", re.IGNORECASE)
LOCATION = re.compile(r"^(?:spotify:|https?://(?:open|play)\.spotify\.com/)", re.IGNORECASE)
SPOTIFY_TRACK = re.compile(
    r"spotify:track:[0-9A-Za-z]{22}|https?://open\.spotify\.com/(?:intl-\w+/)?track/[0-9A-Za-z]{22}"
)
TRACK_NUMBER = re.compile(
    r"^(?:(?:\d{1,2}-)?0\d(?:\s*[._-](?!\d)\s*|\s+)|(?:\d{1,2}(?:-\d{1,2})?|0\d\d)(?: - |\. ))(?=[^\s-])"
)
"""Begins the name of a file; a number that may be a name (99 Luftballons, 50 Cent, 311) is none without a zero or a dash."""

Rows = list[dict[str, str | None]]


def subject_of(document: Any) -> str | None:
    """What a JSON document is about that is one object: playlists, library, jspf, lists (that hold their songs), or nothing of ours."""
    if not isinstance(document, Mapping):
        return None
    if songs_within(document) is not None:
        return "lists"
    playlists = document.get("playlists")
    if isinstance(playlists, list) and any(isinstance(item, Mapping) and "items" in item for item in playlists):
        return "playlists"
    if isinstance(playlists, list) and any(songs_within(item) is not None for item in playlists):
        return "lists"
    playlist = document.get("playlist")
    if isinstance(playlist, Mapping) and isinstance(playlist.get("track"), list):
        return "jspf"
    tracks = document.get("tracks")
    if isinstance(tracks, list) and (
        not tracks or any(isinstance(item, Mapping) and "track" in item for item in tracks)
    ):
        return "library" if tracks or "albums" in document else None
    return None


def playlists(document: Mapping[str, Any]) -> tuple[Sheet, dict[str, int]]:
    """The entries of every playlist of the account export, and how many are no songs."""
    rows: Rows = []
    skipped: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for playlist in _objects(document.get("playlists")):
        name = _text(playlist.get("name")) or "Playlist without a name"
        seen[name] += 1
        label = name if seen[name] == 1 else f"{name} ({seen[name]})"
        for position, item in enumerate(_objects(playlist.get("items"))):
            track = item.get("track")
            if not isinstance(track, Mapping):
                track = item.get("localTrack") if isinstance(item.get("localTrack"), Mapping) else None
            if track is None or not (_text(track.get("trackName")) or _text(track.get("trackUri"))):
                skipped[_other_entry(item)] += 1
                continue
            rows.append(
                {
                    "playlist_name": label,
                    "playlist_description": _text(playlist.get("description")),
                    "position": str(position),
                    "track_uri": _text(track.get("trackUri")),
                    "track_name": _text(track.get("trackName")),
                    "artist_name": _text(track.get("artistName")),
                    "album_name": _text(track.get("albumName")),
                    "added_at": _text(item.get("addedDate")),
                }
            )
    return _sheet(rows), dict(skipped)


def library(document: Mapping[str, Any]) -> Sheet:
    """The saved songs of the account export; its albums, shows and artists are no songs."""
    return _sheet(
        [
            {
                "track_uri": _text(track.get("uri")),
                "track_name": _text(track.get("track")),
                "artist_name": _text(track.get("artist")),
                "album_name": _text(track.get("album")),
            }
            for track in _objects(document.get("tracks"))
        ]
    )


def jspf(document: Mapping[str, Any], file: str) -> Sheet:
    """A playlist in JSPF (the JSON form of XSPF)."""
    playlist = document["playlist"]
    rows: Rows = []
    for track in _objects(playlist.get("track")):
        references = [*_texts(track.get("identifier")), *_texts(track.get("location"))]
        rows.append(
            {
                "playlist_id": next(iter(_texts(playlist.get("identifier"))), None),
                "playlist_name": _text(playlist.get("title")) or PurePosixPath(file).stem,
                "playlist_description": _text(playlist.get("annotation")),
                "track_uri": next((text for text in references if SPOTIFY_TRACK.search(text)), None),
                "track_name": _text(track.get("title")),
                "artists": _text(track.get("creator")),
                "album_name": _text(track.get("album")),
                "duration_ms": scalar_text(track.get("duration"))
                if not isinstance(track.get("duration"), list | dict)
                else None,
                "poster_url": _text(track.get("image")),
            }
        )
    return _sheet(rows)


def is_m3u(lines: Iterable[str]) -> bool:
    """Whether the beginning of a text is an M3U playlist, or a bare list of references to tracks on Spotify."""
    said = [line.strip() for line in lines if line.strip()]
    if any(line.upper().startswith(("#EXTM3U", "#EXTINF:")) for line in said[:20]):
        return True
    return bool(said) and all(LOCATION.match(line) and SPOTIFY_TRACK.search(line) for line in said)


def m3u(lines: Iterable[str], file: str) -> Sheet:
    """A playlist in M3U; what it plays is named by ``#EXTINF``, by a reference to Spotify, or by the name of a file."""
    rows: Rows = []
    name, album, seconds, title = PurePosixPath(file).stem, None, None, None
    for line in (line.strip() for line in lines):
        told = EXTINF.match(line)
        if told:
            seconds, title = told[1], told[2]
        elif line.upper().startswith("#PLAYLIST:"):
            name = line[10:].strip() or name
        elif line.upper().startswith("#EXTALB:"):
            album = line[8:].strip() or None
        elif line and not line.startswith("#"):
            reference = SPOTIFY_TRACK.search(line)
            if not title and not reference:
                title = TRACK_NUMBER.sub("", re.split(r"[/\\]", line)[-1].rpartition(".")[0]) or line
            artist, dash, song = (title or "").partition(" - ")
            rows.append(
                {
                    "playlist_name": name,
                    "track_uri": reference[0] if reference else None,
                    "track_name": (song if dash else title) or None,
                    "artist_name": artist if dash else None,
                    "album_name": album,
                    "duration_ms": f"{float(seconds) * 1000:.0f}" if seconds and float(seconds) > 0 else None,
                }
            )
            album, seconds, title = None, None, None
    return _sheet(rows)


def _other_entry(item: Mapping[str, Any]) -> str:
    if isinstance(item.get("episode"), Mapping):
        return "podcast episode"
    if isinstance(item.get("audiobook"), Mapping):
        return "audiobook"
    return NO_SONG


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return scalar_text(value) if isinstance(value, str) and value.strip() else None


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values if (text := _text(item))]


def _sheet(rows: Rows) -> Sheet:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names]
    numbered = pl.Series(ROW, range(1, len(rows) + 1), dtype=pl.Int64)
    return Sheet(pl.DataFrame([numbered, *columns]))
