"""One list of the person's, walked with as few requests as may be; whatever stops the walk, what arrived is kept."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from math import ceil
from typing import Any, Literal

from schemas.errors import ApiError, Parked
from tasks.spotify.parse.library import content
from tasks.spotify.parse.values import identifier, inner, moment
from tasks.spotify.walk.api import Api
from tasks.spotify.web.paging import Enough, Page, entries_of, total_of, unwrapped, walk_cursors, walk_offsets

log = logging.getLogger(__name__)

State = Literal["complete", "early", "partial", "refused", "failed"]


@dataclass
class Listing:
    """What came of a walk.

    ``state``: complete; early, when the rest is known to be as it was; partial, when a park or a fault ended it after some
    pages; refused (403, 404) or failed before any page. ``least`` are the requests that it takes at least.
    """

    name: str
    state: State
    entries: list[Any] = field(default_factory=list)
    total: int | None = None
    least: int = 0
    notes: list[str] = field(default_factory=list)
    said: str = ""
    is_parked: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether ``entries`` are the whole list."""
        return self.state == "complete"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be asked of it tonight."""
        return self.state in ("complete", "early", "refused")


@dataclass(frozen=True)
class Memory:
    """What is remembered of a list that was read to its end: its total, and a digest of how it began."""

    total: int
    head: str

    def __str__(self) -> str:
        return f"{self.total} {self.head}"

    @classmethod
    def of(cls, listing: Listing, limit: int = 50) -> "Memory | None":
        """The memory of a list; None when it does not say how long it is."""
        if listing.total is None or listing.state not in ("complete", "early"):
            return None
        return cls(listing.total, head_of(listing.entries[:limit]))

    @classmethod
    def read(cls, detail: str | None) -> "Memory | None":
        total, _, head = (detail or "").partition(" ")
        return cls(int(total), head) if total.isdecimal() and head else None


def head_of(entries: Sequence[Any]) -> str:
    """A digest of what stands at the beginning of a list and since when; pictures and counts in it may change freely."""
    told = [
        (identifier(entry) or identifier(content(entry)) or identifier(inner(entry, "album")), inner(entry, "added_at"))
        for entry in entries
    ]
    return blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def unchanged(memory: Memory | None) -> Enough:
    """The list begins as it did and is as long as it was."""

    def enough(entries: Sequence[Any], total: int | None) -> bool:
        return memory is not None and total == memory.total and head_of(entries[:50]) == memory.head

    return enough


def only_news(memory: Memory | None, newest_at: datetime | None) -> Enough:
    """All that is new has come, and with what was there before it makes up the whole: nothing was taken out."""
    as_before = unchanged(memory)

    def enough(entries: Sequence[Any], total: int | None) -> bool:
        if as_before(entries, total):
            return True
        if memory is None or newest_at is None or total is None:
            return False
        for number, entry in enumerate(entries):
            added_at = moment(inner(entry, "added_at"))
            if added_at is not None and added_at <= newest_at:
                return number + memory.total == total
        return False

    return enough


def walk_list(
    api: Api,
    name: str,
    path: str,
    params: dict[str, str | int] | None = None,
    *,
    limit: int = 50,
    enough: Enough | None = None,
) -> Listing:
    """Walk a list by offset; see `Listing` for what may come of it.

    Raises:
        SignInError: the app or the person is refused altogether.
    """
    return _walk(api, name, path, params or {}, lambda ask: walk_offsets(ask, limit=limit, enough=enough))


def walk_cursor_list(
    api: Api,
    name: str,
    path: str,
    params: dict[str, str | int] | None = None,
    *,
    cursor: str,
    first: str | None = None,
    onward: str | None = None,
    enough: Enough | None = None,
) -> Listing:
    """Walk a list by cursor, as `walk_list`."""
    return _walk(
        api,
        name,
        path,
        params or {},
        lambda ask: walk_cursors(ask, limit=50, cursor=cursor, first=first, onward=onward, enough=enough),
    )


def _walk(api: Api, name: str, path: str, params: dict[str, str | int], walk: Callable[..., Any]) -> Listing:
    arrived: list[Page] = []

    def ask(more: dict[str, str | int], number: int) -> Page:
        page = unwrapped(api.ask(path, {**params, **more}, walk=number))
        if more.get("offset") == 0:  # the list is walked anew
            arrived.clear()
        arrived.append(page)
        return page

    try:
        pages = walk(ask)
    except Parked:
        return _stopped(name, arrived, "", is_parked=True)
    except ApiError as error:
        if error.status in (403, 404) and not arrived:
            return Listing(name, "refused", said=str(error), least=1)
        log.warning("%s", error)
        return _stopped(name, arrived, str(error), is_parked=False)
    entries = pages.entries
    least = max(1, ceil(len(entries) / pages.limit))
    return Listing(name, pages.state, entries, pages.total, least, pages.notes)


def _stopped(name: str, arrived: list[Page], said: str, *, is_parked: bool) -> Listing:
    entries = [entry for page in arrived for entry in entries_of(page)]
    total = total_of(arrived[-1]) if arrived else None
    state: State = "partial" if arrived else "failed"
    return Listing(name, state, entries, total, len(arrived), [], said, is_parked)
