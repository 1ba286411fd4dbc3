"""What a song is: tracks, artists, albums, and the twelve classic audio features."""

import pandera.polars as pa
import polars as pl

from schemas.types import Texts
from schemas.values import ISRC

DAY_MS = 86_400_000
ID_LENGTH = {"min_value": 1, "max_value": 200}


class Tracks(pa.DataFrameModel):
    """One row is a track as the source gave it."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="Spotify id, or the id of the imported file")
    name: str = pa.Field(str_length={"min_value": 1}, description="Title as the source writes it")
    album_id: str = pa.Field(nullable=True, description="Album that this track stands on")
    duration_ms: pl.Int64 = pa.Field(nullable=True, gt=0, le=DAY_MS, description="Length in milliseconds")
    is_explicit: bool = pa.Field(nullable=True, description="Marked as explicit by the source")
    popularity: pl.Int32 = pa.Field(
        nullable=True, ge=0, le=100, description="0 to 100; the source that gave it may be another one than the track's"
    )
    isrc: str = pa.Field(nullable=True, str_matches=ISRC, description="International Standard Recording Code")
    disc_number: pl.Int32 = pa.Field(nullable=True, ge=0, le=10_000, description="Disc on the album, from 1")
    track_number: pl.Int32 = pa.Field(nullable=True, ge=0, le=100_000, description="Place on the disc, from 1")
    is_playable: bool = pa.Field(nullable=True, description="False when the source says it cannot be played")
    genres: Texts = pa.Field(nullable=True, description="Genres given for the track itself")
    spotify_url: str = pa.Field(nullable=True, description="Page of the track on Spotify")
    source: str = pa.Field(description="Where the row came from: demo, spotify, file or export")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class Artists(pa.DataFrameModel):
    """One row is an artist as the source gave it."""

    artist_id: str = pa.Field(
        str_length=ID_LENGTH, description="Spotify id, or 'name:' and the normalised name when the source gave none"
    )
    name: str = pa.Field(str_length={"min_value": 1}, description="Name as the source writes it")
    genres: Texts = pa.Field(nullable=True, description="Genres given for the artist")
    popularity: pl.Int32 = pa.Field(nullable=True, ge=0, le=100, description="0 to 100")
    image_url: str = pa.Field(nullable=True, description="Largest picture of the artist")
    spotify_url: str = pa.Field(nullable=True, description="Page of the artist on Spotify")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["artist_id"]}


class Albums(pa.DataFrameModel):
    """One row is an album as the source gave it."""

    album_id: str = pa.Field(str_length=ID_LENGTH, description="Spotify id, or one derived from name and artist")
    name: str = pa.Field(nullable=True, description="Title of the album; empty after a takedown")
    album_type: str = pa.Field(
        nullable=True, isin=["album", "single", "compilation", "ep"], description="Kind of release"
    )
    release_date: str = pa.Field(
        nullable=True,
        str_matches=r"^\d{4}(-\d{2}(-\d{2})?)?$",
        description="Release date with the precision of the source",
    )
    release_date_precision: str = pa.Field(
        nullable=True, isin=["year", "month", "day"], description="Precision of release_date"
    )
    released_on: pl.Date = pa.Field(nullable=True, description="First day that release_date allows")
    total_tracks: pl.Int32 = pa.Field(nullable=True, ge=0, le=100_000, description="Number of tracks on the album")
    poster_url: str = pa.Field(nullable=True, description="Largest cover picture")
    poster_medium_url: str = pa.Field(
        nullable=True, description="Smallest cover picture of at least 200 pixels a side, else the largest"
    )
    poster_small_url: str = pa.Field(nullable=True, description="Smallest cover picture")
    spotify_url: str = pa.Field(nullable=True, description="Page of the album on Spotify")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["album_id"]}


class TrackArtists(pa.DataFrameModel):
    """One row is an artist's place among the credits of a track."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    position: pl.Int32 = pa.Field(ge=0, le=10_000, description="0 is the main artist")
    artist_id: str = pa.Field(str_length=ID_LENGTH, description="The artist")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["track_id", "position"]}


class AudioFeatures(pa.DataFrameModel):
    """One row is the sound of a track in the twelve classic features; any of them may be unknown."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    danceability: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1")
    energy: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1")
    key: pl.Int32 = pa.Field(nullable=True, ge=-1, le=11, description="Pitch class, 0 is C; -1 when none was detected")
    loudness: float = pa.Field(nullable=True, ge=-80, le=6, description="Decibels, 0 is full scale")
    mode: pl.Int32 = pa.Field(nullable=True, isin=[0, 1], description="1 major, 0 minor")
    speechiness: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1; above 0.66 mostly speech")
    acousticness: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1")
    instrumentalness: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1")
    liveness: float = pa.Field(nullable=True, ge=0, le=1, description="0 to 1; above 0.8 probably live")
    valence: float = pa.Field(nullable=True, ge=0, le=1, description="0 sad to 1 happy")
    tempo: float = pa.Field(nullable=True, gt=0, le=400, description="Beats per minute")
    time_signature: pl.Int32 = pa.Field(nullable=True, ge=0, le=12, description="Beats in a bar")
    source: str = pa.Field(description="Who measured it: spotify, reccobeats, file or demo")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


FEATURES = tuple(name for name in AudioFeatures.to_schema().columns if name not in ("track_id", "source"))
"""The twelve feature columns, in table order."""
