"""Published files as tests tell them: songs, who is near whom, and baskets."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.values import Home
from warehouse.connection import writer
from warehouse.ddl import key_of
from warehouse.night import building
from warehouse.rows import rewrite, transaction

Rows = list[dict[str, Any]]

SOUND = {
    "danceability": 0.5, "energy": 0.5, "key": 0, "loudness": -8.0, "mode": 1, "speechiness": 0.05, "acousticness": 0.3,
    "instrumentalness": 0.0, "liveness": 0.1, "valence": 0.5, "tempo": 110.0, "time_signature": 4, "source": "demo",
}  # fmt: skip


def song(track_id: str, name: str, artists: list[str], **more: Any) -> dict[str, Any]:
    """A song as a test tells it: name, artists by name, and what else matters of album, genres, year, popularity, sound."""
    return {"track_id": track_id, "name": name, "artists": artists} | more


def near(
    track_id: str, neighbour_id: str, audio: float = 0.0, metadata: float = 0.0, collaborative: float = 0.0, **more: Any
) -> dict[str, Any]:
    """A row of neighbours without its rank and score."""
    addends = {"audio": audio, "metadata": metadata, "collaborative": collaborative, "adjustments": 0.0}
    return {"track_id": track_id, "neighbour_id": neighbour_id} | addends | more


def build(
    root: Path,
    songs: Rows,
    neighbours: Rows = (),
    baskets: Mapping[str, list[str]] | None = None,
    feedback: Rows = (),
    models: Rows = (),
    playlists: Mapping[str, list[str]] | None = None,
) -> Path:
    """A published file with these songs; ``baskets`` and ``playlists`` map a name to its songs."""
    path = building.start(Home(root), "night", ["demo"])
    names = sorted({name for row in songs for name in row["artists"]})
    with writer(path) as con, transaction(con):  # in one go, because to open a file takes longer than all the rest
        put = partial(_put, con)
        put("artists", ({"artist_id": f"artist:{name}", "name": name, "source": "demo"} for name in names))
        put("albums", (_album(row) for row in {row.get("album"): row for row in songs}.values() if row.get("album")))
        put("tracks", (_track(row) for row in songs))
        credits = [(row["track_id"], place, name) for row in songs for place, name in enumerate(row["artists"])]
        put("track_artists", (
            {"track_id": track_id, "position": place, "artist_id": f"artist:{name}", "source": "demo"}
            for track_id, place, name in credits
        ))  # fmt: skip
        put("audio_features", (
            {"track_id": row["track_id"]} | SOUND | row["sound"] for row in songs if row.get("sound") is not None
        ))  # fmt: skip
        put("recordings", (
            {"track_id": row["track_id"], "recording_id": row.get("recording", row["track_id"]),
             "song_id": row.get("song", row.get("recording", row["track_id"]))}
            for row in songs
        ))  # fmt: skip
        put("neighbours", _ranked(list(neighbours)))
        put("baskets", (
            {"basket_id": name, "kind": name.split(":")[0], "track_id": track_id, "position": place, "weight": 1.0}
            for name, tracks in (baskets or {}).items()
            for place, track_id in enumerate(tracks)
        ))  # fmt: skip
        put("playlists", ({"playlist_id": f"id:{name}", "name": name, "source": "demo"} for name in playlists or {}))
        put("playlist_tracks", (
            {"playlist_id": f"id:{name}", "position": place, "track_id": track_id, "source": "demo"}
            for name, tracks in (playlists or {}).items()
            for place, track_id in enumerate(tracks)
        ))  # fmt: skip
        put("feedback", feedback)
        put("models", models)
    building.finish(path)
    return path


def _put(con: DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        frame = pl.DataFrame(rows, infer_schema_length=None)
        rewrite(con, table, [frame.sort(key_of(table)) if key_of(table) else frame])


def _track(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "track_id": row["track_id"],
        "name": row["name"],
        "album_id": f"album:{row['album']}" if row.get("album") else None,
        "duration_ms": row.get("duration_ms", 200_000),
        "popularity": row.get("popularity"),
        "genres": row.get("genres", []),
        "spotify_url": f"https://open.spotify.com/track/{row['track_id']}",
        "source": "demo",
    }


def _album(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "album_id": f"album:{row['album']}",
        "name": row["album"],
        "released_on": date(row["year"], 1, 1) if row.get("year") else None,
        "poster_url": f"https://img.example/{row['album']}",
        "source": "demo",
    }


def _ranked(rows: Rows) -> Rows:
    """The rows with the score and rank that follow from their addends."""
    scored = [
        row | {"score": sum(row[name] for name in ("audio", "metadata", "collaborative", "adjustments"))}
        for row in rows
    ]
    scored.sort(key=lambda row: (row["track_id"], -row["score"], row["neighbour_id"]))
    ranks: dict[str, int] = {}
    for row in scored:
        row["rank"] = ranks[row["track_id"]] = ranks.get(row["track_id"], 0) + 1
    return scored
