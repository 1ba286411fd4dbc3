"""The question that Segue exists for: songs like these, with posters and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from warehouse.connection import reader
from warehouse.query.asking import Asked, ask, basket_names, close_by, shared_baskets
from warehouse.query.names import named
from warehouse.query.ranking import Pool
from warehouse.query.telling import reasons, told_baskets

REASON = pl.Struct(
    {"kind": pl.String(), "text": pl.String(), "contribution": pl.Float64(), "evidence": pl.List(pl.String())}
)

COLUMNS = {
    "rank": pl.Int64(),
    "track_id": pl.String(),
    "name": pl.String(),
    "artists": pl.List(pl.String()),
    "album": pl.String(),
    "poster_url": pl.String(),
    "spotify_url": pl.String(),
    "score": pl.Float64(),
    "reasons": pl.List(REASON),
}
"""A recommendation, as the command line prints it in JSON and as notebooks get it."""


@dataclass(frozen=True)
class Answer:
    """Recommended songs (``COLUMNS``), and how many there were to choose from."""

    songs: pl.DataFrame
    pool: Pool


def recommend(
    warehouse: Path,
    seeds: Sequence[str],
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Songs that belong with all of ``seeds`` (track ids), best first: rank, track_id, name, artists, album, poster_url,
    spotify_url, score, reasons.

    The contributions of ``reasons`` (kind, text, contribution, evidence) sum to the score; ``evidence`` is what a sentence
    rests on: ids of baskets, artists, albums and songs, genres, and columns of audio_features (or popularity). Seeds never
    come back, nor other versions of them, nor two versions of one song, nor what the person blocked. ``diversify=False`` is
    the bare ranking, without artist cap and variety. ``filters`` are ``min_``, ``max_`` (they cut the pool) and ``target_`` (prefers) of Spotify's
    fourteen attributes. ``by`` lets one signal alone decide among the stored neighbours.

    Raises:
        UnknownSongError: a seed is not in the warehouse, or there is none.
        SettingsError: ``by``, ``limit`` or a filter cannot be used.
        WarehouseError: the file is missing, damaged or of another version.
    """
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        return described(con, ask(con, warehouse, seeds, limit, by=by, diversify=diversify, filters=filters))


def similar_songs(
    warehouse: Path,
    name: str,
    artist: str | None = None,
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """``recommend`` for the song of this name, id or link; ``find_song`` tells which one is meant.

    Raises:
        UnknownSongError: nothing has that name; carries the five nearest names.
    """
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        asked = ask(
            con, warehouse, [named(con, name, artist).track_id], limit, by=by, diversify=diversify, filters=filters
        )
        return described(con, asked)


def answer(
    warehouse: Path,
    seeds: Sequence[str],
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> Answer:
    """As ``recommend``, with the accounting of the pool, for which all of it has to be looked at."""
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        asked = ask(con, warehouse, seeds, limit, by=by, diversify=diversify, filters=filters)
        asked.listing.finish()
        return Answer(described(con, asked), asked.listing.pool)


def described(con: DuckDBPyConnection, asked: Asked) -> pl.DataFrame:
    """The chosen songs with their reasons, as ``COLUMNS``."""
    together = [shared_baskets(asked.seeds, one.row) for one in asked.listing.chosen]
    names = basket_names(
        con, [told_baskets(one.row, shared) for one, shared in zip(asked.listing.chosen, together, strict=True)]
    )
    close = close_by(asked)
    rows = []
    for one, shared in zip(asked.listing.chosen, together, strict=True):
        told = reasons(one, asked.seeds, shared, names, close=close.get(one.track_id))
        shown = {name: one.row[name] for name in COLUMNS if name in one.row}
        rows.append(shown | {"rank": one.place, "score": one.score, "reasons": [reason._asdict() for reason in told]})
    return pl.DataFrame(rows, schema=COLUMNS)
