"""From a finished night to the published file and back: one atomic rename each way, the former files kept.

A reader holds the file that it opened, whatever is renamed; at any moment, also after a power cut, the published name
leads to a whole night.
"""

import logging
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from shutil import copyfile

from schemas.errors import WarehouseError
from schemas.values import Home
from warehouse.connection import UnreadableError, reader, told, writer
from warehouse.standing import sound
from warehouse.statements import statement

log = logging.getLogger(__name__)

KEEP = 7
"""Former nights that stay for a rollback, unless told."""

KEEP_BYTES = 4 * 2**30
"""Room that former nights may take, unless told; the latest one always stays."""

UNKNOWN = "unknown"

GENERATION = re.compile(r"^(?P<ordinal>\d{6})-(?P<run_id>.+)\.duckdb$")


@dataclass(frozen=True)
class Generation:
    """A former published file; a higher ordinal is a later one, whatever the clock said."""

    path: Path
    ordinal: int
    run_id: str
    bytes: int
    built_at: datetime


def publish(home: Home, build: Path, *, keep: int = KEEP, keep_bytes: int = KEEP_BYTES) -> None:
    """Make ``build`` the published file and keep the former one among the generations.

    Raises:
        HomeError: the disk is full or the folder may not be written; the former file stays published.
    """
    with writer(build) as con:
        con.execute("checkpoint")
    source = run_of(build)[1]
    with told(home.warehouse):
        _sync(build)
        if home.warehouse.exists():
            _keep(home, source)
        _wal(home.warehouse).unlink(missing_ok=True)
        build.replace(home.warehouse)
        _last(home, source).unlink(missing_ok=True)
        _sync(home.root)
        _prune(home, keep, keep_bytes)


def rollback(home: Home) -> Generation:
    """Publish the latest whole generation again and return it; the night that it replaces is kept as ``history/withdrawn.duckdb``.

    A generation that cannot be read is set aside.

    Raises:
        WarehouseError: there is no earlier night.
    """
    former = _latest_whole(home)
    if former is None:
        raise WarehouseError(f"there is no earlier night in {home.history} to go back to")
    with told(home.warehouse):
        if home.warehouse.exists():
            _link(home.warehouse, withdrawn(home))
        _bring_back(home, former)
    return former


def withdrawn(home: Home) -> Path:
    """Where the night lies that the latest rollback took back."""
    return home.history / "withdrawn.duckdb"


def recover(home: Home) -> None:
    """Leave a whole published file alone; set a damaged one aside, and publish the latest whole generation in its place."""
    if not home.warehouse.exists():
        return
    try:
        sound(home.warehouse)
    except UnreadableError as error:
        with told(home.warehouse):
            set_aside(home, home.warehouse)
            former = _latest_whole(home)
            if former is not None:
                _bring_back(home, former)
        instead = f"the night {former.run_id} is published again" if former else "there is no earlier night"
        log.warning("%s is damaged and set aside, %s: %s", home.warehouse, instead, error.__cause__ or error)
    except WarehouseError as error:
        log.info("%s", error)  # of another version: whole, and migrated in the copy


def _latest_whole(home: Home) -> Generation | None:
    """The latest generation of which every block can be read; later ones are set aside."""
    while kept := generations(home):
        try:
            sound(kept[-1].path)
            return kept[-1]
        except WarehouseError as error:
            log.warning("%s; it is passed over", error)
            set_aside(home, kept[-1].path)
    return None


def _bring_back(home: Home, former: Generation) -> None:
    _wal(home.warehouse).unlink(missing_ok=True)
    former.path.replace(home.warehouse)
    _sync(home.root)


def generations(home: Home) -> list[Generation]:
    """The former published files that are kept, oldest first."""
    if not home.history.is_dir():
        return []
    found = [(path, GENERATION.match(path.name)) for path in home.history.iterdir()]
    return sorted(
        (
            Generation(
                path,
                int(match["ordinal"]),
                match["run_id"],
                path.stat().st_size,
                datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None),
            )
            for path, match in found
            if match
        ),
        key=lambda generation: generation.ordinal,
    )


def set_aside(home: Home, damaged: Path) -> None:
    """Take a file that cannot be read out of the way: ``history/unreadable-….duckdb``.

    It stays until the person deletes it, who is told of it by ``segue doctor``, or may keep no more of it (``forget_history``):
    nobody can read whether it alone holds some plays of which the API no longer tells.
    """
    home.history.mkdir(exist_ok=True, mode=0o700)
    _wal(damaged).unlink(missing_ok=True)
    prefixes = ("unreadable" if number == 1 else f"unreadable-{number}" for number in count(1))
    names = (home.history / f"{prefix}-{damaged.stem}.duckdb" for prefix in prefixes)
    damaged.rename(next(name for name in names if not name.exists()))


def asides(home: Home) -> list[Path]:
    """The files that were set aside."""
    return sorted(home.history.glob("unreadable-*.duckdb"))


def pasts(home: Home, source: str) -> list[Path]:
    """Files that a night of ``source`` may take over rows from, the best first; other sources are among them."""
    candidates = (home.warehouse, _last(home, source))
    return [path for path in candidates if path.exists()] + [kept.path for kept in reversed(generations(home))]


def last_night(home: Home, source: str) -> Path | None:
    """The file of the latest night that read the same ``source``; ``None`` before the first."""
    return next((path for path in pasts(home, source) if run_of(path)[1] == source), None)


def _keep(home: Home, source: str) -> None:
    """A second name for the published file, so that it never lacks one while it is replaced.

    The last file of another source gets a name that no bound removes: it may hold plays that the API no longer tells.
    """
    home.history.mkdir(exist_ok=True, mode=0o700)
    kept = generations(home)
    ordinal = kept[-1].ordinal + 1 if kept else 1
    run_id, former = run_of(home.warehouse)
    _link(home.warehouse, home.history / f"{ordinal:06d}-{run_id}.duckdb")
    if former not in (source, UNKNOWN):
        _link(home.warehouse, _last(home, former))


def _last(home: Home, source: str) -> Path:
    return home.history / f"last-{source}.duckdb"


def run_of(path: Path) -> tuple[str, str]:
    """The night that a file comes from, fit for a file name, and what it read."""
    try:
        with reader(path) as con:
            found = con.execute(statement("latest_source")).fetchall()
    except WarehouseError:
        found = []
    run_id, source = found[0] if found else (UNKNOWN, UNKNOWN)
    return re.sub(r"[^\w.-]", "_", run_id), re.sub(r"\W", "_", source)


def _link(source: Path, target: Path) -> None:
    """``target`` becomes a second name of ``source``; a copy where the file system knows no links."""
    new = target.with_name(f"{target.name}.new")
    new.unlink(missing_ok=True)
    try:
        new.hardlink_to(source)
    except (OSError, NotImplementedError):
        copyfile(source, new)
    new.replace(target)


def _prune(home: Home, keep: int, keep_bytes: int) -> None:
    """Remove the oldest generations beyond the bounds."""
    room = keep_bytes
    for age, generation in enumerate(reversed(generations(home))):
        room -= generation.bytes
        if age > 0 and (age >= keep or room < 0):
            generation.path.unlink()


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
