"""Rows of texts, whatever the format was (tool): delimited text, Parquet, JSON arrays and JSON lines.

Every reader gives a `Sheet`: known columns only, every value a text or null, bad rows set aside with their rule. A list
is a text whose parts stand between `LIST_SEPARATOR`. Columns that nobody knows are dropped while reading, so that what
is personal in an export (addresses, user agents) never leaves the reader.
"""

import csv
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TextIO

import polars as pl

from schemas.errors import ImportFileError
from schemas.values import REJECTED
from tasks.imports.files.containers import Document
from tasks.imports.files.encodings import Encoding, open_text
from tasks.imports.files.nested import LIST_SEPARATOR, NO_SONG, rows_of
from tasks.imports.files.objects import Broken, objects

ROW = "row_number"
BATCH = 20_000
FIELD_LIMIT = 16 << 20
SEPARATORS = (",", ";", "\t", "|")
ROW_TEXT_LIMIT = 2_000

PERSONAL_COLUMN = re.compile(r"ip_?addr|user_?agent|user_?name|e_?mail|latitude|longitude|city|region", re.IGNORECASE)
PERSONAL_TEXT = re.compile(
    PERSONAL_COLUMN.pattern + r"|\b\d{1,3}(?:\.\d{1,3}){2}\.[\dx]{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-fx]{0,4}",
    re.IGNORECASE,
)
WITHHELD = '{"withheld": "it may hold addresses or devices"}'
"""What stands in the quarantine for a row that cannot be told from personal data."""

IsKnown = Callable[[str], bool]
Progress = Callable[[int], None]


def no_rejections() -> pl.DataFrame:
    """An empty quarantine: rule, value, row."""
    return pl.DataFrame(schema=REJECTED)


@dataclass(frozen=True)
class Sheet:
    """What a document held: ``rows`` (texts, and ROW counted from 1), ``rejected`` (rule, value, row), notes, and ``skipped``, by reason."""

    rows: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=no_rejections)
    notes: Counter[str] = field(default_factory=Counter)
    unused: tuple[str, ...] = ()
    decimal_comma: bool = False
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """Rows that the document held, good or bad."""
        return self.rows.height + self.rejected.height + self.skipped.total()


def read_parquet(document: Document, is_known: IsKnown) -> Sheet:
    """A Parquet file; columns that are neither values nor lists of values are named in a note."""
    notes: Counter[str] = Counter()
    try:
        with closing(document.open_seekable()) as file:
            names = pl.read_parquet_schema(file)
            file.seek(0)
            known = [name for name in names if is_known(name)]
            frame = pl.read_parquet(file, columns=known, use_pyarrow=False)
    except (pl.exceptions.PolarsError, OSError, EOFError) as error:
        raise ImportFileError(document.name, "is not a whole Parquet file. Download it again.") from error
    columns = []
    for name, dtype in frame.schema.items():
        if dtype.is_nested() and not (isinstance(dtype, pl.List) and not dtype.inner.is_nested()):
            notes[f"column {name} holds structures: not read"] += frame.height
        else:
            columns.append(_column_as_text(frame[name]))
    rows = pl.DataFrame(columns).with_row_index(ROW, 1) if columns else pl.DataFrame()
    return Sheet(_typed(rows), notes=notes, unused=tuple(name for name in names if name not in known))


