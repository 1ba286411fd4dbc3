"""Tables on stdout: in a pipe, in a narrow terminal, and measured figures beside each other."""

import io

import polars as pl
import pytest
from rich.console import Console

from flows.talk import console
from flows.talk.figures import print_figures

SONGS = pl.DataFrame(
    {
        "track_id": ["7ouMYWpwJ422jRcDASZB7P", "2TpxZ7JUBn3uw46aR7qd6V"],
        "name": ["Knights of Cydonia", None],
        "duration_ms": [366_213, 90],
        "album": ["Black Holes and Revelations", "Hunky Dory"],
    }
)


def printed(monkeypatch: pytest.MonkeyPatch, frame: pl.DataFrame, *, width: int, is_terminal: bool) -> str:
    told = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=told, width=width, force_terminal=is_terminal, no_color=True))
    console.print_frame(frame)
    return told.getvalue().replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")


def test_in_a_pipe_each_row_is_one_line_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, SONGS, width=40, is_terminal=False).splitlines()
    assert lines == [
        "track_id                name                duration_ms  album                      ",
        "7ouMYWpwJ422jRcDASZB7P  Knights of Cydonia      366,213  Black Holes and Revelations",
        "2TpxZ7JUBn3uw46aR7qd6V  -                            90  Hunky Dory                 ",
    ]


def test_in_a_terminal_that_is_too_narrow_each_row_is_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, SONGS, width=40, is_terminal=True).splitlines()
    assert [line.rstrip() for line in lines] == [
        "track_id     7ouMYWpwJ422jRcDASZB7P",
        "name         Knights of Cydonia",
        "duration_ms  366,213",
        "album        Black Holes and Revelations",
        "",
        "track_id     2TpxZ7JUBn3uw46aR7qd6V",
        "name         -",
        "duration_ms  90",
        "album        Hunky Dory",
    ]


def test_in_a_terminal_that_is_a_little_narrow_long_values_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, SONGS.select("track_id", "name"), width=36, is_terminal=True).splitlines()
    assert [line.rstrip() for line in lines] == [
        "track_id                name",
        "7ouMYWpwJ422jRcDASZB7P  Knights of",
        "                        Cydonia",
        "2TpxZ7JUBn3uw46aR7qd6V  -",
    ]


def test_algorithms_stand_beside_each_other_best_first_and_what_is_alone_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    schema = ["task", "split", "view", "metric", "algorithm", "value", "low", "high", "cases"]
    asked = ("list", "a fifth hidden")
    rows = [
        (*asked, "warm", "ndcg@10", "ease", 0.1, 0.05, 0.15, 30),
        (*asked, "warm", "ndcg@10", "hybrid", 0.25, 0.2, 0.3, 30),
        (*asked, "warm", "hit@10", "ease", 0.5, None, None, 30),
        (*asked, "warm", "hit@10", "hybrid", 0.75, None, None, 30),
        (*asked, "all", "hubness@10", "ease", 4.0, None, None, 40),
        (*asked, "all", "hubness@10", "hybrid", 2.0, None, None, 40),
        ("list", "reasons", "all", "fidelity", "hybrid", 0.5, None, None, 400),
        ("song", "reasons", "all", "fidelity", "hybrid", 1.0, None, None, 900),
    ]
    print_figures(pl.DataFrame(rows, schema=schema, orient="row"))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "To continue a list, a fifth hidden; warm: hidden songs that another visible list holds",
        "algorithm  ndcg@10    low   high  hit@10  cases",
        "hybrid       0.250  0.200  0.300   0.750     30",
        "ease         0.100  0.050  0.150   0.500     30",
        "",
        "To continue a list, a fifth hidden; what the first ten places hold",
        "algorithm  hubness@10",
        "ease            4.000",
        "hybrid          2.000",
        "",
        "The published night",
        "metric    value  low  high  cases  task  of",
        "fidelity  0.500  -    -       400  list  reasons",
        "fidelity  1.000  -    -       900  song  reasons",
        "",
    ]
