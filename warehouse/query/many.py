"""Songs for many lists at once: a night's evaluation, or whoever has 1,600 playlists to continue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import InvalidDataError, SettingsError
from warehouse.connection import reader
from warehouse.query.asking import blocked_now, cards, summing
from warehouse.query.model import learned, more_of
from warehouse.query.ranking import Candidate, checked_by, ranked
from warehouse.query.signals import candidates_of, chunks
from warehouse.statements import statement

LOOKED_AT = 200
"""With variety, three times the wanted songs are looked at, and so many more."""


def recommend_many(
    warehouse: Path, lists: pl.DataFrame, limit: int = 10, *, by: str = "hybrid", diversify: bool = True
) -> pl.DataFrame:
    """Songs that continue each of ``lists`` [list_id, track_id]: list_id, rank, track_id, score; sorted by list_id and rank.

    Nothing of a list comes back, nor another version of it, nor two versions of one song, nor what the person blocked.
    Track ids that the warehouse does not know are passed over; a list without a known one gets no rows, and one whose songs lead
    to fewer than ``limit`` others gets those: a single song leads to its stored neighbours, at most. ``diversify`` and
    ``by`` are those of ``recommend``.

    Raises:
        InvalidDataError: ``lists`` is no frame, or lacks one of its two columns.
        SettingsError: ``by`` or ``limit`` cannot be used.
        WarehouseError: the file is missing, damaged or of another version.
    """
    if not isinstance(lists, pl.DataFrame):
        raise InvalidDataError(f"lists must be a polars DataFrame of list_id and track_id, not {type(lists).__name__}")
    if missing := sorted({"list_id", "track_id"} - set(lists.columns)):
        raise InvalidDataError(f"lists must have the columns list_id and track_id: {', '.join(missing)} is missing")
    if limit < 1:
        raise SettingsError(f"limit must be 1 or more, not {limit}")
    checked_by(by)
    depth = 3 * limit + LOOKED_AT if diversify else limit
    with reader(Path(warehouse), keep=True) as con:
        seeds = _known(con, lists)
        con.execute(
            statement("query/barred"), {kind: sorted(ids) for kind, ids in blocked_now(con, Path(warehouse)).items()}
        )
        found = _continued(con, Path(warehouse), seeds, by, depth, limit)
        if diversify:
            found = _varied(con, found, limit)
    return found.select("list_id", pl.col("rank").cast(pl.Int64), "track_id", "score")


def _known(con: DuckDBPyConnection, lists: pl.DataFrame) -> pl.DataFrame:
    """The songs of the lists that the file knows, each once a list."""
    asked = lists.select("list_id", pl.col("track_id").cast(pl.String)).drop_nulls().unique()
    con.register("asked", asked)
    return con.sql(statement("query/known_lists")).pl().cast({"list_id": lists.schema["list_id"]})


def _continued(
    con: DuckDBPyConnection, warehouse: Path, seeds: pl.DataFrame, by: str, depth: int, limit: int
) -> pl.DataFrame:
    """list_id, rank, track_id, score: the ``depth`` best songs of each list, by the list model where there is one.

    A list of a single song is a question about that song, which ``neighbours`` answers.
    """
    model = learned(con, warehouse)
    is_single = pl.len().over("list_id") == 1 if model else pl.lit(True)
    con.register("lists", seeds.filter(is_single))
    summed = con.sql(summing("query/summed", by), params={"by": by, "depth": depth}).pl()
    if model is None:
        return summed
    several = seeds.filter(~is_single)
    con.register("lists", several)
    more = con.sql(summing("query/best_of_lists", by), params={"by": by, "limit": more_of(limit)}).pl()
    per = candidates_of(limit)
    scores = [model.scores(part, by) for part in chunks(several, model.corpus, per=per, more=more)]
    con.register("scored", pl.concat([summed.drop("rank"), *scores]))
    return con.sql(statement("query/continued"), params={"depth": depth}).pl()


def _varied(con: DuckDBPyConnection, found: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Each list of ``found`` with the artist cap and the variety of ``recommend``, cut to ``limit``."""
    told = cards(con, found["track_id"].unique().to_list())
    for card in told.values():
        card |= {"is_seed": False, "is_blocked": False}
    rows = [row for part in found.partition_by("list_id", maintain_order=True) for row in _one(part, told, limit)]
    return pl.DataFrame(rows, schema=found.schema, orient="row")


def _one(part: pl.DataFrame, told: dict[str, dict[str, Any]], limit: int) -> Iterator[tuple[Any, int, str, float]]:
    list_id = part["list_id"][0]
    scores = part.select("track_id", "score").iter_rows()
    listing = ranked([Candidate(told[track_id], {"list": score}) for track_id, score in scores], limit, diversify=True)
    for rank, one in enumerate(listing.chosen, start=1):
        yield list_id, rank, one.track_id, one.score
