"""Files that cannot be used end in one line that says what, where and what to do."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pytest

from schemas.errors import SegueError, WarehouseError
from schemas.values import Home
from tests.warehouse.making import built, checked, publish, python, said
from warehouse import connection
from warehouse.connection import SCHEMA_VERSION, UnreadableError, reader, writer
from warehouse.standing import verify

NIGHT = "20261125T030000-a"
SONG = checked("tracks", [{"track_id": "t1", "name": "Karma Police"}])

HOLD = """
import sys
from pathlib import Path
from warehouse.connection import writer
with writer(Path(sys.argv[1])) as con:
    print("open", flush=True)
    sys.stdin.readline()
"""

ASK_AND_FORK = """
import os, sys
from pathlib import Path
from warehouse.connection import reader
def ask():
    with reader(Path(sys.argv[1]), keep=True) as con:
        return con.execute("select name from tracks").fetchall()
before = ask()
child = os.fork()
if child == 0:
    os._exit(0 if ask() == before else 1)
print(os.waitpid(child, 0)[1], ask() == before, flush=True)
"""

WRITE_WITHOUT_ROOM = """
import random, resource, sys
from pathlib import Path
import polars as pl
from schemas.errors import HomeError
from warehouse.night import writing
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
noise = [str(random.random()) * 5 for _ in range(200_000)]
try:
    writing.replace(Path(sys.argv[1]), "tracks", pl.DataFrame({"track_id": noise, "name": noise, "source": "demo"}))
except HomeError as error:
    print(error, flush=True)
"""

WRITE_WITHOUT_RIGHT = """
import os, sys
from pathlib import Path
from schemas.errors import HomeError
from schemas.values import Home
import warehouse.night.building as building
import polars, duckdb
if os.getuid() == 0:
    os.setuid(65534)
try:
    building.start(Home(Path(sys.argv[1])), "run", "demo")
except HomeError as error:
    print(error, flush=True)
"""


def told(path: Path) -> str:
    with pytest.raises(SegueError) as error, reader(path):
        pass
    assert "\n" not in str(error.value)
    return str(error.value)


def kept(path: Path) -> list[str]:
    """Names, as the kernel knows them, under which this process has the file open; a removed one is told so."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except OSError:  # closed in the meantime
            continue
    return [name for name in found if name.startswith(str(path))]


