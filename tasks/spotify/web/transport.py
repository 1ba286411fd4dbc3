"""THE way out: one request with its timeout, its bounded tries, its waits and its counts. Every service goes through it.

    429                          wait as told and try again; told to wait too long, or over quota: Parked
    5xx, reset, timeout,
    empty, torn or non-JSON 200  try again with jittered backoff, ``tries`` in all, then ApiError
    2xx with JSON, other 4xx     returned, for the client to judge

After three requests in a row that failed for good the service counts as down and nothing more is sent to it.
"""

import json
import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from schemas.errors import ApiError, Parked
from tasks.spotify.web.clock import Clock
from tasks.spotify.web.limits import OnWait, Pace, retry_after

log = logging.getLogger(__name__)

USER_AGENT = "Segue (a nightly music-recommendation warehouse)"
CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
LARGEST_BODY = 64 * 2**20
LONGEST_BACKOFF = 8.0
FAILURES_UNTIL_DOWN = 3
LIMITS_UNTIL_PARKED = 8
"""Limits that one request may meet in a row: a service that never lets go is no reason to wait for ever."""


Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


@dataclass(frozen=True)
class Reply:
    """An answer that arrived whole. ``data`` is its JSON, ``None`` when the body was none."""

    status: int
    headers: Mapping[str, str]
    data: Any = field(repr=False)
    text: str = field(repr=False, default="")

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Counts:
    """What a stage of the night asked for; the seconds are those that the API told us to wait."""

    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    troubles: dict[str, int] = field(default_factory=dict)

    def described(self) -> str:
        """The troubles in words: ``HTTP 503 twice...`` as ``HTTP 503 ×2, timed out ×1``."""
        return ", ".join(f"{trouble} ×{times}" for trouble, times in sorted(self.troubles.items()))


class Meter:
    """The counts of every stage; requests go to the stage that is open."""

    def __init__(self) -> None:
        self.stages: dict[str, Counts] = {}
        self._current = Counts()
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[Counts]:
        """Count under ``name`` until the block ends; a stage may be opened again."""
        before, self._current = self._current, self.stages.setdefault(name, Counts())
        try:
            yield self._current
        finally:
            self._current = before

    def asked(self) -> None:
        with self._lock:
            self._current.requests += 1

    def troubled(self, trouble: str, waited: float = 0.0) -> None:
        """Count a try that has to be repeated, and what the service made us wait for it."""
        with self._lock:
            self._current.retries += 1
            self._current.waited_seconds += waited
            self._current.troubles[trouble] = self._current.troubles.get(trouble, 0) + 1


