"""`segue status` on one screen, and its exit code for a monitor."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from schemas.tables import TABLES


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, demo_night: Path) -> CliRunner:
    monkeypatch.setenv("SEGUE_HOME", str(demo_night))
    return CliRunner(env={"COLUMNS": "80"})


def test_one_screen_tells_every_table_and_that_there_is_nothing_to_do(runner: CliRunner) -> None:
    told = runner.invoke(app, ["status"])
    lines = told.stdout.splitlines()
    assert told.exit_code == 0, told.output
    assert len(lines) <= 24
    assert [name for name in TABLES if name[:16] not in told.stdout] == []
    assert lines[0].startswith("Last night  ✓ published, demo night of ")
    assert lines[1:3] == ["Next run    not by `segue schedule`; cron, systemd or you start it", "Parked      no"]
    assert lines[-1] == "To do       nothing"


def test_the_document_has_all_that_the_screen_has(runner: CliRunner) -> None:
    found = json.loads(runner.invoke(app, ["status", "--json"]).stdout)
    assert found["verdict"] == "published"
    assert {table["table_name"] for table in found["tables"]} == set(TABLES)
    assert found["disk"]["warehouse"] > 0
    assert found["to_do"] == []


def test_the_history_has_the_night_with_its_figures(runner: CliRunner) -> None:
    (night,) = json.loads(runner.invoke(app, ["status", "--history", "--json"]).stdout)
    assert (night["verdict"], night["rejected"]) == ("published", 0)
    assert night["requests"] > 500
    assert 0.2 < night["ndcg"] < 0.6
    assert runner.invoke(app, ["status", "--history"]).stdout.count("\n") == 2


def test_the_exit_code_is_1_when_something_needs_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("SEGUE_HOME", str(home))
    told = CliRunner().invoke(app, ["status"])
    assert told.exit_code == 1
    assert f"To do       there is no warehouse at {home}/warehouse.duckdb: run `segue refresh`" in told.stdout
    assert f"Disk        nothing in {home} yet; " in told.stdout
    assert "; 0 MB free" not in told.stdout
