"""Small text files, whole or not at all, readable by their owner only (tool)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


def write_whole(path: Path, text: str) -> None:
    """Replace the file, once all of it is on the disk; a failure leaves what stood there, and nothing else.

    What a process that was killed left of its writing is written over.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    with _ours(part) as file:
        try:
            file.truncate()
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def tidy(folder: Path) -> None:
    """Delete what processes that were killed left of their writing in the folder; what is being written stays."""
    for part in folder.glob(".*.part"):
        with suppress(OSError), part.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands(file, part):
                part.unlink()


@contextmanager
def _ours(part: Path) -> Iterator[TextIO]:
    """The file open for writing, and nobody else's until it is closed."""
    while True:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _stands(file, part):  # else it became the whole file while we waited, or was tidied up
                yield file
                return


def _stands(file: TextIO, path: Path) -> bool:
    """Whether the open file is the one of this name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
