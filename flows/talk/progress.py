"""Progress of a night on stderr: a live line in a terminal, plain lines elsewhere, JSON lines when asked for.

Stages and tools talk through ``logging``; the extra field ``event`` tells a display what kind of talk it is.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.status import Status
from rich.text import Text

from flows.talk.console import err, plain, talk
from flows.talk.structured import JsonLines, speak_json

ROOMS = ("flows", "tasks", "warehouse", "reports")


class Lines(logging.Handler):
    """One line for each stage that ended and each thing worth telling; a spinner for the one at work."""

    def __init__(self, status: Status | None) -> None:
        super().__init__(logging.INFO)
        self.status = status

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", "told")
        message = plain(record.getMessage())
        if event == "stored":
            return  # the stage that ends tells the sums; each table has its row in row_accounting
        if event == "stage_started" or event == "progress":
            if self.status is not None:
                self.status.update(Text(message))
            return
        if event == "stage_ended":
            mark = {"done": "✓", "parked": "⏸", "failed": "✗"}.get(getattr(record, "verdict", ""), "•")
            note = "; ".join(filter(None, (_asked(record), getattr(record, "note", None))))
            seconds = getattr(record, "seconds", 0.0)
            err.print(
                Text.assemble(
                    (f"{mark} ", "bold"),
                    f"{getattr(record, 'stage', ''):<12}",
                    (f"{seconds:6.1f} s  ", "dim"),
                    plain(note),
                ),
                soft_wrap=True,
            )
            return
        err.print(Text(f"  {message}", style="yellow" if record.levelno >= logging.WARNING else "dim"), soft_wrap=True)


def _asked(record: logging.LogRecord) -> str:
    """Requests of a stage against the fewest that could have done; empty for a stage that asks nobody."""
    requests, least = getattr(record, "requests", None), getattr(record, "requests_least", None)
    if not requests:
        return ""
    return f"{requests:,} requests" + (f" (least possible {least:,})" if least is not None else "")


@contextmanager
def shown(log: str) -> Iterator[None]:
    """Show what the rooms say while the block runs; ``log`` is the setting SEGUE_LOG."""
    if log == "json":
        speak_json()
        with _handled(JsonLines()):
            yield
    elif err.is_terminal:
        with err.status(Text("starting")) as status, _handled(Lines(status)):
            yield
    else:
        with _handled(Lines(None)):
            yield


def hush_prefect() -> None:
    """Keep what Prefect says of runs off the terminal: an error that ends a night is told by the command line, once.

    Call it when Prefect is imported, inside of ``shown``. Where the program talks in JSON, what Prefect warns of is JSON, too.
    """
    if talk.is_json:
        speak_json()
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: record.name not in ("prefect.flow_runs", "prefect.task_runs"))


@contextmanager
def _handled(handler: logging.Handler) -> Iterator[None]:
    loggers = [logging.getLogger(room) for room in ROOMS]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
