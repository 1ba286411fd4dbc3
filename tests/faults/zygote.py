"""A process that has imported everything and forks one for each command, so that a night takes seconds and not half a minute.

Reads a JSON object a line, {"arguments": […], "environ": {…}, "output": path, "limits": {name: number}}, and runs
`segue ARGUMENTS` in a process of its own. Answers two lines: its id at once, and its exit status when it has ended (negative:
the signal that ended it).

Two things are left out, because a dead night cannot hurt by them: Prefect's engine, whose states need a server (flows and
tasks are called as the functions that they are), and the drawing of the pages (one line stands for them).
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from prefect import Flow, Task

import flows.cli.app
import flows.refresh  # noqa: F401 - the slow part of starting
from flows.__main__ import main
from tasks.night import show


def called(self: Any, *arguments: Any, **named: Any) -> Any:
    return self.fn(*arguments, **named)


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
    for name, value in order.get("limits", {}).items():
        resource.setrlimit(getattr(resource, name), (value, value))
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


if __name__ == "__main__":
    Task.__call__ = Flow.__call__ = called  # type: ignore[method-assign]
    show.draw_pages = one_line
    serve()
