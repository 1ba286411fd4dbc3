"""The journal keeps what was said: several writers, torn lines, undo."""

import logging
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.making import python, said
from warehouse import journal
from warehouse.journal import FEEDBACK, Said

moment = datetime.fromisoformat

AT = moment("2026-11-25T03:00")

WRITER = """
import sys
from pathlib import Path
from warehouse import journal
from warehouse.journal import Said
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    journal.append(path, Said("like", "track", f"{name}-{number}", name="x" * 3000))
print("done", flush=True)
"""


def line(kind: str, track: str, **more: object) -> Said:
    return Said(kind, "track", track, at=AT, **more)  # type: ignore[arg-type]


def test_what_was_said_is_read_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "feedback.jsonl"
    spoken = [
        line("like", "a"),
        line("rating", "b", value=4.5),
        Said("block", "genre", "schlager", until=moment("2027-01-01"), at=AT),
    ]
    for one in spoken:
        journal.append(path, one)
    assert journal.read(path) == spoken
    assert journal.frame(spoken).drop("feedback_id").rows() == [
        ("like", "track", "a", None, AT, None),
        ("rating", "track", "b", 4.5, AT, None),
        ("block", "genre", "schlager", None, AT, moment("2027-01-01")),
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert journal.read(tmp_path / "none") == []
    assert journal.undo(tmp_path / "none") is None
    assert journal.frame([]).schema == pl.Schema(FEEDBACK)


def test_writers_in_several_processes_lose_and_tear_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    writers = [python(WRITER, path, name, 40) for name in "abcd"]
    assert [said(writer) for writer in writers] == ["ready"] * 4
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [said(writer) for writer in writers] == ["done"] * 4
    for writer in writers:
        writer.communicate(timeout=30)
    found = [one.entity_id for one in journal.read(path)]
    assert sorted(found) == sorted(f"{name}-{number}" for name in "abcd" for number in range(40))
    for name in "abcd":
        assert [one for one in found if one.startswith(name)] == [f"{name}-{number}" for number in range(40)]


def test_a_writer_that_is_killed_leaves_whole_lines_for_the_others(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    writer = python(WRITER, path, "killed", 100_000)
    said(writer)
    assert writer.stdin is not None
    writer.stdin.write("\n")
    writer.stdin.flush()
    while not path.exists() or path.stat().st_size < 20_000:
        assert writer.poll() is None
    writer.kill()
    writer.communicate(timeout=30)
    journal.append(path, line("like", "after"))
    found = [one.entity_id for one in journal.read(path)]
    assert found == [*(f"killed-{number}" for number in range(len(found) - 1)), "after"]


UNDOER = """
import sys
from pathlib import Path
from warehouse import journal
print("ready", flush=True)
sys.stdin.readline()
print(*(journal.undo(Path(sys.argv[1])).entity_id for _ in range(30)), flush=True)
"""


def test_no_two_processes_take_back_the_same_word(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    for number in range(90):
        journal.append(path, line("like", str(number)))
    undoers = [python(UNDOER, path) for _ in range(3)]
    assert [said(undoer) for undoer in undoers] == ["ready"] * 3
    for undoer in undoers:
        assert undoer.stdin is not None
        undoer.stdin.write("\n")
        undoer.stdin.flush()
    undone = [name for undoer in undoers for name in said(undoer).split()]
    for undoer in undoers:
        undoer.communicate(timeout=30)
    assert sorted(undone, key=int) == [str(number) for number in range(90)]
    assert journal.read(path) == []


def test_a_torn_last_line_is_told_and_costs_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "feedback.jsonl"
    journal.append(path, line("like", "a"))
    journal.append(path, line("like", "b"))
    path.write_bytes(path.read_bytes()[:-9])
    with caplog.at_level(logging.WARNING):
        assert [one.entity_id for one in journal.read(path)] == ["a"]
    assert "line 2 is torn or no feedback" in caplog.text
    journal.append(path, line("like", "c"))
    assert [one.entity_id for one in journal.read(path)] == ["a", "c"]


def test_undo_takes_back_the_latest_or_the_latest_of_a_song(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    first, second, third = line("like", "a"), line("skip", "b"), line("like", "c")
    for one in (first, second, third):
        journal.append(path, one)
    assert journal.undo(path, "b") == second
    assert journal.undo(path) == third
    assert journal.read(path) == [first]
    assert journal.undo(path) == first
    assert journal.undo(path) is None
    assert len(path.read_text().splitlines()) == 6  # nothing is ever rewritten


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "{}",
        '{"kind": "love", "entity": "track", "entity_id": "a", "at": "2026-11-25T03:00:00", "feedback_id": "1"}',
        '{"kind": "rating", "value": 11, "entity": "track", "entity_id": "a", "at": "2026-11-25", "feedback_id": "1"}',
        '{"kind": "like", "entity": "track", "entity_id": "", "at": "2026-11-25T03:00:00", "feedback_id": "1"}',
        '{"kind": "like", "entity": "track", "entity_id": 7, "at": "2026-11-25T03:00:00", "feedback_id": "1"}',
        '{"kind": "like", "entity": "track", "entity_id": "a", "at": "yesterday", "feedback_id": "1"}',
        '{"kind": "like", "entity": "track", "entity_id": "a", "at": null, "feedback_id": "1"}',
        '{"kind": "undo", "entity": "track", "entity_id": "a", "at": "2026-11-25", "feedback_id": "1", "undoes": ["x"]}',
        '{"kind": "like", "entity": "track", "entity_id": "a", "at": "2026-11-25", "feedback_id": "1", "name": 7}',
        '{"kind": "block", "entity": "track", "entity_id": "a", "at": "2026-11-25", "feedback_id": "1",'
        ' "until": "9999-12-31T23:59:59-05:00"}',
        f'{{"kind": "rating", "value": 1{"0" * 400}, "entity": "track", "entity_id": "a", "at": "2026-11-25", "feedback_id": "1"}}',
        "[" * 5000,
    ],
)
def test_a_line_that_says_nothing_is_left_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(f"{text}\n")
    assert journal.read(path) == []


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(max_size=300),
    ident=st.text(min_size=1, max_size=200).filter(
        lambda text: text.encode(errors="ignore") == text.encode(errors="replace")
    ),
)
def test_names_of_every_kind_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, name: str, ident: str
) -> None:
    path = tmp_path_factory.mktemp("journal") / "feedback.jsonl"
    journal.append(path, line("like", ident, name=name))
    journal.append(path, line("like", "next"))
    assert [one.entity_id for one in journal.read(path)] == [ident, "next"]


@settings(max_examples=60, deadline=None)
@given(junk=st.binary(max_size=400))
def test_whatever_stands_in_the_file_reading_goes_on(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("journal") / "feedback.jsonl"
    path.write_bytes(junk)
    journal.append(path, line("like", "a"))
    assert [one.entity_id for one in journal.read(path)][-1] == "a"
