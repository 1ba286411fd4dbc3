"""The catalogue that is shipped: 5,849 real songs. Where they come from and what is ours: PROVENANCE.md beside this."""

from collections import Counter
from importlib.resources import files
from io import BytesIO

import polars as pl

from tasks.standin.catalogue.model import Album, Artist, Catalogue, Track, spotify_id

FEATURES = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "key",
    "liveness",
    "loudness",
    "mode",
    "speechiness",
    "tempo",
    "time_signature",
    "valence",
)


def bundled() -> Catalogue:
    """Return the shipped catalogue. Takes a tenth of a second; nothing is kept between calls."""
    table = files("tasks.standin.catalogue").joinpath("spotify_by_genre.parquet").read_bytes()
    rows = pl.read_parquet(BytesIO(table)).to_dicts()
    artists = artists_of(rows)
    albums: dict[str, Album] = {}
    tracks = []
    for row in rows:
        album_id = spotify_id("album", row["album_artist"], row["album"])
        if album_id not in albums:
            albums[album_id] = Album(album_id, row["album"], (artists[row["album_artist"]],), row["album_type"])
        track = Track(
            row["track_id"],
            row["name"],
            tuple(artists[name] for name in row["artists"]),
            albums[album_id],
            row["duration_ms"],
            row["is_explicit"],
            row["popularity"],
            features={name: row[name] for name in FEATURES},
            genres=tuple(row["genres"]),
        )
        tracks.append(track)
    return Catalogue(tracks)


def artists_of(rows: list[dict]) -> dict[str, Artist]:
    """The artists by name: their genres are those of their songs, most frequent first; as popular as their best song."""
    genres: dict[str, Counter[str]] = {}
    popularity: dict[str, int] = {}
    for row in rows:
        for name in row["artists"]:
            genres.setdefault(name, Counter()).update(row["genres"])
            popularity[name] = max(popularity.get(name, 0), row["popularity"])
        genres.setdefault(row["album_artist"], Counter())
    return {
        name: Artist(
            spotify_id("artist", name), name, tuple(genre for genre, _ in counts.most_common()), popularity.get(name, 0)
        )
        for name, counts in genres.items()
    }
