"""How much an app may ask: the rolling rate limit with its growing penalty, and the quota of a day."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from math import ceil
from threading import Lock

from tasks.standin.switches import Switches
from tasks.standin.web.answers import Answer, api_error

DAY = 86_400


class Limits:
    """Counts requests to the Web API against the switches `rate_limit` and `quota`."""

    def __init__(self, switches: Switches, clock: Callable[[], float]) -> None:
        self.switches = switches
        self.clock = clock
        self._times: deque[float] = deque()
        self._blocked_until = float("-inf")
        self._penalty = switches.retry_after
        self._day = -1
        self._today = 0
        self._lock = Lock()

    def check(self) -> Answer | None:
        """Count one request; return the 429 that it meets, if any."""
        with self._lock:
            now = self.clock()
            return self._over_quota(now) or self._over_rate(now)

    def _over_quota(self, now: float) -> Answer | None:
        if self.switches.quota is None:
            return None
        if now // DAY != self._day:
            self._day, self._today = int(now // DAY), 0
        self._today += 1
        return api_error(429, "Too many requests", "QUOTA_EXCEEDED") if self._today > self.switches.quota else None

    def _over_rate(self, now: float) -> Answer | None:
        if self.switches.rate_limit is None:
            return None
        most, seconds = self.switches.rate_limit
        if now < self._blocked_until:
            if self.switches.penalty_growth > 1:
                self._penalty *= self.switches.penalty_growth
                self._blocked_until = now + self._penalty
            return self._told(now)
        while self._times and self._times[0] <= now - seconds:
            self._times.popleft()
        if len(self._times) < most:
            self._times.append(now)
            return None
        self._times.clear()
        self._penalty = self.switches.retry_after
        self._blocked_until = now + self._penalty
        return self._told(now)

    def _told(self, now: float) -> Answer:
        """The 429, with the rest of the block in the form that is set."""
        headers = {}
        match self.switches.retry_after_form:
            case "seconds":
                headers["Retry-After"] = str(ceil(self._blocked_until - now))
            case "date":
                until = datetime.fromtimestamp(ceil(self._blocked_until), UTC)
                headers["Retry-After"] = format_datetime(until, usegmt=True)
        return api_error(429, "API rate limit exceeded", headers=headers)
