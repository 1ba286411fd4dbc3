"""The list model: step tables evaluated as they are written, alone and behind the questions."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from schemas.errors import WarehouseError
from tests.warehouse.query.making import build, near, song
from warehouse import query
from warehouse.connection import writer
from warehouse.query.model import ListModel

Build = Callable[..., Path]


def steps(signal: str, unknown: float, *parts: tuple[float | None, float | None, float]) -> list[dict[str, Any]]:
    """Rows of ``models``: the addend of the unknown, and (lower, upper, value) of each step."""
    rows = [(0, None, None, unknown), *((place, *part) for place, part in enumerate(parts, start=1))]
    return [
        {"model": "list", "algorithm": "test", "signal": signal, "step": step, "lower": lower, "upper": upper, "value": value,
         "is_default": False, "run_id": "night"}
        for step, lower, upper, value in rows
    ]  # fmt: skip


MODEL = [
    *steps("intercept", -1.0),
    *steps("collaborative.n", -5.0, (None, 1.0, 0.0), (1.0, None, 2.0)),
    *steps("metadata.artist", 0.0, (None, 0.0, 0.0), (0.0, 0.5, 0.25), (0.5, None, 0.5)),
]


def test_a_step_holds_its_upper_bound_and_not_its_lower() -> None:
    model = ListModel.of(pl.DataFrame(steps("audio.cosine", -1.0, (None, 0.0, 1.0), (0.0, 0.5, 2.0), (0.5, None, 3.0))))
    assert model is not None
    values = [None, -9.0, 0.0, 0.1, 0.5, 0.6, 9.0]
    found = pl.DataFrame({"list_id": "l", "track_id": "t", "audio.cosine": values})

    assert model.addends(found, "audio")["audio.cosine"].to_list() == [-1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert model.addends(found, "metadata").columns == ["list_id", "track_id"]


def test_a_signal_of_which_the_night_knew_nothing_always_adds_the_same() -> None:
    model = ListModel.of(pl.DataFrame(steps("audio.cosine", -1.0)))
    assert model is not None

    found = pl.DataFrame({"list_id": "l", "track_id": "t", "audio.cosine": [None, -9.0, 0.0, 9.0]})
    assert model.addends(found, "audio")["audio.cosine"].to_list() == [-1.0] * 4


def test_a_signal_that_nobody_computes_is_told() -> None:
    model = ListModel.of(pl.DataFrame(steps("audio.gone", 0.0, (None, None, 1.0))))
    assert model is not None

    with pytest.raises(
        WarehouseError, match=r"asks for audio\.gone, which this Segue does not compute: run `segue refresh`"
    ):
        model.addends(pl.DataFrame({"list_id": ["l"], "track_id": ["t"]}), "hybrid")


@pytest.fixture
def modelled(warehouse_of: Build) -> Path:
    """Two seeds by Ada; River is hers, Lamp stands in two baskets with them, Fog in none and is only a neighbour."""
    songs = [
        song("s1", "Moon", ["Ada"]),
        song("s2", "Sun", ["Ada"]),
        song("river", "River", ["Ada"]),
        song("lamp", "Lamp", ["Bo"]),
        song("fog", "Fog", ["Cleo"]),
    ]
    baskets = {"playlist:one": ["s1", "lamp"], "playlist:two": ["s2", "lamp", "river"]}
    return warehouse_of(
        songs, [near("s1", "fog", 0.9), near("s1", "lamp", 0.1), near("s2", "river", 0.2)], baskets, models=MODEL
    )


def test_several_seeds_are_scored_by_the_model_and_say_so(modelled: Path) -> None:
    songs = query.recommend(modelled, ["s1", "s2"], diversify=False)

    assert songs.select("track_id", "score").rows() == [("lamp", 1.0), ("river", -0.5), ("fog", -6.0)]
    assert songs["reasons"][0].to_list() == [
        {"kind": "collaborative", "text": "with 2 songs that you gave in 2 of your playlists (thin evidence)", "contribution": 2.0, "evidence": ["playlist:one", "playlist:two"]},
        {"kind": "metadata", "text": "", "contribution": 0.0, "evidence": []},
        {"kind": "base", "text": "", "contribution": -1.0, "evidence": []},
    ]  # fmt: skip


def test_a_song_that_is_close_to_a_seed_in_a_list_says_how_close(warehouse_of: Build) -> None:
    """Counted are the places of the playlist, also those of songs that the catalogue does not tell of."""
    names = ["s1", "s2", "lamp", "fog", *(f"x{number}" for number in range(20))]
    songs = [song(name, name.title(), [f"by {name}"]) for name in names]
    between = [f"x{number}" for number in range(20)]
    baskets = {"playlist:one": ["s1", "gone", "lamp"], "playlist:two": ["fog", *between, "s2"]}
    steps_of_near = steps("collaborative.near", -1.0, (None, 0.0, 0.0), (0.0, None, 1.0))
    models = [*steps("intercept", 0.0), *steps_of_near, *steps("collaborative.user", -1.0, (None, None, 0.5))]
    told = query.recommend(warehouse_of(songs, [], baskets, models=models), ["s1", "s2"], 30).to_dicts()
    texts = {row["track_id"]: (row["reasons"][0]["text"], row["reasons"][0]["evidence"]) for row in told}

    assert texts["lamp"] == (
        "with one song that you gave in one of your playlists, 2 places from “S1” (thin evidence)",
        ["playlist:one", "s1"],
    )
    assert texts["x18"][0].endswith(", 2 places from “S2” (thin evidence)")
    assert texts["fog"] == ("with one song that you gave in one of your playlists (thin evidence)", ["playlist:two"])


def test_songs_may_have_other_numbers_than_their_ids_have_places(modelled: Path) -> None:
    """Songs that come later are numbered later, and a neighbour may be a song that is gone."""
    before = query.recommend(modelled, ["s1", "s2"], diversify=False)
    with writer(modelled) as con:
        con.execute("update cards set number = 10 - number")
        con.execute("update links set track = 10 - track, neighbour = 10 - neighbour")
        con.execute("update cards set card = null where track_id = 'fog'")
        con.execute("delete from songs where track_id = 'fog'")

    assert query.recommend(modelled, ["s1", "s2"], diversify=False).equals(before.filter(pl.col("track_id") != "fog"))


def test_why_tells_each_signal_of_the_model(modelled: Path) -> None:
    assert query.why(modelled, ["s1", "s2"], "river").select("kind", "text", "contribution", "total").rows() == [
        ("metadata", "share of your songs that share an artist with it", 0.5, 0.5),
        ("collaborative", "how many lists hold it at all", 0.0, 0.5),
        ("base", "what every song begins with", -1.0, -0.5),
    ]


def test_a_single_seed_is_a_question_to_the_neighbours(modelled: Path) -> None:
    assert query.recommend(modelled, ["s1"], diversify=False)["score"].to_list() == [0.9, 0.1]


@pytest.mark.parametrize("by", ["hybrid", "metadata", "collaborative"])
@pytest.mark.parametrize("diversify", [True, False])
def test_many_lists_are_scored_by_the_model_too(modelled: Path, by: str, diversify: bool) -> None:
    lists = pl.DataFrame({"list_id": ["both", "both", "one"], "track_id": ["s1", "s2", "s1"]})

    found = query.recommend_many(modelled, lists, by=by, diversify=diversify)

    for list_id, seeds in (("both", ["s1", "s2"]), ("one", ["s1"])):
        alone = query.recommend(modelled, seeds, by=by, diversify=diversify)
        assert (
            found.filter(list_id=list_id)
            .select("rank", "track_id", "score")
            .equals(alone.select("rank", "track_id", "score"))
        )


def test_as_many_songs_come_as_are_asked_for_where_only_neighbours_lead_to_them(warehouse_of: Build) -> None:
    others = [f"n{place:03}" for place in range(250)]
    songs = [song("s1", "Moon", ["Ada"]), song("s2", "Sun", ["Bo"]), *(song(name, name, [name]) for name in others)]
    links = [near("s1", name, 0.9 - place / 1000) for place, name in enumerate(others)]
    path = warehouse_of(songs, links, {"playlist:one": ["s1", "s2"]}, models=MODEL)
    lists = pl.DataFrame({"list_id": "both", "track_id": ["s1", "s2"]})

    assert query.recommend(path, ["s1", "s2"], 200, diversify=False)["track_id"].to_list() == others[:200]
    assert query.recommend_many(path, lists, 200, diversify=False)["track_id"].to_list() == others[:200]


def test_a_short_list_is_the_head_of_what_recommend_finds(warehouse_of: Build) -> None:
    """Only neighbours lead to n50, which the model puts first: of many lists it was once no candidate of a list of five."""
    others = [f"n{place:02}" for place in range(60)]
    songs = [song("s1", "Moon", ["Ada"]), song("s2", "Sun", ["Bo"]), *(song(name, name, [name]) for name in others)]
    links = [near("s1", name, 0.9 - place / 1000) for place, name in enumerate(others)]
    baskets = {"playlist:one": ["s1", "s2"], "playlist:two": ["n50", "n51"]}
    path = warehouse_of(songs, links, baskets, models=MODEL)
    lists = pl.DataFrame({"list_id": "both", "track_id": ["s1", "s2"]})

    alone = query.recommend(path, ["s1", "s2"], 5, diversify=False)
    assert alone["track_id"].to_list()[:2] == ["n50", "n51"]
    assert query.recommend_many(path, lists, 5, diversify=False)["track_id"].equals(alone["track_id"])


def test_songs_of_a_list_take_no_place_from_those_to_which_they_lead(
    warehouse_of: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.query.model.MORE", 1)
    songs = [song("s1", "Moon", ["Ada"]), song("s2", "Sun", ["Bo"]), song("n", "Lamp", ["Cleo"])]
    links = [near("s1", "s2", 0.9), near("s2", "s1", 0.9), near("s1", "n", 0.1)]
    path = warehouse_of(songs, links, {"playlist:one": ["s1", "s2"]}, models=MODEL)
    lists = pl.DataFrame({"list_id": "both", "track_id": ["s1", "s2"]})

    assert query.recommend(path, ["s1", "s2"], 1)["track_id"].to_list() == ["n"]
    assert query.recommend_many(path, lists, 1)["track_id"].to_list() == ["n"]


def test_what_is_left_of_a_list_is_asked_again(modelled: Path) -> None:
    """The model would put Lamp first for Sun as well; but who asks for one song asks its neighbours, and they lead to River."""
    assert str(query.without(modelled, ["s1", "s2"], "lamp", limit=1)) == (
        "it is #1; without Moon it would not be among the candidates"
    )
    assert (
        str(query.without(modelled, ["s1", "s2"], "river", limit=2))
        == "it is #2; without Sun it would not be among the candidates"
    )


@pytest.fixture(scope="module")
def scattered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty songs of twelve artists in random playlists, with random neighbours."""
    chance = Random(7)
    names = [f"t{number:02}" for number in range(60)]
    songs = [song(name, f"Song {name}", [f"artist {place % 12}"]) for place, name in enumerate(names)]
    links = [
        near(name, other, chance.random(), chance.random(), chance.random())
        for name in names
        for other in chance.sample([one for one in names if one != name], 30)
    ]
    baskets = {f"playlist:{number:02}": chance.sample(names, chance.randint(2, 9)) for number in range(40)}
    near_by = steps("collaborative.near", 0.0, (None, 0.1, -0.5), (0.1, 0.4, 0.3), (0.4, None, 0.9))
    return build(tmp_path_factory.mktemp("scattered"), songs, links, baskets, models=[*MODEL, *near_by])


