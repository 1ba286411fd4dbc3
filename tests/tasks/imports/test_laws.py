"""Laws of reading: whatever a file holds, there is no traceback, and every row is accounted for."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import ImportFileError
from tasks.imports.files.containers import Document
from tasks.imports.files.encodings import inspect
from tasks.imports.kinds import Reading, read
from tasks.imports.names import derived_id, list_of
from tasks.validate import check
from tests.tasks.imports.making import PLAY, SONG

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        [
            "NaN",
            "None",
            "",
            " ",
            "2024-05-01T10:00:00Z",
            "1714557400000",
            "3:33",
            "0,5",
            "['a', \"b\"]",
            "[",
            SONG,
            f"spotify:track:{SONG}",
        ]
    ),
)
columns = st.sampled_from(
    ["track_id", "id", "uri", "name", "track_name", "artists", "artist_name", "genres", "album", "duration_ms", "duration",
     "popularity", "explicit", "energy", "tempo", "key", "mode", "release_date", "playlist_id", "playlist_name", "position",
     "added_at", "isrc", "nonsense"]
)  # fmt: skip


def recognised(content: bytes) -> Reading | None:
    """The reading of a document; None when it says that it is damaged."""
    document = Document("file", len(content), lambda: io.BytesIO(content))
    try:
        _, encoding = inspect(document)
        return read(document, encoding)
    except ImportFileError:
        return None


def accounted(reading: Reading | None) -> int:
    """Check every table of a reading; the rows that its main table accounts for."""
    if reading is None:
        return 0
    for harvest in reading.harvests:
        checked = check(harvest)
        assert checked.rows.height + checked.rejected.height + sum(harvest.skipped.values()) == harvest.received
    return reading.harvests[0].received if reading.harvests else 0


@FEW
@given(rows=st.lists(st.dictionaries(st.sampled_from([*PLAY, "endTime", "msPlayed"]), junk), max_size=8))
def test_rows_of_a_history_are_accounted_for_whatever_they_hold(rows: list[dict[str, Any]]) -> None:
    rows = [{"ts": None, "ms_played": None} | row for row in rows]
    assert accounted(recognised(json.dumps(rows).encode())) == len(rows)


@FEW
@given(names=st.lists(columns, min_size=1, max_size=8, unique=True), data=st.data())
def test_rows_of_a_table_are_accounted_for_whatever_they_hold(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(junk, min_size=len(names), max_size=len(names)), max_size=6))
    texts = [["" if value is None else str(value).encode(errors="replace").decode() for value in row] for row in rows]
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([names, *texts])
    reading = recognised(buffer.getvalue().encode())
    received = accounted(reading)
    is_ours = reading is not None and bool(reading.harvests)
    blank = sum(not any(row) for row in texts) if len(names) == 1 else 0
    assert received == (len(rows) - blank if is_ours else 0)


@FEW
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_told(content: bytes) -> None:
    accounted(recognised(content))


@FEW
@given(start=st.sampled_from(["[", '[{"ts":"2024-05-01T10:00:00Z","ms_played":1},', '{"playlists":[', '{"tracks":[', '{"playlist":{"track":[', "#EXTM3U\n", "track_id,name\n"]), rest=st.text(max_size=200))  # fmt: skip
def test_documents_that_break_off_are_read_or_told(start: str, rest: str) -> None:
    accounted(recognised((start + rest).encode(errors="replace")))


@FEW
@given(
    value=st.recursive(junk, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["track", "items", "trackName", "name", "identifier"]), inner, max_size=3)), max_leaves=8),
    key=st.sampled_from(["playlists", "tracks", "playlist"]),
)  # fmt: skip
def test_account_documents_of_any_shape_are_read_or_told(value: Any, key: str) -> None:
    accounted(recognised(json.dumps({key: value, "albums": []}).encode()))


@FEW
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_lists_written_as_python_or_json_come_back(parts: list[str]) -> None:
    clean = list(dict.fromkeys(text for part in parts if (text := part.strip()) and "\x1f" not in part))
    if clean:
        assert list_of(pl.Series([json.dumps(clean)]), split_commas=True).to_list() == [clean]


@FEW
@given(st.text(max_size=400), st.text(max_size=400))
def test_an_id_from_names_is_short_and_always_the_same(artist: str, title: str) -> None:
    frame = pl.DataFrame({"artist": [artist, artist.upper().lower()], "title": [title, title]})
    first, _ = frame.select(derived_id(pl.col("artist"), pl.col("title"))).to_series()
    assert first.startswith("name:")
    assert len(first) <= 200


@pytest.mark.parametrize("size", [0, 1, 3, 4, 7])
def test_a_parquet_file_that_breaks_off_is_told(tmp_path: Path, size: int) -> None:
    pl.DataFrame({"track_id": [SONG], "name": ["America"]}).write_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    assert recognised(content[: len(content) - 1 - size]) is None
