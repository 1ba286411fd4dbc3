"""The one place that opens DuckDB files.

A reader attaches the file to an instance of its own in memory. Opened by its path, a file that was replaced in the
meantime would come from DuckDB's per-process instance cache: the old rows, silently. Writers open files that nobody
else knows yet (a night under construction) or the database of imports.
"""

import atexit
import errno
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from schemas.errors import HomeError, SegueError, WarehouseError
from warehouse.statements import identifier

SCHEMA_VERSION = 4
"""Raised when a column is renamed, removed or changes its type: older files are then told, and migrated in the copy."""

STORAGE_VERSION = "v1.5.0"
"""Format of the files that we write: the clients of DuckDB 1.5 and later can open them."""

BLOCK_SIZE = "131072"
"""Bytes of a block: in blocks of the usual 256 KiB, the columns of neighbours leave a tenth of the room unused."""

MEMORY_LIMIT = "4GB"
"""Memory that one connection may use unless told; above it DuckDB spills to disk."""

LOOKED_UP = 64
"""So many keys DuckDB looks up in an index one by one; for more of them it passes over the table."""

BUSY = "Could not set lock on file"

INTERRUPTED = "Query interrupted"
"""What DuckDB says in the place of the exception that a handler of a signal raised."""

KEPT_SECONDS = 20.0
"""A kept file that nobody asked for so long is let go; one that was replaced, within a quarter of that."""


@dataclass(eq=False)
class _Instance:
    """An empty database in memory, the file that is attached to it as ``warehouse``, if any, and until when it stays."""

    con: DuckDBPyConnection
    memory_limit: str
    path: Path | None = None
    identity: tuple[int, ...] = ()
    until: float = 0.0


Config = dict[str, str | bool | int | float | list[str]]

_IDLE: dict[int, list[_Instance]] = {}
"""Instances that no reader uses at the moment, by process: a fork must not share them. Only atomic operations touch the lists."""

_KEEPERS: dict[int, threading.Thread] = {}
"""The thread of each process that lets go of kept files."""

_OVER = threading.Event()
"""Set when the process ends."""


class UnreadableError(WarehouseError):
    """The file itself is of no use to this DuckDB: damaged, or in another format."""


@contextmanager
def reader(
    path: Path, *, keep: bool = False, memory_limit: str = MEMORY_LIMIT, wait_seconds: float = 0.0
) -> Iterator[DuckDBPyConnection]:
    """The published database (or any other) for reading, as its file is at this moment.

    Close it soon: it goes on seeing the night that it opened, and nothing ever waits for it. With ``keep`` the file stays
    attached for the next question, a few seconds and as long as it is the one at ``path``; it is for those who ask often and
    attach nothing else. ``wait_seconds`` bounds the wait for a process that is writing the file, which never happens to the
    published one.

    Raises:
        WarehouseError: the file is missing, damaged, being written, or of another version.
        HomeError: the file may not be read.
    """
    with told(path), _instance(path, memory_limit, keep=keep) as (instance, con):
        if instance.path is None:
            _patiently(lambda: con.execute("attach $path as warehouse (read_only)", {"path": str(path)}), wait_seconds)
        con.execute("use warehouse")
        if instance.path is None:
            _check_version(con, path)
        yield con


@contextmanager
def writer(path: Path, *, memory_limit: str = MEMORY_LIMIT, wait_seconds: float = 0.0) -> Iterator[DuckDBPyConnection]:
    """A file open for writing, created when it does not exist; closing it leaves no write-ahead log behind.

    ``wait_seconds`` bounds the wait for another process that has the file open.

    Raises:
        WarehouseError: the file is damaged, of another version, or still in use after the wait.
        HomeError: the disk is full or the folder may not be written.
    """
    _let_go(lambda one: one.path == path)
    config = _config(memory_limit) | {
        "storage_compatibility_version": STORAGE_VERSION,
        "default_block_size": BLOCK_SIZE,
    }
    with told(path), _patiently(lambda: opened(str(path), config), wait_seconds) as con:
        path.chmod(0o600)
        yield con


@contextmanager
def _instance(path: Path, memory_limit: str, *, keep: bool) -> Iterator[tuple[_Instance, DuckDBPyConnection]]:
    """An instance that has ``path`` attached already, or has nothing attached, and a connection to it.

    To make one takes ten times as long as an attach, and an attach as long as a question, so one that is idle is used again:
    by one reader at a time, through a cursor of its own, so that the frames and temporary tables of one do not reach the next.
    """
    now = identity(path)
    if not now:
        raise WarehouseError(f"there is no warehouse at {path}: run `segue refresh` to build one")
    _let_go(lambda one: one.path == path and one.identity != now)
    instance = _taken(
        lambda one: one.memory_limit == memory_limit and one.path == path and one.identity == now
    ) or _taken(lambda one: one.memory_limit == memory_limit and one.path is None)
    if instance is None:
        spill = Path(tempfile.gettempdir()) / f"segue-{os.getpid()}"  # else it would be .tmp in the working directory
        config = _config(memory_limit) | {"temp_directory": str(spill), "dynamic_or_filter_threshold": LOOKED_UP}
        instance = _Instance(opened(":memory:", config), memory_limit)
    try:
        with instance.con.cursor() as con:
            yield instance, con
        if keep:
            instance.path, instance.identity = path, now
            instance.until = time.monotonic() + KEPT_SECONDS
        else:
            _detach_all(instance.con)
            instance.path, instance.identity = None, ()
    except BaseException:
        instance.con.close()
        raise
    _idle().append(instance)
    if keep:
        _see_to_keeper()