@pytest.mark.parametrize("count", [2, 4, 9])
def test_a_place_without_some_songs_is_the_one_that_asking_without_them_gives(scattered: Path, count: int) -> None:
    chance, told = Random(count), 0
    for _ in range(10):
        seeds = chance.sample([f"t{number:02}" for number in range(60)], count)
        song_id = chance.choice(query.recommend(scattered, seeds, 3, diversify=False)["track_id"].to_list())
        found = query.without(scattered, seeds, song_id, 3)
        gone = {f"t{name[-2:]}" for name in found.without}
        for place, rest in ((found.place, seeds), (found.otherwise, [seed for seed in seeds if seed not in gone])):
            really = query.recommend(scattered, rest, 100, diversify=False).filter(track_id=song_id)["rank"].to_list()
            assert [place] == (really or [None])
        told += bool(gone)
    assert told >= 3


def test_of_a_playlist_its_own_basket_stays_silent(warehouse_of: Build) -> None:
    """Without Moon the playlist would hold Sun and Sea alone, so that it cannot be what speaks for Moon or anybody else."""
    songs = [song(name, name, [name]) for name in ("moon", "sun", "sea", "lamp", "fog")]
    baskets = {"playlist:own": ["moon", "sun", "sea"], "playlist:other": ["moon", "sun", "sea", "lamp", "fog"]}
    path = warehouse_of(songs, [near("moon", "fog", 0.9)], baskets, models=MODEL)
    seeds = ["moon", "sun", "sea"]

    by_name = query.without(path, seeds, "fog", limit=1)
    as_playlist = query.without(path, seeds, "fog", limit=1, is_playlist=True)

    assert by_name == query.Counterfactual(1, ["moon"], 2)
    assert as_playlist == query.Counterfactual(1, [], 1)
