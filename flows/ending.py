"""SIGTERM: a night ends in order when it can, and in any case within a few seconds.

Prefect turns the signal into an exception, which Python raises when the main thread comes back from what it is at. A library
that reckons for a minute does not come back, and a thread that waits out a 429 is waited for; the night is then ended on the
spot, which costs no more than a power cut does.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.exceptions import TerminationSignal

GRACE_SECONDS = 4.0
"""From the signal to the end of a night that is not over by itself."""

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a night that was ended so, as a shell tells it."""


@contextmanager
def ended_in_time(grace_seconds: float = GRACE_SECONDS) -> Iterator[None]:
    """Let a SIGTERM that comes while the block runs end this process after ``grace_seconds``, whatever it is at by then.

    Only the main thread can be told of signals; the block of another one runs as it is.

    Raises:
        TerminationSignal: SIGTERM came, and what it interrupted made something else of it: DuckDB Ctrl-C, as it knows nothing
            else, and Prefect a ValueError where it was about to begin a task.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ear = _Ear(grace_seconds)
    former = signal.set_wakeup_fd(ear.told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    except KeyboardInterrupt:
        if ear.heard_sigterm():
            raise TerminationSignal(signal.SIGTERM) from None
        raise
    except Exception:
        if ear.hears_sigterm():
            raise TerminationSignal(signal.SIGTERM) from None
        raise
    finally:
        signal.set_wakeup_fd(former)
        ear.told.close()


class _Ear:
    """A thread that hears of signals at once, because Python writes their numbers down before it does anything about them."""

    def __init__(self, grace_seconds: float) -> None:
        self._hearing, self.told = socket.socketpair()
        self.told.setblocking(False)
        self._grace_seconds = grace_seconds
        self._any, self._sigterm = threading.Event(), threading.Event()
        threading.Thread(target=self._listen, name="end of the night", daemon=True).start()

    def heard_sigterm(self) -> bool:
        """Whether the signal that has come, of which the thread may not know yet, is SIGTERM."""
        self._any.wait(1.0)
        return self._sigterm.is_set()

    def hears_sigterm(self) -> bool:
        """Whether SIGTERM has come, or it is just about to be known."""
        return self._sigterm.wait(0.2)

    def _listen(self) -> None:
        with self._hearing as hearing:
            while numbers := hearing.recv(64):
                if signal.SIGTERM in numbers:
                    self._sigterm.set()
                    self._any.set()
                    time.sleep(self._grace_seconds)
                    os._exit(TERMINATED)
                self._any.set()
