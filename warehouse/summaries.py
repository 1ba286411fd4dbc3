"""The named queries behind the pages: one SQL file in ``sql/report``, one frame, one picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from math import fsum
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs

from schemas.errors import WarehouseError
from warehouse.connection import opened, reader
from warehouse.query import recommend
from warehouse.statements import statement

COMPARED = (
    "tracks",
    "artists",
    "playlists",
    "playlist_tracks",
    "saved_tracks",
    "plays",
    "recommendations",
    "tastes",
    "audio_features",
)
"""Tables that the queries also read from last night's file, as ``earlier.<table>``."""

ASKED_LATER = ("cards",)
"""Queries that are about songs which other queries named."""

ADDENDS = ("audio", "metadata", "collaborative")
"""Addends that have a column of their own in ``seed_neighbours``; every other one is summed in ``adjustments``."""


def report_sql() -> dict[str, str]:
    """Return the text of every query of the newspaper by its name."""
    folder = resources.files("warehouse") / "sql" / "report"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return {f.name.removesuffix(".sql"): f.read_text(encoding="utf-8") for f in files}


def report(path: Path, previous: Path | None = None, *, places: int = 5) -> dict[str, pl.DataFrame]:
    """Return every frame of the newspaper by the name of its query, read from the warehouse file at `path`.

    `previous` is last night's file, for what changed; without it the queries see an empty last night. `places` is how
    many neighbours each seed song shows: ``seed_neighbours`` is what ``warehouse.query.recommend`` answers for it (seed_id,
    place, track_id, score, its addends, and the reasons in words). ``cards`` holds names and covers of every song that
    another frame mentions.
    Raises WarehouseError when a file cannot be read.
    """
    queries = report_sql()
    with _two_nights(path, previous) as con:
        frames = {name: _read(con, sql) for name, sql in queries.items() if name not in ASKED_LATER}
        frames["seed_neighbours"] = _neighbours(path, frames["seeds"]["track_id"].to_list(), places)
        named = [frames[name]["track_id"] for name in ("seeds", "seed_neighbours", "for_you", "new_songs")]
        named.append(frames["tastes"]["strongest"].explode())
        ids = pl.concat(named).drop_nulls().unique().sort().to_list()
        frames["cards"] = _read(con, queries["cards"], track_ids=ids)
    return frames


def atlas_of(path: Path) -> pl.DataFrame | None:
    """Return the map of a published file in the order of track ids; None for a file that has none or cannot be read."""
    try:
        with reader(path) as con:
            return con.sql(statement("atlas/places")).pl()
    except (WarehouseError, duckdb.CatalogException):
        return None


def _read(con: duckdb.DuckDBPyConnection, sql: str, **parameters: Any) -> pl.DataFrame:
    """A figure that cannot be told, such as the correlation with a feature that never varies, is null and not NaN."""
    return con.sql(sql, params=parameters or None).pl().with_columns(cs.float().fill_nan(None))


def _neighbours(path: Path, seeds: list[str], places: int) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for seed in seeds:
        for song in recommend(path, [seed], places).iter_rows(named=True):
            adds = {kind: fsum(r["contribution"] for r in song["reasons"] if r["kind"] == kind) for kind in ADDENDS}
            adds["adjustments"] = song["score"] - fsum(adds.values())
            texts = [reason["text"] for reason in song["reasons"] if reason["text"]]
            rows.append(
                {"seed_id": seed, "place": song["rank"], "track_id": song["track_id"], "score": song["score"]}
                | adds
                | {"reasons": texts}
            )
    floats = dict.fromkeys(("score", *ADDENDS, "adjustments"), pl.Float64())
    schema = {
        "seed_id": pl.String(),
        "place": pl.Int64(),
        "track_id": pl.String(),
        **floats,
        "reasons": pl.List(pl.String),
    }
    return pl.DataFrame(rows, schema=schema)


@contextmanager
def _two_nights(path: Path, previous: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open tonight's file as the default catalogue and last night's as ``earlier``, both for reading only."""
    # one thread, because sums of several come out in another order, and the same night must give the same page to the byte
    con = opened(":memory:", {"threads": 1, "python_enable_replacements": False})
    try:
        con.execute("attach $path as night (read_only)", {"path": str(path)})
        if previous is None:
            con.execute("attach ':memory:' as earlier")
            for table in COMPARED:
                con.execute(f"create view earlier.{table} as from night.{table} limit 0")
        else:
            con.execute("attach $path as earlier (read_only)", {"path": str(previous)})
        con.execute("use night")
        yield con
    except duckdb.Error as error:
        raise WarehouseError(f"{path} cannot be summarised: {error}. Run `segue refresh` to build it anew.") from error
    finally:
        con.close()
