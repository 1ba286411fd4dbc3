"""Bad rows go to quarantine with the rule, the value and the row; good ones go on; nothing ends in a traceback."""

import json
import time as time_module
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidDataError
from schemas.tables import TABLES
from schemas.values import REJECTED, Checked, Harvest
from tasks.validate import check
from warehouse.ddl import polars_schema
from warehouse.rows import conforming


def checked(table: str, frame: pl.DataFrame, **values: Any) -> Checked:
    return check(Harvest(table, "file", frame, **values))


def rejected(table: str, **columns: list[Any]) -> list[tuple[str, str | None]]:
    """Rule and value of each row in quarantine."""
    return checked(table, pl.DataFrame(columns, strict=False)).rejected.select("rule", "value").rows()


def test_a_good_row_gets_the_columns_the_types_and_the_source_of_its_table(caplog: pytest.LogCaptureFixture) -> None:
    result = checked(
        "tracks", pl.DataFrame({"name": ["Numb"], "track_id": [42], "popularity": ["88"], "mood": ["dark"]})
    )
    assert result.rows.schema == pl.Schema(polars_schema("tracks"))
    assert result.rows.select("track_id", "name", "popularity", "album_id", "source").rows() == [
        ("42", "Numb", 88, None, "file")
    ]
    assert result.rejected.rows() == []
    assert caplog.messages == ["tracks from file: columns that the table does not have are left out: mood"]


def test_a_bad_row_says_which_rule_which_value_and_what_it_was() -> None:
    frame = pl.DataFrame({"track_id": ["a", "b", "c"], "name": ["Numb", "", None], "popularity": [88, 101, 5]})
    result = checked("tracks", frame)
    assert result.rows["track_id"].to_list() == ["a"]
    assert result.rejected.rows() == [
        (
            "name: str_length(1, None); popularity: less_than_or_equal_to(100)",
            "; 101",
            '{"track_id": "b", "name": "", "popularity": 101}',
        ),
        ("name: not_nullable", None, '{"track_id": "c", "name": null, "popularity": 5}'),
    ]


def test_rows_that_could_not_even_be_read_are_in_quarantine_too() -> None:
    broken = pl.DataFrame([("unreadable", "\x00", "{}")], schema=REJECTED, orient="row")
    result = checked("tracks", pl.DataFrame({"track_id": [""], "name": ["x"]}), broken=broken, skipped={"podcast": 2})
    assert result.rejected["rule"].to_list() == ["unreadable", "track_id: str_length(1, 200)"]
    assert result.harvest.received == result.rows.height + result.rejected.height + 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["12", " 7 ", "3.0"], [12, 7, 3]),
        ([1.0, 2.0], [1, 2]),
        ([True, False], [1, 0]),
        ([2**40, "x", "1.5", None], [None]),
        ([2**40, 3], [3]),
    ],
)
def test_whole_numbers(given: list[Any], kept: list[int | None]) -> None:
    numbers = checked(
        "tracks",
        pl.DataFrame(
            {"track_id": ["t"] * len(given), "name": ["n"] * len(given), "disc_number": pl.Series(given, strict=False)}
        ),
    )
    assert numbers.rows["disc_number"].to_list() == kept


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("fast", "tempo: is_finite_number"),
        ("nan", "tempo: is_finite_number"),
        (float("nan"), "tempo: is_finite_number"),
        (float("-inf"), "tempo: is_finite_number"),
        (401.0, "tempo: less_than_or_equal_to(400)"),
        (-3.0, "tempo: greater_than(0)"),
    ],
)
def test_numbers_are_finite_and_within_their_range(value: Any, rule: str) -> None:
    assert rejected("audio_features", track_id=["t"], tempo=[value]) == [(rule, str(value))]


def test_yes_and_no() -> None:
    words = ["true", "No", "1", "0", " YES ", None, "maybe", "2"]
    result = checked("tracks", pl.DataFrame({"track_id": ["t"] * 8, "name": ["n"] * 8, "is_explicit": words}))
    assert result.rows["is_explicit"].to_list() == [True, False, True, False, True, None]
    assert result.rejected.select("rule", "value").rows() == [
        ("is_explicit: is_boolean", "maybe"),
        ("is_explicit: is_boolean", "2"),
    ]


