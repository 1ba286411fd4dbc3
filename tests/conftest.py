"""What several rooms' tests share: one demo night, run once by the real command, and the command itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

Segue = Callable[..., "subprocess.CompletedProcess[str]"]


def _segue(home: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """`segue ARGUMENTS` on `home` in a process of its own, with none of the person's settings."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "SPOTIFY_", "PREFECT_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        cwd=home.parent,
        env={**kept, "PYTHONPATH": str(ROOT), "SEGUE_HOME": str(home), "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def segue() -> Segue:
    """The command: `segue(home, "recommend", "Numb", SEGUE_LOG="json")` returns the completed process."""
    return _segue


@pytest.fixture(scope="session")
def demo_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SEGUE_HOME after the README's first command. Read it only; `demo_home` is a copy for tests that write."""
    home = tmp_path_factory.mktemp("demo") / "segue-data"
    done = _segue(home, "refresh")
    assert done.returncode == 0, done.stderr
    (home / "refresh.stderr").write_text(done.stderr)
    return home


@pytest.fixture
def demo_home(demo_night: Path, tmp_path: Path) -> Path:
    """A copy of the demo's home, for a test to write into."""
    return shutil.copytree(demo_night, tmp_path / "segue-data", ignore=shutil.ignore_patterns("prefect", "landing"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (their property "said"), from whichever process they ran in."""
    reports = terminalreporter.getreports("passed")
    if lines := [line for report in reports for name, line in report.user_properties if name == "said"]:
        terminalreporter.section("measured, not asserted")
        for line in lines:
            terminalreporter.write_line(str(line))
