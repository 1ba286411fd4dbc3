"""What commands print and refuse, in-process where no night is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from flows.cli.app import app
from flows.cli.ask import tunables
from flows.talk import console


def test_names_cannot_steer_the_terminal() -> None:
    assert console.plain("red\x1b[31m \x07bell \u202egnirts\u2066") == "red [31m  bell  gnirts "
    assert console.plain("日本語 — naïve 🎵") == "日本語 — naïve 🎵"


def test_tunables_are_told_from_names() -> None:
    assert tunables(["Numb", "--min_tempo", "90", "--target-energy=0.5", "In the End"]) == (
        ["Numb", "In the End"],
        {"min_tempo": 90.0, "target_energy": 0.5},
    )


@pytest.mark.parametrize("arguments", [["--min_tempo"], ["--max_energy", "loud"], ["--colour", "3"]])
def test_an_option_that_is_none_is_refused(arguments: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        tunables(arguments)


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json(pl.DataFrame({"name": ["Ænima"], "reasons": [[{"kind": "audio"}]]}).to_dicts())
    assert json.loads(capsys.readouterr().out) == [{"name": "Ænima", "reasons": [{"kind": "audio"}]}]


@pytest.mark.parametrize(
    "command", ["refresh", "recommend", "for-you", "why", "why-not", "import", "like", "status", "report", "sql"]
)
def test_every_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert "Usage" in told.output


def test_wrong_usage_is_exit_code_2() -> None:
    assert CliRunner().invoke(app, ["refresh", "--source", "tidal"]).exit_code == 2
    assert CliRunner().invoke(app, ["recommend"]).exit_code == 2


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("refresh", "--from", "dance"), "no stage 'dance' for --from"),
        (("refresh", "--only", "dance"), "no stage 'dance' for --only"),
        (("refresh", "--from", "atlas", "--only", "atlas"), "give one of them"),
        (("schedule", "--cron", "garbage"), "schedule 'garbage'"),
        (("schedule", "--timezone", "Mars/Base"), "time zone 'Mars/Base'"),
    ],
)
def test_a_typo_is_wrong_usage_and_told_before_prefect_is_loaded(
    tmp_path: Path, command: tuple[str, ...], told: str
) -> None:
    code = "import sys; from flows.cli.app import app; import atexit; atexit.register(lambda: print('prefect' in sys.modules)); app()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "False\n"), done.stderr
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
