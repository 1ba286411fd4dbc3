"""The tools below the walk: waits, pages and refusals as plain values."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ApiError
from tasks.spotify.web.limits import LONGEST, retry_after
from tasks.spotify.web.paging import walk_cursors, walk_offsets
from tasks.spotify.web.tokens import App, Token
from tasks.spotify.web.transport import Reply, Transport, error_message, error_reason

NOW = datetime(2026, 11, 25, 3)  # noqa: DTZ001 - naive UTC like the rest


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("Wed, 25 Nov 2026 03:01:00 GMT", 61),  # dates are cut to whole seconds, so one more is waited
        ("Wed, 25 Nov 2026 02:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("999999999999", LONGEST),
        ("1e15", LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 -0800", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(told, seconds):
    assert retry_after({"Retry-After": told} if told else {}, NOW) == seconds


def test_a_date_is_measured_against_the_services_own_clock():
    headers = {"Retry-After": "Wed, 25 Nov 2026 10:00:30 GMT", "Date": "Wed, 25 Nov 2026 10:00:00 GMT"}
    assert retry_after(headers, NOW) == 31


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, 130), limit=st.sampled_from([10, 50]), lie=st.integers(-20, 20), next_lie=st.booleans())
def test_every_entry_of_a_list_comes_once_whatever_total_and_next_say(length, limit, lie, next_lie):
    asked = []

    def ask(params, walk):
        asked.append(params["offset"])
        page = list(range(length))[params["offset"] : params["offset"] + limit]
        following = "x" if next_lie or params["offset"] + limit < length else None
        return {
            "items": page,
            "limit": limit,
            "offset": params["offset"],
            "next": following,
            "total": max(length + lie, 0),
        }

    assert walk_offsets(ask, limit=limit).entries == list(range(length))
    assert len(asked) <= length // limit + 2
    assert len(set(asked)) == len(asked)


def test_a_page_size_that_is_refused_is_lowered():
    def ask(params, walk):
        if params["limit"] > 20:
            raise ApiError("Invalid limit", status=400)
        return {"items": ["a"], "next": None, "total": 1}

    found = walk_offsets(ask, limit=100)
    assert (found.entries, found.notes) == (["a"], ["a page of 100 was refused", "a page of 50 was refused"])


def test_a_refusal_in_mid_walk_is_never_the_end_of_a_list():
    def ask(params, walk):
        if params["offset"]:
            raise ApiError("gone", status=404)
        return {"items": [1] * 50, "next": "x", "total": 60}

    with pytest.raises(ApiError, match="gone"):
        walk_offsets(ask, limit=50)


def test_a_cursor_that_leads_back_ends_the_walk():
    def ask(params, walk):
        return {"items": ["a", "b"], "next": "x", "cursors": {"after": "same"}}

    found = walk_cursors(ask, limit=2, cursor="after")
    assert (len(found.pages), found.notes) == (2, ["a cursor led back"])


@pytest.mark.parametrize(
    ("data", "text", "message", "reason"),
    [
        ({"error": {"status": 403, "message": "Forbidden"}}, "", "Forbidden", ""),
        (
            {"error": {"status": 429, "message": "Too many", "reason": "QUOTA_EXCEEDED"}},
            "",
            "Too many",
            "QUOTA_EXCEEDED",
        ),
        (
            {"error": "invalid_grant", "error_description": "Refresh token revoked"},
            "",
            "Refresh token revoked",
            "invalid_grant",
        ),
        ({"error": {"status": 403}}, "", "", ""),
        (None, "the user may not be registered", "the user may not be registered", ""),
        (None, "<html>no</html>", "", ""),
        (None, "", "", ""),
    ],
)
def test_error_bodies_are_read_in_each_of_their_forms(data, text, message, reason):
    reply = Reply(400, {}, data, text)
    assert (error_message(reply), error_reason(reply)) == (message, reason)


def test_a_token_is_renewed_a_minute_before_it_ends():
    token = Token("secret", NOW + timedelta(hours=1), is_user=True)
    assert token.is_good(NOW + timedelta(minutes=58))
    assert not token.is_good(NOW + timedelta(minutes=59))


def test_secrets_do_not_show():
    assert "secret" not in repr(Token("secret", NOW, is_user=True))
    assert "hidden" not in repr(App("id", "hidden"))
    assert "body" not in repr(Reply(200, {}, {"access_token": "body"}, "body"))


def test_a_service_whose_name_is_no_name_is_told_like_one_that_is_not_there():
    transport = Transport("Spotify", rate=1e6, max_wait_seconds=0, tries=1)
    with pytest.raises(ApiError, match=r"Spotify gave no usable answer .* \(the last: no connection\)"):
        transport.send("GET", "https://api..spotify.com/v1/me")
    transport.close()
