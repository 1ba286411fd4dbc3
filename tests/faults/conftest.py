"""What the tests of faults share: the process that runs nights, two days of an account, and nights in which nothing went wrong."""

import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.values import Home
from tasks.imports.importing import import_paths
from tasks.standin import StandIn
from tests.faults.making import Segue, Undisturbed, library, settings
from warehouse import journal

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often a night is killed (needs `pytest tests/faults`)")
    parser.addoption("--crowd", action="store_true", help="ten readers and five writers for a minute instead of a few")


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills", default=5))  # not registered when all tests are run from the top


@pytest.fixture(scope="session")
def zygote() -> Iterator["subprocess.Popen[str]"]:
    yield from _zygote()


@pytest.fixture(scope="module")
def second_zygote() -> Iterator["subprocess.Popen[str]"]:
    """For a command at the same time as another."""
    yield from _zygote()


def _zygote() -> Iterator["subprocess.Popen[str]"]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "SPOTIFY_", "PREFECT_"))}
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("zygote.py"))],
        cwd="/",
        env={**own, "PYTHONPATH": str(ROOT), "PREFECT_SERVER_EPHEMERAL_ENABLED": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="session")
def days() -> Iterator[dict[int, dict[str, str]]]:
    """The settings with which a night meets the account as it is on the first day, and on the second."""
    with StandIn(*library(1)) as first, StandIn(*library(2)) as second:
        yield {day: settings(spotify) for day, spotify in ((1, first), (2, second))}


@pytest.fixture(scope="session")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, zygote: "subprocess.Popen[str]", days: dict[int, dict[str, str]]
) -> Undisturbed:
    """Two nights in which nothing goes wrong, on a home with an import and with feedback."""
    folder = tmp_path_factory.mktemp("undisturbed")
    homes, tables, seconds = {0: folder / "0"}, {}, math.inf
    home = Home(homes[0])
    home.root.mkdir(mode=0o700)
    catalogue = folder / "catalogue.csv"
    catalogue.write_text(
        "track_id,name,artists,energy,tempo\n" + "".join(f"i{n},Own {n},Me,0.{n},9{n}\n" for n in range(9))
    )
    import_paths(home, [catalogue])
    for kind, name in (("like", "i3"), ("dislike", "i4")):
        journal.append(home.journal, journal.Said(kind, "track", name))
    for day in (1, 2):
        homes[day] = folder / str(day)
        shutil.copytree(homes[day - 1], homes[day])
        segue = Segue(Home(homes[day]), days[day], zygote, folder / f"{day}.said")
        began = time.monotonic()
        segue.night()
        seconds = min(seconds, time.monotonic() - began)
        tables[day] = segue.tables()
    return Undisturbed(homes, tables, seconds)


@pytest.fixture
def segue(
    tmp_path: Path, zygote: "subprocess.Popen[str]", days: dict[int, dict[str, str]], undisturbed: Undisturbed
) -> Callable[[int], Segue]:
    """`segue(2)`: the command before the second day's night, on a fresh copy of what the first one left.

    On the third day the account is as it was on the second.
    """

    def before(day: int) -> Segue:
        root = tmp_path / "home"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(undisturbed.homes[day - 1], root)
        return Segue(Home(root), days[min(day, 2)], zygote, tmp_path / "said")

    return before
