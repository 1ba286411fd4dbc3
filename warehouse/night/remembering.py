"""What a night leaves for the next one, so that it works out only what changed: the song model, and every track's best others.

Two tables beside those for people. A night that finds none, or one that it cannot use, begins from nothing.
"""

from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from warehouse.connection import reader, writer
from warehouse.rows import transaction
from warehouse.statements import statement

TABLES = {"song_model", "song_lists"}


def remember(build: Path, model: pl.DataFrame, lists: pl.DataFrame) -> None:
    """Keep the song model [kind, name, value] and the lists (a row a track; whatever columns they have) for the next night."""
    with writer(build) as con, transaction(con):
        con.register("model", model)
        con.register("lists", lists)
        con.execute(statement("memory/model"))
        con.execute(statement("memory/lists"))
        con.execute(statement("memory/comments"))


def remembered(build: Path) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """What the night before tonight kept: model and lists; ``None`` when there is none."""
    with reader(build) as con:
        if not _has(con, "warehouse"):
            return None
        return con.sql("from song_model").pl(), con.sql("from song_lists order by track_id").pl()


def carry(con: DuckDBPyConnection) -> None:
    """Take over what the attached file ``past`` keeps."""
    if _has(con, "past"):
        con.execute(statement("memory/past"))


def _has(con: DuckDBPyConnection, database: str) -> bool:
    found = [
        con.execute(statement("column_names"), {"database": database, "table": table}).fetchall() for table in TABLES
    ]
    return all(found)
