"""How fast a published file answers: a made one of any size, asked as a person would, reasons included."""

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from schemas.catalogue import FEATURES
from schemas.values import Home
from tasks.taste.clusters import strongest
from warehouse import for_you, journal, query, reading
from warehouse.journal import Said
from warehouse.night import building, writing

log = logging.getLogger(__name__)

SEED = 20261125
LETTERS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype="S1")
PIECE = 20_000
"""Tracks whose neighbours are made at a time."""
SONGS_OF_AN_ARTIST, SONGS_OF_A_PLAYLIST = 10, 50
SONGS_OF_A_PROFILE, TASTES, PLAYS = 2_000, 4, 134_000
LATEST = datetime.fromisoformat("2026-11-01T20:00")
FIVE_YEARS = 5 * 365 * 24 * 3600
TOLD = {
    "way": pl.String(),
    "questions": pl.Int64(),
    "p50_ms": pl.Float64(),
    "p99_ms": pl.Float64(),
    "cpu_ms": pl.Float64(),
}


def answer_times(tracks: int, top: int, questions: int) -> tuple[pl.DataFrame, dict[str, float]]:
    """Times of single songs, of lists of 200 songs, of the list for the person with one more like before each question, and of
    the command line on a made file, and the room that it takes.

    Returns way, questions, p50_ms, p99_ms (wall) and cpu_ms (median CPU of this process) a row; and, in MB, the rows of
    neighbours and the whole file. It is removed afterwards. On a busy machine the CPU is the figure to look at.
    """
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        home = Home(Path(folder))
        path, ids = made(home, tracks, top)
        path.replace(home.warehouse)
        log.info("asking", extra={"event": "progress"})
        chance = np.random.default_rng(SEED)
        seeds = [ids[place] for place in chance.integers(0, tracks, questions)]
        lists = [[ids[place] for place in chance.choice(tracks, min(200, tracks), replace=False)] for _ in range(10)]
        query.recommend(home.warehouse, seeds[:1])
        for_you.for_you(home)
        rows = [
            timed("recommend, one song", lambda seed: query.recommend(home.warehouse, [seed]), seeds),
            timed("recommend, a list of 200 songs", lambda seeds: query.recommend(home.warehouse, seeds), lists),
            timed("for-you, after one more like", lambda _: for_you.for_you(home), _liked(home, seeds)),
            timed("segue recommend, start to end", lambda seed: _command(home, seed), seeds[:3]),
        ]
        room = reading.query(home.warehouse, "bench/room").row(0, named=True)
    return pl.DataFrame(rows, schema=TOLD), {name: round(value / 1e6, 1) for name, value in room.items()}


def timed(way: str, ask: Callable[..., object], questions: Iterable[object]) -> dict[str, object]:
    """Ask each question once; the row of ``answer_times``."""
    walls, cpus = [], []
    for question in questions:
        wall, cpu = time.perf_counter(), time.process_time()
        ask(question)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    p50, p99 = np.quantile(walls, [0.5, 0.99]) * 1e3
    return {"way": way, "questions": len(walls), "p50_ms": p50, "p99_ms": p99, "cpu_ms": float(np.median(cpus)) * 1e3}


def made(home: Home, tracks: int, top: int) -> tuple[Path, list[str]]:
    """A night's file with so many songs and neighbours of each, written as a night writes it; and the ids of its songs.

    Ids are as random as Spotify's. A third of the neighbours share baskets with their song. The person played 2,000 of the songs
    in five years, in four tastes.
    """
    chance = np.random.default_rng(SEED)
    ids = np.sort(chance.choice(LETTERS, (tracks, 22)).view("S22").ravel().astype(str))
    build = building.start(home, "bench", "demo")
    log.info("%s songs", f"{tracks:,}", extra={"event": "progress"})
    writing.replace(build, "songs", _songs(ids, chance))
    sounds = {name: chance.random(tracks).round(3) for name in FEATURES} | {"key": chance.integers(0, 12, tracks)}
    sounds |= {"mode": chance.integers(0, 2, tracks), "time_signature": np.full(tracks, 4)}
    writing.replace(build, "audio_features", pl.DataFrame({"track_id": ids, "source": "demo"} | sounds))
    writing.replace(build, "baskets", _baskets(ids, chance))
    log.info("%s neighbours", f"{tracks * top:,}", extra={"event": "progress"})
    writing.replace(build, "neighbours", _neighbours(ids, top, chance))
    _listen(build, ids, chance)
    return build, ids.tolist()


