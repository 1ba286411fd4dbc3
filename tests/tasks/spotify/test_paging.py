"""The paging loop alone, against lists that move, repeat themselves, shrink their pages and lie."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.errors import ApiError
from tasks.spotify.web.paging import Page, Pages, entries_of, total_of, unwrapped, walk_cursors, walk_offsets

MOVED = "the list changed while it was read"


class Answers:
    """A list that answers by a function of offset and walk, and remembers what it was asked."""

    def __init__(self, page: Callable[[int, int], Page]) -> None:
        self.page = page
        self.asked: list[tuple[int, int, int]] = []

    def __call__(self, params: dict[str, Any], walk: int) -> Page:
        self.asked.append((walk, params["offset"], params["limit"]))
        return self.page(params["offset"], walk)


def page_of(items: list[Any], offset: int, limit: int, /, total: int | None = None, **more: Any) -> Page:
    """The page that a service without tricks gives."""
    total = len(items) if total is None else total
    following = "next" if offset + limit < total else None
    return {"items": items[offset : offset + limit], "total": total, "next": following, "offset": offset} | more


def told(found: Pages) -> tuple[list[Any], str, int, int, list[str]]:
    return found.entries, found.state, found.walk, found.limit, found.notes


def test_a_list_is_asked_page_by_page_to_its_end() -> None:
    ask = Answers(lambda offset, walk: page_of(list("abcde"), offset, 2))
    found = walk_offsets(ask, limit=2)
    assert told(found) == (list("abcde"), "complete", 0, 2, [])
    assert ask.asked == [(0, 0, 2), (0, 2, 2), (0, 4, 2)]
    assert (found.total, len(found.pages)) == (5, 3)


def test_a_list_that_is_enough_is_left_early() -> None:
    seen = []

    def enough(entries: Any, total: int | None) -> bool:
        seen.append((list(entries), total))
        return len(entries) >= 4

    ask = Answers(lambda offset, walk: page_of(list("abcdefgh"), offset, 2))
    assert told(walk_offsets(ask, limit=2, enough=enough)) == (list("abcd"), "early", 0, 2, [])
    assert seen == [(["a", "b"], 8), (["a", "b", "c", "d"], 8)]
    empty = Answers(lambda offset, walk: page_of([], offset, 2))
    assert told(walk_offsets(empty, limit=2, enough=lambda entries, total: True)) == ([], "complete", 0, 2, [])


def test_a_list_whose_total_changes_is_walked_again() -> None:
    def page(offset: int, walk: int) -> Page:
        return page_of(list("abcd"), offset, 2, total=5 if walk == 0 and offset else None)

    ask = Answers(page)
    assert told(walk_offsets(ask, limit=2)) == (list("abcd"), "complete", 1, 2, [MOVED])
    assert ask.asked == [(0, 0, 2), (0, 2, 2), (1, 0, 2), (1, 2, 2)]


def test_a_list_of_which_an_entry_moved_onto_the_next_page_is_walked_again() -> None:
    def page(offset: int, walk: int) -> Page:
        return page_of(list("abcd") if walk else list("abbc"), offset, 2)

    assert told(walk_offsets(Answers(page), limit=2)) == (list("abcd"), "complete", 1, 2, [MOVED])


def test_entries_of_nothing_have_not_moved() -> None:
    ask = Answers(lambda offset, walk: page_of([None] * 4, offset, 2))
    assert told(walk_offsets(ask, limit=2)) == ([None] * 4, "complete", 0, 2, [])


def test_a_list_that_never_stands_still_is_taken_as_it_is_the_third_time() -> None:
    ask = Answers(lambda offset, walk: page_of(list("abcd"), offset, 2, total=4 + offset // 2))
    found = walk_offsets(ask, limit=2)
    assert (found.entries[:4], found.state, found.walk, found.notes) == (list("abcd"), "complete", 2, [MOVED] * 2)
    assert [walk for walk, _, _ in ask.asked] == [0, 0, 1, 1, 2, 2, 2]


def test_a_page_that_is_not_the_one_that_was_asked_for_ends_the_list() -> None:
    ask = Answers(lambda offset, walk: page_of(list("abcdef"), offset, 2, offset=0 if offset == 4 else offset))
    assert told(walk_offsets(ask, limit=2)) == (list("abcd"), "complete", 0, 2, ["a page came twice"])


@pytest.mark.parametrize("told_offset", [None, True, "2"])
def test_an_offset_that_is_no_number_says_nothing(told_offset: Any) -> None:
    ask = Answers(lambda offset, walk: page_of(list("abcd"), offset, 2, offset=told_offset))
    assert walk_offsets(ask, limit=2).entries == list("abcd")


def test_the_last_page_again_beyond_the_end_ends_the_list() -> None:
    """A service that clips the offset and never lets go of ``next``."""
    ask = Answers(lambda offset, walk: {"items": ["a", "b"] if offset < 2 else ["c", "d"], "next": "x", "total": 4})
    assert told(walk_offsets(ask, limit=2)) == (list("abcd"), "complete", 0, 2, ["a page came twice"])
    assert [offset for _, offset, _ in ask.asked] == [0, 2, 4]


def test_without_a_total_the_last_page_without_next_is_the_end() -> None:
    pages = {0: {"items": ["a", "b"], "next": "x"}, 2: {"items": ["c", "d"], "next": None}}
    ask = Answers(lambda offset, walk: pages[offset])
    found = walk_offsets(ask, limit=2)
    assert (told(found), found.total) == ((list("abcd"), "complete", 0, 2, []), None)


def test_a_short_page_is_the_end_where_the_total_is_reached_whatever_next_says() -> None:
    items = {0: ["a", "b"], 2: ["c"]}
    ask = Answers(lambda offset, walk: {"items": items[offset], "next": "x", "total": 3})
    assert told(walk_offsets(ask, limit=2)) == (list("abc"), "complete", 0, 2, [])


def test_a_list_of_one_song_over_and_over_is_taken_whole_the_third_time() -> None:
    ask = Answers(lambda offset, walk: page_of(["a"] * 6, offset, 2))
    assert told(walk_offsets(ask, limit=2)) == (["a"] * 6, "complete", 2, 2, [MOVED] * 2)


def test_a_short_page_is_no_end_while_the_total_is_not_reached() -> None:
    """Spotify leaves out what may not be shown, and the page is as long in offsets as any other."""
    items = {0: ["a"], 2: ["c", "d"], 4: []}
    ask = Answers(lambda offset, walk: {"items": items[offset], "next": None, "total": 5})
    assert told(walk_offsets(ask, limit=2)) == (["a", "c", "d"], "complete", 0, 2, [])
    assert [offset for _, offset, _ in ask.asked] == [0, 2, 4]


@pytest.mark.parametrize(
    ("limit_told", "offsets"), [(2, [0, 2, 4]), (3, [0, 3]), (9, [0, 3]), (0, [0, 3]), (True, [0, 3])]
)
def test_a_service_that_gives_smaller_pages_is_followed(limit_told: Any, offsets: list[int]) -> None:
    size = 2 if limit_told == 2 else 3
    ask = Answers(lambda offset, walk: page_of(list("abcde"), offset, size, limit=limit_told))
    assert walk_offsets(ask, limit=3).entries == list("abcde")
    assert [offset for _, offset, _ in ask.asked] == offsets


def test_cursors_lead_from_page_to_page() -> None:
    asked = []
    pages = [
        {"items": ["a", "b"], "next": "x", "cursors": {"before": 7}},
        {"items": ["c", "d"], "next": "x", "cursors": {"before": "3"}},
        {"items": ["e"], "next": "x", "cursors": {"before": "1"}, "total": 5},
    ]

    def ask(params: dict[str, Any], walk: int) -> Page:
        asked.append((walk, dict(params)))
        return pages[len(asked) - 1]

    found = walk_cursors(ask, limit=2, cursor="after", first="0", onward="before")
    assert (told(found), found.total) == ((list("abcde"), "complete", 0, 2, []), 5)
    assert asked == [
        (0, {"limit": 2, "after": "0"}),
        (0, {"limit": 2, "before": "7"}),
        (0, {"limit": 2, "before": "3"}),
    ]


@pytest.mark.parametrize(
    "last",
    [
        {"next": None, "cursors": {"after": "9"}},
        {"next": "x", "cursors": {"after": None}},
        {"next": "x", "cursors": {"before": "9"}},
        {"next": "x", "cursors": None},
        {"next": "x"},
    ],
)
def test_a_page_that_leads_nowhere_ends_a_walk_by_cursor(last: Page) -> None:
    asked = []

    def ask(params: dict[str, Any], walk: int) -> Page:
        asked.append(params)
        return {"items": ["a", "b"]} | last

    assert told(walk_cursors(ask, limit=2, cursor="after")) == (["a", "b"], "complete", 0, 2, [])
    assert asked == [{"limit": 2}]


def test_a_cursor_that_leads_back_ends_the_walk_with_what_there_is() -> None:
    places = iter("121")

    def ask(params: dict[str, Any], walk: int) -> Page:
        return {"items": ["a", "b"], "next": "x", "cursors": {"after": next(places)}}

    found = walk_cursors(ask, limit=2, cursor="after")
    assert told(found) == (["a", "b"] * 3, "complete", 0, 2, ["a cursor led back"])


def test_a_walk_by_cursor_can_be_left_early() -> None:
    pages = iter([list("ab"), list("cd"), list("ef")])
    places = iter("123")

    def ask(params: dict[str, Any], walk: int) -> Page:
        return {"items": next(pages), "next": "x", "cursors": {"after": next(places)}, "total": 6}

    found = walk_cursors(ask, limit=2, cursor="after", enough=lambda entries, total: (len(entries), total) == (4, 6))
    assert told(found) == (list("abcd"), "early", 0, 2, [])


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ({"artists": {"items": [1]}, "x": 2}, {"items": [1]}),
        ({"items": [1], "artists": {"items": [2]}}, {"items": [1], "artists": {"items": [2]}}),
        ({"a": {"items": []}, "b": {"items": []}}, {"a": {"items": []}, "b": {"items": []}}),
        ({"a": {"total": 1}}, {"a": {"total": 1}}),
        ({}, {}),
    ],
)
def test_a_page_may_be_wrapped_in_one_more_object(body: Page, page: Page) -> None:
    assert unwrapped(body) == page


@pytest.mark.parametrize(
    ("total", "read"), [(0, 0), (7, 7), (-1, None), (True, None), ("7", None), (7.0, None), (None, None)]
)
def test_a_total_is_a_whole_number_or_nothing(total: Any, read: int | None) -> None:
    assert total_of({"total": total}) == read
    assert (total_of({}), Pages([], "complete").total) == (None, None)


def test_entries_that_are_no_list_are_none() -> None:
    assert [entries_of({"items": items}) for items in (None, {"a": 1}, "ab", ["a"])] == [[], [], [], ["a"]]


def test_a_list_is_still_left_early_when_its_pages_had_to_shrink() -> None:
    songs = [f"song {number}" for number in range(60)]

    def ask(params: dict[str, Any], walk: int) -> Page:
        if params["limit"] > 20:
            raise ApiError("too many", status=400)
        return page_of(songs, params["offset"], params["limit"])

    found = walk_offsets(ask, limit=100, enough=lambda entries, total: len(entries) >= 40)
    refused = ["a page of 100 was refused", "a page of 50 was refused"]
    assert told(found) == (songs[:40], "early", 0, 20, refused)


@pytest.mark.parametrize("status", [500, 403, None])
def test_only_a_page_that_was_refused_for_its_size_is_asked_for_smaller(status: int | None) -> None:
    asked = []

    def ask(params: dict[str, Any], walk: int) -> Page:
        asked.append(params["limit"])
        raise ApiError("no", status=status)

    with pytest.raises(ApiError, match="no"):
        walk_offsets(ask, limit=100)
    assert asked == [100]


def test_only_the_last_entry_of_a_page_tells_that_one_moved() -> None:
    def page(offset: int, walk: int) -> Page:
        return page_of(list("abcdef") if walk else list("abccde"), offset, 3)

    assert told(walk_offsets(Answers(page), limit=3)) == (list("abcdef"), "complete", 1, 3, [MOVED])


def test_a_server_that_gives_one_entry_a_page_is_believed() -> None:
    ask = Answers(lambda offset, walk: page_of(list("abc"), offset, 1, limit=1))
    assert told(walk_offsets(ask, limit=2)) == (list("abc"), "complete", 0, 2, [])
    assert ask.asked == [(0, 0, 2), (0, 1, 2), (0, 2, 2)]


def test_what_happened_before_a_list_was_enough_is_still_told() -> None:
    def page(offset: int, walk: int) -> Page:
        return page_of(list("abcdef") if walk else list("abbcde"), offset, 2)

    found = walk_offsets(Answers(page), limit=2, enough=lambda entries, total: len(entries) >= 4)
    assert told(found) == (list("abcd"), "early", 1, 2, [MOVED])
