"""A process that has imported everything and forks one for each command, so that a night takes seconds and not half a minute.

Reads a JSON object a line, {"arguments": […], "environ": {…}, "output": path, "memory": bytes, "clock": seconds,
"stopped": {stage: [signal, seconds]}}, and runs `segue ARGUMENTS` in a process of its own, with so much more memory than it
begins with, a clock so far off, and a signal so long after a stage began. Answers two lines: its id at once, and its exit
status when it has ended (negative: the signal that ended it).

Two things are left out, because a dead night cannot hurt by them: Prefect's engine and server (flows and tasks are called
as the functions that they are, SIGTERM being what Prefect makes of it, and leave no artifacts), and the drawing of the pages
(one line stands for them).
"""

import importlib
import json
import logging
import os
import resource
import signal
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from prefect import Flow, Task
from prefect.utilities.engine import capture_sigterm

import flows.aftermath
import flows.cli.app
import flows.lifeline
import flows.refresh
from flows.__main__ import main
from tasks.night import show


def called(self: Any, *arguments: Any, **named: Any) -> Any:
    return self.fn(*arguments, **named)


def steered(self: Any, *arguments: Any, **named: Any) -> Any:
    with capture_sigterm():
        return self.fn(*arguments, **named)


def nothing(*_: Any) -> None:
    """Stand where Prefect's server would."""


def one_line(warehouse: Path, out: Path, **_: Any) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(warehouse.name)


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            command(order)
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def command(order: dict[str, Any]) -> None:
    """Become `segue`; never returns."""
    os.setsid()
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nowhere, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    os.environ.update(order["environ"])
    if order.get("memory"):
        has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (has + order["memory"],) * 2)
    if order.get("clock"):
        shift_clock(timedelta(seconds=order["clock"]))
    logging.getLogger("tasks.night.ledger").addHandler(Stopping(order.get("stopped", {})))
    sys.argv = ["segue", *order["arguments"]]
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 70
    sys.stdout.flush()
    os._exit(code)


class Stopping(logging.Handler):
    """Sends a signal to this process so many seconds after a stage began."""

    def __init__(self, stopped: dict[str, tuple[int, float]]) -> None:
        super().__init__()
        self.stopped = stopped

    def emit(self, record: logging.LogRecord) -> None:
        stage = getattr(record, "stage", "")
        if getattr(record, "event", "") == "stage_started" and stage in self.stopped:
            number, seconds = self.stopped.pop(stage)
            threading.Timer(seconds, os.kill, (os.getpid(), number)).start()


def shift_clock(off: timedelta) -> None:
    """Let our own modules take the time from a clock that is ``off``."""

    class Anyones(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Shifted(datetime, metaclass=Anyones):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + off

        fromisoformat = datetime.fromisoformat
        fromtimestamp = datetime.fromtimestamp

        def __new__(cls, *values: Any, **named: Any) -> datetime:  # type: ignore[misc]
            return datetime(*values, **named)  # noqa: DTZ001 - whatever was asked for

    rooms = ("flows", "tasks", "warehouse", "reports", "schemas")
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in rooms and vars(module).get("datetime") is datetime:
            module.datetime = Shifted


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background would not hear of Ctrl-C
    Task.__call__, Flow.__call__ = called, steered
    flows.lifeline.start_night_server = flows.aftermath._leave = nothing
    show.draw_pages = one_line
    with suppress(ImportError):
        importlib.import_module("flows.lifeline").start_night_server = lambda home: None  # type: ignore[attr-defined]
    serve()
