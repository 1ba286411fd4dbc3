"""SEGUE_LOG=json: whatever this process writes to stderr is one JSON object a line, with the night that it belongs to.

Our own talk comes through ``logging``. Prefect and other libraries have handlers of their own, warn, print, and lose exceptions
in threads; all of that is led here. What code in C writes past Python, such as the last words of an allocator, is not.
"""

import atexit
import io
import json
import logging
import sys
import threading
from types import TracebackType

from flows.talk.console import say_json, talk

OUR_EXTRAS = (
    "event",
    "run_id",
    "stage",
    "ordinal",
    "seconds",
    "rows",
    "requests",
    "retries",
    "waited_seconds",
    "verdict",
    "note",
)


class JsonLines(logging.Handler):
    """One JSON object a line, for log collectors."""

    def emit(self, record: logging.LogRecord) -> None:
        told = {name: getattr(record, name) for name in OUR_EXTRAS if hasattr(record, name)}
        if record.exc_info:
            told["error"] = logging.Formatter().formatException(record.exc_info)
        say_json(record.levelname.lower(), record.name, record.getMessage(), **told)


class Structured(io.TextIOBase):
    """Stands where stderr stood: what is written here as text becomes JSON line by line, what is JSON already goes on as it is.

    The runner of a schedule copies here what its nights write, in pieces that end anywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begun = ""
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._begun = (self._begun + text).split("\n")
            for line in lines:
                _pass_on(line)
        return len(text)

    def end_line(self) -> None:
        """Write what has no end of line, because nothing comes any more."""
        if self._begun:
            self.write("\n")

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        assert talk.stderr is not None
        return talk.stderr.fileno()


def speak_json() -> None:
    """Talk in JSON from here on to the end of the process; again once Prefect is imported, which sets up handlers of its own."""
    if not talk.is_json:
        talk.is_json, talk.stderr = True, sys.stderr
        stderr = Structured()
        sys.stderr = stderr
        atexit.register(stderr.end_line)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
    root = logging.getLogger()
    others = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    for logger in (root, *others):
        on_stderr = [handler for handler in logger.handlers if _is_on_stderr(handler)]
        for handler in on_stderr:
            logger.removeHandler(handler)
        if logger is root or (on_stderr and not logger.propagate):
            logger.addHandler(JsonLines(logging.WARNING))


def _is_on_stderr(handler: logging.Handler) -> bool:
    """Whether a handler writes to stderr, as it is or as it was; one of ours at the root, that is set anew, does."""
    if isinstance(handler, logging.StreamHandler):
        return handler.stream in (sys.stderr, talk.stderr)
    return isinstance(handler, JsonLines) and handler.level == logging.WARNING


def _pass_on(line: str) -> None:
    if not line.strip():
        return
    try:
        is_ours = isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        is_ours = False
    if is_ours and talk.stderr is not None:
        talk.stderr.write(line + "\n")
        talk.stderr.flush()
    else:
        say_json("warning", "stderr", line)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    whole = logging.Formatter().formatException((kind, error, trace)) if error is not None else ""
    say_json("critical", __name__, f"{kind.__name__}: {error}", error=whole)


def _uncaught_in_thread(lost: threading.ExceptHookArgs) -> None:
    if lost.exc_type is not SystemExit:
        _uncaught(lost.exc_type, lost.exc_value, lost.exc_traceback)
