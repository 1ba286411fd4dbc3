"""What a person wants gone is gone from every place, and nothing else is."""

from pathlib import Path

import pytest

from schemas.errors import HomeError
from schemas.values import Home
from tasks.imports.purging import purge
from tests.warehouse.making import checked, publish
from warehouse import imports
from warehouse.night.locking import locked

SECRET = "Never Gonna Give You Up"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that has been lived in: two nights, imports, feedback, pages, covers, landed answers, a sign-in."""
    home = Home(tmp_path / "home")
    for night in ("20261124T030000-a", "20261125T030000-b"):
        publish(home, night, checked("tracks", [{"track_id": "t", "name": SECRET}], source="spotify"), source="spotify")
    imports.store(home, [checked("tracks", [{"track_id": "m", "name": "Mine"}], source="file")], "i1")
    for file in (
        home.journal,
        home.token,
        home.token.with_name(".token.json.part"),  # of a process that was killed while it stored one
        home.landing / "walk" / "page.json",
        home.reports / "index.html",
        home.posters / "a.png",
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SECRET)
    return home


def holding(home: Home) -> set[str]:
    """Files that hold the secret, by their first folder or name."""
    found = (path for path in home.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes())
    return {path.relative_to(home.root).parts[0] for path in found}


def test_all_that_came_from_spotify_goes_and_what_is_the_persons_own_stays(home: Home) -> None:
    kept = {"warehouse.duckdb", "history", "landing", "reports", "posters", "token.json", ".token.json.part", "journal"}
    assert holding(home) == kept
    purge(home, "spotify")
    assert holding(home) == {"journal"}
    assert imports.harvests(home)[0].rows["name"].to_list() == ["Mine"]


def test_imports_go_alone(home: Home) -> None:
    purge(home, "imports")
    assert not home.imports.exists()
    assert home.warehouse.exists()


def test_everything_is_everything(home: Home) -> None:
    purge(home, "everything")
    assert [path.name for path in home.root.rglob("*") if path.is_file()] == ["lock"]


def test_nothing_is_purged_while_a_night_runs(home: Home) -> None:
    with locked(home), pytest.raises(HomeError, match="is held by a refresh of"):
        purge(home, "everything")
    assert home.warehouse.exists()


def test_a_home_that_never_was_is_purged_already(tmp_path: Path) -> None:
    purge(Home(tmp_path / "nowhere"), "everything")
    assert not (tmp_path / "nowhere").exists()
