"""Scripted trouble: which request gets which wrong answer instead of the right one.

    StandIn(faults=[
        on("/v1/me/tracks", rate_limited(2), server_error(503)),      # its first two requests; the third is answered
        on("/v1/playlists/*/items", truncated(), nth=4),               # the fourth request to any such path
        every(7, server_error(502)),                                   # each seventh request to the Web API
        on("/api/token", html_page(503)), on("/reccobeats/*", hang()),
    ])

Paths are patterns in the manner of the shell, matched against the path as it is received, without its query. Each fault
counts for itself; the first in the list that applies to a request decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from tasks.standin.web.answers import Answer, api_error, html, token_refused

Trouble = Callable[[Callable[[], Answer]], Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """Which requests to `path` are hit: from the `nth` on, one for each of `troubles`; or each `every`-th, for ever.

    A trouble is a function from the right answer (still to be computed) to the one that is sent; None leaves that
    request alone.
    """

    path: str
    troubles: tuple[Trouble | None, ...]
    nth: int = 1
    every: int | None = None

    def matches(self, path: str) -> bool:
        return fnmatchcase(path, self.path)

    def trouble(self, count: int) -> Trouble | None:
        """Return what happens to the `count`-th request (from 1) that matches."""
        if self.every is not None:
            return self.troubles[0] if count % self.every == 0 else None
        place = count - self.nth
        return self.troubles[place] if 0 <= place < len(self.troubles) else None


def on(path: str, *troubles: Trouble | None, nth: int = 1) -> Fault:
    """Hit the `nth` request to `path` and, with several troubles, those that follow it."""
    return Fault(path, troubles, nth)


def every(k: int, trouble: Trouble, path: str = "/v1/*") -> Fault:
    """Hit each `k`-th request to `path`."""
    return Fault(path, (trouble,), every=k)


def rate_limited(retry_after: float | str | None = 1) -> Trouble:
    """429; `retry_after` in seconds, or text as it stands (a date, nonsense), or None for no header."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return instead(api_error(429, "API rate limit exceeded", headers=headers))


def quota_exceeded(retry_after: float | str | None = None) -> Trouble:
    """429 of the developer account's quota, as announced in July 2026."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return instead(api_error(429, "Too many requests", "QUOTA_EXCEEDED", headers))


def server_error(status: int = 500, message: str | None = None) -> Trouble:
    """A 5xx that still speaks JSON."""
    return instead(api_error(status, message or "Server error."))


def refused(status: int, message: str | None = None) -> Trouble:
    """Any other error in the Web API's form."""
    return instead(api_error(status, message))


def html_page(status: int = 502) -> Trouble:
    """An error page of some proxy."""
    return instead(html("upstream connect error or disconnect/reset before headers", status))


def empty(status: int = 500) -> Trouble:
    """A status and no body."""
    return instead(Answer(status))


def token_expired() -> Trouble:
    """401 for a token that has run out; refreshing it helps."""
    return instead(token_refused("invalid_token", "Invalid access token"))


def stale_401() -> Trouble:
    """401 `Access token missing` though the token is good, as seen since 2026-07-20; trying again helps."""
    return instead(api_error(401, "Access token missing"))


def reset() -> Trouble:
    """The connection is reset before any answer."""
    return instead(Answer(delivery="reset"))


def hang() -> Trouble:
    """No answer for as long as the stand-in's `hang_seconds`."""
    return instead(Answer(delivery="hang"))


def truncated() -> Trouble:
    """Half of the right JSON, correctly delivered: HTTP is content, a parser is not."""
    return lambda right: halved(right())


def broken_off() -> Trouble:
    """The right answer, but the connection closes in the middle of its body."""
    return lambda right: replace(right(), delivery="broken_off")


def meanwhile(change: Callable[[], object]) -> Trouble:
    """The right answer, but `change` happens to the account just before it: how a list moves while it is walked."""

    def changed(right: Callable[[], Answer]) -> Answer:
        change()
        return right()

    return changed


def instead(answer: Answer) -> Trouble:
    return lambda right: answer


def halved(answer: Answer) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])
