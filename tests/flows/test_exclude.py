"""What `segue exclude` says of names that nothing has, and from when on it counts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.app import app
from tests.warehouse.query.making import build, song

COUNTS = "It counts from the next `segue refresh` on."


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    songs = [song("one", "One", ["Metallica"], genres=["metal"])]
    build(home, songs, [], playlists={"Neck Pain": ["one"]}).replace(home / "warehouse.duckdb")
    return home


def exclude(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["exclude", *arguments], env={"SEGUE_HOME": str(home), "COLUMNS": "200"})


@pytest.mark.parametrize(
    ("kind", "slip", "name"),
    [("artist", "Metalica", "Metallica"), ("genre", "metl", "metal"), ("playlist", "Nek pain", "Neck Pain")],
)
def test_a_name_that_nothing_has_is_told_with_the_nearest_and_excluded_all_the_same(
    published: Path, kind: str, slip: str, name: str
) -> None:
    told = exclude(published, kind, slip)
    assert told.exit_code == 0
    assert f"There is no {kind} {slip!r} in the published night; the nearest are {name}. " in told.stderr
    assert f"{kind},{slip}" in (published / "exclusions.csv").read_text()
    assert exclude(published, kind, name).stderr == f"{COUNTS}\n"
    assert exclude(published, kind, slip, "--remove").stderr == f"{COUNTS}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("exclude", "mood", "sad"), "there is no exclusion by 'mood'"),
        (("exclude", "hours", "late"), "'late' is no span of hours"),
        (("block", "--genre", "metal", "--until", "soon"), "'soon' is no end of a block"),
        (("block", "--genre", "metal", "--until", "2020-01-31"), "would be over already"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(published: Path, arguments: tuple[str, ...], told: str) -> None:
    answer = CliRunner().invoke(app, arguments, env={"SEGUE_HOME": str(published), "COLUMNS": "200"})
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr


def test_without_a_night_nothing_is_said_of_names(tmp_path: Path) -> None:
    assert exclude(tmp_path, "artist", "Metalica").stderr == f"{COUNTS}\n"


def test_the_help_says_what_comes_and_what_does_not() -> None:
    told = " ".join(exclude(Path(), "--help").stdout.split())
    assert "may still be recommended" in told
    assert "saved or liked and that have no other play" in told
