"""Signing in: the page, the redirect, the paste, the stored token and its six months, against the real stand-in."""

import json
import socket
import threading
from datetime import datetime, timedelta

import pytest
import requests

from schemas.errors import SignInError
from schemas.values import Home
from tasks.spotify.sign_in import Attempt, forget, pasted, sign_in
from tasks.spotify.token_file import StoredToken, load, remembered, store, warning
from tasks.spotify.walk.parking import park, parked
from tasks.spotify.web.clock import Clock
from tasks.standin import StandIn

NOW = datetime(2026, 11, 25, 3)  # noqa: DTZ001 - naive UTC like the rest
CLOCK = Clock(now=lambda: NOW)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "segue-data")


def browser(url: str) -> bool:
    """A browser: follows the page's redirect back to us, in a thread of its own."""
    threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 10}, daemon=True).start()
    return True


def copied(url: str) -> str:
    """The address to which a browser elsewhere would be sent, where nobody listens."""
    return requests.get(url, timeout=10, allow_redirects=False).headers["Location"]


def signed_in(spotify: StandIn, home: Home, **way) -> StoredToken:
    shown: list[str] = []
    if way.pop("by_hand", False):
        way["paste"] = lambda: copied(shown[0])
    way = {"show": shown.append} | (way or {"open_browser": browser, "port": 0})
    return sign_in(home, spotify.accounts_url, spotify.client_id, clock=CLOCK, **way)


def test_a_browser_comes_back_and_the_token_is_stored_for_its_owner_only(home):
    with StandIn(redirect_uris=["http://127.0.0.1/callback"]) as spotify:
        stored = signed_in(spotify, home)
        asked = spotify.requests[0]

    assert asked.path == "/authorize"
    assert "code_challenge_method=S256" in asked.query
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A" in asked.query
    assert "playlist-modify" not in asked.query and "email" not in asked.query  # the least scopes
    assert load(home) == stored
    assert stored.authorized_at == NOW
    assert home.token.stat().st_mode & 0o777 == 0o600
    assert stored.refresh_token not in repr(stored)


def test_without_a_browser_the_address_is_pasted(home):
    with StandIn() as spotify:
        stored = signed_in(spotify, home, by_hand=True)
    assert load(home) == stored


def test_a_night_uses_the_stored_sign_in_and_forgets_one_that_is_over(nights):
    with StandIn(clock=nights.time.unix) as spotify:
        signed_in(spotify, nights.home)
        walked = nights.walk_as(spotify, refresh_token="", client_secret="")
        assert walked.harvest("saved_tracks").rows.height == 3
    with StandIn(clock=nights.time.unix, refresh_expired=True) as spotify:
        store(nights.home, StoredToken(spotify.client_id, "of another time", NOW))
        with pytest.raises(SignInError, match="run `segue login`; nothing that you have is lost"):
            nights.walk_as(spotify, refresh_token="")
    assert load(nights.home) is None


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"deny": True}, "you did not agree on Spotify's page"),
        ({"tamper_state": True}, "belongs to another sign-in"),
    ],
)
def test_a_no_and_a_wrong_state_store_nothing_and_name_the_remedy(home, switches, said):
    with StandIn(**switches) as spotify:
        for by_hand in (False, True):
            with pytest.raises(SignInError, match=said) as told:
                signed_in(spotify, home, by_hand=by_hand)
            assert "run `segue login` again" in str(told.value)
            assert "\n" not in str(told.value)
    assert not home.token.exists()


def test_an_address_of_an_earlier_attempt_is_refused(home):
    with StandIn() as spotify:
        earlier = copied(Attempt(spotify.client_id, "http://127.0.0.1:8888/callback").url(spotify.accounts_url))
        with pytest.raises(SignInError, match="belongs to another sign-in"):
            signed_in(spotify, home, paste=lambda: earlier)


