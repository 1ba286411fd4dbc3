"""Lists as they stood on past nights, kept at the cost of what changed.

Of the neighbours of a song the first ten are remembered, of a published list all of it. A list that is as it was takes no
room, so a night on which nothing changed leaves nothing here.
"""

from datetime import datetime
from pathlib import Path

import polars as pl

from warehouse.connection import writer
from warehouse.night.writing import upsert
from warehouse.reading import query
from warehouse.rows import transaction
from warehouse.statements import statement

PLACES = 10
"""Neighbours of a song that are remembered."""


def remember(build: Path, run_id: str) -> int:
    """Note which lists are not what they were on the night before; return their number. Doing it twice notes it once."""
    with writer(build) as con, transaction(con):
        changed = con.sql(statement("past/changed"), params={"places": PLACES, "run_id": run_id}).pl()
        upsert(con, "past_lists", changed)
    return changed.height


def similar_on(path: Path, song: str, moment: datetime) -> pl.DataFrame:
    """The first songs that belonged with ``song`` (a name, id or link) at ``moment`` (UTC): rank, name, artists, …, track_id.

    Empty for a moment before the first night that is remembered.

    Raises:
        WarehouseError: the file is missing, damaged, or of another version.
    """
    return query(path, "past/similar_on", song=song, moment=moment)


def list_on(path: Path, name: str, moment: datetime) -> pl.DataFrame:
    """The published list ``name`` as it stood at ``moment`` (UTC); columns and errors as ``similar_on``."""
    return query(path, "past/list_on", list=name, moment=moment)
