"""What several rooms' tests share: one demo night, run once by the real command, and the command itself."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from flows.settings import prefect_environment
from schemas.values import Home

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """What a command that runs in this process sets for Prefect is not for the tests after it."""
    with patch.dict(os.environ):
        yield


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


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once("night", make)`: a folder that `make` has filled, made by the first worker that asks; the others wait for it.

    It is for all of them to read, and none to write.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, whole = shared / name, shared / f"{name}.whole"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700)
                make(folder)
                whole.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def prefect_database(once: Once) -> Path:
    """Prefect's database, up to date and empty; `with_prefect` puts a copy into a home, because to migrate one takes ten seconds."""

    def migrate(folder: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
            env={**os.environ, **prefect_environment(Home(folder)), "PREFECT_HOME": str(folder)},
            capture_output=True,
            timeout=300,
            check=True,
        )
        with closing(sqlite3.connect(folder / "prefect.db")) as con:
            con.execute("pragma wal_checkpoint(truncate)")

    return once("prefect", migrate) / "prefect.db"


WithPrefect = Callable[[Path], Path]


@pytest.fixture(scope="session")
def with_prefect(prefect_database: Path) -> WithPrefect:
    """`with_prefect(home)`: the home, on which the next night finds Prefect's database as the night before left it."""

    def given(home: Path) -> Path:
        Home(home).prefect.mkdir(parents=True, mode=0o700)
        home.chmod(0o700)
        shutil.copy(prefect_database, Home(home).prefect / "prefect.db")
        return home

    return given


@pytest.fixture(scope="session")
def demo_night(once: Once, with_prefect: WithPrefect) -> Path:
    """SEGUE_HOME after the README's first command. Read it only; `demo_home` is a copy for tests that write."""

    def refresh(folder: Path) -> None:
        home = with_prefect(folder / "segue-data")
        done = _segue(home, "refresh")
        assert done.returncode == 0, done.stderr
        (home / "refresh.stderr").write_text(done.stderr)

    return once("demo", refresh) / "segue-data"


@pytest.fixture
def demo_home(demo_night: Path, with_prefect: WithPrefect, tmp_path: Path) -> Path:
    """A copy of the demo's home, for a test to write into."""
    home = tmp_path / "segue-data"
    shutil.copytree(demo_night, home, ignore=shutil.ignore_patterns("prefect", "landing"))
    return with_prefect(home)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (their property "said"), from whichever process they ran in."""
    reports = terminalreporter.getreports("passed")
    if lines := [line for report in reports for name, line in report.user_properties if name == "said"]:
        terminalreporter.section("measured, not asserted")
        for line in lines:
            terminalreporter.write_line(str(line))
