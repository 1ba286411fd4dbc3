"""How songs sound and how popular they are: Spotify where it still tells, else ReccoBeats; each track is asked for once."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from schemas.errors import ApiError, Parked
from schemas.values import SPOTIFY_ID
from tasks.spotify.parse.sound import reccobeats_objects, spotify_objects
from tasks.spotify.parse.values import Json
from tasks.spotify.walk.api import Api
from tasks.spotify.walk.library import THREADS

log = logging.getLogger(__name__)

SPOTIFY_BATCH, RECCOBEATS_BATCH = 100, 40
UNKNOWN_AGAIN = timedelta(days=30)
"""A track that nobody knew is asked for again after so long."""


@dataclass
class Heard:
    """What one service told: objects by track id, the ids that it does not know, and the least requests for it."""

    found: dict[str, Json] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    least: int = 0
    failed: int = 0
    is_parked: bool = False


def spotify_features(api: Api, ids: Sequence[str]) -> Heard:
    """Audio features by Spotify, a hundred tracks a request."""

    def ask(chunk: tuple[str, ...]) -> dict[str, Json]:
        return spotify_objects(api.ask("/audio-features", {"ids": ",".join(chunk)}))

    return _heard(ids, SPOTIFY_BATCH, ask)


def reccobeats_features(api: Api, ids: Sequence[str]) -> Heard:
    """Audio features by ReccoBeats, forty tracks a request."""
    return _heard(ids, RECCOBEATS_BATCH, lambda chunk: _reccobeats(api, "/v1/audio-features", chunk))


def reccobeats_tracks(api: Api, ids: Sequence[str]) -> Heard:
    """What ReccoBeats knows of tracks of which it tells a popularity."""

    def ask(chunk: tuple[str, ...]) -> dict[str, Json]:
        found = _reccobeats(api, "/v1/track", chunk)
        return {track_id: track for track_id, track in found.items() if track.get("popularity") is not None}

    return _heard(ids, RECCOBEATS_BATCH, ask)


def askable(tracks: pl.DataFrame) -> pl.DataFrame:
    """The tracks whose id is Spotify's: nobody knows another one."""
    return tracks.filter(pl.col("track_id").str.contains(SPOTIFY_ID))


def _reccobeats(api: Api, path: str, chunk: tuple[str, ...]) -> dict[str, Json]:
    return reccobeats_objects(api.ask_reccobeats(path, {"ids": ",".join(chunk)}))


def _heard(ids: Sequence[str], size: int, ask: Callable[[tuple[str, ...]], dict[str, Json]]) -> Heard:
    heard = Heard()

    def asked(chunk: tuple[str, ...]) -> Any:
        try:
            return ask(chunk)
        except (ApiError, Parked) as error:
            return error

    chunks = [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="sound") as pool:
        for chunk, answer in zip(chunks, pool.map(asked, chunks), strict=True):
            if isinstance(answer, Parked):
                heard.is_parked = True
            elif isinstance(answer, ApiError):
                heard.failed += len(chunk)
                log.warning("%s", answer)
            else:
                heard.least += 1
                heard.found |= {track_id: answer[track_id] for track_id in chunk if track_id in answer}
                heard.unknown += [track_id for track_id in chunk if track_id not in answer]
    return heard