def test_a_spent_code_is_told(home):
    def pasted_late(url: str) -> str:
        address = copied(url)
        code = pasted(address)["code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": spotify.client_id}
        requests.post(f"{spotify.accounts_url}/api/token", data=form, timeout=10)
        return address

    with StandIn() as spotify, pytest.raises(SignInError, match="Invalid authorization code"):
        shown: list[str] = []
        signed_in(spotify, home, show=shown.append, paste=lambda: pasted_late(shown[0]))


def test_a_port_that_is_taken_is_told_before_anything_is_asked(home):
    with socket.socket() as taken, StandIn() as spotify:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SignInError, match=f"port {port} on this machine is in use: .* paste the address"):
            signed_in(spotify, home, open_browser=browser, port=port)
        assert spotify.requests == []


def test_nobody_comes_back(home):
    with StandIn() as spotify, pytest.raises(SignInError, match="nobody came back"):
        signed_in(spotify, home, open_browser=lambda url: False, port=0, wait_seconds=0.05)


@pytest.mark.parametrize("text", ["", "http://127.0.0.1:8888/callback", "yes", "http://x/?state=a"])
def test_what_is_no_answer_is_told(text):
    with pytest.raises(SignInError, match="paste all of it"):
        pasted(text)


def test_an_address_is_read_whole_or_by_its_query():
    expected = {"code": "a b", "state": "c"}
    assert pasted(" http://127.0.0.1:8888/callback?code=a%20b&state=c\n") == expected
    assert pasted("?code=a+b&state=c") == expected


def test_an_unknown_app_is_told(home):
    with StandIn() as spotify, pytest.raises(SignInError, match="SPOTIFY_CLIENT_ID is not set"):
        sign_in(home, spotify.accounts_url, "", show=print)


def test_forgetting_removes_the_token_and_the_park(home):
    store(home, StoredToken("app", "secret", NOW))
    park(home, "spotify", "Spotify", NOW + timedelta(hours=1), NOW)
    assert parked(home, "spotify", "Spotify", NOW) is not None
    (home.root / ".token.json.part").write_text("secret")  # of a process that was killed while it stored one

    assert forget(home) is True
    assert [path.name for path in home.root.rglob("*") if path.is_file() and "secret" in path.read_text()] == []
    assert (load(home), parked(home, "spotify", "Spotify", NOW)) == (None, None)
    assert forget(home) is False


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (151, None),
        (152, "the sign-in ends on 2027-05-26 (in 30 days), Spotify's six months: run `segue login` before that"),
        (182, "the sign-in of 2026-11-25 ended on 2027-05-26: run `segue login`"),
    ],
)
def test_the_six_months_are_told_a_month_ahead(days, said):
    assert warning(StoredToken("app", "secret", NOW), NOW + timedelta(days=days)) == said


def test_a_token_from_elsewhere_has_no_known_end():
    assert warning(StoredToken("app", "secret"), NOW) is None


def test_a_rotated_token_takes_the_place_of_the_one_that_was_set(nights):
    with StandIn(rotate_refresh=True, clock=nights.time.unix) as spotify:
        given = spotify.refresh_token
        nights.walk_as(spotify, refresh_token=given)
        first = load(nights.home)
        nights.time.pass_by(days=4)
        nights.walk_as(spotify, refresh_token=given)  # the one that is set was revoked by the first night
        second = load(nights.home)

    assert first is not None and second is not None
    assert len({given, first.refresh_token, second.refresh_token}) == 3


def test_a_token_that_is_set_counts_before_a_stored_one(home):
    store(home, StoredToken("app", "stored", NOW))
    assert remembered(home, "", "app").refresh_token == "stored"
    assert remembered(home, "set", "app").refresh_token == "set"
    assert remembered(home, "", "another app") is None


def test_a_damaged_token_file_counts_as_none(home):
    home.root.mkdir()
    for text in ("", "{", "[]", json.dumps({"client_id": "app"})):
        home.token.write_text(text)
        assert load(home) is None
