"""Tonight's way to the services: clients, the landing of their answers, and the counts of what was asked."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from schemas.errors import Parked, SignInError
from schemas.values import Home
from tasks.spotify.token_file import StoredToken, grant, remembered, warning
from tasks.spotify.walk.landing import Landing
from tasks.spotify.walk.parking import park, parked
from tasks.spotify.web.client import Client
from tasks.spotify.web.clock import Clock
from tasks.spotify.web.tokens import Accounts, App, ClientCredentials, Grant, Tokens
from tasks.spotify.web.transport import Meter, Transport

log = logging.getLogger(__name__)

SPOTIFY, RECCOBEATS = "Spotify", "ReccoBeats"
RECCOBEATS_RATE = 5.0
"""Requests a second: its limit is not published, 0.1 to 0.2 s between calls is what its users keep to."""

Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Access:
    """Where the services are and what opens them; ``reccobeats_url`` is empty to ask nobody for sounds.

    Secrets never show in ``repr``.
    """

    api_url: str
    accounts_url: str
    reccobeats_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass
class Api:
    """The open clients of a night.

    ``parks`` are the services that want to be left alone, and until when. ``left_out`` is set when a fault left something
    out of the walk.
    """

    spotify: Client
    reccobeats: Client | None
    landing: Landing
    meter: Meter
    clock: Clock
    home: Home
    parks: dict[str, Parked] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    left_out: bool = False

    def ask(self, path: str, params: Params | None = None, *, walk: int = 0) -> dict[str, Any]:
        """Spotify's answer, landed; see `Client.get` and `Landing.answer`."""
        return self._ask(SPOTIFY, self.spotify, path, params or {}, walk)

    def ask_reccobeats(self, path: str, params: Params) -> dict[str, Any]:
        """ReccoBeats' answer, landed. Call it only where ``reccobeats`` is not None."""
        assert self.reccobeats is not None
        return self._ask(RECCOBEATS, self.reccobeats, path, params, 0)

    def _ask(self, service: str, client: Client, path: str, params: Params, walk: int) -> dict[str, Any]:
        def get() -> dict[str, Any]:
            if service in self.parks:
                raise self.parks[service]
            return client.get(path, params)

        try:
            return self.landing.answer(service, path, params, get, walk=walk)
        except Parked as told:
            self._park(service, told)
            raise

    def _park(self, service: str, told: Parked) -> None:
        if service not in self.parks:
            self.parks[service] = told
            park(self.home, self.landing.walk.source, service, told.until, self.clock.now())

    @property
    def is_user(self) -> bool:
        """Whether a person is signed in, and not the app alone; in a replay whether one was."""
        return self.landing.has(SPOTIFY, "/me") if self.landing.is_replay else self.spotify.is_user

    @property
    def parked_until(self) -> datetime | None:
        """When to come back; None when nobody asked us to go."""
        return min((told.until for told in self.parks.values()), default=None)

    def close(self) -> None:
        self.spotify.close()
        if self.reccobeats:
            self.reccobeats.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_api(
    access: Access,
    home: Home,
    landing: Landing,
    meter: Meter,
    *,
    rate: float,
    reccobeats_rate: float = RECCOBEATS_RATE,
    max_wait_seconds: float,
    clock: Clock | None = None,
    timeout: tuple[float, float] | None = None,
) -> Api:
    """Open the clients of a night; a first token is asked for, unless Spotify is parked.

    ``rate`` is requests a second. A stored sign-in is used where no refresh token is given; without either the app speaks
    for itself.

    Raises:
        SignInError: there is nothing to sign in with, or it was refused; the text has the remedy.
        ApiError: the accounts service does not answer.
    """
    clock = clock or Clock()
    timing: dict[str, Any] = {} if timeout is None else {"timeout": timeout}

    def transport(service: str, rate: float) -> Transport:
        return Transport(
            service,
            rate=rate,
            max_wait_seconds=max_wait_seconds,
            meter=meter,
            clock=clock,
            on_wait=_countdown,
            **timing,
        )

    stored = remembered(home, access.refresh_token, access.client_id)
    accounts = Accounts(access.accounts_url, transport("Spotify's accounts service", rate))
    tokens = Tokens(accounts, _grant(access, home, stored))
    spotify = Client(access.api_url, transport(SPOTIFY, rate), tokens)
    reccobeats = (
        Client(access.reccobeats_url, transport(RECCOBEATS, reccobeats_rate)) if access.reccobeats_url else None
    )
    api = Api(spotify, reccobeats, landing, meter, clock, home)
    for service in (SPOTIFY, RECCOBEATS):
        if told := parked(home, landing.walk.source, service, clock.now()):
            api.parks[service] = told
    if stored and (soon := warning(stored, clock.now())):
        api.warnings.append(soon)
    if SPOTIFY not in api.parks:
        try:
            tokens.current(clock.now())
        except Parked as told:
            api._park(SPOTIFY, told)
    return api


def replayed(home: Home, landing: Landing, meter: Meter) -> Api:
    """Clients that ask nobody: every question is answered by what ``landing``, a replay, has of it."""
    spotify, reccobeats = (
        Client("", Transport(service, rate=1, max_wait_seconds=0, meter=meter)) for service in (SPOTIFY, RECCOBEATS)
    )
    return Api(spotify, reccobeats, landing, meter, Clock(), home)


def _grant(access: Access, home: Home, stored: StoredToken | None) -> Grant:
    app = App(access.client_id, access.client_secret)
    if not app.client_id:
        raise SignInError(
            "there is no app to sign in with: set SPOTIFY_CLIENT_ID (developer.spotify.com/dashboard), then run `segue login`"
        )
    if stored:
        return grant(home, stored, access.client_secret)
    if app.client_secret:
        return ClientCredentials(app)
    raise SignInError("nobody is signed in: run `segue login`, or set SPOTIFY_REFRESH_TOKEN")


def _countdown(seconds: float, reason: str) -> None:
    """The visible part of a wait."""
    if seconds > 0:
        log.info("%s: going on in %.0f s", reason, seconds, extra={"event": "progress"})
