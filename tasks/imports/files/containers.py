"""Files, folders and zips as a flat series of documents (tool); nothing is ever unpacked to disk."""

import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from schemas.errors import ImportFileError

MEMBERS_LIMIT = 100_000
MEMBER_BYTES_LIMIT = 4 << 30
EXPANSION_LIMIT = 200
"""A member that unpacks to more than this many times its size, and to more than `EXPANSION_FREE_BYTES`, is a bomb."""
EXPANSION_FREE_BYTES = 64 << 20

JUNK_FOLDERS = {"__MACOSX", ".git", "$RECYCLE.BIN", "System Volume Information"}
JUNK_NAMES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Document:
    """Something that can be read: a file, or a member of a zip (``archive.zip/member.json``)."""

    name: str
    size: int
    opener: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """The bytes from their beginning; the caller closes."""
        return self.opener()

    def open_seekable(self) -> BinaryIO:
        """The same bytes for formats that jump about in them, such as Parquet."""
        file = self.opener()
        if file.seekable():
            return file
        with closing(file):
            return io.BytesIO(file.read())


@dataclass(frozen=True)
class Unreadable:
    """Something that was found but cannot be opened, with the reason and what to do."""

    name: str
    reason: str


def documents(paths: Sequence[Path]) -> Iterator[Document | Unreadable]:
    """Every document under the paths, in the order given and by name inside folders and zips.

    Raises `ImportFileError` when a path does not exist: a slip of the pen is not an empty folder.
    """
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and not is_junk(file.relative_to(path).as_posix()):
                    yield from _file(file, file.relative_to(path.parent).as_posix())
        elif path.is_file():
            yield from _file(path, path.name)
        else:
            raise ImportFileError(str(path), "is no file or folder. Check the path.")


def is_junk(name: str) -> bool:
    """Whether an operating system left the file behind (``.DS_Store``, ``__MACOSX/._x``, ``Thumbs.db``)."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part in JUNK_FOLDERS for part in parts) or parts[-1].lower() in JUNK_NAMES


def _file(path: Path, name: str) -> Iterator[Document | Unreadable]:
    try:
        with path.open("rb") as file:
            is_archive = file.read(4) == b"PK\x03\x04"
    except OSError as error:
        yield Unreadable(name, f"cannot be opened: {error.strerror}. Check its permissions.")
        return
    if is_archive:
        yield from _members(path, name)
    else:
        yield Document(name, path.stat().st_size, lambda: path.open("rb"))


def _members(path: Path, name: str) -> Iterator[Document | Unreadable]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        yield Unreadable(name, "is a damaged zip. Download it again.")
        return
    with archive:
        members = archive.infolist()
    if len(members) > MEMBERS_LIMIT:
        yield Unreadable(name, f"holds more than {MEMBERS_LIMIT:,} files. Unpack it and import the folder.")
        return
    for member in sorted(members, key=lambda member: member.filename):
        label = f"{name}/{member.filename}"
        if member.is_dir() or is_junk(member.filename) or stat.S_ISLNK(member.external_attr >> 16):
            continue
        if member.flag_bits & 1:
            yield Unreadable(label, "is encrypted. Unpack the zip with its password and import the folder.")
        elif member.file_size > MEMBER_BYTES_LIMIT or (
            member.file_size > EXPANSION_FREE_BYTES
            and member.file_size > EXPANSION_LIMIT * max(member.compress_size, 1)
        ):
            yield Unreadable(label, "unpacks to far more than it should (a zip bomb?). Unpack it by hand.")
        else:
            yield Document(label, member.file_size, partial(_open_member, path, member))


def _open_member(path: Path, member: zipfile.ZipInfo) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    try:
        # what is opened is typed by what reading and writing have in common
        return _Member(archive, cast(zipfile.ZipExtFile, archive.open(member)))
    except BaseException:
        archive.close()
        raise


class _Member(io.BufferedReader):
    """A member of a zip that closes its archive with itself."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipExtFile) -> None:
        super().__init__(member, 1 << 20)
        self._archive = archive

    def close(self) -> None:
        super().close()
        self._archive.close()

    def seekable(self) -> bool:
        return False