class Transport:
    """Requests to one service.

    ``service`` is its name in messages. ``rate`` is requests a second, ``max_wait_seconds`` the longest wait that one
    limit may ask of us. ``jitter`` gives numbers in [0, 1).
    """

    def __init__(
        self,
        service: str,
        *,
        rate: float,
        max_wait_seconds: float,
        meter: Meter | None = None,
        tries: int = 5,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        on_wait: OnWait = lambda seconds, reason: None,
    ) -> None:
        self.service = service
        self.meter = meter or Meter()
        self.clock = clock or Clock()
        self.pace = Pace(rate, self.clock, on_wait)
        self._max_wait_seconds = max_wait_seconds
        self._tries = tries
        self._timeout = timeout
        self._jitter = jitter
        self._sessions = threading.local()
        self._opened: list[requests.Session] = []
        self._failures = 0

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        auth: Auth | None = None,
    ) -> Reply:
        """Send one request until it is answered; see the table above.

        Raises:
            ApiError: no usable answer after the bounded tries, or the service is down.
            Parked: the service wants us to come back later; nothing more is sent in this run.
        """
        what = f"{method} {urlsplit(url).path}"
        if self._failures >= FAILURES_UNTIL_DOWN:
            raise ApiError(f"{self.service} does not answer: nothing more is asked of it in this run", path=what)
        tries = limits = 0
        while True:
            self.pace.take()
            self.meter.asked()
            reply, trouble = self._once(method, url, params, form, auth)
            if reply is not None and trouble is None:
                self._failures = 0
                return reply
            if reply is not None and reply.status == 429:
                limits += 1
                self._wait_out(reply, limits)
                continue
            tries += 1
            if tries >= self._tries:
                break
            trouble = trouble or "no answer"
            log.info("%s: %s at %s, trying again", self.service, trouble, what)
            asked_for = retry_after(reply.headers, self.clock.now()) if reply is not None else None
            if asked_for is not None and asked_for <= self._max_wait_seconds:
                self.meter.troubled(trouble, self.pace.hold(asked_for))
                self.pace.sit_out(f"{self.service}: {trouble}")
            else:
                self.meter.troubled(trouble)
                self.clock.sleep(min(0.5 * 2 ** (tries - 1), LONGEST_BACKOFF) * (0.5 + self._jitter()))
        self._failures += 1
        raise ApiError(
            f"{self.service} gave no usable answer to {what} in {self._tries} tries (the last: {trouble}); "
            "run `segue refresh` again later, it goes on where it stopped",
            status=reply.status if reply is not None else None,
            path=urlsplit(url).path,
        )

    def _once(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        auth: Auth | None,
    ) -> tuple[Reply | None, str | None]:
        """One try: the reply, if any came, and what is wrong with it in a few words that name no URL."""
        try:
            with self._session(url).request(
                method,
                url,
                params=params,
                data=form,
                auth=auth or _nobody,
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                content = self._read(response)
        except requests.RequestException as error:
            return None, _in_words(error)
        except ValueError:  # what is no name of a host: urllib3's own error, which requests lets through
            return None, "no connection"
        if content is None:
            return None, "timed out"
        text = content.decode("utf-8", "replace")
        data = _json(text)
        reply = Reply(response.status_code, response.headers, data, text)
        if reply.status == 429 or reply.status >= 500 or reply.status < 200 or 300 <= reply.status < 400:
            return reply, f"HTTP {reply.status}"
        if reply.is_ok and not isinstance(data, dict):
            return reply, "empty body" if not content else "body is no JSON object"
        return reply, None

    def _read(self, response: requests.Response) -> bytes | None:
        """The body; ``None`` when it trickles longer than a whole request may take, or never ends."""
        deadline = self.clock.monotonic() + 6 * self._timeout[1]
        chunks, size = [], 0
        for chunk in response.iter_content(65_536):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_BODY or self.clock.monotonic() > deadline:
                return None
        return b"".join(chunks)

    def _wait_out(self, reply: Reply, limits: int) -> None:
        """Wait as a 429 asks, or park."""
        now = self.clock.now()
        seconds = retry_after(reply.headers, now)
        if error_reason(reply) == "QUOTA_EXCEEDED":
            until = now + timedelta(seconds=seconds) if seconds is not None else _next_day(now)
            raise self._park("the quota of the developer account is used up", until)
        if seconds is None:
            seconds = min(2.0 ** (limits - 1), 30.0)  # a rolling window of 30 s, says Spotify
        if seconds > self._max_wait_seconds:
            raise self._park(f"asked us to wait {seconds:.0f} s", now + timedelta(seconds=seconds))
        if limits > LIMITS_UNTIL_PARKED:
            raise self._park(f"refused one request {limits} times in a row", now + timedelta(seconds=max(seconds, 60)))
        log.info("%s asks us to wait %.0f s", self.service, seconds)
        wait = max(seconds, 0.1 * 2**limits) + 0.25 * self._jitter()
        self.meter.troubled("HTTP 429", self.pace.hold(wait))
        self.pace.sit_out(f"{self.service} asks us to wait")

    def _park(self, why: str, until: datetime) -> Parked:
        self.meter.troubled("HTTP 429")
        message = (
            f"{self.service}: {why}; parked until {until:%Y-%m-%d %H:%M:%S} UTC. What arrived is kept: "
            "run `segue refresh` after that, it goes on where it stopped"
        )
        return self.pace.park(Parked(message, until))

    def _session(self, url: str) -> requests.Session:
        """The session of this thread; on loopback no proxy of the environment stands between."""
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = requests.Session()
            session.headers["User-Agent"] = USER_AGENT
            session.headers["Accept"] = "application/json"
            session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost")
            self._sessions.session = session
            self._opened.append(session)
        return session

    def close(self) -> None:
        """Close every connection; the transport may be used again afterwards."""
        while self._opened:
            self._opened.pop().close()
        self._sessions = threading.local()


def error_message(reply: Reply) -> str:
    """What an error body says, on one line, in whichever of its forms: nested, flat, plain text, HTML or nothing (then ``""``)."""
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if isinstance(error, dict):
        said = error.get("message")
    elif isinstance(error, str):
        said = reply.data.get("error_description") or error
    else:
        said = None if reply.data is not None or reply.text.lstrip().startswith("<") else reply.text.strip()
    return _line(said)


def error_reason(reply: Reply) -> str:
    """The machine-readable word of an error body: ``reason`` of the Web API, ``error`` of the accounts service."""
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    reason = error.get("reason") if isinstance(error, dict) else error
    return _line(reason)


def _line(said: object) -> str:
    """A service's text as a part of our one line; what is no text says nothing."""
    if not isinstance(said, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())[:300]


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials; without this, requests would look for some in ~/.netrc."""
    return request


def _in_words(error: requests.RequestException) -> str:
    """What broke, without the URL that the library's own text carries."""
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "timed out"
    return "no connection" if isinstance(error, requests.ConnectionError) else "answer broken off"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _next_day(now: datetime) -> datetime:
    """The next midnight UTC that is at least an hour away: a quota counts by the day and does not say when it ends."""
    midnight = datetime(now.year, now.month, now.day) + timedelta(days=1)  # noqa: DTZ001 - naive UTC like the rest
    return midnight if midnight - now >= timedelta(hours=1) else midnight + timedelta(hours=1)
