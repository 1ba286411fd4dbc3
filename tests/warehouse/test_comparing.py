"""Between two nights: what moved, and which change could have moved it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from schemas.errors import WarehouseError
from schemas.values import Home
from tests.warehouse.making import built, checked, frame, publish, run
from warehouse.comparing import compare, night_file
from warehouse.night import writing

EARLIER, LATER = "20261110T030000-n", "20261111T030000-n"
MOMENT = datetime.fromisoformat("2026-11-10T12:00")
SONGS = ("seed", "blue", "red", "green")
ADDENDS = {"score": 0.0, "audio": 0.0, "metadata": 0.0, "collaborative": 0.0, "adjustments": 0.0}


def night(
    folder: Path,
    run_id: str,
    neighbours: list[str],
    *,
    songs: tuple[str, ...] = SONGS,
    energy: float = 0.5,
    energy_of: str = "blue",
    weight: float = 1.0,
    basket: tuple[str, ...] = (),
    version: str = "1",
    listed: tuple[str, ...] = (),
    feedback: Sequence[dict[str, Any]] = (),
    plays: Sequence[dict[str, Any]] = (),
    exclusions: Sequence[dict[str, Any]] = (),
) -> Path:
    build = built(
        Home(folder / run_id),
        run_id,
        checked(
            "tracks",
            [{"track_id": track, "name": track.title(), "genres": ["folk"] * (track == "red")} for track in songs],
        ),
        checked("artists", [{"artist_id": "ada", "name": "Ada"}]),
        checked("track_artists", [{"track_id": "red", "position": 0, "artist_id": "ada"}]),
        checked("audio_features", [{"track_id": energy_of, "energy": energy}]),
    )
    tables: dict[str, list[dict[str, Any]]] = {
        "neighbours": [{"track_id": "seed", "rank": rank, "neighbour_id": track, **ADDENDS} for rank, track in enumerate(neighbours, 1)],
        "models": [
            {"model": "song", "algorithm": "a", "signal": "audio", "step": 0, "value": weight, "is_default": True, "run_id": run_id}
        ],
        "baskets": [{"basket_id": "saved", "kind": "saved", "track_id": track, "position": 0, "weight": 1.0} for track in basket],
        "recommendations": [
            {"list": "for_you", "rank": rank, "track_id": track, "score": 0.0, "reasons": "[]"} for rank, track in enumerate(listed, 1)
        ],
    }  # fmt: skip
    for table, rows in tables.items():
        writing.replace(build, table, pl.DataFrame(rows))
    for table, told in (("feedback", feedback), ("plays", plays), ("exclusions", exclusions)):
        writing.replace(build, table, frame(table, told))
    writing.record(build, "runs", run(run_id).with_columns(version=pl.lit(version)))
    return build


def said(entity: str, entity_id: str) -> dict[str, Any]:
    return {"feedback_id": "1", "kind": "like", "entity": entity, "entity_id": entity_id, "at": MOMENT}


def played(track: str) -> dict[str, Any]:
    return {"track_id": track, "played_at": MOMENT, "ms_played": 1, "origin": "api"}


def moved(tmp_path: Path, neighbours: list[str], **later: Any) -> list[tuple[Any, ...]]:
    before = night(tmp_path, EARLIER, ["blue", "red"])
    return compare(night(tmp_path, LATER, neighbours, **later), before).moved.rows()


def test_nothing_moves_when_nothing_changed(tmp_path: Path) -> None:
    found = compare(night(tmp_path, LATER, ["blue", "red"]), night(tmp_path, EARLIER, ["blue", "red"]))
    assert (found.earlier, found.later) == (EARLIER, LATER)
    assert (found.moved.height, found.causes.height, found.lists.height) == (0, 0, 0)


@pytest.mark.parametrize(
    ("neighbours", "later", "cause", "is_direct"),
    [
        (["blue", "new"], {"songs": (*SONGS, "new")}, "new data", True),
        (["blue", "green"], {"basket": ("seed", "green")}, "new data", True),
        (["green", "red"], {"energy": 0.9}, "changed features", True),  # blue, whose sound changed, went
        (["blue", "green"], {"weight": 2.0}, "changed model", False),
        (["blue", "green"], {"version": "2"}, "changed code", False),
        (["blue", "green"], {"songs": (*SONGS, "elsewhere")}, "new data", False),
        (["red", "blue"], {"energy": 0.9}, "changed features", True),  # only the order
        (["blue", "green"], {}, "unexplained", False),
    ],
)
def test_a_song_moves_by_what_changed_nearest_to_it(
    tmp_path: Path, neighbours: list[str], later: dict[str, Any], cause: str, is_direct: bool
) -> None:
    before = ["blue", "red"]
    came, went = (
        [song for song in neighbours if song not in before],
        [song for song in before if song not in neighbours],
    )
    assert moved(tmp_path, neighbours, **later) == [("seed", "Seed", came, went, cause, is_direct)]


def test_causes_are_counted_and_lists_are_compared(tmp_path: Path) -> None:
    before = night(tmp_path, EARLIER, ["blue"], listed=("blue", "red"))
    found = compare(night(tmp_path, LATER, ["red"], weight=2.0, listed=("red", "green")), before)
    assert found.causes.rows() == [("changed model", False, 1)]
    assert found.lists.drop("cause", "is_direct").rows() == [
        ("for_you", "red", "Red", 2, 1),
        ("for_you", "green", "Green", None, 2),
        ("for_you", "blue", "Blue", 1, None),
    ]


@pytest.mark.parametrize(
    ("later", "cause", "is_direct"),
    [
        ({"feedback": [said("track", "red")]}, "new feedback", True),
        ({"feedback": [said("artist", "ada")]}, "new feedback", True),
        ({"feedback": [said("genre", "Folk")]}, "new feedback", True),
        ({"feedback": [said("track", "green")], "weight": 2.0}, "new feedback", False),
        ({"plays": [played("red")], "feedback": [said("track", "green")]}, "new listening", True),
        ({"plays": [played("green")], "weight": 2.0}, "new listening", False),
        ({"exclusions": [{"kind": "genre", "value": "jazz", "plays": 0, "songs": 0, "weight": 0.0}]}, "changed exclusions", False),
        ({"weight": 2.0}, "changed model", False),
        ({"version": "2"}, "changed code", False),
        ({"energy": 0.9, "energy_of": "red"}, "changed features", True),
        ({}, "unexplained", False),
    ],
)  # fmt: skip
def test_a_list_moves_by_what_the_person_said_and_heard_before_the_model(
    tmp_path: Path, later: dict[str, Any], cause: str, is_direct: bool
) -> None:
    before = night(tmp_path, EARLIER, [], energy_of=later.get("energy_of", "blue"), listed=("blue",))
    found = compare(night(tmp_path, LATER, [], listed=("blue", "red"), **later), before)
    assert found.lists.rows() == [("for_you", "red", "Red", None, 2, cause, is_direct)]


def test_what_was_taken_back_is_feedback_too(tmp_path: Path) -> None:
    before = night(tmp_path, EARLIER, [], listed=("blue",), feedback=[said("track", "red")])
    assert compare(night(tmp_path, LATER, [], listed=("red",)), before).lists["cause"].to_list() == ["new feedback"] * 2


def test_a_song_that_is_gone_keeps_its_name(tmp_path: Path) -> None:
    found = compare(night(tmp_path, LATER, [], songs=("blue",)), night(tmp_path, EARLIER, ["blue"]))
    assert found.moved.select("name", "went", "cause").rows() == [("Seed", ["blue"], "new data")]


def test_files_of_segues_too_different_are_told(tmp_path: Path) -> None:
    later, earlier = night(tmp_path, LATER, []), night(tmp_path, EARLIER, [])
    with duckdb.connect(str(earlier)) as con:
        con.execute("alter table tracks drop popularity")
    with pytest.raises(WarehouseError) as error:
        compare(later, earlier)
    assert (
        str(error.value) == f"{earlier} and {later} cannot be compared: their tables differ; run `segue refresh` first"
    )


def test_nights_are_found_by_date_and_by_the_beginning_of_their_name(home: Home) -> None:
    for name in (EARLIER, LATER):
        publish(home, name)
    (former,) = home.history.iterdir()
    found = {wish: night_file(home, wish) for wish in ("2026-11-10", "2026-11-11", "2026-12-24", "20261110T03", LATER)}
    assert found == {
        "2026-11-10": former, "2026-11-11": home.warehouse, "2026-12-24": home.warehouse, "20261110T03": former, LATER: home.warehouse,
    }  # fmt: skip
    for wish in ("2026-11-09", "yesterday", "", "20261110T04x"):
        with pytest.raises(WarehouseError) as error:
            night_file(home, wish)
        assert str(error.value) == f"no night {wish!r} is kept; there are {EARLIER}, {LATER}"
