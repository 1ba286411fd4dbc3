"""Rows go into a night whole or not at all, and every one that arrived is accounted for."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.errors import InvalidDataError
from schemas.values import Checked, Harvest, Home
from tests.warehouse.making import checked, frame, run
from warehouse import reading, rows
from warehouse.connection import LOOKED_UP, reader
from warehouse.night import building, writing
from warehouse.statements import statement

RUN = "20261125T030000-a"


@pytest.fixture
def build(home: Home) -> Path:
    return building.start(home, RUN, "demo")


def songs(*names: str, **harvest: Any) -> Checked:
    return checked("tracks", [{"track_id": name.lower(), "name": name} for name in names], **harvest)


def test_a_batch_is_stored_quarantined_and_booked_together(build: Path) -> None:
    account = writing.merge(
        build, songs("Numb", "Creep", "Numb", rejected=2, skipped={"podcast": 3, "local file": 1}), RUN
    )
    assert account == writing.Account("tracks", "demo", 9, 2, 0, 1, 2, 4, 0)
    assert reading.table(build, "tracks")["name"].to_list() == ["Creep", "Numb"]
    assert (
        reading.table(build, "rejected_rows").rows() == [(RUN, "tracks", "demo", "name: not_nullable", None, "{}")] * 2
    )
    assert reading.table(build, "row_accounting").to_dicts() == [
        {
            "run_id": RUN, "entity": "tracks", "source": "demo", "received": 9, "stored": 2, "unchanged": 0, "duplicate": 1,
            "rejected": 2, "skipped": 4, "removed": 0, "rejected_by_rule": '{"name: not_nullable": 2}',
            "skipped_by_reason": '{"local file": 1, "podcast": 3}',
        }
    ]  # fmt: skip


def test_batches_of_one_entity_add_up(build: Path) -> None:
    writing.merge(build, songs("Numb", rejected=1, skipped={"podcast": 1}), RUN)
    writing.merge(build, songs("Numb", "Creep", rejected=2, skipped={"podcast": 2, "advert": 5}), RUN)
    (booked,) = reading.table(build, "row_accounting").to_dicts()
    assert (booked["received"], booked["stored"], booked["unchanged"], booked["rejected"], booked["skipped"]) == (
        14,
        2,
        1,
        3,
        8,
    )
    assert json.loads(booked["skipped_by_reason"]) == {"advert": 5, "podcast": 3}
    assert json.loads(booked["rejected_by_rule"]) == {"name: not_nullable": 3}


def test_a_batch_that_does_not_balance_leaves_no_trace(build: Path) -> None:
    good = frame("tracks", [{"track_id": "t1", "name": "Numb"}])
    lost_one = Checked(Harvest("tracks", "demo", pl.concat([good, good])), good, songs().rejected)
    with pytest.raises(
        InvalidDataError, match=r"tracks from demo: 2 rows received, but 1 accounted for .* nothing of it was stored"
    ):
        writing.merge(build, lost_one, RUN)
    assert [reading.table(build, name).height for name in ("tracks", "row_accounting", "rejected_rows")] == [0, 0, 0]


NEIGHBOUR = {"track_id": "a", "rank": 1, "neighbour_id": "b", "score": 0.5, "audio": 0.5, "metadata": 0.0, "collaborative": 0.0, "adjustments": 0.0}  # fmt: skip


def test_a_computed_table_is_replaced_as_a_whole_and_stands_in_the_order_of_its_key(build: Path) -> None:
    rows = [NEIGHBOUR | {"track_id": track, "rank": rank} for track in "ba" for rank in (2, 1)]
    assert writing.replace(build, "neighbours", pl.DataFrame(rows[:1])) == 1
    assert writing.replace(build, "neighbours", pl.DataFrame(rows)) == 4
    assert reading.table(build, "neighbours").select("track_id", "rank").rows() == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
        ("b", 2),
    ]


def test_a_computed_table_may_come_in_pieces(build: Path) -> None:
    pieces = (pl.DataFrame([NEIGHBOUR | {"track_id": track}]) for track in "abc")
    assert writing.replace(build, "neighbours", pieces) == 3


def named(*track_ids: str) -> pl.DataFrame:
    """Rows of ``songs``."""
    told = ("name", "recording_id", "song_id", "name_key", "title_key")
    known = pl.DataFrame({"track_id": track_ids}).with_columns(pl.col("track_id").alias(name) for name in told)
    return known.with_columns(artists=[], artist_ids=[], genres=[])


def test_songs_are_numbered_in_the_order_of_their_ids(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of neighbours come in that order: DuckDB then passes over nearly all of them without a look."""
    monkeypatch.setattr(rows, "AT_ONCE", 1)
    writing.replace(build, "songs", named("a", "b", "c"))
    pieces = (pl.DataFrame([NEIGHBOUR | {"track_id": one, "neighbour_id": other}]) for one, other in ("ac", "bx", "ca"))
    writing.replace(build, "neighbours", pieces)
    assert reading.table(build, "cards").sort("number")["track_id"].to_list() == ["a", "b", "c", "x"]


