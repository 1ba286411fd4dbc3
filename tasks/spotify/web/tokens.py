"""Access tokens: asked for with the app's credentials or with a refresh token, kept until a minute before they end."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from requests.auth import HTTPBasicAuth

from schemas.errors import ApiError, SignInError
from tasks.spotify.web.transport import Auth, Reply, Transport, error_message, error_reason

MARGIN = timedelta(seconds=60)
LONGEST_TOKEN = 86_400
"""Seconds that a token may say to last; Spotify's last an hour, and more than a day is believed of none."""
SIGN_IN_AGAIN = "run `segue login`"


@dataclass(frozen=True)
class Token:
    """A bearer token. ``is_user``: it speaks for a person, not only for the app. ``expires_at`` is naive UTC."""

    access: str = field(repr=False)
    expires_at: datetime
    is_user: bool
    scopes: frozenset[str] = frozenset()

    def is_good(self, now: datetime) -> bool:
        """Whether it lasts for another minute."""
        return now + MARGIN < self.expires_at


@dataclass(frozen=True)
class App:
    """The app on Spotify's dashboard; the secret is empty where PKCE needs none."""

    client_id: str
    client_secret: str = field(default="", repr=False)


class Grant(Protocol):
    """A way to a new token."""

    def __call__(self, accounts: "Accounts") -> Token: ...


class Accounts:
    """Spotify's accounts service. ``url`` is its base, such as ``https://accounts.spotify.com``."""

    def __init__(self, url: str, transport: Transport) -> None:
        self._url = url
        self._transport = transport

    def ask(self, form: Mapping[str, str], *, is_user: bool, basic: App | None = None) -> tuple[Token, str | None]:
        """Ask the token endpoint; returns the token and the refresh token that came with it, if one did.

        ``basic`` sends id and secret in the Authorization header.

        Raises:
            SignInError: refused for good; the text has the remedy.
            ApiError, Parked: as :meth:`Transport.send`.
        """
        auth: Auth | None = HTTPBasicAuth(basic.client_id, basic.client_secret) if basic else None
        asked_at = self._transport.clock.now()
        reply = self._transport.send("POST", f"{self._url}/api/token", form=form, auth=auth)
        if not reply.is_ok:
            raise _refusal(reply)
        access, lasts, refresh = (reply.data.get(name) for name in ("access_token", "expires_in", "refresh_token"))
        if not isinstance(access, str) or not access:
            raise SignInError("Spotify's token answer has no access_token: check SPOTIFY_ACCOUNTS_URL")
        is_told = isinstance(lasts, int | float) and not isinstance(lasts, bool) and 0 <= lasts <= LONGEST_TOKEN
        seconds = float(lasts) if is_told else 3600.0
        scopes = reply.data.get("scope")
        token = Token(
            access,
            asked_at + timedelta(seconds=seconds),
            is_user,
            frozenset(scopes.split()) if isinstance(scopes, str) else frozenset(),
        )
        return token, refresh if isinstance(refresh, str) and refresh else None


@dataclass(frozen=True)
class ClientCredentials:
    """The app speaks for itself: the catalogue, nothing personal."""

    app: App

    def __call__(self, accounts: Accounts) -> Token:
        token, _ = accounts.ask({"grant_type": "client_credentials"}, is_user=False, basic=self.app)
        return token


@dataclass
class RefreshGrant:
    """The app speaks for the person who signed in.

    ``keep`` is told a new refresh token when one comes back; when none does, the old one stays good. ``forget`` is told
    when the old one is refused for good. With a secret the app proves itself in the header, without one it only names
    itself (PKCE).
    """

    app: App
    refresh_token: str = field(repr=False)
    keep: Callable[[str], None] = field(default=lambda refresh_token: None, repr=False)
    forget: Callable[[], None] = field(default=lambda: None, repr=False)

    def __call__(self, accounts: Accounts) -> Token:
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        basic = self.app if self.app.client_secret else None
        if basic is None:
            form["client_id"] = self.app.client_id
        try:
            token, renewed = accounts.ask(form, is_user=True, basic=basic)
        except SignInError as error:
            if isinstance(error, EndedError):
                self.forget()
            raise
        if renewed and renewed != self.refresh_token:
            self.refresh_token = renewed
            self.keep(renewed)
        return token


class EndedError(SignInError):
    """The refresh token is good no more (``invalid_grant``)."""


class Tokens:
    """The token that all threads share; renewed when it ends or is refused."""

    def __init__(self, accounts: Accounts, grant: Grant) -> None:
        self._accounts = accounts
        self._grant = grant
        self._token: Token | None = None
        self._lock = threading.Lock()

    def current(self, now: datetime, *, refused: Token | None = None) -> Token:
        """A token that is good at ``now`` and is not the one that was ``refused``; one thread asks, the others wait."""
        with self._lock:
            if self._token is None or self._token is refused or not self._token.is_good(now):
                self._token = self._grant(self._accounts)
            return self._token


def _refusal(reply: Reply) -> SignInError | ApiError:
    reason, message = error_reason(reply), error_message(reply)
    match reason:
        case "invalid_client":
            return SignInError(
                "Spotify does not accept this client id and secret: compare SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET "
                "with the developer dashboard"
            )
        case "invalid_grant" if "redirect" in message.lower():
            return SignInError(f"Spotify refused the sign-in ({message}): register the redirect URI on the dashboard")
        case "invalid_grant":
            return EndedError(
                f"the sign-in is over ({message or reason}): {SIGN_IN_AGAIN}; nothing that you have is lost"
            )
        case _:
            said = message or reason or f"HTTP {reply.status}"
            return SignInError(f"Spotify's accounts service refused the token ({said}): {SIGN_IN_AGAIN}")
