"""What a night changed, also against a file that an earlier Segue left."""

from pathlib import Path

import duckdb
import pytest

from schemas.values import Home
from tests.warehouse.making import built, checked, publish
from warehouse.night.changes import Change, changes

FIRST, SECOND = "20261110T030000-n", "20261111T030000-n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def songs(*names: str) -> tuple[object, ...]:
    return (checked("tracks", [{"track_id": name[0], "name": name} for name in names], covers="all"),)


def test_new_changed_and_gone_rows_are_told_by_table(home: Home) -> None:
    assert changes(built(home, FIRST, *songs("a", "b")), None) == [Change("tracks", 2, 0, 0)]
    publish(home, FIRST, *songs("a", "b", "c"))
    found = changes(built(home, SECOND, *songs("a", "b renamed", "d")), home.warehouse)
    assert found == [Change("tracks", 1, 1, 1)]
    assert str(found[0]) == "tracks: 1 new, 1 changed, 1 gone"


def test_a_column_or_a_table_that_the_past_did_not_have_is_no_obstacle(home: Home) -> None:
    publish(home, FIRST, *songs("a", "b"))
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("alter table tracks drop column isrc")
        con.execute("drop table plays")
    found = changes(built(home, SECOND, *songs("a", "b")), home.warehouse)
    assert found == []
