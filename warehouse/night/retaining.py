"""What came from the API is kept for so long and no longer; what the person brought themselves stays.

A row has been seen when it arrived, or when a list that is as it is now refers to it. The memory of that is in ``fetches``
(entity tracks, status seen), so that no other table changes from night to night.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from schemas.values import Home
from warehouse.connection import told, writer
from warehouse.night.writing import upsert
from warehouse.rows import transaction
from warehouse.statements import statement

SERVICES = ("spotify", "reccobeats")
"""Sources whose rows are kept for a time only."""

DROPPED = {
    "plays": "old_plays",
    "tracks": "unseen_tracks",
    "track_artists": "lost_credits",
    "audio_features": "lost_features",
    "albums": "lost_albums",
    "artists": "lost_artists",
    "rejected_rows": "old_quarantine",
    "fetches": "old_memory",
}
"""Table -> the statement that drops its rows, in an order in which each sees what the ones before it dropped."""


def drop_stale(build: Path, days: int, now: datetime) -> dict[str, int]:
    """Drop rows of services that were not seen for ``days`` before ``now`` (UTC); return table -> rows dropped."""
    values = {"sources": list(SERVICES), "since": now - timedelta(days=days)}
    with writer(build) as con, transaction(con):
        upsert(con, "fetches", seen(con.sql(statement("retention/referred_tracks"), params=values).pl(), now))
        dropped = {}
        for table, name in DROPPED.items():
            text = statement(f"retention/{name}")
            wanted = {parameter: value for parameter, value in values.items() if f"${parameter}" in text}
            dropped[table] = len(con.execute(text, wanted).fetchall())
        return {table: rows for table, rows in dropped.items() if rows}


def seen(tracks: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Rows of ``fetches`` that remember the tracks (track_id, source) as seen."""
    return tracks.select(
        pl.lit("tracks").alias("entity"),
        pl.col("track_id").alias("object_id"),
        "source",
        pl.lit("seen").alias("status"),
        pl.lit(now, pl.Datetime("us")).alias("asked_at"),
    )


def forget_history(home: Home, days: int, now: datetime) -> int:
    """Remove former nights built more than ``days`` before ``now``, which hold what was dropped since; return their number."""
    oldest = (now - timedelta(days=days)).replace(tzinfo=UTC).timestamp()
    with told(home.history):
        old = [path for path in home.history.glob("*.duckdb") if path.stat().st_mtime < oldest]
        for path in old:
            path.unlink()
    return len(old)
