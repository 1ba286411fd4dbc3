"""From what a person types to songs: a name, an id or a link; a playlist, an artist, a genre."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from schemas.errors import UnknownSongError
from warehouse.connection import reader
from warehouse.query.asking import cards
from warehouse.statements import statement

SONGS_OF_AN_ARTIST = 5
"""Songs that stand for an artist who is given as a seed: the best known ones."""

SONGS_OF_A_GENRE = 10
"""Songs that stand for a genre."""

ARTISTS = 5
"""Artists of a song that are told, when it is named in a line; some have thirty."""

LINK = re.compile(r"https?://|spotify:")

SEEDS = 5
"""Tracks, artists and genres that one question may combine, as Spotify's ``/recommendations`` had it."""


@dataclass(frozen=True)
class Found:
    """The song that a text means, and the other songs that it could mean as well, best known first.

    ``is_guess`` says that nothing has this name and the song's name differs from it in a letter or two.
    """

    track_id: str
    name: str
    artists: list[str]
    album: str | None
    others: list["Found"] = field(default_factory=list)
    is_guess: bool = False

    def __str__(self) -> str:
        shown = ", ".join(self.artists[:ARTISTS])
        more = f" and {len(self.artists) - ARTISTS} more" if len(self.artists) > ARTISTS else ""
        return f"{self.name} by {shown}{more}" if self.artists else self.name


def find_song(warehouse: Path, text: str, artist: str | None = None) -> Found:
    """The song of this name, id, Spotify URI or link.

    An exact name goes before one without case, accents and punctuation, that before the name of another version
    ("… - Remastered"), that before a title with its artist ("Numb by Linkin Park") and that before a slip of the keyboard. Of several songs of one name the most popular is taken.

    Raises:
        UnknownSongError: nothing has that name; carries the five nearest names.
    """
    with reader(Path(warehouse), keep=True) as con:
        return named(con, text, artist)


def find_playlist(warehouse: Path, text: str) -> tuple[str, list[str]]:
    """Name and track ids (in list order, each once) of the playlist with this name, id or link.

    Raises:
        UnknownSongError: there is no such playlist; carries the five nearest names.
    """
    with reader(Path(warehouse), keep=True) as con:
        rows = con.execute(statement("query/find_playlist"), {"text": text}).fetchall()
        if not rows or rows[0][2] > 2:
            raise _unknown("playlist", repr(text), [name for _, name, _ in rows])
        playlist_id, name, _ = rows[0]
        tracks = con.execute(statement("query/playlist_songs"), {"playlist_id": playlist_id}).fetchall()
        if not tracks:
            raise UnknownSongError(
                f"the playlist {name!r} holds no song that Segue knows: import a catalogue that tells of its songs, then run `segue refresh`"
            )
        return name, [track_id for (track_id,) in tracks]


def find_seeds(
    warehouse: Path,
    *,
    songs: list[str] | None = None,
    artists: list[str] | None = None,
    genres: list[str] | None = None,
) -> list[str]:
    """Track ids that stand for up to five songs, artists and genres together.

    An artist is represented by five songs, a genre by ten, the most popular ones.

    Raises:
        UnknownSongError: one of them is unknown (carries the nearest names), or there are none or more than five.
    """
    wanted = [("song", text) for text in songs or ()]
    wanted += [("artist", text) for text in artists or ()] + [("genre", text) for text in genres or ()]
    if not 1 <= len(wanted) <= SEEDS:
        raise UnknownSongError(f"give from one to {SEEDS} songs, artists and genres to begin with, not {len(wanted)}")
    found: dict[str, None] = {}
    with reader(Path(warehouse), keep=True) as con:
        for kind, text in wanted:
            found |= dict.fromkeys(_standing_for(con, kind, text))
    return list(found)


def nearest(warehouse: Path, kind: str, text: str) -> list[str]:
    """Names that come near to a text, the nearest first: of artists, genres or playlists, as ``kind`` says."""
    with reader(Path(warehouse), keep=True) as con:
        return _near(con, kind, text)


