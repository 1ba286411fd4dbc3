"""Rows into a night under construction: one transaction a table, every received row accounted for."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import InvalidDataError
from schemas.values import Checked
from warehouse.connection import writer
from warehouse.ddl import key_of
from warehouse.merging import merged
from warehouse.rows import append, assert_unique, conforming, read, rewrite, transaction


@dataclass(frozen=True)
class Account:
    """Where the received rows of one entity and source went; ``removed`` counts earlier rows and is not in the sum."""

    entity: str
    source: str
    received: int
    stored: int
    unchanged: int
    duplicate: int
    rejected: int
    skipped: int
    removed: int

    def check(self) -> None:
        """Raise InvalidDataError unless received = stored + unchanged + duplicate + rejected + skipped."""
        found = self.stored + self.unchanged + self.duplicate + self.rejected + self.skipped
        if found != self.received:
            raise InvalidDataError(
                f"{self.entity} from {self.source}: {self.received} rows received, but {found} accounted for "
                f"(stored {self.stored}, unchanged {self.unchanged}, duplicate {self.duplicate}, rejected {self.rejected}, "
                f"skipped {self.skipped}); nothing of it was stored: please report this as a fault of Segue"
            )


def merge(build: Path, checked: Checked, run_id: str) -> Account:
    """Merge checked rows into their table, quarantine the rejected ones, and book both, in one transaction.

    Within the batch the first row of a key counts; of a track, artist or album it is completed from its duplicates. A
    second batch of the same entity and source on the same night adds to its account.

    Raises:
        InvalidDataError: the sum does not balance; nothing of the batch is stored.
    """
    with writer(build) as con, transaction(con):
        return merge_into(con, checked, run_id)


def merge_into(con: DuckDBPyConnection, checked: Checked, run_id: str) -> Account:
    """``merge`` within a transaction that is open already."""
    harvest = checked.harvest
    outcome = merged(
        harvest.entity, read(con, harvest.entity), checked.rows, source=harvest.source, covers=harvest.covers
    )
    account = Account(
        entity=harvest.entity,
        source=harvest.source,
        received=harvest.received,
        stored=outcome.stored,
        unchanged=outcome.unchanged,
        duplicate=outcome.duplicate,
        rejected=checked.rejected.height,
        skipped=sum(harvest.skipped.values()),
        removed=outcome.removed,
    )
    account.check()
    if outcome.stored or outcome.removed:
        rewrite(con, harvest.entity, [outcome.rows])
    _quarantine(con, checked, run_id)
    _book(con, account, checked, run_id)
    return account


def replace(build: Path, table: str, frames: pl.DataFrame | Iterable[pl.DataFrame]) -> int:
    """Let ``frames`` be all rows of a computed table, and return their number.

    A single frame is sorted by the key; an iterable (for tables larger than memory) is stored in the order in which it
    comes.

    Raises:
        InvalidDataError: a column is missing, a number is not finite, a required value is null, or a key stands twice.
    """
    if isinstance(frames, pl.DataFrame):
        frames = [] if frames.is_empty() else [frames.sort(key_of(table))] if key_of(table) else [frames]
    with writer(build) as con, transaction(con):
        rows = rewrite(con, table, frames)
        assert_unique(con, table)
    return rows


def record(build: Path, table: str, rows: pl.DataFrame) -> None:
    """Put bookkeeping rows into ``table``; rows of the same key are replaced.

    Raises:
        InvalidDataError: as ``replace``.
    """
    with writer(build) as con, transaction(con):
        upsert(con, table, rows)


def upsert(con: DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """``record`` within a transaction that is open already."""
    key = key_of(table)
    arriving = conforming(table, rows).unique(key, keep="last", maintain_order=True)
    others = read(con, table).join(arriving, on=key, how="anti")
    rewrite(con, table, [pl.concat([others, arriving]).sort(key)])


def _quarantine(con: DuckDBPyConnection, checked: Checked, run_id: str) -> None:
    labels = {"run_id": run_id, "entity": checked.harvest.entity, "source": checked.harvest.source}
    append(
        con, "rejected_rows", checked.rejected.with_columns(pl.lit(text).alias(name) for name, text in labels.items())
    )


def _book(con: DuckDBPyConnection, account: Account, checked: Checked, run_id: str) -> None:
    by_rule = dict(checked.rejected.group_by("rule").len().sort("rule").iter_rows())
    row = {
        "run_id": run_id,
        **asdict(account),
        "rejected_by_rule": by_rule,
        "skipped_by_reason": dict(sorted(checked.harvest.skipped.items())),
    }
    same = (pl.col("run_id") == run_id) & (pl.col("entity") == account.entity) & (pl.col("source") == account.source)
    for earlier in read(con, "row_accounting").filter(same).iter_rows(named=True):
        row = _added(earlier, row)
    texts = {name: json.dumps(row[name], ensure_ascii=False) for name in ("rejected_by_rule", "skipped_by_reason")}
    upsert(con, "row_accounting", pl.DataFrame([row | texts]))


def _added(earlier: dict[str, object], row: dict[str, object]) -> dict[str, object]:
    """The account of two batches of one entity and source."""
    total = dict(row)
    for name, value in row.items():
        if isinstance(value, int):
            total[name] = value + cast(int, earlier[name])
        elif isinstance(value, dict):
            counts = json.loads(cast(str, earlier[name]))
            total[name] = {key: value.get(key, 0) + counts.get(key, 0) for key in sorted(value | counts)}
    return total
