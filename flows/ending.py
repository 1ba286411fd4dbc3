"""Ctrl-C and SIGTERM: a night ends in order when it can, and in any case within a few seconds.

Python makes an exception of the signal when the main thread comes back from what it is at. A library that reckons for a minute
does not come back, and a thread that waits out a 429 is waited for; the night is then ended on the spot, which costs no more
than a power cut does.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.resource_tracker import ensure_running
from types import FrameType
from typing import cast

from prefect.exceptions import TerminationSignal

GRACE_SECONDS = 4.0
"""From the signal to the end of a night that is not over by itself."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_in_time(grace_seconds: float = GRACE_SECONDS) -> Iterator[None]:
    """Let a signal that comes while the block runs end this process after ``grace_seconds``, whatever it is at by then.

    The first one counts. Those that follow, also after the block, are for nobody: they could only break what is being ended,
    such as the story of the night. The exit code is then the one that a shell tells of the signal.
    Only the main thread can be told of signals; the block of another one runs as it is.

    Raises:
        KeyboardInterrupt: Ctrl-C came; TerminationSignal: SIGTERM did. Also where what it interrupted made something else of
            it, as DuckDB does, which knows of Ctrl-C only, and Prefect, with a ValueError where it was about to begin a task.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        if not came:
            came.append(number)
            raise _meant(number)

    hearing, told = socket.socketpair()
    told.setblocking(False)
    threading.Thread(target=_end, args=(hearing, grace_seconds), name="end of the night", daemon=True).start()
    former_descriptor = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    former = {number: signal.signal(number, hear) for number in _heard(*SIGNALS)}
    try:
        yield
    except BaseException:
        if came:
            raise _meant(came[0]) from None
        raise
    finally:
        if not came:
            for number, handler in former.items():
                signal.signal(number, handler)
        signal.set_wakeup_fd(former_descriptor)
        told.close()


def take_for_sigterm(*signals: signal.Signals) -> None:
    """Let these signals be SIGTERM to this process from now on, and nothing to the processes that it starts.

    A terminal sends Ctrl-C to all of them at once, and a night at work would be gone before whoever serves it could end it.
    """
    heard = _heard(*signals)

    def pass_on(*_: object) -> None:
        # to the main thread alone: of the process any thread could take it, and the main one would sleep on
        signal.pthread_kill(cast("int", threading.main_thread().ident), signal.SIGTERM)

    def wait() -> None:
        while signal.sigwait(heard):
            pass_on()

    for number in heard:
        signal.signal(number, pass_on)  # where a thread that is there already hears of it
    ensure_running()  # of multiprocessing, which lets Ctrl-C through when it begins
    signal.pthread_sigmask(signal.SIG_BLOCK, heard)  # which children inherit, as they do no handler
    threading.Thread(target=wait, name="ear for the terminal", daemon=True).start()


def _heard(*signals: signal.Signals) -> set[signal.Signals]:
    """Those of ``signals`` that are not ignored, as ``nohup`` and a shell's background jobs have them."""
    return {number for number in signals if signal.getsignal(number) != signal.SIG_IGN}


def _meant(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else TerminationSignal(number)


def _end(hearing: socket.socket, grace_seconds: float) -> None:
    """End the process so long after a signal, of which Python writes the number down before it does anything about it."""
    with hearing:
        while numbers := hearing.recv(64):
            for number in SIGNALS:
                if number in numbers:
                    time.sleep(grace_seconds)
                    os._exit(128 + number)
