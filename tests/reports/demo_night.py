"""The demo as a finished night, built from the bundled catalogue and its listener without a network: for tests of the pages."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from schemas.catalogue import FEATURES
from schemas.tables import TABLES
from schemas.values import Home
from tasks.atlas import PULLS, laid_out, regions
from tasks.standin.account import Play, Playlist
from tasks.standin.catalogue import Track, bundled
from tasks.standin.demo import demo_account, demo_listening
from warehouse import reading
from warehouse.night import building, writing

RUN_ID = "20261125T030000-abc123"
NIGHT_BEFORE = "20261124T030000-000000"
BEGAN_AT = datetime(2026, 11, 25, 3)  # noqa: DTZ001 - the warehouse keeps UTC without saying so
COVERS = "http://127.0.0.1:8974/image/"


def demo_night(home: Home, *, songs: int | None = None, neighbours: int = 30) -> Path:
    """Return the database of a night on the demo, with its first `songs` songs; not yet published."""
    catalogue = bundled()
    account, listening = demo_account(catalogue), demo_listening(catalogue)
    tracks = [*catalogue.tracks.values()][:songs]
    saved = [entry.item for entry in account.saved if entry]
    lists = [playlist for playlist in account.playlists if playlist]
    return night_of(home, tracks, lists=lists, saved=saved, plays=listening.plays, neighbours=neighbours)


def night_of(
    home: Home,
    tracks: Sequence[Track],
    *,
    lists: Sequence[Playlist] = (),
    saved: Sequence[Track] = (),
    plays: Sequence[Play] = (),
    neighbours: int = 30,
    words: str = "loud guitars",
) -> Path:
    """Return the database of a night on these songs; `words` stand wherever Segue or a person writes free text."""
    known = {track.id for track in tracks}
    build = building.start(home, RUN_ID, ["demo"])
    facts(build, tracks)
    library(build, lists, known)
    heard = pl.DataFrame(
        [
            {"played_at": play.played_at.replace(tzinfo=None), "track_id": play.track.id, "ms_played": play.track.duration_ms,
             "is_skipped": number % 7 == 0, "origin": "api", "source": "demo"}
            for number, play in enumerate(plays)
            if play.track.id in known
        ]
    )  # fmt: skip
    replace(build, "plays", heard if heard.is_empty() else heard.unique(["played_at", "track_id"]))
    kept = [track.id for track in saved if track.id in known]
    replace(build, "saved_tracks", pl.DataFrame({"track_id": kept, "source": "demo"}))
    if tracks:
        relate(build, tracks, neighbours)
        judged(build, tracks, kept, words)
    building.finish(build)
    placed(build)
    bookkeeping(build, words)
    return build


def replace(build: Path, table: str, frame: pl.DataFrame) -> None:
    if not frame.is_empty():
        writing.replace(build, table, frame)


def facts(build: Path, tracks: Sequence[Track]) -> None:
    artists = {artist.id: artist for track in tracks for artist in track.artists}
    albums = {track.album.id: track.album for track in tracks}
    replace(build, "tracks", pl.DataFrame([
        {"track_id": t.id, "name": t.name, "album_id": t.album.id, "duration_ms": t.duration_ms, "is_explicit": t.explicit,
         "popularity": t.popularity, "genres": list(t.genres), "spotify_url": f"https://open.spotify.com/track/{t.id}", "source": "demo"}
        for t in tracks
    ]))  # fmt: skip
    replace(build, "artists", pl.DataFrame([
        {"artist_id": a.id, "name": a.name, "genres": list(a.genres), "popularity": a.popularity, "source": "demo"} for a in artists.values()
    ]))  # fmt: skip
    replace(build, "albums", pl.DataFrame([
        {"album_id": a.id, "name": a.name, "album_type": a.type, "poster_url": f"{COVERS}{a.id}/640.png",
         "poster_medium_url": f"{COVERS}{a.id}/300.png", "poster_small_url": f"{COVERS}{a.id}/64.png", "source": "demo"}
        for a in albums.values()
    ]))  # fmt: skip
    replace(build, "track_artists", pl.DataFrame([
        {"track_id": t.id, "position": place, "artist_id": artist.id, "source": "demo"}
        for t in tracks
        for place, artist in enumerate(t.artists)
    ]))  # fmt: skip
    measured = [{"track_id": t.id, **t.features, "source": "demo"} for t in tracks if t.features]
    replace(build, "audio_features", pl.DataFrame(measured))
    replace(
        build, "recordings", pl.DataFrame([{"track_id": t.id, "recording_id": t.id, "song_id": t.id} for t in tracks])
    )


def library(build: Path, lists: Sequence[Playlist], known: set[str]) -> None:
    replace(build, "playlists", pl.DataFrame([
        {"playlist_id": p.id, "name": p.name, "owner_id": p.owner.id, "source": "demo"} for p in lists
    ]))  # fmt: skip
    replace(build, "playlist_tracks", pl.DataFrame([
        {"playlist_id": p.id, "position": place, "track_id": entry.item.id, "source": "demo"}
        for p in lists
        for place, entry in enumerate(p.entries)
        if isinstance(entry.item, Track) and entry.item.id in known
    ]))  # fmt: skip


def relate(build: Path, tracks: Sequence[Track], count: int) -> None:
    """Neighbours by a plain sum of cosines: sound, genres and artist, an artist's songs as if they shared baskets."""
    sound = np.array([[float((t.features or {}).get(name, 0.0)) for name in FEATURES] for t in tracks])
    sound = (sound - sound.mean(axis=0)) / (sound.std(axis=0) + 1e-9)
    sound /= np.linalg.norm(sound, axis=1, keepdims=True) + 1e-9
    names = sorted({genre for t in tracks for genre in t.genres})
    genres = np.array([[name in t.genres for name in names] for t in tracks], dtype=float)
    genres /= np.linalg.norm(genres, axis=1, keepdims=True) + 1e-9
    leads = np.unique([t.artists[0].id for t in tracks], return_inverse=True)[1]
    ids = np.array([t.id for t in tracks])
    parts = []
    count = min(count, len(tracks) - 1)
    for place in range(len(tracks)):
        audio, metadata = 0.3 * (sound @ sound[place]), 0.3 * (genres @ genres[place])
        together = 0.4 * (leads == leads[place])
        score = audio + metadata + together
        score[place] = -9
        near = np.argsort(-score, kind="stable")[:count]
        parts.append(
            {"track_id": [ids[place]] * count, "rank": range(1, count + 1), "neighbour_id": ids[near], "score": score[near],
             "audio": audio[near], "metadata": metadata[near], "collaborative": together[near], "adjustments": np.zeros(count),
             "baskets_together": (together[near] * 10).astype(int)}
        )  # fmt: skip
    frame = pl.concat(
        [pl.DataFrame(part, schema_overrides={"rank": pl.Int32, "baskets_together": pl.Int32}) for part in parts]
    )
    replace(build, "neighbours", frame)


