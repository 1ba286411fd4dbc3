"""One writer a home: who is refreshing it, where and since when; what a dead one left is recovered.

The kernel holds the lock and lets it go when its process dies, however it dies. File systems that are shared by machines
do not always tell the other machine of it, so the holder also leaves its name in the file and touches it while it lives.
"""

import fcntl
import getpass
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.errors import HomeError
from schemas.values import Home
from warehouse.connection import told

log = logging.getLogger(__name__)

TOUCHED_EVERY = 20.0
"""Seconds between two signs of life."""

STALE_AFTER = timedelta(minutes=2)
"""A holder on another machine that gave no sign of life for so long is taken for dead."""


@dataclass(frozen=True)
class Holder:
    """Who holds a home: the user, the machine, the process, what for, and since when (UTC)."""

    owner: str
    host: str
    pid: int
    purpose: str
    since: str

    @property
    def age(self) -> timedelta:
        """How long it has held the home; never negative, whatever the clock did."""
        began = datetime.fromisoformat(self.since)
        return max(timedelta(0), datetime.now(UTC).replace(tzinfo=None) - began)

    def __str__(self) -> str:
        minutes = int(self.age.total_seconds() // 60)
        return f"{self.purpose} of {self.owner} on {self.host} (process {self.pid}, since {self.since[:16]} UTC, {minutes} min)"


@contextmanager
def locked(home: Home, purpose: str = "a refresh") -> Iterator[Holder]:
    """Hold ``home`` for as long as the block runs; nobody else may build or publish there meanwhile.

    Raises:
        HomeError: another process holds it; the message says who, where and since when. Or nothing can be written there.
    """
    path = _path(home)
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, path)
        with told(path):
            holder = _sign(descriptor, purpose)
        done = threading.Event()
        heart = threading.Thread(target=_beat, args=(descriptor, done), name="lock of the home", daemon=True)
        heart.start()
        try:
            yield holder
        finally:
            done.set()
            heart.join()
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(home: Home) -> Holder | None:
    """Who holds ``home`` at this moment; ``None`` when nobody does."""
    try:
        descriptor = os.open(_path(home), os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(descriptor)
        found = _read(descriptor)
        return found if found and _lives_elsewhere(descriptor, found) else None
    finally:
        os.close(descriptor)


def _path(home: Home) -> Path:
    return home.root / "lock"


def _take(descriptor: int, path: Path) -> None:
    if not _taken(descriptor):
        who = _read(descriptor) or "another process"
        raise HomeError(f"{path.parent} is held by {who}: wait until it is done, or end that process")
    left = _read(descriptor)
    if left is None:
        return
    if _lives_elsewhere(descriptor, left):
        raise HomeError(
            f"{path.parent} is held by {left}: wait until it is done, or end it there and try again in 2 minutes"
        )
    log.warning("%s ended without letting go of %s; its lock is recovered", left, path.parent)


def _taken(descriptor: int) -> bool:
    """Whether the kernel gave us the lock; someone who only looks who holds it has it for an instant."""
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def _sign(descriptor: int, purpose: str) -> Holder:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    signed = Holder(_user(), socket.gethostname(), os.getpid(), purpose, now.isoformat())
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(signed)).encode(), 0)
    return signed


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _read(descriptor: int) -> Holder | None:
    """What the file says; ``None`` when it is empty or was cut while it was written."""
    try:
        found = Holder(**json.loads(os.pread(descriptor, 4096, 0)))
        str(found)  # which it is for, and which fails when a value is of another kind
        return found
    except (ValueError, TypeError, RecursionError):
        return None


def _lives_elsewhere(descriptor: int, found: Holder) -> bool:
    """Whether a holder on another machine, of which our kernel knows nothing, gave a sign of life lately."""
    silence = datetime.now(UTC) - datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    return found.host != socket.gethostname() and abs(silence) < STALE_AFTER


def _beat(descriptor: int, done: threading.Event) -> None:
    while not done.wait(TOUCHED_EVERY):
        os.utime(descriptor)