def _songs(ids: np.ndarray, chance: np.random.Generator) -> pl.DataFrame:
    artist = chance.integers(0, max(len(ids) // SONGS_OF_AN_ARTIST, 1), len(ids))
    genre = chance.integers(0, 400, len(ids))
    return pl.DataFrame({"track_id": ids, "artist": artist, "genre": genre}).select(
        "track_id",
        name=pl.format("Song {}", pl.col("track_id").str.head(9)),
        artists=pl.concat_list(pl.format("Artist {}", "artist")),
        album=pl.format("Album {}", pl.col("track_id").str.head(3)),
        poster_url=pl.format("https://i.scdn.co/image/{}", pl.col("track_id").reverse()),
        spotify_url=pl.format("https://open.spotify.com/track/{}", "track_id"),
        popularity=pl.Series(chance.integers(0, 100, len(ids))),
        recording_id="track_id",
        song_id="track_id",
        artist_ids=pl.concat_list(pl.format("{}{}", pl.lit("0" * 16), pl.col("artist").cast(pl.String).str.zfill(6))),
        album_id=pl.format("{}{}", pl.lit("0" * 19), pl.col("track_id").str.head(3)),
        genres=pl.concat_list(pl.format("genre {}", "genre")),
        released_on=pl.date(1960, 1, 1) + pl.duration(days=pl.lit(pl.Series(chance.integers(0, 24_000, len(ids))))),
        duration_ms=pl.Series(chance.integers(120_000, 400_000, len(ids))),
        name_key=pl.format("song {}", pl.col("track_id").str.head(9).str.to_lowercase()),
        title_key=pl.format("song {}", pl.col("track_id").str.head(9).str.to_lowercase()),
    )


def _baskets(ids: np.ndarray, chance: np.random.Generator) -> pl.DataFrame:
    """Two places a song, in playlists of fifty."""
    places = 2 * len(ids)
    playlist = np.arange(places) // SONGS_OF_A_PLAYLIST
    told = {"playlist": playlist, "track_id": ids[chance.integers(0, len(ids), places)]}
    return (
        pl.DataFrame(told)
        .unique()
        .select(
            basket_id=pl.format("playlist:{}", "playlist"),
            kind=pl.lit("playlist"),
            track_id="track_id",
            position=pl.int_range(pl.len()).over("playlist"),
            weight=pl.lit(1.0),
        )
    )


def _neighbours(ids: np.ndarray, top: int, chance: np.random.Generator) -> Iterator[pl.DataFrame]:
    for start in range(0, len(ids), PIECE):
        own = np.repeat(ids[start : start + PIECE], top)
        is_shared = chance.random(own.size) < 1 / 3
        fall = np.tile(1 - np.arange(top) / (1.2 * top), own.size // top)
        yield pl.DataFrame(
            {
                "track_id": own,
                "rank": np.tile(np.arange(1, top + 1), own.size // top),
                "neighbour_id": ids[chance.integers(0, len(ids), own.size)],
                "audio": 0.3 * chance.random(own.size),
                "metadata": 0.9 * fall * (1 + chance.random(own.size)) / 2,
                "collaborative": np.where(is_shared, 0.5 * chance.random(own.size), 0.0),
                "adjustments": 0.0,
                "baskets_together": chance.integers(1, 6, own.size),
            }
        ).with_columns(
            pl.when(pl.Series(is_shared)).then("baskets_together"),
            score=pl.sum_horizontal("audio", "metadata", "collaborative"),
        )


def _listen(build: Path, ids: np.ndarray, chance: np.random.Generator) -> None:
    """Plays and a profile, as full as they get: most candidates that the list for the person can have."""
    own = chance.permutation(ids)[:SONGS_OF_A_PROFILE]
    often = 1 / np.arange(1, own.size + 1) ** 0.6
    places = chance.choice(own.size, PLAYS, p=often / often.sum())
    seconds = np.sort(chance.choice(FIVE_YEARS, PLAYS, replace=False))
    plays = pl.DataFrame({"track_id": own[places], "ago": seconds, "is_skipped": chance.random(PLAYS) < 0.2})
    told = {"is_skip_derived": False, "origin": "export", "source": "export", "ms_played": 200_000}
    moment = pl.lit(LATEST) - pl.duration(seconds="ago")
    writing.replace(build, "plays", plays.select("track_id", "is_skipped", played_at=moment, **_same(told)))
    weight = np.sort(chance.exponential(3, own.size))[::-1] * np.where(chance.random(own.size) < 0.15, -1, 1)
    profile = pl.DataFrame(
        {"track_id": own, "recording_id": own, "weight": weight, "taste_id": chance.integers(0, TASTES, own.size)}
    ).with_columns(
        taste=pl.format("taste {}", "taste_id"),
        **_same({"plays": 67, "skips": 13, "is_liked": False, "last_played_at": LATEST}),
    )
    writing.replace(build, "tastes", profile)
    near = reading.query(build, "for_you/reached", seeds=own.tolist()).select(
        "score", "kind", track_id="seed", neighbour_id="track_id"
    )
    links = near.join(strongest(profile, 2 * for_you.SEEDS), on="track_id", how="semi")
    writing.replace(build, "taste_links", links.unique(["track_id", "neighbour_id"], keep="first", maintain_order=True))


def _same(values: dict[str, object]) -> dict[str, pl.Expr]:
    """Columns that hold the same value in every row."""
    return {name: pl.lit(value) for name, value in values.items()}


def _liked(home: Home, songs: Sequence[str]) -> Iterator[str]:
    """One song after the other, each liked just now."""
    for song in songs:
        journal.append(home.journal, Said("like", "track", song))
        yield song


def _command(home: Home, seed: str) -> None:
    code = f"import os; os.environ['SEGUE_HOME'] = {str(home.root)!r}; from flows.__main__ import main; main()"
    subprocess.run([sys.executable, "-c", code, "recommend", seed, "--json"], capture_output=True, check=True)
