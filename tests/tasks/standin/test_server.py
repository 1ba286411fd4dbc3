"""The server itself: its log, its port, its connections, and bugs that must not look like answers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tasks.standin import StandIn
from tasks.standin.faults import on


def test_the_log_tells_what_was_asked_and_answered_in_order(serve, clock):
    guest = serve(clock=clock)
    guest.get("/me/tracks", limit=2)
    clock.now += 5
    guest.get("/nowhere")
    log = [(entry.method, entry.path, entry.query, entry.status, entry.at) for entry in guest.spotify.requests]
    assert log == [
        ("POST", "/api/token", "", 200, 1_790_000_000.0),
        ("GET", "/v1/me/tracks", "limit=2", 200, 1_790_000_000.0),
        ("GET", "/v1/nowhere", "", 404, 1_790_000_005.0),
    ]
    assert (guest.spotify.count(), guest.spotify.count("/v1/me/*"), guest.spotify.count("*")) == (2, 1, 3)


def test_threads_are_answered_side_by_side(serve):
    guest = serve()
    headers = {"Authorization": f"Bearer {guest.token}"}

    def walk(number):
        with requests.Session() as session:
            session.trust_env = False
            url = f"{guest.spotify.api_url}/me/tracks"
            return [session.get(url, headers=headers, timeout=5).status_code for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(walk, range(8))] == [[200] * 20] * 8
    assert guest.spotify.count("/v1/me/tracks") == 160


def test_a_port_that_is_taken_is_no_reason_not_to_start():
    with StandIn() as first:
        port = int(first.base_url.rsplit(":", 1)[1])
        with StandIn(port=port) as second:
            assert first.base_url != second.base_url
    with StandIn(port=port) as third:
        assert third.base_url == first.base_url


def test_a_bug_of_the_stand_in_is_raised_when_it_closes():
    def broken(right):
        right()
        raise AssertionError("a trouble with a bug is a bug")

    spotify = StandIn(faults=[on("/v1/me", broken)])
    with pytest.raises(AssertionError, match="a trouble with a bug"), spotify, pytest.raises(requests.ConnectionError):
        requests.get(f"{spotify.api_url}/me", timeout=5)


def test_closing_cuts_what_is_open():
    with requests.Session() as session:
        with StandIn() as spotify:
            session.get(f"{spotify.api_url}/me", timeout=5)
        with pytest.raises(requests.ConnectionError):
            session.get(f"{spotify.api_url}/me", timeout=5)


def test_other_methods_and_paths_are_not_found(serve):
    guest = serve()
    assert guest.session.post(f"{guest.spotify.base_url}/nowhere", timeout=5).status_code == 404
    assert guest.plain("/").status_code == 404
    assert guest.get("/nowhere").json() == {"error": {"status": 404, "message": "Service not found"}}