def placed(build: Path) -> None:
    songs = reading.query(build, "atlas/songs")
    points = laid_out(songs.height, reading.query(build, "atlas/neighbours", places=PULLS))
    places = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]}).cast(pl.Float64)
    replace(build, "atlas", songs.select("track_id", *places, regions(songs, points)))


def judged(build: Path, tracks: Sequence[Track], saved: Sequence[str], words: str) -> None:
    """Tastes, a list for the person, weights and measured figures."""
    liked = list(saved) or [track.id for track in tracks[:20]]
    replace(build, "tastes", pl.DataFrame([
        {"taste_id": place % 2, "taste": (words, "late house")[place % 2], "track_id": track_id, "recording_id": track_id, "weight": 9.0 / (place + 1),
         "plays": 5, "skips": 1, "is_liked": True, "last_played_at": BEGAN_AT - timedelta(days=1)}
        for place, track_id in enumerate(liked)
    ]))  # fmt: skip
    reasons = [{"kind": "taste", "text": f"because you like {words}", "contribution": 0.6},
               {"kind": "audio", "text": "sounds like what you play", "contribution": 0.2}]  # fmt: skip
    replace(build, "recommendations", pl.DataFrame([
        {"list": "for_you", "rank": place, "track_id": track.id, "score": 0.8, "reasons": json.dumps(reasons), "taste_id": place % 2}
        for place, track in enumerate(tracks[-20:], start=1)
    ]))  # fmt: skip
    weights = [
        {"model": "song", "algorithm": "hybrid-1", "signal": signal, "step": 0, "value": value, "is_default": True, "run_id": RUN_ID}
        for signal, value in (("audio", 0.3), ("metadata", 0.3), ("collaborative", 0.4))
    ]  # fmt: skip
    steps = [
        {"model": "list", "algorithm": "shapes-1", "signal": signal, "step": step, "lower": edge, "upper": edge + 0.25,
         "value": reach * edge, "is_default": False, "run_id": RUN_ID}
        for signal, reach in (("collaborative.user", 2.0), ("metadata.artist_n", 1.2), ("audio.likelihood", 0.4))
        for step, edge in enumerate((0.0, 0.25, 0.5, 0.75))
    ]  # fmt: skip
    replace(build, "models", pl.DataFrame([*weights, *steps], infer_schema_length=None))
    writing.record(build, "evaluation", pl.DataFrame([
        {"run_id": run, "task": task, "split": "hidden fifth", "algorithm": algorithm, "view": "warm", "metric": "ndcg@10",
         "value": value, "low": value - 0.02, "high": value + 0.02, "cases": 40}
        for run in (NIGHT_BEFORE, RUN_ID)
        for task in ("song", "list")
        for algorithm, value in (("hybrid", 0.2), ("audio", 0.03), ("metadata", 0.12), ("collaborative", 0.11), ("popularity", 0.02))
    ]))  # fmt: skip


