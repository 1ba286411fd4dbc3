"""Every answer on disk as it arrives, before anything reads it; what landed is never asked for again in its walk.

    SEGUE_HOME/landing/<run_id of the night that began the walk>/
        walk.json                   what is walked, since when, by which nights, and whether its end was reached
        000017-3f2a….json.gz        one answer: service, path, parameters, status, body

A walk that was stopped (a dead process, a park, a failed night) is taken up by the next night: it asks the same questions, and
those that have landed are answered from here. A walk that reached its end and whose night was published is history, kept for
replay until it is purged. No token is ever part of a question or an answer.
"""

import gzip
import json
import logging
import threading
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree
from typing import Any

from schemas.errors import ApiError, WarehouseError
from schemas.values import Home
from tasks.whole import write_whole
from warehouse.connection import told

log = logging.getLogger(__name__)

Body = dict[str, Any]

STOPPED_WALK_LASTS = timedelta(days=3)
"""Older pages of a walk that never reached its end are no longer worth completing."""
ENDED_WALK_LASTS = timedelta(hours=6)
"""A walk stands for the library for so long when its night failed later, or when a fault left something out of it."""

LASTING = (400, 403, 404, 410, 414)
"""Answers that would be the same again: they land like pages. Never 429."""


@dataclass
class Walk:
    """What is walked: for which source and app, whether everything is asked again, since when, by which nights."""

    source: str
    app: str
    full: bool
    started_at: datetime
    runs: list[str] = field(default_factory=list)
    ended_at: datetime | None = None
    is_whole: bool = False


class Landing:
    """The answers of one walk. Without a ``folder`` they live in memory, for a plan that leaves no trace.

    A replay (``is_replay``) has the answers that landed and no others, and changes nothing.
    """

    def __init__(self, walk: Walk, folder: Path | None = None, *, is_replay: bool = False) -> None:
        self.walk = walk
        self.folder = folder
        self.is_replay = is_replay
        self._lock = threading.Lock()
        self._memory: dict[str, Body] = {}
        self._files: dict[str, Path] = {}
        self._ordinal = 0
        for path in sorted(folder.glob("*.json.gz")) if folder else ():
            ordinal, _, key = path.name.removesuffix(".json.gz").partition("-")
            self._files[key] = path
            self._ordinal = max(self._ordinal, int(ordinal))
        self.taken_over = len(self._files)

    def answer(
        self, service: str, path: str, params: Mapping[str, str | int], ask: Callable[[], Body], *, walk: int = 0
    ) -> Body:
        """The answer to a question: the landed one, else the one that ``ask`` gives, which lands first.

        ``walk`` tells the same question apart when a list is walked anew. Raises what ``ask`` raises; a refusal that would
        be the same again lands, too, and is raised again.
        """
        question, key = _question(service, path, params, walk)
        landed = self._landed(key)
        if landed is None and self.is_replay:
            raise ApiError(f"{service}: no answer to {path} has landed, it is left out of the replay", path=path)
        if landed is None:
            try:
                landed = {"status": 200, "body": ask()}
            except ApiError as error:
                if error.status not in LASTING:
                    raise
                landed = {"status": error.status, "said": str(error)}
            self._land(key, question, landed)
        if landed["status"] != 200:
            raise ApiError(landed["said"], status=landed["status"], path=path)
        body: Body = landed["body"]
        return body

    def has(self, service: str, path: str) -> bool:
        """Whether a good answer to a question without parameters has landed."""
        landed = self._landed(_question(service, path, {}, 0)[1])
        return landed is not None and landed["status"] == 200

    def _landed(self, key: str) -> Body | None:
        with self._lock:
            kept, path = self._memory.get(key), self._files.get(key)
        if kept is not None or path is None:
            return kept
        try:
            found: Body = json.loads(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, ValueError, RecursionError, zlib.error):  # the power went while it was written
            return None
        return found if _is_answer(found) else None

    def _land(self, key: str, question: Body, landed: Body) -> None:
        if self.folder is None:
            with self._lock:
                self._memory[key] = landed
            return
        with self._lock:
            self._ordinal += 1
            path = self._files.get(key) or self.folder / f"{self._ordinal:06d}-{key}.json.gz"
        text = json.dumps({**question, **landed}, ensure_ascii=False, separators=(",", ":"))
        part = path.with_suffix(".part")
        with told(part):
            part.write_bytes(gzip.compress(text.encode("utf-8", "surrogatepass"), compresslevel=1, mtime=0))
            part.replace(path)
        with self._lock:
            self._files[key] = path

    def end(self, now: datetime, *, is_whole: bool) -> None:
        """The walk reached its end; ``is_whole``: nothing was left out because of a fault."""
        self.walk.ended_at = now
        self.walk.is_whole = is_whole
        self.keep()

    def keep(self) -> None:
        """Write down what is walked."""
        if self.folder and not self.is_replay:
            _write(self.folder / "walk.json", asdict(self.walk))


