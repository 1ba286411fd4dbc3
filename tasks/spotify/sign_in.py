"""A person signs in: authorization code with PKCE, a redirect to this machine, or its address pasted where no browser is.

    sign_in(home, accounts_url, client_id, ...)   the whole way, ending with a stored refresh token
    forget(home)                                  the way back

The verifier and the state never leave this module but for their one use, and nothing here writes a log line with either,
with the code, or with a token.
"""

import logging
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from schemas.errors import SignInError
from schemas.values import Home
from tasks.spotify.token_file import StoredToken, store
from tasks.spotify.walk.capabilities import SCOPES
from tasks.spotify.walk.parking import unpark
from tasks.spotify.web.clock import Clock
from tasks.spotify.web.tokens import Accounts
from tasks.spotify.web.transport import Transport
from tasks.whole import tidy

log = logging.getLogger(__name__)

PORT = 8888
PATH = "/callback"
WAIT_SECONDS = 300.0
AGAIN = "run `segue login` again"


@dataclass(frozen=True)
class Attempt:
    """One sign-in on its way: what was sent along and has to be proved or to come back."""

    client_id: str
    redirect_uri: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def url(self, accounts_url: str) -> str:
        """The page on which the person agrees."""
        digest = sha256(self.verifier.encode()).digest()
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "code_challenge_method": "S256",
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "state": self.state,
            "scope": " ".join(SCOPES),
        }
        return f"{accounts_url}/authorize?{urlencode(query)}"

    def code(self, answer: Mapping[str, str]) -> str:
        """The code out of the parameters with which Spotify sent the browser back.

        Raises:
            SignInError: they answer another sign-in, or the person said no.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise SignInError(f"the answer belongs to another sign-in (its state differs): close old tabs and {AGAIN}")
        if "error" in answer:
            reason = answer["error"]
            if reason == "access_denied":
                raise SignInError(
                    f"you did not agree on Spotify's page, so nothing was stored: {AGAIN} when you want to"
                )
            raise SignInError(f"Spotify ended the sign-in ({reason[:100]}): {AGAIN}")
        if not answer.get("code"):
            raise SignInError(f"the answer has no code in it: {AGAIN}, and paste the whole address")
        return answer["code"]


def sign_in(
    home: Home,
    accounts_url: str,
    client_id: str,
    *,
    show: Callable[[str], None],
    open_browser: Callable[[str], bool] | None = None,
    paste: Callable[[], str] | None = None,
    port: int = PORT,
    clock: Clock | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> StoredToken:
    """Let a person sign in and store the refresh token; returns what was stored.

    ``show`` is told the address of the page. With ``open_browser`` this machine waits for the redirect on
    ``http://127.0.0.1:port/callback`` for ``wait_seconds`` (0 takes any free port); with ``paste`` the person
    copies the address to which the browser was sent, which needs no browser here and no free port.

    Raises:
        SignInError: refused, not agreed to, or answered by nobody; the text has the remedy.
        ApiError, HomeError: the accounts service does not answer; the token cannot be stored.
    """
    if not client_id:
        raise SignInError(
            "SPOTIFY_CLIENT_ID is not set: create an app on developer.spotify.com/dashboard and set its id"
        )
    clock = clock or Clock()
    if paste is not None:
        attempt = Attempt(client_id, f"http://127.0.0.1:{port or PORT}{PATH}")
        show(attempt.url(accounts_url))
        answer = pasted(paste())
    else:
        with _Redirect(port) as redirect:
            attempt = Attempt(client_id, f"http://127.0.0.1:{redirect.server_address[1]}{PATH}")
            url = attempt.url(accounts_url)
            show(url)
            if open_browser is not None:
                open_browser(url)
            answer = redirect.wait(attempt.state, wait_seconds)
    return _exchanged(home, accounts_url, attempt, attempt.code(answer), clock)


def forget(home: Home) -> bool:
    """Forget the sign-in and what was parked for it; returns whether there was one. The data stays: see `segue purge`."""
    was_there = home.token.exists()
    home.token.unlink(missing_ok=True)
    tidy(home.root)
    unpark(home)
    return was_there


def pasted(text: str) -> dict[str, str]:
    """The parameters of the address that a person pasted, or of its query alone.

    Raises:
        SignInError: there is nothing of the kind in it.
    """
    query = urlsplit(text.strip()).query or text.strip().lstrip("?")
    answer = dict(parse_qsl(query))
    if not answer.keys() & {"code", "error"}:
        raise SignInError(
            f"that is not the address of the page after Spotify's: {AGAIN} and paste all of it, from http://127.0.0.1 on "
            "(the page itself may fail to load)"
        )
    return answer


def _exchanged(home: Home, accounts_url: str, attempt: Attempt, code: str, clock: Clock) -> StoredToken:
    """The code for tokens; the refresh token is stored with the day on which it was agreed to."""
    transport = Transport("Spotify's accounts service", rate=10, max_wait_seconds=30, clock=clock)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect_uri,
        "client_id": attempt.client_id,
        "code_verifier": attempt.verifier,
    }
    try:
        token, refresh_token = Accounts(accounts_url, transport).ask(form, is_user=True)
    finally:
        transport.close()
    if refresh_token is None:
        raise SignInError(f"Spotify's answer has no refresh_token, so the sign-in would last an hour only: {AGAIN}")
    stored = StoredToken(attempt.client_id, refresh_token, clock.now(), tuple(sorted(token.scopes or SCOPES)))
    store(home, stored)
    unpark(home)
    log.info("signed in; Spotify lets this last until %s", f"{stored.ends_at:%Y-%m-%d}")
    return stored


class _Redirect(TCPServer):
    """Waits on loopback for the browser to come back."""

    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        self.answer: dict[str, str] | None = None
        self.state = ""
        try:
            super().__init__(("127.0.0.1", port), _Answer)
        except OSError as error:
            raise SignInError(
                f"port {port} on this machine is in use: close the program that has it, choose another port that is "
                "registered as redirect URI of the app, or paste the address by hand"
            ) from error

    def wait(self, state: str, seconds: float) -> dict[str, str]:
        """The parameters with which the browser came back; ``state`` decides which page it is shown."""
        self.state = state
        deadline = time.monotonic() + seconds
        while self.answer is None:
            if (left := deadline - time.monotonic()) <= 0:
                raise SignInError(
                    f"nobody came back from Spotify's page within {seconds:.0f} s: {AGAIN}, or paste the address by hand"
                )
            self.timeout = min(left, 1.0)
            self.handle_request()
        return self.answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no reason to print a traceback."""


class _Answer(BaseHTTPRequestHandler):
    server: _Redirect
    timeout = 5

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        answer = dict(parse_qsl(parts.query))
        if parts.path != PATH or not answer.keys() & {"code", "error"}:
            self.send_error(404)
            return
        self.server.answer = answer
        is_ours = answer.get("state") == self.server.state and "code" in answer
        said = (
            "Segue is signed in. You may close this page."
            if is_ours
            else "The sign-in did not succeed: see the terminal."
        )
        page = f"<!DOCTYPE html><meta charset=utf-8><title>Segue</title><p>{escape(said)}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """The path has the code in it: it is written nowhere."""