def _idle() -> list[_Instance]:
    return _IDLE.setdefault(os.getpid(), [])


def _taken(fits: Callable[[_Instance], bool]) -> _Instance | None:
    """An idle instance that fits, which nobody else has from now on."""
    idle = _idle()
    for one in reversed(idle[:]):
        if fits(one):
            with suppress(ValueError):  # another thread was faster
                idle.remove(one)
                return one
    return None


def _let_go(fits: Callable[[_Instance], bool]) -> None:
    """Close the idle instances that fit, and with them their files."""
    while (one := _taken(fits)) is not None:
        one.con.close()


def identity(path: Path) -> tuple[int, ...]:
    """What tells the file at ``path`` from the one that was there before; empty when there is none.

    While a file is attached its number (inode) cannot be given to another one.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size) if path.is_file() else ()


def _see_to_keeper() -> None:
    keeper = _KEEPERS.get(os.getpid())
    if keeper is None or not keeper.is_alive():
        keeper = _KEEPERS[os.getpid()] = threading.Thread(target=_keep_watch, name="segue-files", daemon=True)
        keeper.start()


def _keep_watch() -> None:
    """Let go of files that are not asked any more, or not there any more, until none is kept: their room on the disk is freed."""
    while any(one.path is not None for one in _idle()) and not _OVER.wait(KEPT_SECONDS / 4):
        _let_go(
            lambda one: one.path is not None and (time.monotonic() > one.until or identity(one.path) != one.identity)
        )


@atexit.register
def _end_keeper() -> None:
    """A thread that is within DuckDB when the interpreter goes would take the process with it, and its exit code."""
    _OVER.set()
    keeper = _KEEPERS.get(os.getpid())
    if keeper is not None:
        keeper.join()


def _detach_all(instance: DuckDBPyConnection) -> None:
    """Let go of every file, also of those that a reader attached besides its own."""
    attached = "select database_name from duckdb_databases() where not internal and database_name != 'memory'"
    for (name,) in instance.execute(attached).fetchall():
        instance.execute(f"detach {identifier(name)}")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what DuckDB and the operating system say of the file into one line that says what to do.

    A signal that ended a query, of which DuckDB does not say which one, is a KeyboardInterrupt.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:
        known = _explained(str(error), path)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise HomeError(_home_line(error.strerror or str(error), path)) from error
    except MemoryError as error:
        raise WarehouseError(_memory_line("no more is left", path)) from error


def _patiently(open_file: Callable[[], DuckDBPyConnection], wait_seconds: float) -> DuckDBPyConnection:
    """Try until no other process holds the file or ``wait_seconds`` are over."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return open_file()
        except duckdb.Error as error:
            if BUSY not in str(error) or time.monotonic() >= deadline:
                raise
        time.sleep(0.05)


def opened(database: str, config: Config) -> DuckDBPyConnection:
    """A connection that never draws a progress bar: DuckDB puts it on stdout, which is for data, after two seconds."""
    con = duckdb.connect(database, config=config)
    con.execute("set enable_progress_bar = false")
    return con


def _config(memory_limit: str) -> Config:
    return {
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,  # nothing is fetched behind the person's back
        "autoload_known_extensions": False,
    }


def _check_version(con: DuckDBPyConnection, path: Path) -> None:
    try:
        found = con.execute("select max(version) from segue_schema").fetchall()[0][0]
    except duckdb.CatalogException as error:
        raise WarehouseError(f"{path} is a database, but not one of Segue's: move it away or set SEGUE_HOME") from error
    if found != SCHEMA_VERSION:
        raise WarehouseError(
            f"{path} has version {found} of Segue's tables and this Segue reads version {SCHEMA_VERSION}: "
            "run `segue refresh` with the newest Segue to migrate it"
        )


def _explained(text: str, path: Path) -> SegueError | None:
    """The error to raise for DuckDB's ``text``; ``None`` when it is about a statement and not about the file."""
    first = text.splitlines()[0] if text else ""
    if BUSY in text:
        held_by = re.search(r"\(PID (\d+)\)", text)
        who = f"process {held_by[1]}" if held_by else "another program"
        return WarehouseError(f"{path} is open for writing in {who}: close it there and try again")
    if "different configuration" in text or "Unique file handle conflict" in text:
        return WarehouseError(f"{path} is open for writing in this program: close it there and try again")
    if any(sign in text for sign in ("No space left", "Disk quota", "File too large")):
        return HomeError(_home_line("No space left on device", path))
    if "Permission denied" in text or "Read-only file system" in text or "Operation not permitted" in text:
        return HomeError(_home_line("Permission denied", path))
    if "version number" in text:
        return UnreadableError(
            f"{path} was written by another version of DuckDB than {duckdb.__version__}: "
            "move it away and run `segue refresh`, or install the Segue that wrote it"
        )
    if "Out of Memory" in text:
        return WarehouseError(_memory_line(first, path))
    damage = ("not a valid DuckDB", "Corrupt database", "Could not read enough bytes", "replaying WAL", "checksum")
    if any(sign in text for sign in damage):
        return UnreadableError(
            f"{path} is damaged ({first[:120]}): `segue rollback` brings back an earlier night, `segue refresh` builds a new one"
        )
    return None


def _memory_line(problem: str, path: Path) -> str:
    return f"{path}: the work needs more memory than it may use ({problem}): free some or raise the limit"


def _home_line(problem: str, path: Path) -> str:
    is_full = any(sign in problem for sign in ("space", "uota", "too large"))
    remedy = "make room" if is_full else "give yourself the right to write there"
    return f"cannot write {path}: {problem}; {remedy} or set SEGUE_HOME to another folder"
