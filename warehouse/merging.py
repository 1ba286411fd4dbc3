"""How rows that arrive meet the rows of a table: frames in, frames out, no database.

A key stands once. Of two rows with one key the better source wins (``SOURCES``), the later one among equals. What is
known of a track, artist or album is never erased by a row that knows less. Plays are matched by time as well
(``warehouse.plays``), because what the API polls and what the person exports differ by seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from warehouse.ddl import key_of
from warehouse.plays import reconciled

SOURCES = ("spotify", "demo", "reccobeats", "file", "export")
"""Best first: a row of an earlier one is not overwritten by a later one."""

ENRICHED = frozenset({"tracks", "artists", "albums", "plays"})
"""Tables whose unknown values are filled from the other row of the same key."""


@dataclass(frozen=True)
class Merged:
    """A table after a merge, sorted by key, and what became of the rows that arrived and of earlier ones."""

    rows: pl.DataFrame
    stored: int
    unchanged: int
    duplicate: int
    removed: int


def merged(
    table: str,
    earlier: pl.DataFrame,
    arriving: pl.DataFrame,
    *,
    source: str | None = None,
    covers: pl.DataFrame | Literal["all"] | None = None,
) -> Merged:
    """``earlier`` with ``arriving`` merged in; both have the columns of ``table``.

    ``covers`` says which earlier rows go when they did not arrive: every row of ``source`` ("all"), or those that match
    a frame on its columns.
    """
    key = key_of(table)
    once = _once(table, arriving, key)
    if table == "plays":
        once, earlier = reconciled(once, earlier)
    both = once.join(earlier.with_columns(is_known=pl.lit(True)), on=key, how="left", suffix="_earlier")
    others = [name for name in earlier.columns if name not in key]
    met = both.with_columns(_winner(table, name, earlier.schema[name]).alias(f"{name}_merged") for name in others)
    is_same = pl.all_horizontal(
        pl.col("is_known").fill_null(False),
        *(pl.col(f"{name}_merged").eq_missing(pl.col(f"{name}_earlier")) for name in others),
    )
    unchanged = met.filter(is_same).height
    result = met.select(*key, *(pl.col(f"{name}_merged").alias(name) for name in others)).select(earlier.columns)
    absent = earlier.join(once, on=key, how="anti")
    kept = absent if covers is None else absent.join(_covered(absent, source, covers), on=key, how="anti")
    return Merged(
        rows=pl.concat([kept, result]).sort(key),
        stored=once.height - unchanged,
        unchanged=unchanged,
        duplicate=arriving.height - once.height,
        removed=absent.height - kept.height,
    )


def _once(table: str, arriving: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One row a key: the first one, its unknown values filled from the others where the table is enriched."""
    if table not in ENRICHED:
        return arriving.unique(key, keep="first", maintain_order=True)
    first_known = (
        (pl.col(name).filter(_is_known(name, kind)).first() if name != "source" else pl.col(name).first()).alias(name)
        for name, kind in arriving.schema.items()
        if name not in key
    )
    return arriving.group_by(key, maintain_order=True).agg(first_known).select(arriving.columns)


def _winner(table: str, name: str, kind: pl.DataType) -> pl.Expr:
    """The value of column ``name`` after an arriving row met the earlier row of its key."""
    own, old = pl.col(name), pl.col(f"{name}_earlier")
    wins = pl.col("is_known").is_null() | _outranks(table)
    if table not in ENRICHED or name == "source":
        return pl.when(wins).then(own).otherwise(old)
    known_own, known_old = (pl.when(_is_known(column, kind)).then(column) for column in (name, f"{name}_earlier"))
    return (
        pl.when(wins)
        .then(pl.coalesce(known_own, known_old, own, old))
        .otherwise(pl.coalesce(known_old, known_own, old, own))
    )


def _outranks(table: str) -> pl.Expr:
    """Whether the arriving row is at least as good as the earlier one."""
    if table == "plays":
        return pl.lit(True)  # settled when the two reports were reconciled
    return _rank("source") <= _rank("source_earlier")


def _rank(column: str) -> pl.Expr:
    ranks = {source: rank for rank, source in enumerate(SOURCES)}
    return pl.col(column).replace_strict(ranks, default=len(SOURCES), return_dtype=pl.Int32)


def _is_known(column: str, kind: pl.DataType) -> pl.Expr:
    """An empty list of genres says as little as a null."""
    return pl.col(column).list.len() > 0 if isinstance(kind, pl.List) else pl.col(column).is_not_null()


def _covered(absent: pl.DataFrame, source: str | None, covers: pl.DataFrame | Literal["all"]) -> pl.DataFrame:
    """The absent rows that the arriving ones stand for."""
    if isinstance(covers, str):
        return absent.filter(pl.col("source") == source)
    columns = covers.columns
    return absent.join(covers.cast({name: absent.schema[name] for name in columns}), on=columns, how="semi")
