"""THE client of the Web API: a GET that answers with JSON, or with an error that says what to do."""

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import requests

from schemas.errors import ApiError, SignInError
from tasks.spotify.web.tokens import SIGN_IN_AGAIN, Token, Tokens
from tasks.spotify.web.transport import Reply, Transport, error_message

log = logging.getLogger(__name__)

Params = Mapping[str, str | int]
MOMENT_SECONDS = 1.0
"""Wait before a good token that was refused is tried again (seen since July 2026)."""


class Client:
    """GET requests below one base URL; ``tokens`` is None for a service that knows no users."""

    def __init__(self, url: str, transport: Transport, tokens: Tokens | None = None) -> None:
        self.transport = transport
        self.meter = transport.meter
        self.clock = transport.clock
        self._url = url
        self._tokens = tokens

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The JSON object at ``path``.

        A refused token is renewed once and the request repeated; if that is refused too, once more after a moment.

        Raises:
            SignInError: the app or the person as a whole is refused; the text has the remedy.
            ApiError: this object is refused or not found (``status`` 400, 403, 404), or no usable answer came.
            Parked: the service wants us to come back later.
        """
        sent = {name: str(value) for name, value in (params or {}).items()}
        refused: Token | None = None
        refusals = 0
        while True:
            token = self._tokens.current(self.clock.now(), refused=refused) if self._tokens else None
            reply = self.transport.send("GET", self._url + path, params=sent, auth=_bearer(token) if token else None)
            if reply.is_ok:
                data: dict[str, Any] = reply.data
                return data
            if self._tokens is None:
                raise ApiError(_plain_refusal(reply, path), status=reply.status, path=path)
            if reply.status != 401 or refusals == 2 or error_message(reply) == "Valid user authentication required":
                raise refusal(reply, path)
            refusals += 1
            refused = token if refusals == 1 else None
            self.meter.troubled("HTTP 401")
            log.info("%s refused the token at %s, trying again", self.transport.service, path)
            if refusals == 2:
                self.clock.sleep(MOMENT_SECONDS)

    @property
    def is_user(self) -> bool:
        """Whether the requests speak for a person."""
        return self._tokens is not None and self._tokens.current(self.clock.now()).is_user

    @property
    def scopes(self) -> frozenset[str]:
        """What the person agreed to; empty where the service did not say."""
        return self._tokens.current(self.clock.now()).scopes if self._tokens else frozenset()

    def close(self) -> None:
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def refusal(reply: Reply, path: str) -> ApiError | SignInError:
    """The error for a 4xx answer: each text that is known has its own remedy, the rest says what was said."""
    said = error_message(reply)
    low = said.lower()
    if reply.status == 401:
        if low == "valid user authentication required":
            return SignInError(f"Spotify answers this only to a person who signed in: {SIGN_IN_AGAIN}")
        return SignInError(f"Spotify keeps refusing the token ({said or 'no reason given'}): {SIGN_IN_AGAIN}")
    if reply.status == 403 and "premium" in low:
        return SignInError(
            "Spotify answers an app only while its owner has Premium: renew the subscription of the account that owns the "
            "client id; it can take a few hours to be noticed"
        )
    if reply.status == 403 and "not be registered" in low:
        return SignInError(
            "this account is not on the app's list of users: add it under 'User Management' of the app on "
            "developer.spotify.com/dashboard"
        )
    if reply.status == 403 and "scope" in low:
        return ApiError(
            f"the sign-in does not allow {path} (insufficient scope): {SIGN_IN_AGAIN} and agree to what it asks for",
            status=403,
            path=path,
        )
    return ApiError(_plain_refusal(reply, path), status=reply.status, path=path)


def _plain_refusal(reply: Reply, path: str) -> str:
    return f"HTTP {reply.status} at {path}: {error_message(reply) or 'no reason given'}"


class _bearer:  # noqa: N801 - a function with a hidden argument
    """Sets the Authorization header; as an auth object it also keeps requests from looking into ~/.netrc."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.access}"
        return request
