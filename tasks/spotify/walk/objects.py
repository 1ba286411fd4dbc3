"""Single objects that no list brought whole: artists of whom a track told only the name."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from schemas.errors import ApiError, Parked
from schemas.values import SPOTIFY_ID
from tasks.spotify.parse.values import Json
from tasks.spotify.walk.api import Api
from tasks.spotify.walk.library import THREADS
from tasks.spotify.walk.past import Past

log = logging.getLogger(__name__)

ARTISTS_A_BATCH = 50
REQUESTS_A_NIGHT = 400
"""One request an artist is the main eater of a quota of about a thousand a day; the rest follows on later nights."""
ASKED_AGAIN = timedelta(days=90)
"""Artists are asked for once, and again after so long."""


@dataclass
class Asked:
    """What came of asking for objects: those that were found, found/unknown/refused by id, the least requests for it."""

    found: list[Json] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    least: int = 0
    failed: int = 0
    is_parked: bool = False


def artists_to_ask(credits: pl.DataFrame, known: Iterable[str], past: Past, now: datetime) -> list[str]:
    """Ids of the credited artists (one row of ``credits`` a credit, artist_id) who are not ``known``, most credited first.

    Who was asked for less than 90 days ago is left alone, whatever the answer was.
    """
    asked = past.asked.items()
    done = {artist_id for (entity, artist_id), (*_, at) in asked if entity == "artists" and now - at < ASKED_AGAIN}
    is_wanted = pl.col("artist_id").str.contains(SPOTIFY_ID) & ~pl.col("artist_id").is_in([*done, *known])
    counted = credits.filter(is_wanted).group_by("artist_id").len()
    return counted.sort(["len", "artist_id"], descending=[True, False])["artist_id"].to_list()


def ask_artists(api: Api, ids: Sequence[str], *, in_batches: bool, most: int = REQUESTS_A_NIGHT) -> Asked:
    """Full artists by id with at most ``most`` requests.

    One by one it ends as soon as an answer shows that this app is not told genres: the rest of an artist is not worth it.
    """
    size = ARTISTS_A_BATCH if in_batches else 1
    chunks = [list(ids[start : start + size]) for start in range(0, len(ids), size)][:most]
    asked = Asked()

    def ask(chunk: list[str]) -> list[Any]:
        if in_batches:
            artists = api.ask("/artists", {"ids": ",".join(chunk)}).get("artists")
            return artists if isinstance(artists, list) else []
        return [api.ask(f"/artists/{chunk[0]}")]

    with ThreadPoolExecutor(THREADS, thread_name_prefix="artists") as pool:
        for window in _windows(chunks):
            for chunk, answer in zip(window, pool.map(_caught(ask), window), strict=True):
                _settle(asked, chunk, answer)
            if asked.is_parked or (not in_batches and any("genres" not in artist for artist in asked.found)):
                break
    return asked


def _windows(chunks: list[list[str]]) -> Iterable[list[list[str]]]:
    """One chunk alone to learn from, then several at a time."""
    yield chunks[:1]
    for start in range(1, len(chunks), 4 * THREADS):
        yield chunks[start : start + 4 * THREADS]


def _caught(ask: Callable[[list[str]], list[Any]]) -> Callable[[list[str]], list[Any] | ApiError | Parked]:
    def asked(chunk: list[str]) -> list[Any] | ApiError | Parked:
        try:
            return ask(chunk)
        except (ApiError, Parked) as error:
            return error

    return asked


def _settle(asked: Asked, chunk: list[str], answer: list[Any] | ApiError | Parked) -> None:
    match answer:
        case Parked():
            asked.is_parked = True
            return
        case ApiError(status=404 | 400):
            asked.status |= dict.fromkeys(chunk, "unknown")
        case ApiError(status=403):
            asked.status |= dict.fromkeys(chunk, "refused")
        case ApiError():
            asked.failed += len(chunk)
            log.warning("%s", answer)
            return
        case list():
            found = [artist for artist in answer if isinstance(artist, dict)]
            asked.found += found
            told = {artist.get("id") for artist in found}
            asked.status |= {id: "found" if id in told or len(chunk) == 1 else "unknown" for id in chunk}
    asked.least += 1
