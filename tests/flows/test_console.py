"""What the program says on stderr, in text and in JSON lines."""

import json
import logging

import pytest

from flows.cli import console
from flows.cli.progress import shown


@pytest.fixture(autouse=True)
def talk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "talk", console.Talk())
    monkeypatch.setattr("flows.cli.progress.talk", console.talk)


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
        ("error", "the home is held", None, "failed"),
    ]
    assert all(line["at"].endswith("+00:00") for line in lines)


def test_in_text_an_error_is_one_line_with_our_name(capsys: pytest.CaptureFixture[str]) -> None:
    console.fail("the home is held")
    assert capsys.readouterr().err == "segue: the home is held\n"
