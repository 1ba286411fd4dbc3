"""Prefect's books: what is wrong with them is seen before a server stumbles over it, and costs them and not the night."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from schemas.errors import HomeError
from schemas.values import Home
from tasks.upkeep import checkup
from tests.warehouse.making import ASCII_ONLY, python
from warehouse.night.books import fault, set_aside_unusable

OF_TODAY = "a3b9c7d2e5f1"
"""A version that Prefect 3.8.8 knows."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose Prefect has kept books: a table of some pages, written through a log."""
    made = Home(tmp_path / "home")
    made.prefect.mkdir(parents=True)
    with closing(sqlite3.connect(made.prefect / "prefect.db")) as con:
        con.execute("pragma journal_mode = wal")
        con.execute("create table alembic_version (version_num varchar(32) not null)")
        con.execute("create table flow_run (name text)")
        con.executemany("insert into flow_run values (?)", [["x" * 1000]] * 200)
        con.execute("insert into alembic_version values (?)", [OF_TODAY])
        con.commit()
    (made.prefect / "memo_store.toml").write_text("block_auto_registration = 'x'\n")
    return made


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def turn(path: Path) -> None:
    """A page in the middle is garbage."""
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096))


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def be_of_tomorrow(path: Path) -> None:
    with closing(sqlite3.connect(path)) as con, con:
        con.execute("update alembic_version set version_num = 'ffffffffffff'")


def test_sound_books_stay_where_they_are(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    assert fault(home.prefect) is None
    before = sorted(path.name for path in home.prefect.iterdir())
    set_aside_unusable(home)
    assert sorted(path.name for path in home.prefect.iterdir()) == before
    set_aside_unusable(Home(home.root / "new"))
    assert caplog.text == ""


def test_books_that_somebody_is_writing_are_no_damage(home: Home) -> None:
    with closing(sqlite3.connect(home.prefect / "prefect.db", isolation_level=None)) as con:
        con.execute("pragma locking_mode = exclusive")
        con.execute("begin exclusive")
        con.execute("delete from flow_run")
        assert fault(home.prefect) is None


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (cut, "malformed"),
        (overwrite, "file is not a database"),
        (turn, "***"),
        (become_folder, "Is a directory"),
        (be_of_tomorrow, "written by a newer Prefect than the one that is installed"),
    ],
)
def test_books_that_cannot_be_used_are_told_and_set_aside(
    home: Home, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None], why: str
) -> None:
    damage(home.prefect / "prefect.db")
    (found,) = [
        finding for finding in checkup.prefect({"PREFECT_HOME": str(home.prefect)}) if finding.check == "prefect"
    ]
    assert (found.verdict, why in found.told) == ("warn", True), found
    for number in (1, 2):  # a second time, too
        set_aside_unusable(home)
        assert (home.prefect / f"unusable-{number}-prefect.db").exists()
        assert fault(home.prefect) is None
        assert not (home.prefect / "memo_store.toml").exists()
        (home.prefect / "prefect.db").write_text("garbage, garbage, garbage")
    lines = [record.message for record in caplog.records]
    assert len(lines) == 2
    assert why in lines[0]
    assert str(home.prefect / "unusable-1-prefect.db") in lines[0]


def test_a_file_in_the_place_of_the_folder_is_set_aside(home: Home) -> None:
    Home(home.root / "other").root.mkdir()
    other = Home(home.root / "other")
    other.prefect.write_text("what is this?")
    set_aside_unusable(other)
    assert not other.prefect.exists()
    assert (other.root / f"unusable-1-{other.prefect.name}").read_text() == "what is this?"


@pytest.mark.parametrize(
    "told", [b"active = 3", b'active = "a"\n[[', b"\xff", b"x = " + b"[" * 100_000, b"[profiles]\na = 1"]
)
def test_profiles_of_which_prefect_can_make_nothing_are_set_aside(home: Home, told: bytes) -> None:
    path = home.prefect / "profiles.toml"
    path.write_bytes(told)
    set_aside_unusable(home)
    assert not path.exists()
    assert (home.prefect / "unusable-1-profiles.toml").read_bytes() == told
    path.write_text('active = "work"\n[profiles.work]\nPREFECT_API_URL = "https://prefect.example.com/api"\n')
    set_aside_unusable(home)
    assert path.exists()


SET_ASIDE = """
import sys
from pathlib import Path
from schemas.values import Home
from warehouse.night.books import set_aside_unusable

set_aside_unusable(Home(Path(sys.argv[1])))
"""


def test_profiles_of_any_name_stay_on_a_machine_that_knows_ascii_only(home: Home) -> None:
    path = home.prefect / "profiles.toml"
    path.write_text('active = "büro"\n[profiles."büro"]\n', encoding="utf-8")
    assert python(SET_ASIDE, home.root, **ASCII_ONLY).communicate() == ("", "")
    assert path.exists()


def test_books_that_may_not_be_written_nor_moved_end_in_one_line(home: Home) -> None:
    """As on a disk that became read-only for a part."""
    path = str(home.prefect)
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "--bind", "-r", path, path], capture_output=True, check=False).returncode
    ):
        pytest.skip("only root may mount, and only where it is allowed to")
    try:
        assert fault(home.prefect) == "Read-only file system"
        with pytest.raises(
            HomeError, match=r"nor moved away .*: move that folder away, or set SEGUE_HOME to another one"
        ):
            set_aside_unusable(home)
    finally:
        subprocess.run(["umount", path], check=True)
