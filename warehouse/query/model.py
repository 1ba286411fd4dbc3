"""The list model that a night learned: step tables over signals, added up. Evaluated here with nothing but polars."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import WarehouseError
from warehouse.connection import identity
from warehouse.query.signals import Corpus
from warehouse.query.signals.corpus import by_number
from warehouse.statements import statement

BASE = "base"
"""Addend that every candidate has."""

MORE = 100
"""So many of the songs to which the neighbours of a list lead are scored by the list model as well, or more for a long list."""


def more_of(limit: int) -> int:
    """How many of those songs are scored for a list of ``limit``: twice as many, as some are found by the signals, too."""
    return max(MORE, 2 * limit)


@dataclass(frozen=True)
class Shape:
    """A step function: ``values[k]`` for a signal in (``edges[k-1]``, ``edges[k]``], ``unknown`` where it is null."""

    edges: pl.Series
    values: pl.Series
    unknown: float

    def of(self, signal: pl.Expr) -> pl.Expr:
        """The addend for each value of ``signal``."""
        steps = pl.lit(self.edges).search_sorted(signal.fill_null(0.0), side="left")
        return pl.when(signal.is_null()).then(self.unknown).otherwise(pl.lit(self.values).gather(steps))


@dataclass(frozen=True)
class ListModel:
    """The shape of each signal by name (``audio.…``, ``metadata.…``, ``collaborative.…``) and the base."""

    base: float
    shapes: dict[str, Shape]

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "ListModel | None":
        """From the rows of ``models`` (signal, step, lower, upper, value), in order of signal and step; null without rows."""
        if rows.is_empty():
            return None
        base = float(rows.filter(signal="intercept")["value"].sum())
        shapes = {}
        for (signal,), steps in rows.filter(pl.col("signal") != "intercept").group_by("signal", maintain_order=True):
            known = steps.filter(pl.col("step") > 0)
            unknown = float(steps.filter(step=0)["value"].sum())
            values = known["value"] if known.height else pl.Series([unknown])
            shapes[str(signal)] = Shape(known["upper"].drop_nulls(), values, unknown)
        return cls(base, shapes)

    def addends(self, signals: pl.DataFrame, by: str) -> pl.DataFrame:
        """What tells the rows of ``signals``, and what each signal that ``by`` counts adds to the score; hybrid has the base as well.

        Raises:
            WarehouseError: the model was learned on a signal that is not computed any more.
        """
        counted = [name for name in self.shapes if by in ("hybrid", kind_of(name))]
        if strangers := sorted(set(counted) - set(signals.columns)):
            raise WarehouseError(
                f"the list model of this file asks for {strangers[0]}, which this Segue does not compute: run `segue refresh`"
            )
        told = signals.select(pl.exclude(r"^.*\..*$"), *map(self._of.__getitem__, counted))
        return told.with_columns(pl.lit(self.base).alias(BASE)) if by == "hybrid" else told

    @cached_property
    def _of(self) -> dict[str, pl.Expr]:
        """The addend of each signal: to write them down takes as long as to reckon them for one list."""
        return {name: shape.of(pl.col(name)).alias(name) for name, shape in self.shapes.items()}


@dataclass(frozen=True)
class Learned:
    """What a file offers for lists: the model, what its signals are made of, and the number of each of their tracks."""

    model: ListModel
    corpus: Corpus
    numbers: pl.Series

    def tracks_of(self, numbers: Iterable[int]) -> pl.Series:
        """The tracks of the corpus with these numbers, of those that it knows."""
        return self._tracks.gather(list(numbers), null_on_oob=True).drop_nulls()

    @cached_property
    def _tracks(self) -> pl.Series:
        rows = self.numbers.cast(pl.UInt32).to_frame("number").with_row_index("track")
        return by_number(rows, "number", cast(int, self.numbers.max()) + 1)["track"]

    def scores(self, signals: pl.DataFrame, by: str) -> pl.DataFrame:
        """list_id, track_id and the sum of what ``by`` counts."""
        addends = self.model.addends(signals, by)
        kinds = addends.columns[2:]
        # one after the other: sum_horizontal adds in any order, and the last digit with it
        return addends.select("list_id", "track_id", score=sum(map(pl.col, kinds), start=pl.lit(0.0)))


_LATEST: dict[tuple[object, ...], Learned | None] = {}
"""The one file that was asked last about lists: its corpus takes a second to make at 100,000 songs."""


def learned(con: DuckDBPyConnection, warehouse: Path) -> Learned | None:
    """The list model of the file that ``con`` has open; null when the night had too little to learn one from."""
    key = (str(warehouse), *identity(warehouse), *con.execute(statement("query/night")).fetchall())
    with suppress(KeyError):  # one look: another thread may ask another file meanwhile
        return _LATEST[key]
    model = ListModel.of(con.sql(statement("query/list_model")).pl())
    found = None if model is None else _learned(con, model)
    _LATEST.clear()
    _LATEST[key] = found
    return found


def _learned(con: DuckDBPyConnection, model: ListModel) -> Learned:
    songs, baskets, sounds = (
        con.sql(statement(f"query/corpus_{name}")).pl() for name in ("songs", "baskets", "sounds")
    )
    return Learned(model, Corpus.of(songs, baskets, sounds), songs["number"])


def kind_of(addend: str) -> str:
    """The kind of an addend: what stands before the dot."""
    return addend.partition(".")[0]
