"""Baskets from what a person listed, played, saved and liked."""

from datetime import datetime

import polars as pl

from tasks.similarity.baskets import build_baskets

SONGS = pl.DataFrame({"track_id": [*"abcdewx", "mix"]})
LISTED = pl.DataFrame(schema={"playlist_id": pl.String, "position": pl.Int32, "track_id": pl.String})
PLAYS = pl.DataFrame(
    schema={"played_at": pl.Datetime("us"), "track_id": pl.String, "is_skipped": pl.Boolean, "ms_played": pl.Int64}
)
SAVED = pl.DataFrame(schema={"track_id": pl.String, "added_at": pl.Datetime("us")})
FEEDBACK = pl.DataFrame(
    schema={
        "feedback_id": pl.String,
        "kind": pl.String,
        "entity": pl.String,
        "entity_id": pl.String,
        "at": pl.Datetime("us"),
    }
)


at = datetime.fromisoformat


def test_a_playlist_keeps_its_order_and_each_song_once() -> None:
    listed = pl.DataFrame(
        {"playlist_id": "p", "position": [0, 1, 2, 3], "track_id": ["b", "a", "b", "c"]}, schema=LISTED.schema
    )
    assert build_baskets(SONGS, listed, PLAYS, SAVED, FEEDBACK).rows() == [
        ("playlist:p", "playlist", "b", 0, 1.0),
        ("playlist:p", "playlist", "a", 1, 1.0),
        ("playlist:p", "playlist", "c", 3, 1.0),
    ]


def test_half_an_hour_of_silence_ends_a_session_and_skips_are_not_in_it() -> None:
    minutes = [(0, "a", False), (4, "b", None), (5, "s", True), (34, "c", False), (65, "d", False), (70, "e", False)]
    plays = pl.DataFrame(
        [
            (at(f"2026-01-01T{20 + minute // 60}:{minute % 60:02}"), track, skipped, None)
            for minute, track, skipped in minutes
        ],
        schema=PLAYS.schema,
        orient="row",
    )
    found = build_baskets(SONGS, LISTED, plays, SAVED, FEEDBACK)
    assert found.select("basket_id", "track_id").rows() == [
        ("session:2026-01-01T20:00:00", "a"),
        ("session:2026-01-01T20:00:00", "b"),
        ("session:2026-01-01T20:00:00", "c"),
        ("session:2026-01-01T21:05:00", "d"),
        ("session:2026-01-01T21:05:00", "e"),
    ]


def test_a_long_song_is_no_silence() -> None:
    """Plays are dated by their ends: between these two lie forty minutes, of which the second one sounded thirty-five."""
    plays = pl.DataFrame(
        [(at("2026-01-01T20:00"), "a", False, 200_000), (at("2026-01-01T20:40"), "mix", False, 35 * 60_000)],
        schema=PLAYS.schema,
        orient="row",
    )
    found = build_baskets(SONGS, LISTED, plays, SAVED, FEEDBACK)
    assert found.select("basket_id", "track_id").rows() == [
        ("session:2026-01-01T20:00:00", "a"),
        ("session:2026-01-01T20:00:00", "mix"),
    ]


def test_saved_and_liked_songs_are_a_basket_each_in_the_order_of_their_dates() -> None:
    saved = pl.DataFrame(
        {"track_id": ["a", "b"], "added_at": [at("2026-01-02"), at("2026-01-01")]}, schema=SAVED.schema
    )
    feedback = pl.DataFrame(
        [
            ("1", "like", "track", "x", at("2026-01-01")),
            ("2", "dislike", "track", "y", at("2026-01-01")),
            ("3", "like", "artist", "z", at("2026-01-01")),
            ("4", "like", "track", "w", at("2026-01-03")),
        ],
        schema=FEEDBACK.schema,
        orient="row",
    )
    found = build_baskets(SONGS, LISTED, PLAYS, saved, feedback)
    assert found.select("basket_id", "track_id").rows() == [
        ("liked", "x"),
        ("liked", "w"),
        ("saved", "b"),
        ("saved", "a"),
    ]


def test_nothing_makes_no_basket_and_one_song_is_none() -> None:
    assert build_baskets(SONGS, LISTED, PLAYS, SAVED, FEEDBACK).is_empty()
    one = pl.DataFrame({"playlist_id": ["p"], "position": [0], "track_id": ["a"]}, schema=LISTED.schema)
    assert build_baskets(SONGS, one, PLAYS, SAVED, FEEDBACK).is_empty()


def test_what_no_catalogue_tells_of_stands_in_no_basket_and_makes_none() -> None:
    places = [("p", 0, "a"), ("p", 1, "zz"), ("p", 2, "b"), ("q", 0, "a"), ("q", 1, "zz")]
    listed = pl.DataFrame(places, schema=LISTED.schema, orient="row")
    found = build_baskets(SONGS, listed, PLAYS, SAVED, FEEDBACK)
    assert found.select("basket_id", "track_id").rows() == [("playlist:p", "a"), ("playlist:p", "b")]