def test_few_cards_are_looked_up_in_an_index(build: Path) -> None:
    """A pass over a million of them takes four times as long."""
    writing.replace(build, "songs", named(*map(str, range(1_000))))
    for _ in range(2):
        writing.replace(build, "neighbours", pl.DataFrame([NEIGHBOUR | {"track_id": "1", "neighbour_id": "2"}]))
    with reader(build) as con:
        analyzed = f"explain analyze {statement('query/cards_by_number')}"
        ((_, plan),) = con.execute(analyzed, {"keys": list(range(0, 10 * LOOKED_UP, 10))}).fetchall()
    assert "Index Scan" in plan


def test_neighbours_are_stored_like_beside_like(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each stretch those that share baskets come first, and low ranks first in both: DuckDB packs like numbers closer."""
    for name, value in {"STRETCH": 6, "BAND": 2, "AT_ONCE": 12}.items():
        monkeypatch.setattr(rows, name, value)
    given = [
        NEIGHBOUR
        | {"track_id": track, "rank": rank, "baskets_together": 4 if f"{track}{rank}" in "a2 a3 b1 c3 d1 e1" else None}
        for track in "abcde"
        for rank in (1, 2, 3)
    ]
    assert writing.replace(build, "neighbours", (pl.DataFrame(given[start : start + 5]) for start in (0, 5, 10))) == 15
    ids = reading.table(build, "cards").sort("number")["track_id"]
    stored = reading.table(build, "links").select(
        pl.col("track").replace_strict(range(len(ids)), ids) + pl.col("rank").cast(pl.String)
    )
    assert " ".join(stored.to_series()) == "a2 b1 a3 a1 b2 b3 d1 c3 c1 c2 d2 d3 e1 e2 e3"
    assert reading.table(build, "neighbours").select(*NEIGHBOUR, "baskets_together").to_dicts() == given


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([NEIGHBOUR, NEIGHBOUR], "neighbours: track_id a, rank 1 stands 2 times, but is the key of the table"),
        (
            [NEIGHBOUR | {"score": float("nan")}],
            "neighbours: score holds NaN or an infinite number; write null for unknown",
        ),
        (
            [NEIGHBOUR | {"audio": float("inf")}],
            "neighbours: audio holds NaN or an infinite number; write null for unknown",
        ),
        (
            [NEIGHBOUR | {"neighbour_id": None}],
            "neighbours: neighbour_id is null, which no row may lack",
        ),
        ([NEIGHBOUR | {"loudness": 1.0}], "neighbours has no column loudness: name it in schemas or leave it out"),
        ([NEIGHBOUR | {"rank": "first"}], "neighbours: conversion from `str` to `i32` failed"),
    ],
)
def test_rows_that_break_the_table_leave_it_as_it_was(build: Path, rows: list[dict[str, Any]], message: str) -> None:
    writing.replace(build, "neighbours", pl.DataFrame([NEIGHBOUR]))
    with pytest.raises(InvalidDataError) as error:
        writing.replace(build, "neighbours", pl.DataFrame(rows))
    assert str(error.value).startswith(message)
    assert reading.table(build, "neighbours").height == 1


def test_bookkeeping_of_one_key_is_replaced(build: Path) -> None:
    writing.record(build, "runs", run(RUN, verdict="failed"))
    writing.record(build, "runs", run(RUN))
    assert reading.table(build, "runs").select("run_id", "verdict").rows() == [(RUN, "published")]


HOSTILE = [
    "'; drop table tracks; --",
    '"quoted" \\ back',
    "<script>alert(1)</script>",
    "x" * 300,
    "Ænima · 東京 · שלום · मैं · 🎵",
    "a\nb\tc\x00d\x1be",
    "$track_id {name} %s",
]


def test_hostile_names_are_data(build: Path) -> None:
    rows = [{"track_id": name[:200], "name": name} for name in HOSTILE]
    writing.merge(build, checked("tracks", rows, skipped={HOSTILE[0]: 1}), HOSTILE[0])
    building.finish(build)
    assert sorted(reading.table(build, "tracks")["name"]) == sorted(HOSTILE)
    assert sorted(reading.table(build, "songs")["name"]) == sorted(HOSTILE)
    assert reading.table(build, "row_accounting")["skipped_by_reason"].to_list() == [json.dumps({HOSTILE[0]: 1})]
