"""The database of imports: what ``segue import`` took stands there for good, and every night folds it in.

It has the tables of the warehouse. Several imports may run at once: each waits for the others and then goes in whole or
not at all.
"""

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from schemas.values import Checked, Harvest, Home
from warehouse.connection import reader, told, writer
from warehouse.ddl import complete_tables
from warehouse.night.building import BY_SOURCE
from warehouse.night.writing import Account, merge_into
from warehouse.rows import read, transaction

PATIENCE = 60.0
"""Seconds that one import waits for another."""


def store(home: Home, batches: Iterable[Checked], run_id: str) -> list[Account]:
    """Merge checked rows into the imports in one transaction and return where every received row went.

    ``run_id`` names the import in ``row_accounting`` and ``rejected_rows`` of the database of imports. Taking the same
    file again changes nothing.

    Raises:
        InvalidDataError: a batch does not balance; nothing of any batch is stored.
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
        HomeError: the disk is full or the folder may not be written.
    """
    with told(home.imports):
        home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with writer(home.imports, wait_seconds=PATIENCE) as con, transaction(con):
        complete_tables(con)
        return [merge_into(con, checked, run_id) for checked in batches]


def harvests(home: Home) -> list[Harvest]:
    """All that was imported, as harvests that replace what earlier nights had of the same source.

    Raises:
        WarehouseError: the file is damaged, or another process did not let go of it within a minute.
    """
    if not home.imports.exists():
        return []
    with reader(home.imports, wait_seconds=PATIENCE) as con:
        return [harvest for table in BY_SOURCE for harvest in _by_source(con, table)]


def _by_source(con: DuckDBPyConnection, table: str) -> list[Harvest]:
    groups = read(con, table).partition_by("source", as_dict=True, maintain_order=True)
    return [Harvest(table, str(source), rows, covers="all") for (source,), rows in sorted(groups.items())]
