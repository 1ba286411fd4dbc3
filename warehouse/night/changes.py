"""What a night changed: its tables of facts against those of the published night."""

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.connection import reader
from warehouse.ddl import key_of, polars_schema
from warehouse.statements import identifier, statement

COMPARED = (
    "tracks",
    "artists",
    "albums",
    "audio_features",
    "playlists",
    "playlist_tracks",
    "saved_tracks",
    "top_tracks",
    "plays",
    "feedback",
    "recommendations",
)
"""Tables whose changes a person cares about; the others are worked out from them."""


@dataclass(frozen=True)
class Change:
    """Rows of ``table`` that are new, changed under the same key, or gone."""

    table: str
    new: int
    changed: int
    gone: int

    def __str__(self) -> str:
        counts = {"new": self.new, "changed": self.changed, "gone": self.gone}
        told = ", ".join(f"{rows:,} {what}" for what, rows in counts.items() if rows)
        return f"{self.table.replace('_', ' ')}: {told}"


def changes(build: Path, previous: Path | None) -> list[Change]:
    """The tables of ``build`` that differ from those of ``previous``, all rows new where there is no previous night.

    Raises:
        WarehouseError: one of the files cannot be read.
    """
    with reader(build) as con:
        if previous is not None:
            con.execute("attach $path as past (read_only)", {"path": str(previous)})
        found = [_change(con, table) for table in COMPARED]
    return [change for change in found if change.new or change.changed or change.gone]


def _change(con: DuckDBPyConnection, table: str) -> Change:
    now, key = identifier(table), ", ".join(map(identifier, key_of(table)))
    known = {
        name for (name,) in con.execute(statement("column_names"), {"database": "past", "table": table}).fetchall()
    }
    if not set(key_of(table)) <= known:  # no past, or one before there was such a table
        return Change(table, con.sql(f"select count(*) from {now}").fetchall()[0][0], 0, 0)  # noqa: S608 - our own names
    # a past of an earlier Segue may lack columns that are new since: they are no change
    columns = ", ".join(identifier(name) for name in polars_schema(table) if name in known)
    new, changed, gone = con.sql(
        f"with fresh as (select {columns} from {now} except select {columns} from past.{now}), "  # noqa: S608 - our own names
        f"stale as (select {columns} from past.{now} except select {columns} from {now}) "
        f"select (select count(*) from fresh anti join stale using ({key})), "
        f"(select count(*) from fresh semi join stale using ({key})), "
        f"(select count(*) from stale anti join fresh using ({key}))"
    ).fetchall()[0]
    return Change(table, new, changed, gone)
