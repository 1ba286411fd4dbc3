"""Scripted trouble arrives exactly where it is scripted, and the rest is answered rightly."""

import json

import pytest
import requests

from tasks.standin import faults
from tasks.standin.faults import every, on


def first(serve, trouble):
    return serve(faults=[on("/v1/me", trouble)]).get("/me")


@pytest.mark.parametrize(
    ("trouble", "status", "message"),
    [
        (faults.server_error(500), 500, "Server error."),
        (faults.server_error(503, "Service unavailable"), 503, "Service unavailable"),
        (faults.refused(403, "Insufficient client scope"), 403, "Insufficient client scope"),
        (faults.refused(404, "Resource not found"), 404, "Resource not found"),
        (faults.token_expired(), 401, "Missing/invalid/expired access token"),
        (faults.stale_401(), 401, "Access token missing"),
        (faults.rate_limited(2), 429, "API rate limit exceeded"),
        (faults.quota_exceeded(), 429, "Too many requests"),
    ],
)
def test_errors_in_the_form_of_the_web_api(serve, trouble, status, message):
    answer = first(serve, trouble)
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)


@pytest.mark.parametrize(
    ("told", "header"),
    [(2, "2"), ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"), ("soon", "soon"), (None, None)],
)
def test_retry_after_is_sent_as_it_is_given(serve, told, header):
    assert first(serve, faults.rate_limited(told)).headers.get("Retry-After") == header


def test_bodies_that_are_no_json(serve):
    page = first(serve, faults.html_page(502))
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert page.text.startswith("<!DOCTYPE html>")
    nothing = first(serve, faults.empty(500))
    assert (nothing.status_code, nothing.content) == (500, b"")
    half = first(serve, faults.truncated())
    assert (half.status_code, half.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(half.content)


def test_connections_that_break(serve):
    with pytest.raises(requests.ConnectionError):
        first(serve, faults.reset())
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        first(serve, faults.broken_off())


def test_a_hanging_request_is_held_until_patience_ends(serve):
    guest = serve(faults=[on("/v1/me", faults.hang())], hang_seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        guest.get("/me")
    assert guest.spotify.requests[-1].status == 0
    assert guest.get("/me").status_code == 200


def test_each_trouble_hits_one_request_and_then_all_is_well(serve):
    guest = serve(faults=[on("/v1/me/*", faults.server_error(500), None, faults.server_error(502), nth=2)])
    assert [guest.get("/me/tracks").status_code for _ in range(5)] == [200, 500, 200, 502, 200]
    assert guest.get("/me").status_code == 200


def test_each_kth_request_for_ever(serve):
    guest = serve(faults=[every(3, faults.server_error(503))])
    assert [guest.get("/me").status_code for _ in range(7)] == [200, 200, 503, 200, 200, 503, 200]


def test_the_first_fault_of_the_list_decides_and_each_counts_for_itself(serve):
    guest = serve(faults=[on("/v1/me", faults.server_error(500)), on("/v1/*", faults.server_error(502), nth=2)])
    assert [guest.get("/me").status_code for _ in range(3)] == [500, 502, 200]


def test_the_other_hosts_fail_as_well(serve):
    guest = serve(
        faults=[
            on("/api/token", faults.html_page(503), nth=2),
            on("/reccobeats/*", faults.rate_limited(1)),
            on("/image/*", faults.empty(404)),
        ]
    )
    assert guest.post_token(grant_type="client_credentials").status_code == 503
    assert guest.plain("/reccobeats/v1/track", ids="x").status_code == 429
    assert guest.plain("/image/x/64.png").status_code == 404
