"""Lists of past nights can be asked for by date, and cost what changed."""

from datetime import datetime

import duckdb
import polars as pl
import pytest

from schemas.values import Home
from tests.warehouse.making import built, checked
from warehouse import past, reading
from warehouse.night import building, publishing, writing

NIGHTS = {day: f"202611{day}T030000-n" for day in (10, 11, 12, 13)}
SONGS = checked("tracks", [{"track_id": track, "name": track.title()} for track in ("seed", "blue", "red", "green")])


def noon(day: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T12:00:00")


def live(home: Home, day: int, neighbours: list[str], listed: list[str]) -> int:
    """A published night on which the seed has these neighbours; returns how many lists were noted."""
    build = built(home, NIGHTS[day], SONGS)
    addends = {"score": 0.0, "audio": 0.0, "metadata": 0.0, "collaborative": 0.0, "adjustments": 0.0}
    near = [
        {"track_id": "seed", "rank": rank, "neighbour_id": track, **addends} for rank, track in enumerate(neighbours, 1)
    ]
    places = [
        {"list": "for_you", "rank": rank, "track_id": track, "score": 0.0, "reasons": "[]"}
        for rank, track in enumerate(listed, 1)
    ]
    writing.replace(build, "neighbours", pl.DataFrame(near))
    writing.replace(build, "recommendations", pl.DataFrame(places))
    noted = past.remember(build, NIGHTS[day])
    assert past.remember(build, NIGHTS[day]) == noted
    publishing.publish(home, build)
    return noted


def test_every_night_can_be_asked_for_and_costs_what_changed(home: Home) -> None:
    assert live(home, 10, ["blue", "red"], ["blue"]) == 2
    assert live(home, 11, ["blue", "red"], ["blue"]) == 0
    assert live(home, 12, ["red", "blue"], ["blue"]) == 1
    assert live(home, 13, [], ["green"]) == 2
    similar = {
        day: past.similar_on(home.warehouse, "Seed", noon(day))["track_id"].to_list() for day in (10, 11, 12, 13)
    }
    assert similar == {10: ["blue", "red"], 11: ["blue", "red"], 12: ["red", "blue"], 13: []}
    lists = {day: past.list_on(home.warehouse, "for_you", noon(day)).select("rank", "name").rows() for day in (12, 13)}
    assert lists == {12: [(1, "Blue")], 13: [(1, "Green")]}
    assert reading.table(home.warehouse, "past_lists").height == 5


def test_before_the_first_night_there_is_nothing(home: Home) -> None:
    live(home, 10, ["blue"], ["blue"])
    assert past.similar_on(home.warehouse, "Seed", datetime.fromisoformat("2026-11-10T02:59:59")).is_empty()
    assert past.list_on(home.warehouse, "no such list", noon(10)).is_empty()


def test_any_client_can_look_back(home: Home) -> None:
    live(home, 10, ["blue"], ["blue"])
    live(home, 11, ["red"], ["blue"])
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        asked = "select name from similar_on('seed', '2026-11-10 23:00') union all select name from similar_on('seed', now())"
        assert con.sql(asked).fetchall() == [("Blue",), ("Red",)]


def test_old_nights_are_forgotten_but_not_how_each_list_stood(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, neighbours in ((10, ["blue"]), (11, ["red"]), (12, ["green"])):
        live(home, day, neighbours, ["blue"])
    monkeypatch.setattr(building, "PAST_NIGHTS", 1)
    assert live(home, 13, ["green"], ["blue"]) == 0
    assert reading.table(home.warehouse, "past_lists").select("kind", "run_id").rows() == [
        ("neighbours", NIGHTS[12]),
        ("recommendations", NIGHTS[10]),
    ]
