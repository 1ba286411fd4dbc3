"""The ledger books every stage, whatever ends it."""

import time
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from prefect import Task
from prefect.cache_policies import NO_CACHE

from schemas.errors import ApiError, Parked
from schemas.nights import RunStages
from tasks.night.ledger import Ledger, stage


def test_a_stage_is_booked_with_its_figures() -> None:
    ledger = Ledger("run-1")
    with ledger.stage("extract") as entry:
        entry.rows, entry.requests = 12, 3
    with ledger.stage("validate"):
        pass
    booked = RunStages.validate(ledger.frame().select(RunStages.to_schema().columns.keys()))
    assert booked.select("run_id", "ordinal", "stage", "rows", "requests", "verdict").rows() == [
        ("run-1", 0, "extract", 12, 3, "done"),
        ("run-1", 1, "validate", None, None, "done"),
    ]


def test_what_ends_a_stage_stands_in_its_verdict() -> None:
    ledger = Ledger("run-1")
    with pytest.raises(ApiError), ledger.stage("probe"):
        raise ApiError("HTTP 500 at /me")
    with pytest.raises(Parked), ledger.stage("extract"):
        raise Parked("come back later", datetime(2026, 11, 26))  # noqa: DTZ001 - naive UTC, as everywhere
    assert [(entry.verdict, entry.note) for entry in ledger.entries] == [
        ("failed", "ApiError: HTTP 500 at /me"),
        ("parked", None),
    ]


def test_the_ledger_can_be_read_while_a_stage_is_at_work() -> None:
    """The stage counts as done so far, with its time so far; its parts stand after it under names of their own."""
    ledger = Ledger("run-1")
    with pytest.raises(ApiError), ledger.stage("probe"):
        raise ApiError("HTTP 500 at /me")
    with ledger.stage("gate"):
        ledger.note("accounting", "broken", "3 rows are missing")
        time.sleep(0.05)
        booked = ledger.frame()
    assert booked.select("run_id", "ordinal", "stage", "verdict", "note").rows() == [
        ("run-1", 0, "probe", "failed", "ApiError: HTTP 500 at /me"),
        ("run-1", 1, "gate", "done", None),
        ("run-1", 2, "accounting", "broken", "3 rows are missing"),
    ]
    assert booked["started_at"].null_count() == 0
    assert booked["seconds"][1] >= 0.05
    assert ledger.frame()["seconds"][1] > booked["seconds"][1]


def test_a_step_is_a_task_that_books_itself() -> None:
    """Prefect keeps nothing of what passes through it, because tokens do."""

    @stage("store")
    def store(night: Any, rows: int, *, told: str) -> str:
        night.ledger.current.rows = rows
        return told

    step: Any = store
    assert isinstance(step, Task)
    assert (step.name, step.task_run_name, step.cache_policy, step.persist_result) == (
        "store",
        "store",
        NO_CACHE,
        False,
    )
    ledger = Ledger("run-1")
    assert step.fn(SimpleNamespace(ledger=ledger), 12, told="stored") == "stored"
    assert [(entry.stage, entry.rows, entry.verdict) for entry in ledger.entries] == [("store", 12, "done")]
