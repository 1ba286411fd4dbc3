"""The stand-in as a running server: a loopback port, a thread for each connection, a log of what was asked."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from secrets import token_hex
from threading import Lock, Thread
from time import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl

from tasks.standin.account import Account
from tasks.standin.art import cover
from tasks.standin.catalogue import Catalogue, bundled
from tasks.standin.demo import DEMO_FAULTS, EXPIRE_TOKEN_AFTER, demo_account
from tasks.standin.faults import Trouble
from tasks.standin.listener import Listener
from tasks.standin.sample import sample_account, sample_catalogue
from tasks.standin.service import Service
from tasks.standin.switches import Switches
from tasks.standin.web import accounts
from tasks.standin.web.answers import Answer, not_found
from tasks.standin.web.objects import IMAGE_PORT, SIZES
from tasks.standin.web.reccobeats import ReccoBeats
from tasks.standin.web.routes import WebApi


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log: `path` and `query` as received, `status` as sent (0: no answer), `at` by the stand-in's clock."""

    method: str
    path: str
    query: str
    status: int
    at: float


class StandIn:
    """A Spotify of one's own on 127.0.0.1, see the package's docstring.

    `catalogue` and `account` default to a handful of songs; `clock` gives Unix seconds; `port` is taken when it is free,
    else (and with 0) any other; `on_request` is told of each request. Further keywords are `Switches`.
    """

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        account: Account | None = None,
        *,
        clock: Callable[[], float] = time,
        port: int = 0,
        on_request: Callable[[Request], None] | None = None,
        **switches: Any,
    ) -> None:
        self.switches = Switches(**switches)
        self.catalogue = sample_catalogue() if catalogue is None else catalogue
        self.account = sample_account(self.catalogue) if account is None else account
        self.clock = clock
        self.on_request = on_request
        self.requests: list[Request] = []
        self._errors: list[BaseException] = []
        self._counts = [0] * len(self.switches.faults)
        self._lock = Lock()
        self._listener = Listener(self, port, self.switches.hang_seconds)
        self.base_url = f"http://127.0.0.1:{self._listener.server_address[1]}"
        self._service = Service(
            self.switches,
            self.catalogue,
            self.account,
            clock,
            client_id=token_hex(16),
            client_secret=token_hex(16),
            base_url=self.base_url,
        )
        self._web_api = WebApi(self._service)
        self._reccobeats = ReccoBeats(self._service)
        self._thread = Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @classmethod
    def demo(cls) -> Self:
        """Return the demo source: the bundled catalogue, its simulated listener, and a little trouble on purpose."""
        catalogue = bundled()
        return cls(
            catalogue,
            demo_account(catalogue),
            port=IMAGE_PORT,
            faults=DEMO_FAULTS,
            expire_token_after=EXPIRE_TOKEN_AFTER,
        )

    @property
    def api_url(self) -> str:
        return self._service.api_url

    @property
    def accounts_url(self) -> str:
        return self.base_url

    @property
    def reccobeats_url(self) -> str:
        return f"{self.base_url}/reccobeats"

    @property
    def client_id(self) -> str:
        return self._service.client_id

    @property
    def client_secret(self) -> str:
        return self._service.client_secret

    @property
    def refresh_token(self) -> str:
        return self._service.grants.refresh_token

    def count(self, path: str = "/v1/*") -> int:
        """Return how many requests were made to paths of this pattern."""
        return sum(fnmatchcase(request.path, path) for request in self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and close every connection. A bug in the stand-in itself is raised here, lest it look like a 500."""
        self._listener.close()
        self._thread.join()
        if self._errors and error is None:
            raise self._errors[0]

    def respond(self, method: str, path: str, query: str, authorization: str | None, body: str) -> Answer:
        """Return what is sent for one request: the right answer, or the trouble that is scripted for it."""

        def right() -> Answer:
            return self._right_answer(method, path, query, authorization, body)

        try:
            trouble = self._trouble(path)
            return trouble(right) if trouble else right()
        except Exception as error:
            self._errors.append(error)
            raise

    def _right_answer(self, method: str, path: str, query: str, authorization: str | None, body: str) -> Answer:
        values = dict(parse_qsl(query, keep_blank_values=True))
        match method, path.split("/")[1:]:
            case "GET", ["v1", *rest]:
                return self._web_api.answer("/" + "/".join(rest), values, authorization)
            case "POST", ["api", "token"]:
                return accounts.token(self._service, dict(parse_qsl(body, keep_blank_values=True)), authorization)
            case "GET", ["authorize"]:
                return accounts.authorize(self._service, values)
            case "GET", ["reccobeats", "v1", "audio-features"]:
                return self._reccobeats.audio_features(parse_qs(query))
            case "GET", ["reccobeats", "v1", "track"]:
                return self._reccobeats.tracks(parse_qs(query))
            case "GET", ["image", id, name] if name in {f"{size}.png" for size in SIZES}:
                return Answer(200, cover(id, int(name.removesuffix(".png"))), {"Content-Type": "image/png"})
            case _:
                return not_found()

    def _trouble(self, path: str) -> Trouble | None:
        with self._lock:
            chosen = None
            for place, fault in enumerate(self.switches.faults):
                if fault.matches(path):
                    self._counts[place] += 1
                    chosen = chosen or fault.trouble(self._counts[place])
            return chosen

    def log(self, method: str, path: str, query: str, status: int) -> None:
        request = Request(method, path, query, status, self.clock())
        self.requests.append(request)
        if self.on_request:
            self.on_request(request)
