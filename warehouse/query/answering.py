"""The question that Segue exists for: songs like these, with posters and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import SettingsError, UnknownSongError
from warehouse.connection import reader
from warehouse.query.names import named
from warehouse.query.ranking import SIGNALS, Candidate, Pool, checked_by, checked_filters, ranked
from warehouse.query.reasons import reasons
from warehouse.statements import statement

REASON = pl.Struct({"kind": pl.String(), "text": pl.String(), "contribution": pl.Float64()})

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

    The contributions of ``reasons`` (kind, text, contribution) sum to the score. Seeds never come back, nor other versions
    of them, nor two versions of one song, nor what the person blocked. ``diversify=False`` is the bare ranking, without
    artist cap and variety. ``filters`` are ``min_``, ``max_`` (they cut the pool) and ``target_`` (prefers) of Spotify's
    fourteen attributes. ``by`` lets one signal alone decide among the stored neighbours.

    Raises:
        UnknownSongError: a seed is not in the warehouse, or there is none.
        SettingsError: ``by``, ``limit`` or a filter cannot be used.
        WarehouseError: the file is missing, damaged or of another version.
    """
    return answer(warehouse, seeds, limit, by=by, diversify=diversify, filters=filters).songs


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
    with reader(Path(warehouse)) as con:
        seed = named(con, name, artist).track_id
        return answered(con, [seed], limit, by=by, diversify=diversify, filters=filters).songs


def answer(
    warehouse: Path,
    seeds: Sequence[str],
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> Answer:
    """As ``recommend``, with the accounting of the pool."""
    with reader(Path(warehouse)) as con:
        return answered(con, seeds, limit, by=by, diversify=diversify, filters=filters)


def answered(
    con: DuckDBPyConnection,
    seeds: Sequence[str],
    limit: int,
    *,
    by: str,
    diversify: bool,
    filters: Mapping[str, float] | None,
) -> Answer:
    """As ``answer``, on an open connection."""
    filters = checked_filters(filters)
    if limit < 1:
        raise SettingsError(f"limit must be 1 or more, not {limit}")
    seeds = list(dict.fromkeys(seeds))
    candidates = drawn(con, seeds, checked_by(by))
    listing = ranked(candidates, limit, diversify=diversify, filters=filters)
    return Answer(described(con, seeds, listing.chosen), listing.pool)


def drawn(con: DuckDBPyConnection, seeds: Sequence[str], by: str) -> list[Candidate]:
    """The pool of the seeds: every neighbour of any of them with the addends that ``by`` counts."""
    known(con, seeds)
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = con.sql(statement("query/pool"), params={"seeds": list(seeds), "now": now}).pl().to_dicts()
    counted = SIGNALS if by == "hybrid" else (by,)
    pool = [Candidate(row, {kind: row[kind] for kind in counted}) for row in rows]
    return pool if by == "hybrid" else [one for one in pool if one.addends[by]]  # 0: the signal says nothing of it


def known(con: DuckDBPyConnection, seeds: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of ``query/cards.sql`` of the seeds, in their order.

    Raises:
        UnknownSongError: names the seeds that are not in the warehouse.
    """
    if not seeds:
        raise UnknownSongError("give at least one song to begin with")
    cards = {row["track_id"]: row for row in cards_of(con, seeds)}
    strangers = [seed for seed in seeds if seed not in cards]
    if strangers:
        more = f" and {len(strangers) - 3} more" if len(strangers) > 3 else ""
        raise UnknownSongError(
            f"the warehouse has no track {', '.join(map(repr, strangers[:3]))}{more}: give track ids, or ask by name"
        )
    return [cards[seed] for seed in seeds]


def cards_of(con: DuckDBPyConnection, track_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What reasons may tell of these songs, by track id."""
    return con.sql(statement("query/cards"), params={"track_ids": list(track_ids)}).pl().to_dicts()


def described(con: DuckDBPyConnection, seeds: Sequence[str], chosen: Sequence[Candidate]) -> pl.DataFrame:
    """The chosen songs with their reasons, as ``COLUMNS``."""
    given = known(con, seeds)
    together = shared_baskets(con, seeds, [one.track_id for one in chosen])
    rows = []
    for one in chosen:
        told = reasons(one, given, together.get(one.track_id, {}))
        shown = {name: one.row[name] for name in COLUMNS if name in one.row}
        rows.append(shown | {"rank": one.place, "score": one.score, "reasons": [reason._asdict() for reason in told]})
    return pl.DataFrame(rows, schema=COLUMNS)


def shared_baskets(
    con: DuckDBPyConnection, seeds: Sequence[str], track_ids: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Track id -> kind of basket -> baskets of that kind that hold it together with a seed."""
    values = {"seeds": list(seeds), "track_ids": list(track_ids)}
    found: dict[str, dict[str, int]] = {}
    for track_id, kind, baskets in con.execute(statement("query/together"), values).fetchall():
        found.setdefault(track_id, {})[kind] = baskets
    return found
