"""Many lists in one call."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.errors import InvalidDataError, SettingsError
from tests.warehouse.query.making import near, song
from warehouse import query

AT = datetime.fromisoformat("2026-01-01")

Build = Callable[..., Path]


def lists(**tracks: list[str]) -> pl.DataFrame:
    rows = [(list_id, track_id) for list_id, ids in tracks.items() for track_id in ids]
    return pl.DataFrame(rows, schema=["list_id", "track_id"], orient="row")


def test_each_list_is_continued(small: Path) -> None:
    found = query.recommend_many(small, lists(one=["seed"], two=["seed", "b2"]), 2, diversify=False)

    assert found.rows() == [
        ("one", 1, "a1", pytest.approx(0.95)),
        ("one", 2, "a2", pytest.approx(0.78)),
        ("two", 1, "b1", pytest.approx(1.3)),
        ("two", 2, "a1", pytest.approx(0.95)),
    ]


@pytest.mark.parametrize("by", ["hybrid", "audio", "metadata", "collaborative"])
@pytest.mark.parametrize("diversify", [True, False])
def test_a_list_gets_what_recommend_gives_its_songs(small: Path, by: str, diversify: bool) -> None:
    alone = query.recommend(small, ["seed", "b2"], by=by, diversify=diversify)
    among = query.recommend_many(small, lists(x=["b2", "seed"], y=["a1"]), by=by, diversify=diversify)

    assert among.filter(list_id="x").select("rank", "track_id").equals(alone.select("rank", "track_id"))
    assert among.filter(list_id="x")["score"].to_list() == pytest.approx(alone["score"].to_list(), abs=1e-9)


def test_ten_songs_are_what_one_gets_without_asking(warehouse_of: Build) -> None:
    songs = [{"track_id": name, "name": name, "artists": [name]} for name in "sabcdefghijkl"]
    path = warehouse_of(songs, [near("s", other, 0.5) for other in "abcdefghijkl"])
    assert query.recommend_many(path, lists(one=["s"]))["track_id"].to_list() == list("abcdefghij")


def test_variety_is_what_one_gets_without_asking(small: Path) -> None:
    asked = lists(x=["seed"])
    assert query.recommend_many(small, asked).equals(query.recommend_many(small, asked, diversify=True))
    assert not query.recommend_many(small, asked).equals(query.recommend_many(small, asked, diversify=False))


@pytest.mark.parametrize("diversify", [True, False])
def test_lists_come_in_the_order_of_their_names(small: Path, diversify: bool) -> None:
    names = [f"{place:02}" for place in range(50)]
    found = query.recommend_many(small, lists(**{name: ["seed"] for name in reversed(names)}), 1, diversify=diversify)

    assert found.select("list_id", "track_id").rows() == [(name, "a1") for name in names]


def test_unknown_ids_are_passed_over(small: Path) -> None:
    known = query.recommend_many(small, lists(one=["seed"]))
    mixed = query.recommend_many(small, lists(one=["x", "seed", "1' or '1'='1", "seed"], nobody=["x"]))

    assert mixed.equals(known)


def test_the_type_of_list_id_stays(small: Path) -> None:
    found = query.recommend_many(small, pl.DataFrame({"list_id": [7], "track_id": ["seed"]}), 1)

    assert found.schema == {"list_id": pl.Int64, "rank": pl.Int64, "track_id": pl.String, "score": pl.Float64}
    assert found["list_id"].to_list() == [7]


def test_no_list_no_row(small: Path) -> None:
    assert query.recommend_many(small, lists(one=[])).is_empty()


def test_a_frame_of_another_shape_is_told(small: Path) -> None:
    no_frame: Any = {"one": ["seed"]}
    with pytest.raises(InvalidDataError, match="lists must have the columns list_id and track_id: list_id is missing"):
        query.recommend_many(small, pl.DataFrame({"track_id": ["seed"]}))
    with pytest.raises(InvalidDataError, match="lists must be a polars DataFrame of list_id and track_id, not dict"):
        query.recommend_many(small, no_frame)
    with pytest.raises(SettingsError, match="by must be one of"):
        query.recommend_many(small, lists(one=["seed"]), by="x")
    with pytest.raises(SettingsError, match="limit must be 1 or more, not 0"):
        query.recommend_many(small, lists(one=["seed"]), 0)


def test_what_is_blocked_stays_away(warehouse_of: Build) -> None:
    songs = [{"track_id": name, "name": name, "artists": [name], "genres": [f"Straße {name}"]} for name in "sabcd"]
    songs.append(song("a2", "a", ["a"], recording="a"))
    feedback = [
        {"feedback_id": entity, "kind": "block", "entity": entity, "entity_id": entity_id, "at": AT}
        for entity, entity_id in (("track", "a"), ("artist", "artist:b"), ("genre", "straße C"))
    ]
    path = warehouse_of(songs, [near("s", other, 0.5) for other in ("a", "b", "c", "d", "a2")], feedback=feedback)

    assert query.recommend_many(path, lists(one=["s"]))["track_id"].to_list() == ["d"]
