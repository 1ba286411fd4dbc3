"""The profile says of every column what stands in it."""

from pathlib import Path

import pytest

from schemas.values import Home
from tests.warehouse.making import checked, run
from warehouse import reading
from warehouse.ddl import polars_schema
from warehouse.night import building, profiling, writing

RUN = "20261125T030000-a"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = building.start(Home(tmp_path_factory.mktemp("home")), RUN, "demo")
    rows = [
        {
            "track_id": f"t{number}",
            "name": "x" * 300 if number == 4 else "Numb",
            "popularity": popularity,
            "is_explicit": number > 1,
            "genres": ["rock"],
        }
        for number, popularity in enumerate([10, 20, 30, 40, None])
    ]
    writing.merge(build, checked("tracks", rows), RUN)
    moments = [run(f"202611{day}T030000-a")["started_at"][0] for day in (10, 12)]
    writing.merge(
        build, checked("plays", [{"played_at": at, "track_id": "t1", "origin": "api"} for at in moments]), RUN
    )
    assert profiling.profile(build) > 0
    return build


def column(build: Path, table: str, name: str) -> dict[str, object]:
    profile = reading.table(build, "data_profile")
    (row,) = profile.filter(table_name=table, column_name=name).to_dicts()
    return row


def test_a_number_has_its_range_mean_spread_and_quantiles(build: Path) -> None:
    row = column(build, "tracks", "popularity")
    assert row == {
        "table_name": "tracks", "column_name": "popularity", "data_type": "INTEGER",
        "description": "0 to 100; the source that gave it may be another one than the track's",
        "rows": 5, "nulls": 1, "distinct": 4, "minimum": "10", "maximum": "40", "mean": 25.0, "deviation": 12.9099444874,
        "q05": 11.5, "q25": 17.5, "q50": 25.0, "q75": 32.5, "q95": 38.5,
    }  # fmt: skip


def test_a_text_has_its_range_cut_to_what_can_be_read(build: Path) -> None:
    row = column(build, "tracks", "name")
    assert (row["rows"], row["nulls"], row["distinct"], row["minimum"], row["maximum"], row["mean"]) == (
        5,
        0,
        2,
        "Numb",
        "x" * 200,
        None,
    )


def test_of_yes_and_no_the_mean_is_the_share_of_yes(build: Path) -> None:
    row = column(build, "tracks", "is_explicit")
    assert (row["minimum"], row["maximum"], row["mean"]) == ("false", "true", 0.6)


def test_moments_and_lists_have_what_they_can_have(build: Path) -> None:
    moment, genres = column(build, "plays", "played_at"), column(build, "tracks", "genres")
    assert (moment["minimum"], moment["maximum"], moment["q50"]) == ("2026-11-10 03:00:00", "2026-11-12 03:00:00", None)
    assert (genres["distinct"], genres["minimum"], genres["mean"]) == (1, "[rock]", None)


def test_an_empty_table_has_nothing_to_tell(build: Path) -> None:
    row = column(build, "albums", "total_tracks")
    assert (row["rows"], row["nulls"], row["distinct"], row["minimum"], row["mean"], row["q50"]) == (
        0,
        0,
        0,
        None,
        None,
        None,
    )


def test_every_column_of_every_table_is_described(build: Path) -> None:
    described = set(reading.table(build, "data_profile").select("table_name", "column_name").iter_rows())
    assert described == {
        (table, name) for table in building.TABLES if table != "data_profile" for name in polars_schema(table)
    }


def test_a_second_profile_replaces_the_first_and_is_equal(build: Path) -> None:
    before = reading.table(build, "data_profile")
    profiling.profile(build)
    assert reading.table(build, "data_profile").equals(before)
