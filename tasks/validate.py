"""Every row that comes from outside is checked against its model here; bad ones go to quarantine, good ones go on.

Types come first, because one value that is no number would hide the other checks of its column. Then pandera looks at
the whole frame eagerly and lazily collects what is wrong (on a LazyFrame it would not look at values at all).
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.errors import InvalidDataError
from schemas.tables import TABLES
from schemas.values import REJECTED, Checked, Harvest

log = logging.getLogger(__name__)

VALUE_LENGTH = 200
"""Characters of an offending value that the quarantine shows; the row itself is kept whole."""

WORDS = {
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "0": False,
}
"""What texts say that are meant as yes or no."""


def check(harvest: Harvest) -> Checked:
    """Return the rows of ``harvest`` that obey the model of its table, and the others with what is wrong with them.

    Values are brought to the types of the table where that loses nothing: texts that are numbers, whole numbers written
    with a point, moments with a time zone (to UTC). An absent column is null, ``source`` the source of the harvest, a
    column that the table does not have is left out. ``rejected`` has the columns rule (several joined by "; "), value
    and row (JSON of the row as it arrived), and begins with what the harvest could not even read.

    Raises:
        InvalidDataError: there is no table of that name.
    """
    if harvest.entity not in TABLES:
        raise InvalidDataError(f"there is no table {harvest.entity}: name it in schemas.tables or correct the harvest")
    model = TABLES[harvest.entity]
    arrived = harvest.rows
    if strangers := sorted(set(arrived.columns) - set(_types(model))):
        log.warning(
            "%s from %s: columns that the table does not have are left out: %s",
            harvest.entity,
            harvest.source,
            ", ".join(strangers),
        )
    typed, complaints = _typed(model, arrived, harvest.source)
    reasons = _gathered(complaints + _broken(model, typed))
    good = pl.Series(range(typed.height), dtype=pl.Int64).is_in(list(reasons)).not_()
    return Checked(
        harvest, typed.filter(good), pl.concat([harvest.broken.select(*REJECTED), _quarantine(arrived, reasons)])
    )


Complaint = tuple[int, str, str, str | None]
"""Number of the row, column, rule, value."""


def _types(model: type[pa.DataFrameModel]) -> dict[str, pl.DataType]:
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}


def _typed(model: type[pa.DataFrameModel], arrived: pl.DataFrame, source: str) -> tuple[pl.DataFrame, list[Complaint]]:
    """The rows with the columns and types of the model, and what could not be brought to its type."""
    complaints: list[Complaint] = []
    columns = []
    for name, kind in _types(model).items():
        if name in arrived.columns:
            given = arrived[name]
        else:
            given = pl.Series([source if name == "source" else None], dtype=pl.String).new_from_index(0, arrived.height)
        typed = _cast(given, kind)
        lost = (given.is_not_null() & typed.is_null()).arg_true()
        complaints += [(row, name, _wanted(kind), _shown(given[row])) for row in lost.to_list()]
        columns.append(typed.alias(name))
    return pl.DataFrame(columns), complaints


def _cast(given: pl.Series, kind: pl.DataType) -> pl.Series:
    """``given`` as ``kind``; null where that is impossible or would lose something."""
    if given.dtype == pl.Object or isinstance(given.dtype, pl.Struct | pl.Array | pl.Decimal | pl.Binary):
        given = _plain_series(given)
    if given.dtype == pl.Null:
        return _nothing(given, kind)
    try:
        return _caster(kind)(given, kind)
    except (pl.exceptions.PolarsError, TypeError, ValueError):
        return _nothing(given, kind)


def _plain_series(given: pl.Series) -> pl.Series:
    """Values of types that polars does not cast well, as texts where they are plain, else as nothing."""
    plain = [str(value) if isinstance(value, str | int | float | date | Decimal) else None for value in given.to_list()]
    return pl.Series(given.name, plain, pl.String)


def _caster(kind: pl.DataType) -> Callable[[pl.Series, pl.DataType], pl.Series]:
    if isinstance(kind, pl.List):
        return _to_list
    if kind == pl.Boolean:
        return _to_boolean
    if kind.is_integer():
        return _to_integer
    if kind.is_float():
        return _to_float
    if isinstance(kind, pl.Date | pl.Datetime):
        return _to_time
    return _to_text


def _to_text(given: pl.Series, kind: pl.DataType) -> pl.Series:
    return _nothing(given, kind) if isinstance(given.dtype, pl.List) else given.cast(kind, strict=False)


def _to_list(given: pl.Series, kind: pl.DataType) -> pl.Series:
    if not isinstance(given.dtype, pl.List) or given.dtype.inner.is_nested():
        return _nothing(given, kind)
    return given.cast(kind, strict=False).list.drop_nulls()


def _to_boolean(given: pl.Series, kind: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        return given.str.strip_chars().str.to_lowercase().replace_strict(WORDS, default=None, return_dtype=kind)
    if given.dtype.is_numeric():
        return given.cast(pl.Float64).replace_strict({1.0: True, 0.0: False}, default=None, return_dtype=kind)
    return given if given.dtype == kind else _nothing(given, kind)


def _to_integer(given: pl.Series, kind: pl.DataType) -> pl.Series:
    if given.dtype.is_integer() or given.dtype == pl.Boolean:
        return given.cast(kind, strict=False)
    if given.dtype == pl.String:
        whole = given.str.strip_chars().cast(kind, strict=False)
        return (
            whole
            if whole.null_count() == given.null_count()
            else whole.zip_with(whole.is_not_null(), _to_integer(_to_float(given, pl.Float64()), kind))
        )
    if given.dtype.is_float():
        whole = given.cast(kind, strict=False)
        return whole.zip_with(whole.cast(pl.Float64) == given.cast(pl.Float64), _nothing(given, kind))
    return _nothing(given, kind)


def _to_float(given: pl.Series, kind: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        given = given.str.strip_chars()
    elif not given.dtype.is_numeric() and given.dtype != pl.Boolean:
        return _nothing(given, kind)
    number = given.cast(kind, strict=False)
    return number.zip_with(number.is_finite().fill_null(False), _nothing(given, kind))


def _to_time(given: pl.Series, kind: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        given = _read_moments(given.str.strip_chars())
    if isinstance(given.dtype, pl.Datetime) and given.dtype.time_zone:
        given = given.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return given.cast(kind, strict=False) if isinstance(given.dtype, pl.Date | pl.Datetime) else _nothing(given, kind)


def _read_moments(texts: pl.Series) -> pl.Series:
    """ISO 8601 dates and moments, with a zone or in UTC."""
    return pl.Series(texts.name, [_read_moment(text) for text in texts.to_list()], pl.Datetime("us"))


def _read_moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _nothing(given: pl.Series, kind: pl.DataType) -> pl.Series:
    return pl.Series(given.name, [None], kind).new_from_index(0, given.len())


def _wanted(kind: pl.DataType) -> str:
    """The rule that a value of the wrong type breaks."""
    if isinstance(kind, pl.List):
        return "is_list_of_texts"
    names = {
        pl.Boolean: "is_boolean",
        pl.Float64: "is_finite_number",
        pl.Date: "is_date",
        pl.Datetime: "is_timestamp",
        pl.String: "is_text",
    }
    return next((rule for known, rule in names.items() if kind == known), "is_whole_number")


def _broken(model: type[pa.DataFrameModel], typed: pl.DataFrame) -> list[Complaint]:
    """What pandera has to say of rows that have the right types."""
    try:
        model.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    if cases["index"].null_count():
        said = cases.filter(pl.col("index").is_null())["check"].unique().sort().to_list()
        raise InvalidDataError(
            f"{model.__name__} as a whole broke {', '.join(map(str, said))}: please report this as a fault of Segue"
        )
    return [
        (index, column, rule, _shown(value))
        for column, rule, index, value in cases.select("column", "check", "index", "failure_case").iter_rows()
    ]


def _gathered(complaints: list[Complaint]) -> dict[int, tuple[str, str | None]]:
    """Per row its rules and its values, joined; a column whose type is wrong has one complaint, the first."""
    by_row: dict[int, dict[str, tuple[str, str | None]]] = {}
    for row, column, rule, value in complaints:
        by_row.setdefault(row, {}).setdefault(column, (rule, value))
    gathered = {}
    for row in sorted(by_row):
        told = sorted(by_row[row].items())
        values = [value for _, (_, value) in told if value is not None]
        gathered[row] = (
            "; ".join(f"{column}: {rule}" for column, (rule, _) in told),
            "; ".join(values) if values else None,
        )
    return gathered


def _quarantine(arrived: pl.DataFrame, reasons: dict[int, tuple[str, str | None]]) -> pl.DataFrame:
    rows = [
        (rule, value, json.dumps(_jsonable(arrived.row(number, named=True)), ensure_ascii=False))
        for number, (rule, value) in reasons.items()
    ]
    return pl.DataFrame(rows, schema=REJECTED, orient="row")


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else str(_jsonable(value))
    return text if len(text) <= VALUE_LENGTH else f"{text[:VALUE_LENGTH]}…"


def _jsonable(value: Any) -> Any:
    """``value`` as JSON can say it: moments and strange objects as texts, NaN and infinity by their names."""
    if isinstance(value, dict):
        return {str(name): _jsonable(inner) for name, inner in value.items()}
    if isinstance(value, pl.Series | list | tuple | set):
        return [_jsonable(inner) for inner in value]
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
