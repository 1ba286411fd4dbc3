"""`segue doctor`: a line a check, exit code 1 when something keeps Segue from working."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app


def test_a_sound_machine_before_its_first_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["doctor", "--json"])
    assert done.exit_code == 0, done.output
    found = {finding["check"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert {check for check, verdict in found.items() if verdict != "ok"} == {"home", "database"}
    assert not (tmp_path / "home").exists()


def test_settings_that_cannot_be_read_are_a_finding_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGUE_SOURCE", "tidal")
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "✗ fail settings" in done.stdout
    assert "✓ ok   python" in done.stdout
