"""Tracks, albums and artists: the objects that stand inside of every list."""

import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from schemas.values import ISRC, Harvest
from tasks.imports.names import derived_id
from tasks.spotify.parse.values import (
    DAY,
    TEXT,
    TEXTS,
    TRUTH,
    WHOLE,
    Json,
    counted,
    frame,
    identifier,
    inner,
    objects,
    pictures,
    release,
    spotify_url,
)

TRACK = {
    "track_id": TEXT,
    "name": TEXT,
    "album_id": TEXT,
    "duration_ms": WHOLE,
    "is_explicit": TRUTH,
    "popularity": WHOLE,
    "isrc": TEXT,
    "disc_number": WHOLE,
    "track_number": WHOLE,
    "is_playable": TRUTH,
    "genres": TEXTS,
    "spotify_url": TEXT,
}
ARTIST = {
    "artist_id": TEXT,
    "name": TEXT,
    "genres": TEXTS,
    "popularity": WHOLE,
    "image_url": TEXT,
    "spotify_url": TEXT,
}
ALBUM = {
    "album_id": TEXT,
    "name": TEXT,
    "album_type": TEXT,
    "release_date": TEXT,
    "release_date_precision": TEXT,
    "released_on": DAY,
    "total_tracks": WHOLE,
    "poster_url": TEXT,
    "poster_medium_url": TEXT,
    "poster_small_url": TEXT,
    "spotify_url": TEXT,
}
CREDIT = {"track_id": TEXT, "position": WHOLE, "artist_id": TEXT, "name": TEXT}


def not_a_song(item: Any) -> str | None:
    """Why what a list holds is no track of Spotify's: null, local, episode, or has no id; ``None`` for a track."""
    if not isinstance(item, dict):
        return "null"
    uri = item.get("uri")
    kind = item.get("type")
    if item.get("is_local") is True or (isinstance(uri, str) and uri.startswith("spotify:local:")):
        return "local"
    if (isinstance(kind, str) and kind != "track") or item.get("episode") is True:
        return kind if isinstance(kind, str) and kind != "track" else "episode"
    return None if identifier(item) else "no id"


def music(tracks: Iterable[Json], albums: Iterable[Json], artists: Iterable[Json], source: str) -> list[Harvest]:
    """Harvests of tracks, albums, artists and track_artists.

    ``tracks`` are full track objects that `not_a_song` has nothing against; the albums and artists in them are taken
    too. ``albums`` and ``artists`` are the full objects that arrived by themselves; theirs come first, because of several rows
    with one key the first one counts.
    """
    tracks, albums, artists = list(tracks), list(albums), list(artists)
    held = [*albums, *(album for album in (track.get("album") for track in tracks) if isinstance(album, dict))]
    credits = [
        {"track_id": track["id"], "position": position, "artist_id": identifier(artist), "name": artist.get("name")}
        for track in tracks
        for position, artist in enumerate(objects(track.get("artists")))
    ]
    performers = [
        *artists,
        *(artist for thing in (*tracks, *held) for artist in objects(thing.get("artists"))),
    ]
    named = frame(credits, CREDIT)
    named = _identified(named)
    return [
        Harvest("tracks", source, frame([_track(track) for track in tracks], TRACK)),
        Harvest(
            "albums",
            source,
            frame([_album(album) for album in held if identifier(album)], ALBUM),
            counted("no id" for album in held if not identifier(album)),
        ),
        Harvest("artists", source, _identified(frame([_artist(artist) for artist in performers], ARTIST))),
        Harvest(
            "track_artists",
            source,
            named.drop("name"),
            covers=named.select("track_id").unique(maintain_order=True),
        ),
    ]


def _identified(artists: pl.DataFrame) -> pl.DataFrame:
    """Artists without an id get the one that their name gives, the same as in imported files."""
    if artists["name"].dtype != TEXT or not artists["artist_id"].null_count():
        return artists
    return artists.with_columns(artist_id=pl.coalesce("artist_id", derived_id(pl.col("name"))))


def _track(track: Json) -> Json:
    return {
        "track_id": track["id"],
        "name": track.get("name"),
        "album_id": identifier(track.get("album")),
        "duration_ms": track.get("duration_ms"),
        "is_explicit": track.get("explicit"),
        "popularity": track.get("popularity"),
        "isrc": _isrc(inner(track, "external_ids", "isrc")),
        "disc_number": track.get("disc_number"),
        "track_number": track.get("track_number"),
        "is_playable": track.get("is_playable"),
        "spotify_url": spotify_url(track),
    }


def _isrc(told: Any) -> str | None:
    """The code as the standard writes it. A wrong code is worth nothing, and no reason to lose the track."""
    code = told.replace("-", "").replace(" ", "").upper() if isinstance(told, str) else ""
    return code if re.fullmatch(ISRC, code) else None


def _album(album: Json) -> Json:
    kind = album.get("album_type")
    released, precision, first = release(album)
    largest, medium, smallest = pictures(album)
    return {
        "album_id": album["id"],
        "name": album.get("name"),
        "album_type": kind.lower() if isinstance(kind, str) else kind,
        "release_date": released,
        "release_date_precision": precision,
        "released_on": first,
        "total_tracks": album.get("total_tracks"),
        "poster_url": largest,
        "poster_medium_url": medium,
        "poster_small_url": smallest,
        "spotify_url": spotify_url(album),
    }


def _artist(artist: Json) -> Json:
    genres = artist.get("genres")
    return {
        "artist_id": identifier(artist),
        "name": artist.get("name"),
        "genres": [genre for genre in genres if isinstance(genre, str)] if isinstance(genres, list) else None,
        "popularity": artist.get("popularity"),
        "image_url": pictures(artist)[0],
        "spotify_url": spotify_url(artist),
    }
