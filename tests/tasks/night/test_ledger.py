"""The ledger books every stage, whatever ends it."""

from datetime import datetime

import pytest

from schemas.errors import ApiError, Parked
from schemas.nights import RunStages
from tasks.night.ledger import Ledger


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
