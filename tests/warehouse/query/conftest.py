"""A small warehouse whose answers are obvious: six slow songs of two artists, their versions, and some loud strangers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.values import Home
from warehouse.night import building, writing

Rows = list[dict[str, Any]]

SOUND = {
    "danceability": 0.5, "energy": 0.5, "key": 0, "loudness": -8.0, "mode": 1, "speechiness": 0.05, "acousticness": 0.3,
    "instrumentalness": 0.0, "liveness": 0.1, "valence": 0.5, "tempo": 110.0, "time_signature": 4, "source": "demo",
}  # fmt: skip


def song(track_id: str, name: str, artists: list[str], **more: Any) -> dict[str, Any]:
    """A song as a test tells it: name, artists by name, and what else matters of album, genres, year, popularity, sound."""
    return {"track_id": track_id, "name": name, "artists": artists} | more


def near(
    track_id: str, neighbour_id: str, audio: float, metadata: float, collaborative: float, **more: Any
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
    put = partial(_put, path)
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


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that most tests ask."""
    slow = {"tempo": 72.0, "acousticness": 0.9, "energy": 0.2}
    songs = [
        song("seed", "Naïve Moon", ["Ada"], album="Night", genres=["folk"], year=1970, popularity=50, sound=slow),
        song(
            "seed-live",
            "Naïve Moon - Live",
            ["Ada"],
            song="seed",
            album="On Stage",
            year=1975,
            popularity=20,
            sound=slow,
        ),
        song(
            "a1",
            "River",
            ["Ada"],
            album="Night",
            genres=["folk"],
            year=1970,
            popularity=40,
            sound=slow | {"tempo": 74.0},
        ),
        song(
            "a2", "Stone", ["Ada"], album="Day", genres=["folk"], year=1972, popularity=41, sound=slow | {"tempo": 76.0}
        ),
        song("a3", "Tree", ["Ada"], album="Day", genres=["folk"], year=1972, popularity=42),
        song(
            "b1", "Harbour", ["Bo", "Ada"], album="Sea", genres=["folk", "jazz"], year=1971, popularity=60, sound=SOUND
        ),
        song(
            "b1-remix",
            "Harbour - Remix",
            ["Bo"],
            song="b1",
            album="Sea (Remixes)",
            year=2001,
            popularity=10,
            sound=SOUND,
        ),
        song(
            "b2",
            "Lamp",
            ["Bo"],
            genres=["jazz"],
            year=1999,
            popularity=70,
            sound=SOUND | {"tempo": 150.0, "energy": 0.9},
        ),
        song("c1", "Moon", ["Cleo"], popularity=90, sound=SOUND),
        song("c2", "Moon", ["Dee"], popularity=30),
        song("lonely", "Nobody's Friend", ["Eve"]),
    ]
    neighbours = [
        near("seed", "seed-live", 0.9, 0.9, 0.0),
        near("seed", "a1", 0.30, 0.30, 0.35, baskets_together=2, baskets_expected=0.9),
        near("seed", "a2", 0.28, 0.30, 0.20, baskets_together=0, baskets_expected=0.1),
        near("seed", "a3", 0.0, 0.30, 0.20, baskets_together=0, baskets_expected=0.1),
        near("seed", "b1", 0.10, 0.20, 0.30, baskets_together=1, baskets_expected=0.5),
        near("seed", "b1-remix", 0.10, 0.10, 0.10),
        near("seed", "b2", -0.20, 0.10, 0.25, adjustments=-0.01),
        near("seed", "c1", 0.05, 0.0, 0.05),
        near("b2", "b1", 0.2, 0.4, 0.1),
        near("b2", "c1", 0.1, 0.1, 0.5),
        near("b2", "seed", 0.1, 0.1, 0.2),
    ]
    baskets = {
        "playlist:calm": ["seed", "a1"],
        "playlist:walks": ["seed", "a1", "b1"],
        "session:1970-01-01": ["b2", "c1"],
    }
    return build(
        tmp_path_factory.mktemp("small"),
        songs,
        neighbours,
        baskets,
        playlists={"Calm": ["seed", "b2", "seed"], "Empty": []},
    )


@pytest.fixture
def warehouse_of(tmp_path: Path) -> Callable[..., Path]:
    """``build`` in a folder of its own."""
    return lambda *args, **more: build(tmp_path, *args, **more)


def _put(path: Path, table: str, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        writing.replace(path, table, pl.DataFrame(rows, infer_schema_length=None))


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
