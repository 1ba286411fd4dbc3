"""Every table of the warehouse by its name."""

import pandera.polars as pa

from schemas.catalogue import Albums, Artists, AudioFeatures, TrackArtists, Tracks
from schemas.library import Feedback, Playlists, PlaylistTracks, Plays, SavedTracks, TopTracks
from schemas.nights import (
    ApiCapabilities,
    DataProfile,
    Fetches,
    RejectedRows,
    RowAccounting,
    Runs,
    RunStages,
)
from schemas.similarity import (
    Atlas,
    Baskets,
    Evaluation,
    Exclusions,
    Models,
    Neighbours,
    PastLists,
    Recommendations,
    Recordings,
    Songs,
    TasteLinks,
    Tastes,
)

TABLES: dict[str, type[pa.DataFrameModel]] = {
    "tracks": Tracks,
    "artists": Artists,
    "albums": Albums,
    "track_artists": TrackArtists,
    "playlists": Playlists,
    "playlist_tracks": PlaylistTracks,
    "saved_tracks": SavedTracks,
    "top_tracks": TopTracks,
    "plays": Plays,
    "feedback": Feedback,
    "audio_features": AudioFeatures,
    "recordings": Recordings,
    "songs": Songs,
    "baskets": Baskets,
    "models": Models,
    "neighbours": Neighbours,
    "atlas": Atlas,
    "tastes": Tastes,
    "taste_links": TasteLinks,
    "exclusions": Exclusions,
    "recommendations": Recommendations,
    "past_lists": PastLists,
    "evaluation": Evaluation,
    "rejected_rows": RejectedRows,
    "row_accounting": RowAccounting,
    "data_profile": DataProfile,
    "runs": Runs,
    "run_stages": RunStages,
    "api_capabilities": ApiCapabilities,
    "fetches": Fetches,
}
"""Every table of the warehouse by its name; `Config.metadata["key"]` of a model is the table's key."""
