"""How fast we may ask: one pace for all threads, and what a ``Retry-After`` header means."""

import math
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.errors import Parked
from tasks.spotify.web.clock import Clock

OnWait = Callable[[float, str], None]
"""Called about once a second of a wait with the seconds that are left and the reason; 0 when it is over."""

SLOWEST = 0.5
"""Requests a second below which a refused pace is not lowered."""

LONGEST = 366 * 86_400.0
"""Seconds beyond which a wait is taken for this one: nobody means more, and the calendar ends somewhere."""


class Pace:
    """One bucket for all threads: at most ``rate`` requests a second, evenly spaced, none while a pause lasts.

    Each limit that we meet halves the rate for the rest of the run: going on at a refused pace makes the penalty grow.
    """

    def __init__(self, rate: float, clock: Clock, on_wait: OnWait = lambda seconds, reason: None) -> None:
        self.rate = rate
        self._clock = clock
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._next_slot = -math.inf
        self._paused_until = -math.inf
        self._parked: Parked | None = None

    def take(self) -> None:
        """Wait for the next free place and take it.

        Raises:
            Parked: the service was parked, by this thread or another one.
        """
        while True:
            with self._lock:
                if self._parked:
                    raise self._parked
                now = self._clock.monotonic()
                ready_at = max(self._next_slot, self._paused_until)
                if now >= ready_at:
                    self._next_slot = now + 1 / self.rate
                    return
            self._clock.sleep(min(ready_at - now, 0.25))

    def hold(self, seconds: float) -> float:
        """Let nobody ask for so long; returns by how many seconds that lengthens the pause that was on."""
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._paused_until and self.rate > SLOWEST:
                self.rate = max(self.rate / 2, SLOWEST)
            longer = max(now + seconds - max(now, self._paused_until), 0.0)
            self._paused_until = max(self._paused_until, now + seconds)
            return longer

    def sit_out(self, reason: str) -> None:
        """Wait visibly until the pause is over."""
        while (left := self._paused_until - self._clock.monotonic()) > 0:
            self._on_wait(left, reason)
            self._clock.sleep(min(left, 1.0))
        self._on_wait(0.0, reason)

    def park(self, parked: Parked) -> Parked:
        """Refuse every further request of this run with ``parked``; returns it."""
        with self._lock:
            self._parked = self._parked or parked
            return self._parked


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for, as seconds or as a date, up to `LONGEST`; ``None`` when it is missing or nonsense.

    A date is measured against the answer's own ``Date``, lest our clock be wrong, and gets a second more: both are cut
    to whole seconds.
    """
    told = headers.get("Retry-After", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        until = http_moment(told)
        if until is None:
            return None
        seconds = max((until - (http_moment(headers.get("Date", "")) or now)).total_seconds() + 1, 0.0)
    return min(seconds, LONGEST) if 0 <= seconds < math.inf else None


def http_moment(text: str) -> datetime | None:
    """The moment (UTC) that a header tells; ``None`` when it tells none."""
    try:
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
