"""The accounts service: three grants, their errors in the flat form, and the sign-in page."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tasks.standin import StandIn

REDIRECT = "http://127.0.0.1:8080/callback"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def signed_in(guest, **query):
    """Where the sign-in page sends the browser: the parts of the address after the question mark."""
    asked = {
        "client_id": guest.spotify.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "xyz",
        "scope": "user-top-read",
    }
    answer = guest.plain("/authorize", **(asked | query))
    assert answer.status_code == 303, answer.text
    return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(guest, code, **form):
    """Exchange a code as a public client does, without a secret."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": guest.spotify.client_id,
        "code_verifier": VERIFIER,
    }
    return guest.session.post(f"{guest.spotify.accounts_url}/api/token", data=asked | form, timeout=5)


def test_an_app_token_comes_without_refresh_token_and_sees_no_listener(serve):
    guest = serve()
    told = guest.post_token(grant_type="client_credentials").json()
    assert told == {"access_token": told["access_token"], "token_type": "Bearer", "expires_in": 3600}
    guest.token = told["access_token"]
    assert guest.get("/search", q="rain", type="track").status_code == 200
    for path in ("/me", "/me/tracks", f"/playlists/{guest.spotify.account['Quiet'].id}/items"):
        assert guest.get(path).json() == {"error": {"status": 401, "message": "Valid user authentication required"}}


def test_a_refresh_tells_scopes_and_keeps_the_refresh_token(serve):
    guest = serve(scopes="user-top-read user-library-read")
    told = guest.post_token(grant_type="refresh_token", refresh_token=guest.spotify.refresh_token).json()
    del told["access_token"]
    assert told == {"token_type": "Bearer", "expires_in": 3600, "scope": "user-library-read user-top-read"}


def test_a_rotated_refresh_token_is_revoked(serve):
    guest = serve(rotate_refresh=True)  # signing in has rotated it already
    old = guest.spotify.refresh_token
    assert guest.post_token(grant_type="refresh_token", refresh_token=old).json() == {
        "error": "invalid_grant",
        "error_description": "Refresh token revoked",
    }


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"refresh_token": "rubbish"}, ("invalid_grant", "Invalid refresh token")),
        ({"grant_type": "authorization_code", "code": "rubbish"}, ("invalid_grant", "Invalid authorization code")),
    ],
)
def test_rubbish_is_an_invalid_grant(serve, form, told):
    answer = serve().post_token(**({"grant_type": "refresh_token"} | form))
    assert (answer.status_code, tuple(answer.json().values())) == (400, told)


def test_after_six_months_every_refresh_is_refused():
    with StandIn(refresh_expired=True) as spotify:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": spotify.refresh_token,
            "client_id": spotify.client_id,
        }
        answer = requests.post(f"{spotify.accounts_url}/api/token", data=form, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_wrong_and_missing_credentials(serve):
    guest = serve()
    url = f"{guest.spotify.accounts_url}/api/token"
    form = {"grant_type": "client_credentials"}
    wrong = guest.session.post(url, data=form, auth=(guest.spotify.client_id, "wrong"), timeout=5)
    assert (wrong.status_code, wrong.json()) == (
        400,
        {"error": "invalid_client", "error_description": "Invalid client"},
    )
    for headers in ({}, {"Authorization": "Basic ???"}):
        answer = guest.session.post(url, data=form, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_code_with_pkce_gives_a_token_of_the_asked_scopes_once(serve):
    guest = serve()
    sent_back = signed_in(guest)
    assert sent_back["state"] == "xyz"
    told = exchange(guest, sent_back["code"]).json()
    assert (told["scope"], told["token_type"]) == ("user-top-read", "Bearer")
    guest.token = told["access_token"]
    assert guest.get("/me/top/tracks").status_code == 200
    assert guest.get("/me/tracks").json() == {"error": {"status": 403, "message": "Insufficient client scope"}}
    assert guest.post_token(grant_type="refresh_token", refresh_token=told["refresh_token"]).status_code == 200
    assert exchange(guest, sent_back["code"]).json()["error_description"] == "Invalid authorization code"


@pytest.mark.parametrize(
    ("form", "description"),
    [({"code_verifier": "another"}, "code_verifier was incorrect"), ({"redirect_uri": "x"}, "Invalid redirect URI")],
)
def test_the_exchange_must_repeat_what_was_asked(serve, form, description):
    guest = serve()
    answer = exchange(guest, signed_in(guest)["code"], **form)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_grant", "error_description": description},
    )


def test_a_code_is_good_for_ten_minutes(serve, clock):
    guest = serve(clock=clock)
    code = signed_in(guest)["code"]
    clock.now += 601
    assert exchange(guest, code).json()["error_description"] == "Invalid authorization code"


def test_the_person_says_no_and_the_state_is_tampered_with(serve):
    assert signed_in(serve(deny=True)) == {"error": "access_denied", "state": "xyz"}
    assert signed_in(serve(tamper_state=True))["state"] == "another-state"


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("http://localhost:8080/callback", "Insecure redirect URI"),
        ("http://example.org/callback", "Insecure redirect URI"),
        ("https://example.org/other", "Invalid redirect URI"),
        ("http://127.0.0.1:5/other", "Invalid redirect URI"),
        ("http://127.0.0.1:5/callback", None),
        ("https://example.org/callback", None),
    ],
)
def test_redirect_uris_are_https_or_loopback_literals_and_registered(serve, target, fault):
    guest = serve(redirect_uris=["http://127.0.0.1/callback", "https://example.org/callback"])
    answer = guest.plain("/authorize", client_id=guest.spotify.client_id, response_type="code", redirect_uri=target)
    assert answer.status_code == (303 if fault is None else 400)
    assert fault is None or f"INVALID_CLIENT: {fault}" in answer.text


def test_a_token_ends_by_its_age_or_after_so_many_requests(serve, clock):
    refused = {"error": {"status": 401, "message": "Missing/invalid/expired access token"}}
    old = serve(clock=clock, token_ttl=60)
    assert old.get("/me").status_code == 200
    clock.now += 60
    assert (old.get("/me").status_code, old.get("/me").json()) == (401, refused)

    spent = serve(expire_token_after=2)
    assert [spent.get("/me").status_code for _ in range(3)] == [200, 200, 401]
    spent.token = spent.ask_token(grant_type="refresh_token", refresh_token=spent.spotify.refresh_token)
    assert [spent.get("/me").status_code for _ in range(3)] == [200, 200, 200]


def test_what_stands_before_every_endpoint(serve):
    guest = serve()
    missing = guest.plain("/v1/me")
    assert (missing.status_code, missing.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="spotify", error="missing_token", error_description="No token provided"',
    )
    basic = guest.session.get(f"{guest.spotify.api_url}/me", auth=("a", "b"), timeout=5)
    assert (basic.status_code, basic.json()["error"]["message"]) == (400, "Only valid bearer authentication supported")
    guest.token = "rubbish"
    assert 'error="invalid_token"' in guest.get("/me").headers["WWW-Authenticate"]
