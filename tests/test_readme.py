"""The README is true: its commands run, its tables hold, its settings and commands are the program's."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from flows.cli.app import app
from flows.settings import Settings
from schemas.tables import TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def section(title: str) -> str:
    """Text below a heading."""
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_settings_table_names_every_setting_with_its_default() -> None:
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^|`]*?)`? *\|", section("Settings"), flags=re.MULTILINE))
    assert told == {spec.metadata["env"]: spec.metadata["default"] for spec in fields(Settings)}


def test_the_commands_table_names_every_command() -> None:
    written = section("Commands").replace("\\|", "|")
    told = {name for names in re.findall(r"`segue ([a-z-]+(?:\|[a-z-]+)*)", written) for name in names.split("|")}
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups}
    assert told == known


def test_the_tables_table_names_every_table() -> None:
    told = set(
        re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", section("Tables"), flags=re.MULTILINE)))
    )
    assert told == set(TABLES)


@pytest.mark.parametrize("query", blocks("sql"))
def test_the_sample_queries_answer(demo_night: Path, query: str) -> None:
    with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
        assert con.sql(query).fetchall() != []


@pytest.mark.parametrize(
    "line", [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
)
def test_the_sample_commands_run(
    segue: Callable[..., "subprocess.CompletedProcess[str]"], demo_night: Path, line: str
) -> None:
    done = segue(demo_night, *shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_sample_answer_is_what_the_demo_answers(
    segue: Callable[..., "subprocess.CompletedProcess[str]"], demo_night: Path
) -> None:
    """The songs and what is said of them; scores may end in another digit on another machine."""
    sample = next(block for block in blocks("text") if "album (poster)" in block)
    told = dict(re.findall(r"^(\d)  (.+?) {2,}.*", sample, flags=re.MULTILINE))
    heading, *lines = sample.splitlines()
    said = " ".join(" ".join(line[heading.index("why") :] for line in lines).split())
    done = segue(demo_night, "recommend", "Numb", "--artist", "Linkin Park", "--limit", "2", "--json")
    answer = json.loads(done.stdout)
    assert told == {str(row["rank"]): row["name"] for row in answer}
    assert said == " ".join(reason["text"] for row in answer for reason in row["reasons"] if reason["text"])


@pytest.mark.parametrize("code", blocks("python"))
def test_the_sample_code_runs(demo_night: Path, code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=demo_night.parent,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_first_and_second_command_are_the_ones_that_ci_runs() -> None:
    first, second = blocks("sh")[:2]
    ci = (ROOT / ".ci" / "run").read_text()
    assert "segue refresh" in first
    assert "segue refresh" in ci
    assert ".[test" in second
    assert "pytest" in ci