def open_landing(
    home: Home, run_id: str, source: str, app: str, *, full: bool, now: datetime, published: Collection[str]
) -> Landing:
    """The landing of tonight's walk: the one that an earlier night left unfinished, else a new one.

    ``app`` is the client id; ``published`` are the nights that came out.
    """
    for folder in sorted(_folders(home.landing), reverse=True):
        walk = _read(folder)
        if walk is None or (walk.source, walk.app) != (source, app_mark(app)) or walk.started_at > now:
            continue  # also one of a clock that was wrong, which must not hide those that are true
        if is_open(walk, full=full, now=now, published=published):
            walk.runs.append(run_id)
            landing = Landing(walk, folder)
            landing.keep()
            log.info("taking up the walk of %s: %d answers have landed already", folder.name, landing.taken_over)
            return landing
        break
    folder = home.landing / run_id
    with told(folder):
        folder.mkdir(parents=True, mode=0o700)
    landing = Landing(Walk(source, app_mark(app), full, now, [run_id]), folder)
    landing.keep()
    return landing


def replay(home: Home, source: str) -> Landing:
    """The answers of the latest walk of ``source``, to be read again with no network.

    Raises:
        WarehouseError: none has landed, or the pages are no longer kept.
    """
    for folder in sorted(_folders(home.landing), reverse=True):
        walk = _read(folder)
        if walk is not None and walk.source == source and walk.runs:
            return Landing(walk, folder, is_replay=True)
    raise WarehouseError(f"no pages of {source} are kept in {home.landing}: run a whole `segue refresh`")


def is_open(walk: Walk, *, full: bool, now: datetime, published: Collection[str]) -> bool:
    """Whether a walk is to be taken up again."""
    if walk.full != full:
        return False
    if walk.ended_at is None:
        return now - walk.started_at < STOPPED_WALK_LASTS
    is_done = walk.is_whole and bool(set(walk.runs) & set(published))
    return now - walk.ended_at < ENDED_WALK_LASTS and not is_done


def purge(home: Home, days: int, now: datetime, *, keep: Landing | None = None) -> int:
    """Remove the walks that began more than ``days`` ago (or, by a clock that was wrong, will), but for the one in use.

    Returns how many.
    """
    old = [
        folder
        for folder in _folders(home.landing)
        if (keep is None or folder != keep.folder)
        and ((walk := _read(folder)) is None or abs(now - walk.started_at) >= timedelta(days=days))
    ]
    for folder in old:
        rmtree(folder, ignore_errors=True)
    return len(old)


def app_mark(app: str) -> str:
    """The app by a digest, so that no id of an account stands in the landing."""
    return blake2b(app.encode(), digest_size=6).hexdigest()


def _folders(landing: Path) -> list[Path]:
    return [path for path in landing.iterdir() if path.is_dir()] if landing.is_dir() else []


def _question(service: str, path: str, params: Mapping[str, str | int], walk: int) -> tuple[Body, str]:
    """A question as it is written down, and the name of its answer."""
    asked = {
        "service": service,
        "path": path,
        "params": {key: str(params[key]) for key in sorted(params)},
        "walk": walk,
    }
    return asked, blake2b(json.dumps(asked).encode(), digest_size=10).hexdigest()


def _read(folder: Path) -> Walk | None:
    """What is walked; None where that cannot be read."""
    try:
        found = json.loads((folder / "walk.json").read_text())
        ended_at = found["ended_at"]
        walk = Walk(
            found["source"],
            found["app"],
            found["full"],
            datetime.fromisoformat(found["started_at"]),
            list(map(str, found["runs"])),
            ended_at and datetime.fromisoformat(ended_at),
            found["is_whole"],
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    is_naive = walk.started_at.tzinfo is None and (walk.ended_at is None or walk.ended_at.tzinfo is None)
    return walk if is_naive else None


def _is_answer(found: object) -> bool:
    """Whether a file that could be read is one of ours and not what damage made of it."""
    if not isinstance(found, dict):
        return False
    return isinstance(found.get("body"), dict) if found.get("status") == 200 else isinstance(found.get("said"), str)


def _write(path: Path, document: Body) -> None:
    with told(path):
        write_whole(path, json.dumps(document, indent=1, default=lambda moment: moment.isoformat()))