@pytest.mark.parametrize("values", [[True, False, None], [1, 0, None, 2], [1.0, 0.0, None, 0.5]])
def test_yes_and_no_in_other_types_than_texts(values: list[Any]) -> None:
    height = len(values)
    frame = pl.DataFrame({"track_id": ["t"] * height, "name": ["n"] * height, "is_explicit": values})
    assert checked("tracks", frame).rows["is_explicit"].to_list() == [True, False, None]


def test_lists_lose_their_gaps_and_nothing_else() -> None:
    frame = pl.DataFrame(
        {"artist_id": ["a", "b", "c"], "name": ["n"] * 3, "genres": [["folk", None, "jazz"], [], None]}
    )
    assert checked("artists", frame).rows["genres"].to_list() == [["folk", "jazz"], [], None]


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        ("artists", "genres", "folk", "is_list_of_texts"),
        ("tracks", "album_id", ["a"], "is_text"),
        ("tracks", "disc_number", "two", "is_whole_number"),
        ("albums", "released_on", "soon", "is_date"),
    ],
)
def test_a_value_of_another_type_breaks_the_rule_of_its_type(table: str, column: str, value: Any, rule: str) -> None:
    key = {"artists": "artist_id", "tracks": "track_id", "albums": "album_id"}[table]
    columns = {key: ["k"], "name": ["n"]} | {column: [value]}
    assert [told for told, _ in rejected(table, **columns)] == [f"{column}: {rule}"]


NOON = datetime.fromisoformat("2026-11-25T12:00:00")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-25T12:00:00Z",
        "2026-11-25T13:00:00+01:00",
        "2026-11-25 12:00:00.000",
        NOON,
        NOON.replace(tzinfo=UTC),
        NOON.replace(tzinfo=timezone(timedelta(hours=-5))) - timedelta(hours=5),
    ],
)
def test_moments_become_utc(moment: Any) -> None:
    result = checked("plays", pl.DataFrame({"played_at": [moment], "track_id": ["t"], "origin": ["api"]}))
    assert result.rows["played_at"].to_list() == [NOON]


def test_a_moment_without_a_zone_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["2026-11-25T12:00:00", "2026-11-25T13:00:00+01:00"]
    monkeypatch.setenv("TZ", "America/New_York")
    time_module.tzset()
    try:
        result = checked("plays", pl.DataFrame({"played_at": texts, "track_id": ["t"] * 2, "origin": ["api"] * 2}))
    finally:
        monkeypatch.undo()
        time_module.tzset()
    assert result.rows["played_at"].to_list() == [NOON, NOON]


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-02-30", "0001-01-01T00:00:00+14:00", 1_700_000_000, time(12), timedelta(1)]
)
def test_what_is_no_moment_is_told(value: Any) -> None:
    ((rule, _),) = rejected("plays", played_at=[value], track_id=["t"], origin=["api"])
    assert rule == "played_at: is_timestamp"


def test_a_frame_without_a_required_column_is_all_quarantine() -> None:
    assert rejected("tracks", title=["Numb", "Creep"]) == [("name: not_nullable; track_id: not_nullable", None)] * 2


def test_a_long_value_is_cut_but_its_row_is_whole() -> None:
    (row,) = checked("tracks", pl.DataFrame({"track_id": ["x" * 500], "name": ["n"]})).rejected.to_dicts()
    assert len(row["value"]) == 201
    assert json.loads(row["row"])["track_id"] == "x" * 500


def test_a_row_in_quarantine_keeps_lists_moments_and_strange_numbers() -> None:
    frame = pl.DataFrame(
        {
            "track_id": [""],
            "name": ["n"],
            "genres": [["folk", None]],
            "popularity": [float("inf")],
            "tempo": [float("nan")],
            "disc_number": [2],
            "is_explicit": [True],
            "album_id": [NOON],
            "mood": [{"dark": float("-inf"), "seen": [0.5]}],
        }
    )
    (row,) = checked("tracks", frame).rejected["row"]
    assert json.loads(row) == {
        "track_id": "",
        "name": "n",
        "genres": ["folk", None],
        "popularity": "inf",
        "tempo": "nan",
        "disc_number": 2,
        "is_explicit": True,
        "album_id": "2026-11-25 12:00:00",
        "mood": {"dark": "-inf", "seen": [0.5]},
    }


