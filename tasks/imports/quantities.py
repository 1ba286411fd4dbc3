"""Numbers, units, dates and truths as files write them, into the units of the tables (tool).

Each function takes a column of texts and gives a column of the table's type. What it could not read or had to mend is
counted in ``notes`` in words for the person; a value that cannot be right becomes null, never a wrong number.
"""

from collections import Counter

import polars as pl

from schemas.catalogue import DAY_MS, FEATURES
from tasks.imports.names import blank_as_null

Notes = Counter[str]

UNIT_FEATURES = (
    "danceability",
    "energy",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
)
"""Features between 0 and 1, which some data sets give as percent."""

PITCHES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
SHIFTS = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
KEYS = {
    f"{pitch}{gap}{shift}": (number + step) % 12
    for pitch, number in PITCHES.items()
    for shift, step in SHIFTS.items()
    for gap in ("", " ")
}

MINUTE_MS = 60_000
SECOND_MS = 1_000
LONGEST_USUAL_MINUTES = 30
LONGEST_USUAL_SECONDS = 10_000


def numbers(texts: pl.Series, notes: Notes, *, decimal_comma: bool = False) -> pl.Series:
    """Numbers out of texts; a comma is the decimal sign if the file says so, or if no group of three digits follows it."""
    name = texts.name
    frame = pl.DataFrame({"text": texts}).select(text=blank_as_null(pl.col("text")).str.replace(r"\s*%$", ""))
    text = pl.col("text")
    grouped = text.str.contains(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$") & pl.lit(not decimal_comma)
    with_comma = text.str.contains(r"^[+-]?[\d.\u00a0 ]*,\d+$") & ~grouped
    frame = frame.with_columns(
        with_comma=with_comma,
        plain=pl.when(grouped)
        .then(text.str.replace_all(",", ""))
        .when(with_comma)
        .then(text.str.replace_all(r"[.\u00a0 ]", "").str.replace(",", "."))
        .otherwise(text),
    ).with_columns(number=pl.col("plain").cast(pl.Float64, strict=False))
    frame = frame.with_columns(pl.when(pl.col("number").is_finite()).then(pl.col("number")).alias("number"))
    _count(notes, f"{name}: decimal comma", frame["with_comma"])
    _count(notes, f"{name}: not a number, left empty", frame["text"].is_not_null() & frame["number"].is_null())
    return frame["number"].alias(name)


def within(values: pl.Series, low: float, high: float, notes: Notes) -> pl.Series:
    """The values between low and high; the others are null and noted."""
    outside = (values < low) | (values > high)
    _count(notes, f"{values.name}: outside {low:g} to {high:g}, left empty", outside)
    return pl.select(pl.when(~outside).then(values)).to_series().alias(values.name)


def durations_ms(texts: pl.Series, notes: Notes, *, decimal_comma: bool = False) -> pl.Series:
    """Milliseconds out of milliseconds, seconds, minutes or ``m:ss``; the column's name is its heading.

    The median of the column decides its unit, whatever its heading says: below 30 minutes, below 10,000 seconds, else
    milliseconds. In a column of milliseconds a value under one second is read as minutes (up to 30) or seconds; in the
    others a value that would last longer than a day is read as milliseconds.
    """
    heading = texts.name
    clock = texts.str.extract_groups(r"^\s*(?:(\d+):)?(\d{1,3}):(\d{2}(?:\.\d+)?)\s*$")
    hours, minutes, seconds = (clock.struct.field(str(part)).cast(pl.Float64, strict=False) for part in (1, 2, 3))
    clock_ms = ((hours.fill_null(0) * 60 + minutes) * 60 + seconds) * SECOND_MS
    values = numbers(
        pl.select(pl.when(clock_ms.is_null()).then(texts)).to_series().alias(heading),
        notes,
        decimal_comma=decimal_comma,
    )
    _count(notes, f"{heading}: not positive, left empty", values <= 0)
    values = pl.select(pl.when(values > 0).then(values)).to_series()
    median = values.median()
    if not isinstance(median, int | float) or median >= LONGEST_USUAL_SECONDS:
        in_minutes, in_seconds = (
            values <= LONGEST_USUAL_MINUTES,
            (values > LONGEST_USUAL_MINUTES) & (values < SECOND_MS),
        )
        _count(notes, f"{heading}: minutes among milliseconds, converted", in_minutes)
        _count(notes, f"{heading}: seconds among milliseconds, converted", in_seconds)
        factor = pl.when(in_minutes).then(MINUTE_MS).when(in_seconds).then(SECOND_MS).otherwise(1)
    else:
        unit, size = ("minutes", MINUTE_MS) if median < LONGEST_USUAL_MINUTES else ("seconds", SECOND_MS)
        is_ms = values * size > DAY_MS
        _count(notes, f"{heading}: milliseconds among {unit}, taken as such", is_ms)
        _count(notes, f"{heading}: given in {unit}, converted", values.is_not_null() & ~is_ms)
        factor = pl.when(is_ms).then(1).otherwise(size)
    ms = pl.select(pl.coalesce(clock_ms, (values * factor)).round()).to_series().alias("duration_ms")
    return within(ms, 1, DAY_MS, notes).cast(pl.Int64)


def audio_features(columns: dict[str, pl.Series], notes: Notes, *, decimal_comma: bool = False) -> pl.DataFrame:
    """The twelve features out of whichever columns there are (by feature name); the others are null.

    Percent is recognised by column (median above 1) and by row (three or more features above 1), and divided. A tempo
    of 0 means that none was found. A row whose features are all zero was never measured.
    """
    rows = max((len(column) for column in columns.values()), default=0)
    frame = pl.DataFrame(
        {name: columns.get(name, pl.Series(name, [None] * rows, dtype=pl.String)).alias(name) for name in FEATURES}
    )
    plain = [
        numbers(frame[name], notes, decimal_comma=decimal_comma)
        for name in FEATURES
        if name not in ("key", "mode", "time_signature")
    ]
    values = _out_of_percent(pl.DataFrame(plain), notes)
    silent = values.select(pl.all_horizontal(pl.all().fill_null(0) == 0) & pl.any_horizontal(pl.all().is_not_null()))
    _count(notes, "audio features: all zero, left empty", silent.to_series())
    values = values.with_columns(pl.when(~silent.to_series()).then(pl.all()))
    _count(notes, "tempo: 0 means unknown, left empty", values["tempo"] == 0)
    values = values.with_columns(tempo=pl.when(pl.col("tempo") != 0).then(pl.col("tempo")))
    return pl.DataFrame(
        [
            *(within(values[name], 0, 1, notes) for name in UNIT_FEATURES),
            within(values["loudness"], -80, 6, notes),
            within(values["tempo"], 0.001, 400, notes),
            _keys(frame["key"], notes),
            _modes(frame["mode"], notes),
            _time_signatures(frame["time_signature"], notes),
        ]
    ).select(FEATURES)


def _out_of_percent(values: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    units = values.select(UNIT_FEATURES)
    medians = [units[name].median() for name in UNIT_FEATURES]
    if any(isinstance(median, int | float) and median > 1 for median in medians):
        scaled = []
        for name in UNIT_FEATURES:
            column = units[name]
            is_percent = bool((column > 1).any()) or bool((column.drop_nulls() % 1 == 0).all())
            if is_percent and column.null_count() < len(column):
                notes[f"{name}: given as 0 to 100, divided by 100"] += len(column) - column.null_count()
                column = (column / 100).round(10)  # 35 % is 0.35
            scaled.append(column.alias(name))
        return values.with_columns(scaled)
    odd = pl.sum_horizontal((pl.col(name) > 1) & (pl.col(name) <= 100) for name in UNIT_FEATURES) >= 3
    in_percent = units.select(odd.fill_null(False)).to_series()
    _count(notes, "audio features: row given as 0 to 100, divided by 100", in_percent)
    return values.with_columns(
        pl.when(in_percent).then((pl.col(name) / 100).round(10)).otherwise(pl.col(name)) for name in UNIT_FEATURES
    )


def _keys(texts: pl.Series, notes: Notes) -> pl.Series:
    bare = texts.str.strip_chars().str.to_lowercase().str.replace(r"\s*(major|minor|maj|min|m)$", "")
    named = bare.replace_strict(KEYS, default=None, return_dtype=pl.Float64)
    rest = numbers(pl.select(pl.when(named.is_null()).then(texts)).to_series().alias("key"), notes)
    return within(pl.select(pl.coalesce(named, rest)).to_series().alias("key"), -1, 11, notes).cast(pl.Int32)


def _modes(texts: pl.Series, notes: Notes) -> pl.Series:
    words = {"major": 1.0, "maj": 1.0, "true": 1.0, "minor": 0.0, "min": 0.0, "false": 0.0}
    named = texts.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Float64)
    rest = numbers(pl.select(pl.when(named.is_null()).then(texts)).to_series().alias("mode"), notes)
    return within(pl.select(pl.coalesce(named, rest)).to_series().alias("mode"), 0, 1, notes).round().cast(pl.Int32)


def _time_signatures(texts: pl.Series, notes: Notes) -> pl.Series:
    beats = numbers(texts.str.replace(r"/\d+\s*$", "").alias("time_signature"), notes)
    return within(beats, 0, 12, notes).round().cast(pl.Int32)


def truths(texts: pl.Series, notes: Notes) -> pl.Series:
    """Booleans out of true/false, yes/no, 1/0 in any case."""
    words = {"true": True, "yes": True, "1": True, "1.0": True, "t": True, "y": True}
    words |= {"false": False, "no": False, "0": False, "0.0": False, "f": False, "n": False}
    read = pl.DataFrame({"text": texts}).select(text=blank_as_null(pl.col("text")).str.to_lowercase())["text"]
    values = read.replace_strict(words, default=None, return_dtype=pl.Boolean).alias(texts.name)
    _count(notes, f"{texts.name}: neither true nor false, left empty", read.is_not_null() & values.is_null())
    return values


def release_dates(texts: pl.Series, notes: Notes) -> pl.DataFrame:
    """release_date, release_date_precision and released_on out of years, months and days in the common orders.

    Where day and month cannot be told apart (04/05/2019) the year alone is kept.
    """
    frame = pl.DataFrame({"text": texts}).select(text=blank_as_null(pl.col("text")))
    text = pl.col("text")
    parts = text.str.extract_groups(r"^(\d{4})(?:\.0)?(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?(?:[T ].*)?$")
    turned = text.str.extract_groups(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
    first, second = (turned.struct.field(str(part)).cast(pl.Int32) for part in (1, 2))
    day = pl.when(first > 12).then(first).when(second > 12).then(second)
    month = pl.when(first > 12).then(second).when(second > 12).then(first)
    frame = frame.with_columns(
        year=pl.coalesce(parts.struct.field("1"), turned.struct.field("3")).cast(pl.Int32),
        month=pl.coalesce(parts.struct.field("2").cast(pl.Int32), month),
        day=pl.coalesce(parts.struct.field("3").cast(pl.Int32), day),
    )
    frame = frame.with_columns(pl.when(pl.col("year").is_between(1000, 2200)).then(pl.col("year")).alias("year"))
    frame = frame.with_columns(pl.when(pl.col("month").is_between(1, 12)).then(pl.col("month")).alias("month"))
    frame = frame.with_columns(
        exact=pl.when(
            pl.col("day").is_between(1, 31) & pl.col("month").is_not_null() & pl.col("year").is_not_null()
        ).then(
            pl.concat_str(
                pl.col("year").cast(pl.String),
                pl.col("month").cast(pl.String).str.zfill(2),
                pl.col("day").cast(pl.String).str.zfill(2),
                separator="-",
            ).str.to_date("%Y-%m-%d", strict=False)
        )
    )
    _count(notes, f"{texts.name}: not a date, left empty", frame["text"].is_not_null() & frame["year"].is_null())
    year = pl.col("year").cast(pl.String)
    to_month = pl.concat_str(year, pl.col("month").cast(pl.String).str.zfill(2), separator="-")
    return frame.select(
        release_date=pl.coalesce(pl.col("exact").cast(pl.String), to_month, year),
        release_date_precision=pl.when(pl.col("exact").is_not_null())
        .then(pl.lit("day"))
        .when(to_month.is_not_null())
        .then(pl.lit("month"))
        .when(year.is_not_null())
        .then(pl.lit("year")),
        released_on=pl.coalesce("exact", pl.date(pl.col("year"), pl.col("month").fill_null(1), 1)),
    )


def moments(texts: pl.Series, notes: Notes) -> pl.Series:
    """UTC moments out of ISO 8601, with ``T`` or a blank, with or without seconds and zone, and out of Unix seconds or milliseconds."""
    text = texts.str.strip_chars()
    epoch = text.str.extract(r"^(\d{9,13})(?:\.\d+)?$", 1).cast(pl.Int64, strict=False)
    plain = text.str.replace(r"\s*(?:Z|UTC|[+-]00:?00)$", "").str.replace("T", " ")
    shifted = text.str.contains(r"[+-]\d\d:?\d\d$") & (plain.str.len_chars() > 19)
    values = pl.select(
        pl.coalesce(
            pl.when(~shifted).then(plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)),
            plain.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False),
            plain.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False),
            plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", strict=False).dt.replace_time_zone(None),
            plain.str.to_datetime("%Y-%m-%d %H:%M%#z", time_unit="us", strict=False).dt.replace_time_zone(None),
            pl.from_epoch(
                pl.select(pl.when(epoch > 20_000_000_000).then(epoch).otherwise(epoch * 1000)).to_series(), "ms"
            ).cast(pl.Datetime("us")),
        )
    ).to_series()
    _count(notes, f"{texts.name}: not a time, left empty", text.is_not_null() & (text != "") & values.is_null())
    return values.alias(texts.name)


def _count(notes: Notes, words: str, mask: pl.Series) -> None:
    count = int(mask.sum() or 0)
    if count:
        notes[words] += count
