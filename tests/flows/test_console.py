"""What the program says on stderr, in text and in JSON lines."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from flows.talk import console
from flows.talk.progress import shown


@pytest.fixture(autouse=True)
def talk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The process talks as at its start, before and after."""
    monkeypatch.setattr(console, "talk", console.Talk())
    for user in ("progress", "structured"):
        monkeypatch.setattr(f"flows.talk.{user}.talk", console.talk)
    for holder, name in ((sys, "stderr"), (sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(holder, name, getattr(holder, name))
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    root.handlers[:] = handlers


def test_with_json_every_line_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("json"):
        logging.getLogger("tasks.x").warning("two\nlines", extra={"event": "told", "run_id": "r1"})
        console.talk.run_id = "r1"
        console.say("done")
    console.fail("the home is held")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["message"], line.get("run_id"), line.get("event")) for line in lines] == [
        ("warning", "two\nlines", "r1", "told"),
        ("info", "done", "r1", None),
        ("error", "the home is held", "r1", "failed"),
    ]
    assert all(line["at"].endswith("+00:00") for line in lines)


def test_with_json_what_others_write_is_one_object_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("a.library")
    library.propagate = False
    library.addHandler(logging.StreamHandler(sys.stderr))
    lost = threading.Thread(target=lambda: 1 / 0)
    with shown("json"):
        console.talk.run_id = "r1"
        library.error("%s went away", "the server")
        logging.getLogger("another.library").warning("old\nnews")
        print("--- Error logging to API ---\n\nHTTP 503", file=sys.stderr)
        for piece in (
            '{"level": "info", "run_id":',
            ' "r0", "message": "a night of the schedule"}\nall but ',
            "the end",
        ):
            sys.stderr.write(piece)
        lost.start()
        lost.join()
    sys.excepthook(ValueError, ValueError("no more"), None)
    print(file=sys.stderr)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line.get("logger"), line["message"], line["run_id"]) for line in lines] == [
        ("error", "a.library", "the server went away", "r1"),
        ("warning", "another.library", "old\nnews", "r1"),
        ("warning", "stderr", "--- Error logging to API ---", "r1"),
        ("warning", "stderr", "HTTP 503", "r1"),
        ("info", None, "a night of the schedule", "r0"),
        ("critical", "flows.talk.structured", "ZeroDivisionError: division by zero", "r1"),
        ("critical", "flows.talk.structured", "ValueError: no more", "r1"),
        ("warning", "stderr", "all but the end", "r1"),
    ]
    assert "1 / 0" in lines[5]["error"]


def test_in_text_an_error_is_one_line_with_our_name(capsys: pytest.CaptureFixture[str]) -> None:
    console.fail("the home is held")
    assert capsys.readouterr().err == "segue: the home is held\n"