def test_an_unknown_table_is_an_expected_error() -> None:
    with pytest.raises(InvalidDataError) as error:
        checked("trakcs", pl.DataFrame())
    assert str(error.value) == "there is no table trakcs: name it in schemas.tables or correct the harvest"


class Thing:
    """Something that no table can hold."""


SCALARS = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.sampled_from(["", "1", "1e999", "nan", "true", "2026-01-01", "USABC1234567", "api", "short_term", "'; drop"]),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.booleans(),
    st.binary(max_size=3),
    st.dates(date(1, 1, 2), date(9999, 12, 30)),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - with and without zones below
    st.datetimes(timezones=st.just(UTC)),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.builds(Thing),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("ab"), SCALARS, max_size=2))


@st.composite
def columns(draw: st.DrawFn, height: int) -> pl.Series:
    """A column of anything: typed where polars sees a type, objects where it does not."""
    values = draw(st.one_of(st.lists(kind, min_size=height, max_size=height) for kind in (SCALARS, VALUES)))
    try:
        return pl.Series(values, strict=draw(st.booleans()))
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.Series(values, dtype=pl.Object)


@st.composite
def frames(draw: st.DrawFn) -> tuple[str, pl.DataFrame]:
    table = draw(st.sampled_from(sorted(TABLES)))
    height = draw(st.integers(0, 4))
    names = draw(st.lists(st.sampled_from([*polars_schema(table), "stranger"]), unique=True, max_size=6))
    return table, pl.DataFrame({name: draw(columns(height)) for name in names})


@settings(max_examples=60, deadline=None)
@given(frames())
def test_whatever_a_frame_holds_each_row_is_kept_or_explained(case: tuple[str, pl.DataFrame]) -> None:
    table, frame = case
    result = checked(table, frame)
    assert result.rows.height + result.rejected.height == frame.height
    assert conforming(table, result.rows).equals(result.rows)
    for rule, _, row in result.rejected.iter_rows():
        assert rule
        assert isinstance(json.loads(row), dict)
    again = checked(table, result.rows)
    assert again.rows.equals(result.rows)
    assert again.rejected.is_empty()


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (pl.Series([Decimal("120.50")]), [120.5]),
        (pl.Series([Decimal("120.50")], dtype=pl.Object), [120.5]),
        (pl.Series([120], dtype=pl.Object), [120.0]),
        (pl.Series(["120"], dtype=pl.Object), [120.0]),
        (pl.Series([b"120"]), []),
        (pl.Series([{"bpm": 120}]), []),
    ],
)
def test_plain_values_of_strange_types_are_kept_and_others_told(values: pl.Series, kept: list[float]) -> None:
    result = checked("audio_features", pl.DataFrame({"track_id": ["t"], "tempo": values}))
    assert result.rows["tempo"].to_list() == kept
    assert result.rejected["rule"].to_list() == ([] if kept else ["tempo: is_finite_number"])


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([b"\xff", b"a"]),
        pl.Series([Decimal("1.5"), Decimal("2")]),
        pl.Series([[[1]], [[2]]]),
        pl.Series([2**63, 1], dtype=pl.UInt64),
        pl.Series(["a", "b"], dtype=pl.Categorical),
        pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
        pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int32, 2)),
        pl.Series([{"a": 1}, {"a": 2}]),
        pl.Series([Thing(), Thing()], dtype=pl.Object),
    ],
    ids=lambda column: str(column.dtype),
)
@pytest.mark.parametrize("table", ["tracks", "albums", "plays", "audio_features"])
def test_types_that_no_table_has_do_no_harm(table: str, column: pl.Series) -> None:
    result = checked(table, pl.DataFrame(dict.fromkeys(polars_schema(table), column)))
    assert result.rows.height + result.rejected.height == 2