def titles(warehouse: Path, track_ids: list[str]) -> list[str]:
    """Name and artists of each of these tracks, as far as the warehouse knows them."""
    with reader(Path(warehouse), keep=True) as con:
        told = cards(con, track_ids)
    rows = [told[track_id] for track_id in track_ids if track_id in told]
    return [str(_found(row)) for row in rows]


def named(con: DuckDBPyConnection, text: str, artist: str | None = None) -> Found:
    """As ``find_song``, on an open connection."""
    values = {"text": text, "artist": artist}
    rows = _rows(con, "query/find_song", values)
    if not rows and artist is None:
        rows = _rows(con, "query/find_song_and_artist", {"text": text})
    if rows:
        first, *rest = rows
        once: dict[str, dict[str, Any]] = {}
        for row in rest:
            if row["step"] <= 2 and row["song_id"] != first["song_id"]:
                once.setdefault(row["song_id"], row)
        return _found(first, others=[_found(row) for row in once.values()] if first["step"] else [])
    near = _rows(con, "query/nearest_songs", values)
    if near and near[0]["edits"] <= _slips(text):
        return _found(near[0], is_guess=True)
    if artist is not None:
        near = _rows(con, "query/find_song", {"text": text, "artist": None})[:5] + near
    whose = f"{text!r} by {artist!r}" if artist else repr(text)
    if artist is None and (instead := _instead(con, text)):
        told = f"there is no song {whose}, but {'an' if instead == 'artist' else 'a'} {instead} of that name"
        raise UnknownSongError(told, [str(_found(row)) for row in near], instead)
    if LINK.match(text):  # nothing is near to a link
        raise UnknownSongError(f"the warehouse has no song of the link {text}")
    raise _unknown("song", whose, list(dict.fromkeys(str(_found(row)) for row in near))[:5])


def _instead(con: DuckDBPyConnection, text: str) -> str | None:
    """What has that name or link and is no song: artist, genre or playlist."""
    for kind in ("artist", "genre"):
        if con.execute(statement(f"query/songs_of_{kind}"), {"text": text, "limit": 1}).fetchall():
            return kind
    playlists = con.execute(statement("query/find_playlist"), {"text": text}).fetchall()
    return "playlist" if playlists and playlists[0][2] <= 2 else None


def _slips(text: str) -> int:
    """Letters that a person may get wrong: one in six, none in a very short name."""
    return len(text.strip()) // 6


def _standing_for(con: DuckDBPyConnection, kind: str, text: str) -> list[str]:
    if kind == "song":
        return [named(con, text).track_id]
    limit = SONGS_OF_AN_ARTIST if kind == "artist" else SONGS_OF_A_GENRE
    rows = con.execute(statement(f"query/songs_of_{kind}"), {"text": text, "limit": limit}).fetchall()
    if not rows:
        raise _unknown(kind, repr(text), _near(con, kind, text))
    return [track_id for (track_id,) in rows]


def _near(con: DuckDBPyConnection, kind: str, text: str) -> list[str]:
    if kind == "playlist":
        return [name for _, name, _ in con.execute(statement("query/find_playlist"), {"text": text}).fetchall()]
    return [name for (name,) in con.execute(statement(f"query/nearest_{kind}s"), {"text": text}).fetchall()]


def _rows(con: DuckDBPyConnection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return con.sql(statement(name), params=values).pl().to_dicts()


def _found(row: dict[str, Any], *, others: list[Found] | None = None, is_guess: bool = False) -> Found:
    return Found(row["track_id"], row["name"], row["artists"], row["album"], others or [], is_guess)


def _unknown(kind: str, text: str, nearest: list[str]) -> UnknownSongError:
    hint = f"; the nearest are {'; '.join(nearest)}" if nearest else f"; there is no {kind} at all yet"
    return UnknownSongError(f"there is no {kind} {text}{hint}", nearest)
