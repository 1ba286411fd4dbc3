"""Which tracks are one recording or one song: the cases that users of other programs complain of."""

import polars as pl
import pytest

from tasks.similarity.identity import identify


def identified(*rows: tuple[str, str, int | None, str | None]) -> dict[str, tuple[str, str]]:
    """track number -> (recording_id, song_id) for (title, artists joined by +, duration_ms, isrc)."""
    tracks = pl.DataFrame(
        [(str(n), title, duration, isrc) for n, (title, _, duration, isrc) in enumerate(rows)],
        schema={"track_id": pl.String, "name": pl.String, "duration_ms": pl.Int64, "isrc": pl.String},
        orient="row",
    )
    credits = pl.DataFrame(
        [
            (str(n), place, who)
            for n, (_, artists, _, _) in enumerate(rows)
            for place, who in enumerate(artists.split("+"))
        ],
        schema={"track_id": pl.String, "position": pl.Int32, "artist_id": pl.String},
        orient="row",
    )
    return {track: (recording, song) for track, recording, song in identify(tracks, credits).iter_rows()}


def same(one: tuple[str, str], two: tuple[str, str], artists: str = "x") -> tuple[bool, bool]:
    """Are these titles (or title and artists) one recording, one song?"""
    left, right = identified(
        (one[0], one[1] or artists, 200_000, None), (two[0], two[1] or artists, 200_500, None)
    ).values()
    return left[0] == right[0], left[1] == right[1]


@pytest.mark.parametrize(
    ("one", "two", "recording", "song"),
    [
        ("Believer", "Believer", True, True),
        ("Beyoncé", "BEYONCE", True, True),
        ("Don't Stop", "Don’t stop", True, True),
        ("Rock & Roll", "Rock and Roll", True, True),
        ("Stay (feat. Mikky Ekko)", "Stay", True, True),
        ("Numb", "Numb - Live", False, True),
        ("Numb", "Numb (Live at Milton Keynes)", False, True),
        ("Memories", "Memories - Dillon Francis Remix", False, True),
        ("Let It Be - Remastered 2009", "Let It Be", True, True),
        ("Piano Sonata No. 1: I. Allegro", "Piano Sonata No. 1: II. Adagio", False, False),
        ("Part 1", "Part 2", False, False),
        ("Live Forever", "Forever", False, False),
        ("(Sittin' On) The Dock of the Bay", "The Dock of the Bay", False, False),
        ("÷", "+", False, False),
    ],
)
def test_titles_of_one_artist(one: str, two: str, recording: bool, song: bool) -> None:
    assert same((one, ""), (two, "")) == (recording, song)


def test_the_same_title_by_another_artist_is_another_song() -> None:
    assert same(("Hallelujah", "cohen"), ("Hallelujah", "buckley")) == (False, False)


def test_an_isrc_joins_what_titles_do_not() -> None:
    found = identified(("Кино", "x", 200_000, "RUA000000001"), ("Kino", "y", 230_000, "RUA000000001"))
    assert found == {"0": ("0", "0"), "1": ("0", "0")}


def test_another_length_is_another_recording_of_the_song() -> None:
    found = identified(("Alive", "x", 200_000, None), ("Alive", "x", 320_000, None))
    assert found == {"0": ("0", "0"), "1": ("1", "0")}


def test_an_artist_may_have_many_intros() -> None:
    found = identified(("Intro", "x", 60_000, None), ("Intro", "x", 90_000, None), ("Intro", "x", 60_900, None))
    assert found == {"0": ("0", "0"), "1": ("1", "1"), "2": ("0", "0")}


def test_no_tracks_are_no_songs() -> None:
    assert identified() == {}