def _column_as_text(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join(LIST_SEPARATOR, ignore_nulls=True)
    if column.dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if column.dtype.is_temporal() and column.dtype != pl.Date:
        return column.dt.to_string("iso:strict")
    return column.cast(pl.String, strict=False)


def read_objects(document: Document, encoding: Encoding, is_known: IsKnown, progress: Progress | None = None) -> Sheet:
    """A JSON array of objects, or JSON lines; nested objects become columns (``album.name`` is ``album_name``)."""
    with open_text(document, encoding) as text:
        return gathered(objects(text, progress), is_known)


def gathered(items: Iterable[Any], is_known: IsKnown) -> Sheet:
    """JSON values, one after another, as rows."""
    builder = _Builder()
    known: dict[str, bool] = {}
    for item in items:
        if isinstance(item, dict):
            for row in rows_of(item):
                builder.read += 1
                if row is None:
                    builder.skipped[NO_SONG] += 1
                    continue
                known.update({name: is_known(name) for name in row if name not in known})
                builder.add({name: value for name, value in row.items() if known[name]})
            continue
        builder.read += 1
        if isinstance(item, Broken):
            builder.reject("not JSON", item.text, item.text)
        else:
            builder.reject("not an object", json.dumps(item)[:ROW_TEXT_LIMIT], json.dumps(item)[:ROW_TEXT_LIMIT])
    return builder.sheet(unused=tuple(name for name in known if not known[name]))


def read_delimited(
    document: Document, encoding: Encoding, is_known: IsKnown, progress: Progress | None = None
) -> Sheet:
    """Text with a heading line, values between commas, semicolons, tabs or bars (whichever makes the headings known).

    A row with another number of fields than the headings is rejected; a quote that is never closed costs one row, not
    the rest of the file; a repeated heading line is rejected; blank lines are no rows.
    """
    csv.field_size_limit(FIELD_LIMIT)
    builder = _Builder()
    with open_text(document, encoding) as text:
        lines = _Lines(text, progress)
        separator, headings = _headings(lines, is_known)
        kept = {index: name for index, name in enumerate(headings) if name not in headings[:index] and is_known(name)}
        for record in _records(lines, separator, len(headings), builder.notes):
            builder.read += 1
            if len(record) != len(headings):
                line = separator.join(record)[:ROW_TEXT_LIMIT]
                builder.reject("wrong number of fields", str(len(record)), json.dumps({"line": line}))
            elif record == headings:
                builder.reject("repeated heading line", None, json.dumps(record))
            else:
                builder.add({name: record[index] for index, name in kept.items()})
    unused = tuple(name for index, name in enumerate(headings) if index not in kept and name.strip())
    return builder.sheet(unused=unused, decimal_comma=separator == ";")


def separator_of(line: str, is_known: IsKnown) -> tuple[str, list[str]]:
    """The separator under which most headings of a heading line are known, and those headings."""
    splits = [(separator, next(csv.reader([line], delimiter=separator), [])) for separator in SEPARATORS]
    return max(splits, key=lambda split: (len({name for name in split[1] if is_known(name)}), len(split[1])))


def _headings(lines: "_Lines", is_known: IsKnown) -> tuple[str, list[str]]:
    for line in lines:
        if line.strip() and not line.lower().startswith("sep="):
            lines.taken.clear()
            separator, headings = separator_of(line, is_known)
            return separator, headings
    return ",", []


def _records(lines: "_Lines", separator: str, width: int, notes: Counter[str]) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field beyond the limit: a quote that nobody closes
            record = []
        taken, lines.taken = lines.taken, []
        if len(taken) > 1 and (len(record) != width or _swallows_rows(taken, separator, width)):
            lines.again.extendleft(reversed(taken[1:]))
            record = [value.strip('"') for value in _bare_fields(taken[0], separator)]
            notes["quote that is never closed"] += 1
        while len(record) > width and not record[-1]:
            record.pop()
        if any(record) or len(record) == width > 1:
            yield record


def _swallows_rows(lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether a record of several lines is rather several rows, the first of which has a quote too many."""
    return (
        width > 1
        and len(_bare_fields(lines[0], separator)) >= width
        and any(len(next(csv.reader([line], delimiter=separator), [])) == width for line in lines[1:])
    )


def _bare_fields(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE), [])


class _Lines:
    """Lines of a text that remember what was taken, and can be given back."""

    def __init__(self, text: TextIO, progress: Progress | None) -> None:
        self._text = text
        self._progress = progress
        self._size = 0
        self.again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.again:
            line = self.again.popleft()
        else:
            line = next(self._text)
            self._size += len(line)
            if self._progress and self._size > 1 << 20:
                self._progress(self._size)
                self._size = 0
        self.taken.append(line)
        return line


class _Builder:
    """Rows gathered into frames, a batch at a time."""

    def __init__(self) -> None:
        self.read = 0
        self.notes: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._rows: list[dict[str, str | None]] = []
        self._numbers: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self._rejected: list[tuple[str, str | None, str]] = []

    def add(self, row: dict[str, str | None]) -> None:
        self._rows.append(row)
        self._numbers.append(self.read)
        if len(self._rows) == BATCH:
            self._flush()

    def reject(self, rule: str, value: str | None, row: str) -> None:
        self._rejected.append((rule, value, row))

    def _flush(self) -> None:
        names = dict.fromkeys(name for row in self._rows for name in row)
        columns = [pl.Series(name, [row.get(name) for row in self._rows], dtype=pl.String) for name in names]
        self._frames.append(pl.DataFrame([pl.Series(ROW, self._numbers, dtype=pl.Int64), *columns]))
        self._rows, self._numbers = [], []

    def sheet(self, *, unused: tuple[str, ...], decimal_comma: bool = False) -> Sheet:
        self._flush()
        has_personal = any(PERSONAL_COLUMN.search(name) for name in unused)
        told = [
            (rule, None, WITHHELD) if has_personal or PERSONAL_TEXT.search(f"{value} {row}") else (rule, value, row)
            for rule, value, row in self._rejected
        ]
        rejected = pl.DataFrame(told, schema=REJECTED, orient="row")
        rows = _typed(pl.concat(self._frames, how="diagonal"))
        return Sheet(rows, rejected, self.notes, unused, decimal_comma, self.skipped)


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.with_columns(pl.col(ROW).cast(pl.Int64)) if ROW in rows.columns else pl.DataFrame(schema={ROW: pl.Int64})
    )
