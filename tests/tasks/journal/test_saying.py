"""What a person types becomes a line of the journal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import SettingsError, UnknownSongError
from schemas.values import Home
from tasks.journal.saying import about_song, block, end_of, undo
from tests.warehouse.query.making import build, near, song
from warehouse import journal
from warehouse.query import recommend

moment = datetime.fromisoformat


@pytest.fixture
def home(tmp_path: Path) -> Home:
    songs = [
        song("karma", "Karma Police", ["Radiohead"], genres=["art rock"], popularity=80),
        song("numb", "Numb", ["Linkin Park"], genres=["nu metal"], popularity=90),
        song("numb2", "Numb", ["U2"], genres=["rock"], popularity=40),
    ]
    found = Home(tmp_path)
    neighbours = [near("karma", "numb", metadata=0.5), near("karma", "numb2", metadata=0.4)]
    build(tmp_path, songs, neighbours).replace(found.warehouse)
    return found


def test_a_song_is_found_by_name_and_by_artist(home: Home) -> None:
    about_song(home, "like", "karma police")
    about_song(home, "skip", "Numb", "U2")
    about_song(home, "rating", "Numb", value=5)
    assert [(one.kind, one.entity, one.entity_id, one.value, one.name) for one in journal.read(home.journal)] == [
        ("like", "track", "karma", None, "Karma Police by Radiohead"),
        ("skip", "track", "numb2", None, "Numb by U2"),
        ("rating", "track", "numb", 5, "Numb by Linkin Park"),
    ]


def test_songs_artists_and_genres_are_blocked_for_ever_or_for_a_while(home: Home) -> None:
    end = moment("2100-01-01")
    block(home, "track", "Numb", "U2")
    block(home, "artist", "RADIOHEAD", until=end)
    block(home, "genre", "Nu Metal")
    assert [(one.entity, one.entity_id, one.until) for one in journal.read(home.journal)] == [
        ("track", "numb2", None),
        ("artist", "artist:Radiohead", end),
        ("genre", "nu metal", None),
    ]


def test_undo_by_name_takes_back_what_was_said_of_it(home: Home) -> None:
    about_song(home, "like", "Karma Police")
    block(home, "genre", "rock")
    assert undo(home, "karma police").entity_id == "karma"
    assert undo(home, "rock").entity_id == "rock"
    block(home, "artist", "Linkin Park")
    block(home, "genre", "nu metal")
    assert undo(home, "Línkin-Park").entity_id == "artist:Linkin Park"
    assert undo(home, "nu-metal").entity_id == "nu metal"
    with pytest.raises(UnknownSongError, match="nothing was said that could be taken back"):
        undo(home)


@pytest.mark.parametrize("stars", [0, 5.5, float("nan"), None])
def test_a_rating_outside_of_one_to_five_is_refused(home: Home, stars: float | None) -> None:
    with pytest.raises(SettingsError, match="a rating is a number from 1 to 5"):
        about_song(home, "rating", "Numb", value=stars)
    assert journal.read(home.journal) == []


@pytest.mark.parametrize(("entity", "text"), [("artist", "Radiohaed"), ("genre", "art rok"), ("track", "Carma Bolize")])
def test_what_is_unknown_names_what_is_near(home: Home, entity: str, text: str) -> None:
    with pytest.raises(UnknownSongError) as told:
        block(home, entity, text)
    assert told.value.nearest
    assert "nearest" in str(told.value)


def test_a_block_ends_on_a_day_or_after_days() -> None:
    assert end_of("2027-01-31") == moment("2027-02-01")
    in_a_month = end_of("30d") - datetime.now(UTC).replace(tzinfo=None)
    assert timedelta(days=29, hours=23) < in_a_month <= timedelta(days=30)


@pytest.mark.parametrize("text", ["soon", "d", "2027-13-01", "99999999999d", ""])
def test_an_end_that_is_none_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="is no end of a block"):
        end_of(text)


def test_a_block_that_is_over_already_is_refused(home: Home) -> None:
    with pytest.raises(SettingsError, match="over already"):
        block(home, "track", "Numb", until=moment("2020-01-01"))


def test_what_was_blocked_a_second_ago_is_not_recommended(home: Home) -> None:
    assert recommend(home.warehouse, ["karma"])["track_id"].to_list() == ["numb", "numb2"]
    block(home, "artist", "U2")
    assert recommend(home.warehouse, ["karma"])["track_id"].to_list() == ["numb"]
    undo(home)
    assert recommend(home.warehouse, ["karma"]).height == 2
