"""A disk that is full and a home that may not be written: one line that says what to do, and nothing is lost."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import HomeError
from schemas.values import Home
from tests.faults.making import Segue, differing
from warehouse import journal

FULL = "No space left on device; make room or set SEGUE_HOME to another folder"


def mounted(*command: str) -> bool:
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path, segue) -> Iterator[Segue]:
    """The home before the second night, on a disk of its own of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if not mounted("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)):
        pytest.skip("only root may mount a small disk; tests/flows/test_night.py fills one up by a limit")
    found = segue(2)
    shutil.copytree(found.home.root, place / "home")
    try:
        yield replace(found, home=Home(place / "home"))
    finally:
        mounted("umount", str(place))


def filled(home: Home, left: int) -> Path:
    """A file that leaves so many bytes."""
    ballast = home.root / "ballast"
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        room = os.statvfs(home.root)
        file.write(b"\0" * (room.f_bavail * room.f_frsize - left))
    return ballast


@pytest.mark.parametrize("left", [0, 2_000_000])
def test_a_disk_that_fills_up_at_any_moment_costs_no_row(small_disk: Segue, undisturbed, left: int) -> None:
    before = small_disk.home.warehouse.read_bytes()
    ballast = filled(small_disk.home, left)
    full = small_disk.run("refresh")
    assert (full.status, FULL in full.said, "Traceback" in full.said) == (1, True, False), full.said
    assert small_disk.home.warehouse.read_bytes() == before
    ballast.unlink()
    small_disk.night()
    assert differing(small_disk.tables(), undisturbed.tables[2]) == []


def test_what_is_said_is_kept_or_refused(small_disk: Segue) -> None:
    before = journal.read(small_disk.home.journal)
    ballast = filled(small_disk.home, 0)
    kept = 0
    with pytest.raises(HomeError, match=FULL):
        while kept < 100:  # a block that the file has begun already takes some more
            journal.append(small_disk.home.journal, journal.Said("like", "track", "i5"))
            kept += 1
    assert len(journal.read(small_disk.home.journal)) == len(before) + kept
    refused = small_disk.run("like", "Song 3")
    assert (refused.status, refused.said.count("\n"), FULL in refused.said) == (1, 1, True), refused.said
    assert small_disk.run("recommend", "Song 3").status == 0
    ballast.unlink()
    assert small_disk.run("like", "Song 3").status == 0
    assert len(journal.read(small_disk.home.journal)) == len(before) + kept + 1


@pytest.fixture
def read_only(tmp_path: Path, segue) -> Iterator[Segue]:
    """The home after two nights, which nobody may write."""
    found = segue(3)
    if os.geteuid() == 0:
        if not mounted("mount", "--bind", "-r", str(found.home.root), str(found.home.root)):
            pytest.skip("root may write everywhere, and here it may not mount")
        undo = ["umount", str(found.home.root)]
    else:
        subprocess.run(["chmod", "-R", "a-w", str(found.home.root)], check=True)
        undo = ["chmod", "-R", "u+w", str(found.home.root)]
    try:
        yield found
    finally:
        subprocess.run(undo, check=True)


def test_a_home_that_may_not_be_written_can_be_read_and_says_so(read_only: Segue, undisturbed) -> None:
    for command in (["refresh"], ["like", "Song 3"], ["rollback"]):
        refused = read_only.run(*command)
        assert (refused.status, refused.said.count("\n")) == (1, 1), refused.said
        assert "set SEGUE_HOME to another folder" in refused.said
    for command in (["recommend", "Song 3"], ["for-you"], ["sql", "select 1"]):
        assert read_only.run(*command).status == 0
    assert differing(read_only.tables(), undisturbed.tables[2]) == []
