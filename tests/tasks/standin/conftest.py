from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from tasks.standin import StandIn


class Guest:
    """Somebody who talks to a stand-in with a token of the listener, over one connection."""

    def __init__(self, spotify: StandIn, session: requests.Session) -> None:
        self.spotify = spotify
        self.session = session
        self.token = self.ask_token(grant_type="refresh_token", refresh_token=spotify.refresh_token)

    def ask_token(self, **form: str) -> str:
        return self.post_token(**form).json()["access_token"]

    def post_token(self, **form: str) -> requests.Response:
        both = (self.spotify.client_id, self.spotify.client_secret)
        return self.session.post(f"{self.spotify.accounts_url}/api/token", data=form, auth=both, timeout=5)

    def get(self, path: str, **query: object) -> requests.Response:
        """GET a path below /v1 with the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.get(self.spotify.api_url + path, params=query, headers=headers, timeout=5)  # type: ignore[arg-type]

    def json(self, path: str, **query: object) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def plain(self, path: str, **query: object) -> requests.Response:
        """GET a path of the host without a token."""
        url = self.spotify.base_url + path
        return self.session.get(url, params=query, timeout=5, allow_redirects=False)  # type: ignore[arg-type]


Serve = Callable[..., Guest]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a stand-in with these arguments and sign in; all end with the test."""
    with ExitStack() as stack:

        def start(*music: Any, **switches: Any) -> Guest:
            spotify = stack.enter_context(StandIn(*music, **switches))
            session = stack.enter_context(requests.Session())
            session.trust_env = False
            return Guest(spotify, session)

        yield start


class Clock:
    """Unix seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
