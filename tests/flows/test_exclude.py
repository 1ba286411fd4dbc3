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


def test_without_a_night_nothing_is_said_of_names(tmp_path: Path) -> None:
    assert exclude(tmp_path, "artist", "Metalica").stderr == f"{COUNTS}\n"


def test_the_help_says_what_comes_and_what_does_not() -> None:
    told = " ".join(exclude(Path(), "--help").stdout.split())
    assert "may still be recommended" in told
    assert "saved or liked and that have no other play" in told
