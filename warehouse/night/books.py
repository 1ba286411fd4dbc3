"""Prefect's books: the SQLite file in which a server of ours keeps its runs. They are worth less than a night.

A file of which no server can make anything is set aside, and the server begins a new one.
"""

import logging
import re
import sqlite3
import tomllib
from contextlib import closing
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from schemas.errors import HomeError
from schemas.values import Home

log = logging.getLogger(__name__)

BOOKS = "prefect.db"
COMPANIONS = (f"{BOOKS}-wal", f"{BOOKS}-shm")
"""What SQLite keeps beside the file."""

PROFILES = "profiles.toml"

MEMORY = "memo_store.toml"
"""What Prefect remembers of having written into it."""

REVISION = re.compile(r"""^revision\b[^=\n]*=\s*["'](\w+)["']""", re.MULTILINE)


def fault(folder: Path) -> str | None:
    """What keeps Prefect's server from using its books in ``folder`` (its home), in a few words; None when nothing does.

    Every page is looked at, which takes a second for some hundred megabytes. Books that do not exist yet have no fault.
    """
    path = folder / BOOKS
    try:
        path.open("r+b").close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror or type(error).__name__
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as con:
            ((found, *_), *_) = con.execute("pragma quick_check(1)").fetchall()
            if found != "ok":
                return " ".join(str(found).split())
            versions = {version for (version,) in con.execute("select version_num from alembic_version")}
    except sqlite3.Error as error:
        # no such table: Prefect makes its tables there; locked: somebody is at work with it
        is_harmless = isinstance(error, sqlite3.OperationalError) and (
            "no such table" in str(error) or "locked" in str(error)
        )
        return None if is_harmless else str(error)
    known = _revisions()
    if known and not versions <= known:
        return "written by a newer Prefect than the one that is installed"
    return None


def set_aside_unusable(home: Home) -> None:
    """Take books, profiles or a whole Prefect home that cannot be used out of the way, and say so; the next server begins new ones.

    Raises:
        HomeError: they cannot be moved.
    """
    folder = home.prefect
    try:
        if why := _fault_of(folder):
            _tell(why, _move(folder))
        if why := _fault_of_profiles(folder / PROFILES):
            _tell(why, _move(folder / PROFILES))
        if why := fault(folder):
            for companion in COMPANIONS:
                if (folder / companion).exists():
                    _move(folder / companion)
            (folder / MEMORY).unlink(missing_ok=True)
            _tell(why, _move(folder / BOOKS))
    except OSError as error:
        raise HomeError(
            f"Prefect's books in {folder} cannot be used, nor moved away ({error.strerror}): "
            "move that folder away, or set SEGUE_HOME to another one"
        ) from error


def _tell(why: str, aside: Path) -> None:
    log.warning("Prefect's books cannot be used (%s): they are set aside as %s, and new ones begun", why, aside)


def _fault_of(folder: Path) -> str | None:
    """What keeps anybody from writing in the folder; None when nothing does, or it does not exist yet."""
    try:
        with TemporaryFile(dir=folder):
            return None
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror


def _fault_of_profiles(path: Path) -> str | None:
    """What keeps Prefect from reading its profiles, without which it does not even start; None when nothing does."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        return f"{path.name}: {error}"
    profiles = told.get("profiles", {})
    is_one = isinstance(told.get("active", ""), str) and isinstance(profiles, dict)
    return (
        None if is_one and all(isinstance(one, dict) for one in profiles.values()) else f"{path.name} holds no profiles"
    )


def _move(path: Path) -> Path:
    """Give the file or folder a name beside its own that nothing has yet, and return it."""
    names = (path.with_name(f"unusable-{number}-{path.name}") for number in count(1))
    return path.rename(next(name for name in names if not name.exists()))


def _revisions() -> set[str]:
    """The versions of the books that the installed Prefect knows; empty when it does not say where we look."""
    spec = find_spec("prefect")
    places = spec.submodule_search_locations if spec else None
    if not places:
        return set()
    steps = Path(places[0], "server", "database", "_migrations", "versions", "sqlite").glob("*.py")
    return {found[1] for step in steps if (found := REVISION.search(step.read_text(encoding="utf-8")))}
