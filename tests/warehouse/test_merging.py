"""How rows that arrive meet the rows of a table: the laws, then the cases that people meet."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.making import frame
from warehouse.ddl import key_of
from warehouse.merging import SOURCES, merged

MIDNIGHT = datetime.fromisoformat("2026-11-25")
IDS = st.sampled_from(["a", "b", "c", "d"])
ORIGINS = st.sampled_from(SOURCES)
MOMENTS = st.integers(0, 400).map(lambda seconds: MIDNIGHT + timedelta(seconds=seconds))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


ROWS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "tracks": st.fixed_dictionaries(
        {
            "track_id": IDS,
            "name": st.sampled_from(["x", "y"]),
            "popularity": maybe(st.integers(0, 2)),
            "genres": maybe(st.lists(st.sampled_from(["pop", "rock"]), max_size=2)),
            "source": ORIGINS,
        }
    ),
    "playlist_tracks": st.fixed_dictionaries(
        {
            "playlist_id": IDS,
            "position": st.integers(0, 2),
            "track_id": IDS,
            "added_at": maybe(MOMENTS),
            "source": ORIGINS,
        }
    ),
    "plays": st.fixed_dictionaries(
        {
            "played_at": MOMENTS,
            "track_id": IDS,
            "ms_played": maybe(st.integers(0, 2)),
            "origin": st.sampled_from(["api", "export"]),
            "source": ORIGINS,
        }
    ),
}


@st.composite
def meetings(draw: st.DrawFn) -> tuple[str, pl.DataFrame, pl.DataFrame]:
    """A table, its earlier rows (each key once) and the rows that arrive (any key any number of times)."""
    table = draw(st.sampled_from(sorted(ROWS)))
    earlier, arriving = (frame(table, draw(st.lists(ROWS[table], max_size=8))) for _ in range(2))
    return table, merged(table, earlier.clear(), earlier).rows, arriving


@settings(max_examples=60, deadline=None)
@given(meetings())
def test_every_arriving_row_is_stored_unchanged_or_a_duplicate(meeting: tuple[str, pl.DataFrame, pl.DataFrame]) -> None:
    table, earlier, arriving = meeting
    outcome = merged(table, earlier, arriving)
    assert outcome.stored + outcome.unchanged + outcome.duplicate == arriving.height
    assert min(outcome.stored, outcome.unchanged, outcome.duplicate, outcome.removed) >= 0


@settings(max_examples=60, deadline=None)
@given(meetings())
def test_a_key_stands_once_and_no_key_is_lost(meeting: tuple[str, pl.DataFrame, pl.DataFrame]) -> None:
    table, earlier, arriving = meeting
    key = key_of(table)
    rows = merged(table, earlier, arriving).rows
    assert rows.select(key).is_unique().all()
    assert rows.equals(rows.sort(key))
    if table != "plays":  # where a play may move to the moment that another report tells
        both = pl.concat([earlier, arriving]).select(key).unique().sort(key)
        assert rows.select(key).equals(both)


@settings(max_examples=60, deadline=None)
@given(meetings())
def test_the_same_rows_once_more_change_nothing(meeting: tuple[str, pl.DataFrame, pl.DataFrame]) -> None:
    table, earlier, arriving = meeting
    first = merged(table, earlier, arriving)
    again = merged(table, first.rows, arriving)
    assert again.rows.equals(first.rows)
    assert (again.stored, again.removed) == (0, 0)


@settings(max_examples=40, deadline=None)
@given(meetings())
def test_rows_that_cover_their_source_leave_nothing_else_of_it(meeting: tuple[str, pl.DataFrame, pl.DataFrame]) -> None:
    table, earlier, arriving = meeting
    arriving = arriving.with_columns(source=pl.lit("spotify"))
    outcome = merged(table, earlier, arriving, source="spotify", covers="all")
    key = key_of(table)
    strangers = outcome.rows.filter(pl.col("source") == "spotify").join(arriving, on=key, how="anti")
    if table != "plays":
        assert strangers.is_empty()
        assert outcome.rows.height == earlier.height - outcome.removed + arriving.join(
            earlier, on=key, how="anti"
        ).n_unique(key)


def song(**values: Any) -> dict[str, Any]:
    return {"track_id": "t1", "name": "Numb", **values}


def only(rows: pl.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return rows.select(names).rows()


def test_a_row_of_a_better_source_wins_and_is_completed_from_the_other() -> None:
    earlier = frame("tracks", [song(source="file", name="numb (imported)", popularity=70, genres=["rock"])])
    outcome = merged("tracks", earlier, frame("tracks", [song(source="spotify", duration_ms=185_000, genres=[])]))
    assert only(outcome.rows, "name", "popularity", "duration_ms", "genres", "source") == [
        ("Numb", 70, 185_000, ["rock"], "spotify")
    ]
    assert (outcome.stored, outcome.unchanged) == (1, 0)


def test_a_row_of_a_worse_source_fills_what_is_unknown_and_changes_nothing_else() -> None:
    earlier = frame("tracks", [song(source="spotify", duration_ms=185_000)])
    outcome = merged(
        "tracks", earlier, frame("tracks", [song(source="file", name="numb", duration_ms=1, popularity=70)])
    )
    assert only(outcome.rows, "name", "popularity", "duration_ms", "source") == [("Numb", 70, 185_000, "spotify")]


def test_a_value_that_the_api_no_longer_tells_is_kept() -> None:
    earlier = frame("tracks", [song(source="spotify", popularity=88, isrc="GBAYE0601498")])
    outcome = merged("tracks", earlier, frame("tracks", [song(source="spotify", is_playable=True)]))
    assert only(outcome.rows, "popularity", "isrc", "is_playable") == [(88, "GBAYE0601498", True)]


def test_duplicates_in_one_batch_complete_the_first_row() -> None:
    outcome = merged(
        "tracks",
        frame("tracks", []),
        frame("tracks", [song(popularity=None), song(name="other", popularity=5), song(popularity=6)]),
    )
    assert only(outcome.rows, "name", "popularity") == [("Numb", 5)]
    assert (outcome.stored, outcome.duplicate) == (1, 2)


def places(*tracks: str, playlist: str = "p1", source: str = "demo") -> list[dict[str, Any]]:
    return [
        {"playlist_id": playlist, "position": place, "track_id": track, "source": source}
        for place, track in enumerate(tracks)
    ]


def test_a_playlist_that_was_walked_again_is_what_it_is_now() -> None:
    earlier = frame("playlist_tracks", places("a", "b", "c") + places("x", playlist="p2"))
    outcome = merged(
        "playlist_tracks",
        earlier,
        frame("playlist_tracks", places("b", "b")),
        covers=pl.DataFrame({"playlist_id": ["p1"]}),
    )
    assert only(outcome.rows, "playlist_id", "position", "track_id") == [("p1", 0, "b"), ("p1", 1, "b"), ("p2", 0, "x")]
    assert (outcome.stored, outcome.unchanged, outcome.removed) == (1, 1, 1)


def test_a_playlist_that_was_emptied_is_empty() -> None:
    earlier = frame("playlist_tracks", places("a", "b"))
    outcome = merged("playlist_tracks", earlier, earlier.clear(), covers=pl.DataFrame({"playlist_id": ["p1"]}))
    assert (outcome.rows.height, outcome.removed) == (0, 2)


def test_a_saved_song_that_was_taken_back_goes_but_an_imported_one_stays() -> None:
    earlier = frame(
        "saved_tracks",
        [
            {"track_id": "a", "source": "spotify"},
            {"track_id": "b", "source": "spotify"},
            {"track_id": "c", "source": "file"},
        ],
    )
    outcome = merged(
        "saved_tracks",
        earlier,
        frame("saved_tracks", [{"track_id": "a", "source": "spotify"}]),
        source="spotify",
        covers="all",
    )
    assert only(outcome.rows, "track_id") == [("a",), ("c",)]


@pytest.mark.parametrize("table", ["tracks", "plays", "playlist_tracks"])
def test_nothing_meets_nothing(table: str) -> None:
    outcome = merged(table, frame(table, []), frame(table, []))
    assert (outcome.rows.height, outcome.stored, outcome.unchanged, outcome.duplicate, outcome.removed) == (
        0,
        0,
        0,
        0,
        0,
    )
