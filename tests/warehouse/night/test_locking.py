"""One night at a time on a home; whoever died does not keep it."""

import json
import logging
import os
import re
import signal
from datetime import datetime, timedelta

import pytest

from schemas.errors import HomeError
from schemas.values import Home
from tests.warehouse.making import python, said
from warehouse.night.locking import STALE_AFTER, Holder, holder, locked

HOLD = """
import sys
from pathlib import Path
from schemas.values import Home
from warehouse.night.locking import locked
with locked(Home(Path(sys.argv[1])), "a nightly refresh"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_home_that_is_held_is_refused_with_who_where_and_since_when(home: Home) -> None:
    process = python(HOLD, home.root)
    said(process)
    with pytest.raises(HomeError) as error, locked(home):
        pass
    assert re.fullmatch(
        rf"{re.escape(str(home.root))} is held by a nightly refresh of \S+ on \S+ \(process {process.pid}, since .* UTC, \d min\): "
        "wait until it is done, or end that process",
        str(error.value),
    )
    found = holder(home)
    assert found is not None
    assert (found.pid, found.purpose) == (process.pid, "a nightly refresh")
    process.communicate("\n")
    assert holder(home) is None
    with locked(home) as mine:
        assert mine.pid == os.getpid()


def test_a_holder_that_was_killed_is_recovered_from(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    process = python(HOLD, home.root)
    said(process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert holder(home) is None
    with caplog.at_level(logging.WARNING), locked(home):
        pass
    assert f"(process {process.pid}, " in caplog.text
    assert "its lock is recovered" in caplog.text


def test_two_nights_in_one_process_exclude_each_other(home: Home) -> None:
    with locked(home), pytest.raises(HomeError, match="is held by a refresh of"), locked(home):
        pass


def left_by(home: Home, host: str, age: timedelta) -> None:
    """A lock file as a process on another machine leaves it, whose kernel ours does not know."""
    home.root.mkdir(parents=True)
    path = home.root / "lock"
    path.write_text(
        json.dumps({"owner": "ada", "host": host, "pid": 1, "purpose": "a refresh", "since": "2026-11-25T03:00:00"})
    )
    touched = datetime.now().timestamp() - age.total_seconds()  # noqa: DTZ005 - a file time
    os.utime(path, (touched, touched))


def test_another_machine_that_gives_signs_of_life_keeps_the_home(home: Home) -> None:
    left_by(home, "the-other-machine", timedelta(seconds=30))
    with (
        pytest.raises(
            HomeError, match=r"held by a refresh of ada on the-other-machine \(process 1, since 2026-11-25T03:00 UTC"
        ),
        locked(home),
    ):
        pass
    assert holder(home) is not None


def test_another_machine_that_fell_silent_loses_it(home: Home) -> None:
    left_by(home, "the-other-machine", 2 * STALE_AFTER)
    assert holder(home) is None
    with locked(home) as mine:
        assert mine.host != "the-other-machine"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"owner": "ada"}', "\x00" * 40])
def test_a_lock_file_that_was_cut_while_it_was_written_holds_nothing(home: Home, content: str) -> None:
    home.root.mkdir(parents=True)
    (home.root / "lock").write_text(content)
    assert holder(home) is None
    with locked(home):
        pass


def test_an_age_is_never_negative_whatever_the_clock_did() -> None:
    assert Holder("ada", "here", 1, "a refresh", "2999-01-01T00:00:00").age == timedelta(0)
