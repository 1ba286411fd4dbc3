"""THE paging loop: offset pages and cursor pages, and all that lists do to those who walk them.

Offsets are our own sums. ``next`` may lead nowhere, back, or to a path that apps of today are refused; ``total`` may lie.
A list ends

- at an empty page,
- at a page without ``next``, unless ``total`` says that more is to come: then one page more is asked,
- at a short page when ``total`` is reached, whatever ``next`` says,
- at a page that is not the one that was asked for, or repeats the one before it although ``total`` is reached.

Each page must be an answer to ``{"offset", "limit"}``; when ``total`` changes between pages, or a page begins with the
entry that the last one ended with, the list moved while it was walked and is walked again, three times at most.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from schemas.errors import ApiError

log = logging.getLogger(__name__)

Page = dict[str, Any]
Ask = Callable[[dict[str, str | int], int], Page]
"""Gives the page for parameters, in the so-many-th walk of the list (0, 1, 2)."""
Enough = Callable[[Sequence[Any], int | None], bool]
"""Told the entries so far and ``total``, says whether the rest is known already."""

WALKS = 3
MOST_PAGES = 20_000
SMALLER_LIMITS = (50, 20)


@dataclass(frozen=True)
class Pages:
    """A list that was walked: its pages in order. ``state``: complete, or early when ``enough`` ended it."""

    pages: list[Page]
    state: Literal["complete", "early"]
    walk: int = 0
    limit: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def entries(self) -> list[Any]:
        return [entry for page in self.pages for entry in entries_of(page)]

    @property
    def total(self) -> int | None:
        return total_of(self.pages[-1]) if self.pages else None


def walk_offsets(ask: Ask, *, limit: int, enough: Enough | None = None) -> Pages:
    """Walk a list by offset. A ``limit`` that is refused (400) is lowered.

    Raises whatever ``ask`` raises; what was asked is repeated word for word when the walk is taken up again.
    """
    notes: list[str] = []
    for walk in range(WALKS):
        try:
            found = _walk(ask, walk, limit, enough, notes, is_last=walk == WALKS - 1)
        except ApiError as error:
            smaller = [size for size in SMALLER_LIMITS if size < limit]
            if error.status != 400 or not smaller:
                raise
            notes.append(f"a page of {limit} was refused")
            found = walk_offsets(ask, limit=smaller[0], enough=enough)
            return replace(found, notes=[*notes, *found.notes])
        if found:
            return found
        notes.append("the list changed while it was read")
        log.info("the list changed while it was read; reading it again")
    raise AssertionError("the last walk always ends")


def _walk(ask: Ask, walk: int, limit: int, enough: Enough | None, notes: list[str], *, is_last: bool) -> Pages | None:
    """One walk; None when the list moved under it and there is another try."""
    pages: list[Page] = []
    entries: list[Any] = []
    offset = 0
    while len(pages) < MOST_PAGES:
        page = ask({"limit": limit, "offset": offset}, walk)
        new = entries_of(page)
        total = total_of(page)
        if pages and not is_last and new and (total != total_of(pages[0]) or _same(entries[-1:], new[:1])):
            return None
        if pages and _is_stray(page, pages[-1], offset, total):
            notes.append("a page came twice")
            break
        pages.append(page)
        entries += new
        if enough and new and enough(entries, total):
            return Pages(pages, "early", walk, limit, notes)
        step = _step(page, limit)
        offset += step
        is_reached = total is not None and offset >= total
        is_short = len(new) < step
        if not new or (page.get("next") is None and (total is None or is_reached)) or (is_reached and is_short):
            break
    return Pages(pages, "complete", walk, limit, notes)


def walk_cursors(
    ask: Ask,
    *,
    limit: int,
    cursor: str,
    first: str | None = None,
    onward: str | None = None,
    enough: Enough | None = None,
) -> Pages:
    """Walk a list by cursor: the answer's ``cursors[onward]`` becomes the next request's parameter ``onward``.

    ``first`` is the value of the parameter ``cursor`` in the first request, none when it is None. ``onward`` is the
    parameter of the following ones (``cursor`` when it is None). A short page, one without ``next`` or cursor, and a
    cursor that came before end the list.
    """
    onward = onward or cursor
    params: dict[str, str | int] = {"limit": limit} | ({cursor: first} if first is not None else {})
    pages: list[Page] = []
    entries: list[Any] = []
    seen: set[str] = set()
    while len(pages) < MOST_PAGES:
        page = ask(params, 0)
        pages.append(page)
        entries += entries_of(page)
        if enough and entries and enough(entries, total_of(page)):
            return Pages(pages, "early", 0, limit)
        cursors = page.get("cursors")
        following = cursors.get(onward) if isinstance(cursors, dict) else None
        if len(entries_of(page)) < limit or page.get("next") is None or not isinstance(following, str | int):
            break
        if str(following) in seen:
            return Pages(pages, "complete", 0, limit, ["a cursor led back"])
        seen.add(str(following))
        params = {"limit": limit, onward: str(following)}
    return Pages(pages, "complete", 0, limit)


def unwrapped(body: Page) -> Page:
    """The page inside an answer: some endpoints wrap it in one more object (``{"artists": {...}}``)."""
    if "items" not in body:
        inner = [value for value in body.values() if isinstance(value, dict) and "items" in value]
        if len(inner) == 1:
            return inner[0]
    return body


def entries_of(page: Page) -> list[Any]:
    items = page.get("items")
    return items if isinstance(items, list) else []


def total_of(page: Page) -> int | None:
    total = page.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def _step(page: Page, limit: int) -> int:
    """How far the next page is: a server that gives smaller pages than asked for says so in ``limit``."""
    told = page.get("limit")
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told < limit else limit


def _is_stray(page: Page, before: Page, offset: int, total: int | None) -> bool:
    """A page that is not the one we asked for: it says so itself, or repeats the last one beyond the end."""
    told = page.get("offset")
    if isinstance(told, int) and not isinstance(told, bool) and told != offset:
        return True
    return (total is None or offset >= total) and _same(entries_of(page), entries_of(before))


def _same(some: list[Any], others: list[Any]) -> bool:
    return bool(some) and some == others and any(entry is not None for entry in some)
