"""What was imported, in the tables of a night: the person's own on nights of their own, the demo listener's on the demo's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.values import Home
from tasks.imports.importing import import_paths
from tasks.night import keep
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from tests.tasks.imports.making import SONG, play, written
from warehouse.reading import table


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home into which a person imported one play."""
    home = Home(tmp_path / "home")
    import_paths(home, [written(tmp_path / "history.json", [play()])])
    return home


def folded(home: Home, source: str) -> Night:
    night = Night(f"20261125T030000-{source}", source, home, {}, Ledger(source), datetime.now(UTC).replace(tzinfo=None))
    keep.open_building.fn(night)
    keep.fold_imports.fn(night)
    return night


def test_the_demo_reads_its_listeners_history_and_nothing_of_the_persons(home: Home) -> None:
    plays = table(folded(home, "demo").build, "plays")
    assert plays["source"].unique().to_list() == ["demo"]
    assert SONG not in plays["track_id"]
    assert plays.height > 1_000


@pytest.mark.parametrize("source", ["files", "spotify"])
def test_own_nights_hold_what_the_person_imported_and_nothing_of_the_demos(home: Home, source: str) -> None:
    plays = table(folded(home, source).build, "plays")
    assert plays.select("track_id", "source", "origin").rows() == [(SONG, "export", "export")]


def test_folding_twice_leaves_the_same_rows(home: Home) -> None:
    night = folded(home, "demo")
    before = {name: table(night.build, name) for name in ("plays", "tracks", "artists", "albums", "track_artists")}
    keep.fold_imports.fn(night)
    assert [name for name, rows in before.items() if not rows.equals(table(night.build, name))] == []