def checksum(header: bytearray) -> int:
    """DuckDB's checksum of a header block."""
    words = (int.from_bytes(header[at : at + 8], "little") for at in range(0, len(header), 8))
    return reduce(lambda sum_, word: sum_ ^ (word * 0xBF58476D1CE4E5B9 & 2**64 - 1), words, 5381)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file, made once."""
    return publish(Home(tmp_path_factory.mktemp("night")), NIGHT, SONG)


@pytest.fixture
def published(night: Path, home: Home) -> Path:
    home.root.mkdir()
    shutil.copy(night, home.warehouse)
    return home.warehouse


@pytest.fixture
def held(published: Path) -> Iterator[int]:
    """Process id of another process that has the published file open for writing."""
    process = python(HOLD, published)
    said(process)
    yield process.pid
    process.communicate("\n")


def test_a_reader_sees_the_rows_of_the_file(published: Path) -> None:
    with reader(published) as con:
        assert con.sql("select track_id, name from tracks").fetchall() == [("t1", "Karma Police")]


def test_a_reader_cannot_write(published: Path) -> None:
    with reader(published) as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("delete from tracks")


def test_a_reader_that_opens_after_a_publication_sees_the_new_night_though_an_older_one_is_open(
    home: Home, published: Path
) -> None:
    with reader(published) as old:
        publish(home, "20261126T030000-b", checked("tracks", [{"track_id": "t2", "name": "Creep"}]))
        with reader(published) as new:
            assert new.sql("select track_id from tracks order by all").fetchall() == [("t1",), ("t2",)]
        assert old.sql("select track_id from tracks").fetchall() == [("t1",)]


def test_what_one_reader_attached_or_made_does_not_reach_the_next(home: Home, published: Path) -> None:
    publish(home, "20261126T030000-b", checked("tracks", [{"track_id": "t2", "name": "Creep"}]))
    (former,) = home.history.iterdir()
    for _ in range(2):
        with reader(published) as con:
            con.execute("attach $path as past (read_only)", {"path": str(former)})
            con.execute("create temp table noted as select 1")
            assert con.sql("select (select count(*) from tracks), (select count(*) from past.tracks)").fetchall() == [
                (2, 1)
            ]


def test_a_kept_file_answers_until_a_night_is_published_and_is_not_held_after_that(
    tmp_path: Path, published: Path
) -> None:
    later = publish(
        Home(tmp_path / "later"), "20261126T030000-b", checked("tracks", [{"track_id": "t2", "name": "Creep"}])
    )
    ask = "select track_id from tracks order by all"
    for _ in range(2):
        with reader(published, keep=True) as con:
            assert con.execute(ask).fetchall() == [("t1",)]
        assert kept(published) == [str(published)]
    later.replace(published)  # as a night in another process does it
    with reader(published, keep=True) as con:
        assert con.execute(ask).fetchall() == [("t2",)]
    assert kept(published) == [str(published)]


def test_a_kept_file_that_nobody_asks_any_more_is_let_go(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEPT_SECONDS", 0.1)
    with reader(published, keep=True):
        pass
    deadline = time.monotonic() + 30
    while kept(published) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kept(published) == []


def test_a_kept_file_does_not_keep_a_writer_of_this_process_out(published: Path) -> None:
    with reader(published, keep=True):
        pass
    with writer(published) as con:
        con.execute("update tracks set name = 'Airbag'")
    with reader(published, keep=True) as con:
        assert con.execute("select name from tracks").fetchall() == [("Airbag",)]


def test_what_one_question_made_does_not_reach_the_next_on_a_kept_file(published: Path) -> None:
    for _ in range(2):
        with reader(published, keep=True) as con:
            con.execute("create temp table noted as select 1")


def test_threads_ask_a_kept_file_side_by_side(published: Path) -> None:
    def ask(_: int) -> list[tuple[str]]:
        with reader(published, keep=True) as con:
            return con.execute("select name from tracks").fetchall()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(40))) == [[("Karma Police",)]] * 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_forked_shares_no_kept_file(published: Path) -> None:
    out, err = python(ASK_AND_FORK, published).communicate(timeout=60)
    assert out == "0 True\n", err


def test_what_does_not_fit_into_memory_does_not_land_in_the_working_directory(published: Path) -> None:
    with reader(published) as con:
        ((folder,),) = con.sql("select current_setting('temp_directory')").fetchall()
    assert Path(folder).is_relative_to(tempfile.gettempdir())


@pytest.mark.parametrize("opens", [reader, writer])
def test_no_statement_draws_a_bar_where_data_goes(published: Path, opens: Callable[..., Any]) -> None:
    """DuckDB draws one on stdout, terminal or not, as soon as a statement takes two seconds."""
    with opens(published) as con:
        assert con.sql("select current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_a_missing_file_names_the_command_that_builds_one(tmp_path: Path) -> None:
    assert (
        told(tmp_path / "x.duckdb") == f"there is no warehouse at {tmp_path}/x.duckdb: run `segue refresh` to build one"
    )


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"\0" * 50_000])
def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(content)
    assert told(path).startswith(f"{path} is ")
    assert "segue r" in told(path) or "move it away" in told(path)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_a_file_that_was_cut_is_called_damaged(published: Path, share: float) -> None:
    published.write_bytes(published.read_bytes()[: int(published.stat().st_size * share)])
    with pytest.raises(UnreadableError, match=r"is damaged \(.*`segue rollback` brings back an earlier night"):
        verify(published)


def test_a_file_of_another_duckdb_is_told_from_a_damaged_one(published: Path) -> None:
    content = bytearray(published.read_bytes())
    content[12:20] = (9_999).to_bytes(8, "little")  # the storage version stands after checksum and magic bytes
    content[:8] = checksum(content[8:4096]).to_bytes(8, "little")
    published.write_bytes(content)
    assert "written by another version of DuckDB" in told(published)


def test_a_file_of_another_segue_says_which_version_it_has(published: Path) -> None:
    with duckdb.connect(str(published)) as con:
        con.execute("update segue_schema set version = 99")
    assert f"has version 99 of Segue's tables and this Segue reads version {SCHEMA_VERSION}" in told(published)


def test_somebody_elses_database_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table bills (amount integer)")
    assert told(path) == f"{path} is a database, but not one of Segue's: move it away or set SEGUE_HOME"


def test_a_file_that_another_process_writes_names_that_process(published: Path, held: int) -> None:
    line = f"{published} is open for writing in process {held}: close it there and try again"
    assert told(published) == line
    with pytest.raises(WarehouseError) as error, writer(published):
        pass
    assert str(error.value) == line


def test_a_writer_waits_for_another_one_as_long_as_it_is_told(published: Path) -> None:
    process = python(HOLD.replace("sys.stdin.readline()", "import time; time.sleep(0.5)"), published)
    said(process)
    with writer(published, wait_seconds=30) as con:
        assert con.sql("select count(*) from tracks").fetchall() == [(1,)]
    process.communicate()


def test_a_file_that_this_process_writes_says_so(published: Path) -> None:
    with writer(published):
        assert told(published) == f"{published} is open for writing in this program: close it there and try again"


def test_a_full_disk_ends_in_one_line_and_what_was_published_stays(home: Home, published: Path) -> None:
    before = published.read_bytes()
    build = built(home, "20261126T030000-b")
    out, err = python(WRITE_WITHOUT_ROOM, build).communicate()
    assert out == f"cannot write {build}: No space left on device; make room or set SEGUE_HOME to another folder\n", err
    assert published.read_bytes() == before


def test_a_home_without_the_right_to_write_ends_in_one_line() -> None:
    folder = Path(tempfile.mkdtemp(prefix="segue-unwritable-"))
    folder.chmod(0o555)
    try:
        out, err = python(WRITE_WITHOUT_RIGHT, folder).communicate()
    finally:
        shutil.rmtree(folder)
    assert out == (
        f"cannot write {folder}/building: Permission denied; give yourself the right to write there or set SEGUE_HOME to another folder\n"
    ), err


def test_a_statement_of_our_own_that_is_wrong_is_no_expected_error(published: Path) -> None:
    with pytest.raises(duckdb.CatalogException), reader(published) as con:
        con.execute("select * from no_such_table")


def test_files_are_for_their_owner_only(published: Path) -> None:
    assert published.stat().st_mode & 0o777 == 0o600


def test_a_signal_that_ends_a_query_is_no_error_of_the_query(tmp_path: Path) -> None:
    """DuckDB puts an error of its own in the place of what the handler raised."""

    def stop(*_: object) -> None:
        raise OSError("what a handler raises")

    former = signal.signal(signal.SIGUSR1, stop)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
    try:
        with pytest.raises(KeyboardInterrupt), writer(tmp_path / "any.duckdb") as con:
            con.execute("set threads = 1")  # else another thread may be at work, and this one wait without looking up
            timer.start()
            con.execute("select sum(a.range * b.range) from range(1000000) a, range(1000000) b")
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, former)
