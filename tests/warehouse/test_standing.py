"""Whether a file is whole, and how fresh its tables are."""

import duckdb
import pytest

from schemas.errors import WarehouseError
from schemas.values import Home
from tests.warehouse.making import checked, publish, run
from warehouse.standing import freshness, verify

FIRST, SECOND = "20261110T030000-n", "20261111T030000-n"
SONG = checked("tracks", [{"track_id": "a", "name": "a"}])


def test_a_whole_file_tells_the_rows_of_every_table(home: Home) -> None:
    rows = verify(publish(home, FIRST, SONG))
    assert {name: number for name, number in rows.items() if number} == {
        "tracks": 1,
        "songs": 1,
        "runs": 1,
        "row_accounting": 1,
    }


def test_a_file_without_one_of_our_tables_is_not_whole(home: Home) -> None:
    path = publish(home, FIRST)
    with duckdb.connect(str(path)) as con:
        con.execute("drop table tastes")
        con.execute("drop view neighbours")
    with pytest.raises(WarehouseError) as error:
        verify(path)
    assert str(error.value) == f"{path} lacks the tables neighbours, tastes: run `segue refresh` to build a whole one"


def test_a_file_of_no_night_is_not_whole(home: Home) -> None:
    path = publish(home, FIRST)
    with duckdb.connect(str(path)) as con:
        con.execute("truncate runs")
    with pytest.raises(WarehouseError, match="does not say which night it is from"):
        verify(path)


def test_a_table_is_as_fresh_as_the_night_that_last_brought_rows_for_it(home: Home) -> None:
    publish(home, FIRST, SONG, checked("artists", [{"artist_id": "x", "name": "x"}]))
    path = publish(home, SECOND, SONG)
    found = {row["table_name"]: row for row in freshness(path).iter_rows(named=True)}
    first, second = (run(night)["started_at"][0] for night in (FIRST, SECOND))
    assert found["tracks"] == {"table_name": "tracks", "rows": 1, "seen_at": second, "changed_at": first}
    assert found["artists"] == {"table_name": "artists", "rows": 1, "seen_at": first, "changed_at": first}
    assert found["songs"] == {"table_name": "songs", "rows": 1, "seen_at": second, "changed_at": second}
    assert found["plays"] == {"table_name": "plays", "rows": 0, "seen_at": None, "changed_at": None}
