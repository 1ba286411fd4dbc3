"""Baskets: songs that a person put or played together, from which the collaborative signal learns."""

from datetime import timedelta

import polars as pl

SESSION_GAP = timedelta(minutes=30)
"""A longer silence, from the end of a play to the beginning of the next, ends a listening session."""

COLUMNS = ("basket_id", "kind", "track_id", "position", "weight")
WEIGHTS = {"playlist": 1.0, "session": 0.5, "saved": 0.3, "liked": 0.5}
"""A playlist was put together on purpose; a session follows from habit; saved songs have little in common but their owner."""


def build_baskets(
    songs: pl.DataFrame,
    playlist_tracks: pl.DataFrame,
    plays: pl.DataFrame,
    saved_tracks: pl.DataFrame,
    feedback: pl.DataFrame,
) -> pl.DataFrame:
    """Return baskets [basket_id, kind, track_id, position, weight] of two songs and more, each song once.

    Only ``songs`` stand in them: a list may name what no catalogue tells of. Playlists keep their order, sessions that of
    the plays that were not skipped, saved and liked songs that of their dates.
    """
    listed = playlist_tracks.select(
        "track_id",
        basket_id=pl.concat_str(pl.lit("playlist:"), "playlist_id"),
        kind=pl.lit("playlist"),
        place="position",
    )
    began = pl.col("played_at") - pl.duration(milliseconds=pl.col("ms_played").fill_null(0))
    begins = (began - pl.col("played_at").shift() > SESSION_GAP).fill_null(True)
    heard = plays.sort("played_at", "track_id").with_columns(session=begins.cum_sum())
    sessions = heard.filter(~pl.col("is_skipped").fill_null(False)).select(
        "track_id",
        basket_id=pl.concat_str(
            pl.lit("session:"), pl.col("played_at").min().over("session").dt.strftime("%Y-%m-%dT%H:%M:%S")
        ),
        kind=pl.lit("session"),
        place=pl.int_range(pl.len()),
    )
    saved = saved_tracks.sort("added_at", "track_id").select(
        "track_id", basket_id=pl.lit("saved"), kind=pl.lit("saved"), place=pl.int_range(pl.len())
    )
    liked = (
        feedback.filter((pl.col("kind") == "like") & (pl.col("entity") == "track"))
        .sort("at", "feedback_id")
        .select(track_id="entity_id", basket_id=pl.lit("liked"), kind=pl.lit("liked"), place=pl.int_range(pl.len()))
    )
    parts = [
        part.select("basket_id", "kind", "track_id", pl.col("place").cast(pl.Int32))
        for part in (listed, sessions, saved, liked)
    ]
    return (
        pl.concat(parts)
        .join(songs, on="track_id", how="semi")
        .sort("basket_id", "place", "track_id")
        .unique(["basket_id", "track_id"], keep="first", maintain_order=True)
        .filter(pl.len().over("basket_id") > 1)
        .select(
            "basket_id",
            "kind",
            "track_id",
            position=pl.col("place"),
            weight=pl.col("kind").replace_strict(WEIGHTS, return_dtype=pl.Float64),
        )
    )