def bookkeeping(build: Path, words: str) -> None:
    """What the night books of itself: runs, stages, accounting, quarantine, profile, capabilities."""
    writing.record(build, "runs", pl.DataFrame([
        {"run_id": run, "source": "demo", "started_at": at, "ended_at": at + timedelta(seconds=31), "verdict": "published",
         "is_stale": False, "algorithm": "hybrid-1", "version": "0.1.0", "note": note}
        for run, at, note in ((NIGHT_BEFORE, BEGAN_AT - timedelta(days=1), None),
                              (RUN_ID, BEGAN_AT, f"a page was asked for again after 503; {words} is no playlist"))
    ]))  # fmt: skip
    stages = ("token", "probe", "extract", "validate", "store", "similarity", "report")
    writing.record(build, "run_stages", pl.DataFrame([
        {"run_id": RUN_ID, "ordinal": place, "stage": stage, "started_at": BEGAN_AT + timedelta(seconds=4 * place), "seconds": 3.5,
         "rows": 100, "requests": 62 if stage == "extract" else None, "requests_least": 60 if stage == "extract" else None,
         "retries": 2 if stage == "extract" else None, "waited_seconds": 1.0 if stage == "extract" else None, "verdict": "done"}
        for place, stage in enumerate(stages)
    ], infer_schema_length=None))  # fmt: skip
    writing.record(build, "row_accounting", pl.DataFrame([
        {"run_id": RUN_ID, "entity": entity, "source": "demo", "received": 110, "stored": 90, "unchanged": 5, "duplicate": 9,
         "rejected": 2, "skipped": 4, "removed": 0, "rejected_by_rule": '{"name: str_length(1, None)": 2}', "skipped_by_reason": '{"episode": 4}'}
        for entity in ("tracks", "albums", "playlist_tracks")
    ]))  # fmt: skip
    replace(build, "rejected_rows", pl.DataFrame([
        {"run_id": RUN_ID, "entity": "tracks", "source": "demo", "rule": "name: str_length(1, None)", "value": words, "row": words}
    ]))  # fmt: skip
    replace(build, "data_profile", pl.DataFrame(profile(build), infer_schema_length=None))
    writing.record(build, "api_capabilities", pl.DataFrame([
        {"run_id": run, "capability": name, "is_available": found and run == RUN_ID, "status": 200 if found else 403, "detail": None}
        for run in (NIGHT_BEFORE, RUN_ID)
        for name, found in (("playlist_items", True), ("audio_features", False))
    ]))  # fmt: skip


def profile(build: Path) -> list[dict[str, object]]:
    rows = []
    for table, model in TABLES.items():
        frame = reading.table(build, table)
        for name, column in model.to_schema().columns.items():
            values = frame[name].drop_nulls()
            numbers = values if values.dtype.is_numeric() and len(values) else None
            plain = values if len(values) and values.dtype != pl.List else None
            rows.append(
                {"table_name": table, "column_name": name, "data_type": str(column.dtype), "description": column.description,
                 "rows": frame.height, "nulls": frame[name].null_count(), "distinct": values.n_unique(),
                 "minimum": None if plain is None else str(plain.min()), "maximum": None if plain is None else str(plain.max()),
                 "mean": None if numbers is None else numbers.mean()}
            )  # fmt: skip
    return rows
