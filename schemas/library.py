"""What a person does with songs: playlists, saved and top tracks, plays, feedback."""

import pandera.polars as pa
import polars as pl

from schemas.catalogue import DAY_MS, ID_LENGTH
from schemas.types import Timestamp


class Playlists(pa.DataFrameModel):
    """One row is a playlist that the person owns, follows or imported."""

    playlist_id: str = pa.Field(str_length=ID_LENGTH, description="Spotify id, or the id of the imported file")
    name: str = pa.Field(nullable=True, description="Name as its owner writes it")
    description: str = pa.Field(nullable=True, description="Description as its owner writes it")
    owner_id: str = pa.Field(nullable=True, description="Account that owns the list")
    owner_name: str = pa.Field(nullable=True, description="Display name of the owner")
    is_public: bool = pa.Field(nullable=True, description="Shown on the owner's profile")
    is_collaborative: bool = pa.Field(nullable=True, description="Others may change it")
    snapshot_id: str = pa.Field(
        nullable=True, description="Version of the list whose items are stored here; null when they could not be read"
    )
    poster_url: str = pa.Field(nullable=True, description="Cover of the list (Spotify's are temporary)")
    spotify_url: str = pa.Field(nullable=True, description="Page of the list on Spotify")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["playlist_id"]}


class PlaylistTracks(pa.DataFrameModel):
    """One row is a place in a playlist; a track may stand twice."""

    playlist_id: str = pa.Field(str_length=ID_LENGTH, description="The playlist")
    position: pl.Int32 = pa.Field(
        ge=0, le=1_000_000, description="Place in the list, from 0; gaps are entries that were not songs"
    )
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    added_at: Timestamp = pa.Field(nullable=True, description="When it was added, UTC")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["playlist_id", "position"]}


class SavedTracks(pa.DataFrameModel):
    """One row is a track that the person saved ("liked songs")."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    added_at: Timestamp = pa.Field(nullable=True, description="When it was saved, UTC")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class TopTracks(pa.DataFrameModel):
    """One row is a place in Spotify's own list of the person's most played tracks."""

    time_range: str = pa.Field(
        isin=["short_term", "medium_term", "long_term"], description="About 4 weeks, 6 months or a year"
    )
    rank: pl.Int32 = pa.Field(ge=1, le=100_000, description="1 is the most played")
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["time_range", "rank"]}


class Plays(pa.DataFrameModel):
    """One row is one listening to a track; polled and exported reports of the same one are one row."""

    played_at: Timestamp = pa.Field(description="End of the play, UTC")
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    ms_played: pl.Int64 = pa.Field(
        nullable=True, ge=0, le=DAY_MS, description="Milliseconds that sounded; null when only the API told of it"
    )
    is_skipped: bool = pa.Field(nullable=True, description="The person skipped it")
    is_skip_derived: bool = pa.Field(
        nullable=True, description="True when is_skipped was derived from reason_end and the share played"
    )
    reason_start: str = pa.Field(nullable=True, description="Why it began, Spotify's words (an open set)")
    reason_end: str = pa.Field(nullable=True, description="Why it ended, Spotify's words (an open set)")
    is_shuffle: bool = pa.Field(nullable=True, description="Shuffle was on")
    is_incognito: bool = pa.Field(nullable=True, description="Private session")
    platform: str = pa.Field(nullable=True, description="Device as the export names it")
    context_uri: str = pa.Field(nullable=True, description="Playlist, album or artist it was played from")
    origin: str = pa.Field(isin=["api", "export"], description="api: polled; export: from the person's own data export")
    source: str = pa.Field(description="Where the row came from")

    class Config:
        strict = True
        metadata = {"key": ["played_at", "track_id"]}


class Feedback(pa.DataFrameModel):
    """One row is something the person said about a track, an artist or a genre."""

    feedback_id: str = pa.Field(str_length=ID_LENGTH, description="Unique id of the journal line")
    kind: str = pa.Field(isin=["like", "dislike", "skip", "rating", "block"], description="What was said")
    entity: str = pa.Field(isin=["track", "artist", "genre"], description="Of what it was said")
    entity_id: str = pa.Field(str_length=ID_LENGTH, description="track_id, artist_id or the genre's name")
    value: float = pa.Field(nullable=True, ge=-10, le=10, description="1 to 5 for a rating, null otherwise")
    at: Timestamp = pa.Field(description="When it was said, UTC")
    until: Timestamp = pa.Field(nullable=True, description="End of a block, UTC; null for ever")

    class Config:
        strict = True
        metadata = {"key": ["feedback_id"]}
