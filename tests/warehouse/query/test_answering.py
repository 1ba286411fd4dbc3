"""Songs like this one: what comes, what never comes, and that reasons sum to the score."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import SettingsError, UnknownSongError, WarehouseError
from tests.warehouse.query.making import SOUND, near, song
from warehouse import query
from warehouse.connection import reader
from warehouse.query import asking

Build = Callable[..., Path]
ROOT = Path(__file__).parents[3]


def ids(songs: pl.DataFrame) -> list[str]:
    return songs["track_id"].to_list()


def kinds(songs: pl.DataFrame, track_id: str) -> dict[str, tuple[str, float]]:
    """Kind -> (text, contribution) of the reasons for a song."""
    reasons = songs.filter(track_id=track_id)["reasons"].item()
    return {reason["kind"]: (reason["text"], reason["contribution"]) for reason in reasons}


def test_the_first_song_comes_whole(small: Path) -> None:
    first = query.recommend(small, ["seed"], 1).to_dicts()[0]

    assert first == {
        "rank": 1,
        "track_id": "a1",
        "name": "River",
        "artists": ["Ada"],
        "album": "Night",
        "poster_url": "https://img.example/Night",
        "spotify_url": "https://open.spotify.com/track/a1",
        "score": pytest.approx(0.95),
        "reasons": [
            {
                "kind": "collaborative",
                "text": "in 2 of your playlists together, 1.3 expected by chance (thin evidence)",
                "contribution": 0.35,
                "evidence": ["playlist:calm", "playlist:walks"],
            },
            {
                "kind": "audio",
                "text": "both acoustic (0.90) and calm (energy 0.20)",
                "contribution": 0.3,
                "evidence": ["acousticness", "energy"],
            },
            {
                "kind": "metadata",
                "text": "both by Ada, from the same album, Night",
                "contribution": 0.3,
                "evidence": ["artist:Ada", "album:Night"],
            },
            {"kind": "adjustments", "text": "", "contribution": 0.0, "evidence": []},
        ],
    }


def test_the_bare_ranking_follows_the_scores_with_one_version_a_song(small: Path) -> None:
    songs = query.recommend(small, ["seed"], diversify=False)

    assert ids(songs) == ["a1", "a2", "b1", "a3", "b2", "c1"]
    assert songs["rank"].to_list() == [1, 2, 3, 4, 5, 6]


def test_variety_caps_an_artist_and_says_what_it_took_off(small: Path) -> None:
    songs = query.recommend(small, ["seed"])

    assert ids(songs) == ["a1", "a2", "b2", "c1"]  # Ada is full after two songs; Harbour is by her too
    assert kinds(songs, "a2")["variety"][1] < 0
    told = query.why(small, "seed", "a2").filter(kind="variety").row(0, named=True)
    assert (told["text"], told["evidence"]) == ("held back a little: “River” is higher up", ["a1"])


def test_the_pool_is_accounted_for(small: Path) -> None:
    found = query.answer(small, ["seed"], 2, filters={"max_tempo": 120})

    assert found.pool == query.Pool(initial=7, filtered=4, returned=2)


def test_min_and_max_cut_and_an_unknown_value_meets_neither(small: Path) -> None:
    songs = query.recommend(small, ["seed"], diversify=False, filters={"min_tempo": 75, "max_tempo": 120})

    assert ids(songs) == ["a2", "b1", "c1"]  # a3 has no sound at all


def test_a_target_prefers_without_cutting(small: Path) -> None:
    plain = query.recommend(small, ["seed"], diversify=False)
    songs = query.recommend(small, ["seed"], diversify=False, filters={"target_tempo": 150})

    assert sorted(ids(songs)) == sorted(ids(plain))
    assert ids(songs).index("b2") < ids(plain).index("b2")
    assert kinds(songs, "b2")["target"] == ("", 0.0)
    assert kinds(songs, "a1")["target"][1] < 0


def test_keys_lie_in_a_circle(warehouse_of: Build) -> None:
    songs = [
        {"track_id": name, "name": name, "artists": [name], "sound": {"key": key}}
        for name, key in (("s", 0), ("b", 11), ("g", 6), ("x", 3))
    ]
    links = [near("s", "b", 0.5), near("s", "g", 0.51), near("s", "x", 0.1)]

    assert ids(query.recommend(warehouse_of(songs, links), ["s"], filters={"target_key": 0})) == ["b", "g", "x"]


@pytest.mark.parametrize(("by", "expected"), [
    ("audio", ["a1", "a2", "b1", "c1", "b2"]),
    ("metadata", ["a1", "a2", "a3", "b1", "b2"]),
    ("collaborative", ["a1", "b1", "b2", "a2", "a3", "c1"]),
])  # fmt: skip
def test_one_signal_alone_may_decide(small: Path, by: str, expected: list[str]) -> None:
    songs = query.recommend(small, ["seed"], by=by, diversify=False)

    assert ids(songs) == expected
    assert {reason["kind"] for reasons in songs["reasons"] for reason in reasons} == {by}


def test_several_seeds_sum_what_each_gives(small: Path) -> None:
    songs = query.recommend(small, ["seed", "b2"], 2, diversify=False)

    assert songs.select("track_id", "score").rows() == [("b1", pytest.approx(1.3)), ("a1", pytest.approx(0.95))]
    assert kinds(songs, "b1")["collaborative"] == (
        "with one song that you gave in one of your playlists (thin evidence)",
        pytest.approx(0.4),
    )


def test_equal_songs_come_by_id_however_few_are_read_at_once(
    warehouse_of: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"n{place:02}" for place in range(40)]
    songs = [song(name, name, [name]) for name in ("s", "t", "best", *names)]
    links = [near(seed, name, 0.25) for seed in "st" for name in names] + [near("s", "best", 0.75)]
    path = warehouse_of(songs, links)
    monkeypatch.setattr(asking, "AT_ONCE", 3)

    assert ids(query.recommend(path, ["s", "t"], 50, diversify=False)) == ["best", *names]


def test_what_is_blocked_stays_away_until_the_block_ends(warehouse_of: Build) -> None:
    now = datetime.fromisoformat("2026-01-01")
    songs = [{"track_id": name, "name": name, "artists": [name], "genres": [f"Straße {name}"]} for name in "sabcd"]
    songs.append(song("a2", "a", ["a"], recording="a"))
    links = [near("s", other, 0.5) for other in ("a", "b", "c", "d", "a2")]
    blocks = [
        ("track", "a", None),
        ("artist", "artist:b", None),
        ("genre", "straße C", None),
        ("track", "d", now - timedelta(days=1)),
    ]
    feedback = [
        {"feedback_id": entity_id, "kind": "block", "entity": entity, "entity_id": entity_id, "at": now, "until": until}
        for entity, entity_id, until in blocks
    ]

    assert ids(query.recommend(warehouse_of(songs, links, feedback=feedback), ["s"])) == ["d"]


def test_a_song_without_neighbours_has_an_empty_answer_of_the_same_shape(small: Path) -> None:
    empty = query.recommend(small, ["lonely"])

    assert empty.schema == query.recommend(small, ["seed"]).schema
    assert empty.is_empty()


def test_similar_songs_takes_a_name(small: Path) -> None:
    assert query.similar_songs(small, "naive moon").equals(query.recommend(small, ["seed"]))


def test_similar_songs_asks_for_all_that_recommend_is_asked_for(warehouse_of: Build) -> None:
    songs = [
        song("ada", "Moon", ["Ada"], popularity=90),
        song("bo", "Moon", ["Bo"], popularity=10),
        *(song(name, name, ["Cy"], sound=SOUND) for name in "vwxy"),
        song("z", "z", ["Cy"], sound=SOUND | {"tempo": 200.0}),
    ]
    links = [
        near("ada", "v", 0.5),
        *(near("bo", name, place / 10, 0.9 - place / 10) for place, name in enumerate("vwxyz", start=1)),
    ]
    path = warehouse_of(songs, links)

    assert ids(query.similar_songs(path, "moon")) == ["v"]  # the better known one
    found = query.similar_songs(path, "moon", "Bo", 3, by="audio", diversify=False, filters={"max_tempo": 150})
    assert found.select("track_id", "score").rows() == [
        (name, pytest.approx(score)) for name, score in (("y", 0.4), ("x", 0.3), ("w", 0.2))
    ]


def test_an_unknown_seed_is_told_in_a_line(small: Path) -> None:
    with pytest.raises(
        UnknownSongError,
        match=r"^the warehouse has no track 'x', \"1'; drop table songs\": give track ids, or ask by name$",
    ):
        query.recommend(small, ["seed", "x", "1'; drop table songs"])
    with pytest.raises(UnknownSongError, match="give at least one song"):
        query.recommend(small, [])


def test_every_wrong_filter_is_named_at_once(small: Path) -> None:
    with pytest.raises(SettingsError) as told:
        query.recommend(small, ["seed"], filters={"min_temp": 1, "max_tempo": float("nan"), "target_key": 1})

    assert str(told.value).startswith(
        "these filters cannot be used: min_temp is none of min_, max_ or target_ with acousticness,"
    )
    assert str(told.value).endswith("; max_tempo must be a number, not nan")


@pytest.mark.parametrize(("filters", "wrong"), [
    ({"target_energy": 60}, "target_energy is 60, and energy goes from 0 to 1"),
    ({"min_key": 12, "max_key": 12}, "min_key is 12, and key goes from 0 to 11"),
    ({"max_popularity": -1, "min_energy": -1}, "max_popularity is -1, and popularity goes from 0 to 100"),
    ({"min_tempo": 120, "max_tempo": 90}, "min_tempo 120 is above max_tempo 90, and no song is both"),
])  # fmt: skip
def test_a_filter_that_no_song_can_meet_is_told(small: Path, filters: dict[str, float], wrong: str) -> None:
    with pytest.raises(SettingsError) as told:
        query.recommend(small, ["seed"], filters=filters)

    assert str(told.value) == f"these filters cannot be used: {wrong}"


def test_a_wrong_signal_or_limit_is_told(small: Path) -> None:
    with pytest.raises(SettingsError, match="by must be one of hybrid, audio, metadata, collaborative, not 'genre'"):
        query.recommend(small, ["seed"], by="genre")
    with pytest.raises(SettingsError, match="limit must be 1 or more, not 0"):
        query.recommend(small, ["seed"], 0)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="run `segue refresh` to build one"):
        query.recommend(tmp_path / "none.duckdb", ["seed"])


def test_a_file_that_was_replaced_is_seen_at_once(tmp_path: Path, small: Path, warehouse_of: Build) -> None:
    """DuckDB's cache of instances once answered from the file that had been replaced."""
    published = tmp_path / "published.duckdb"
    os.link(small, published)
    assert ids(query.recommend(published, ["seed"], 1)) == ["a1"]

    songs = [{"track_id": name, "name": name, "artists": []} for name in ("seed", "other")]
    links = [near("seed", "other", 1.0)]
    warehouse_of(songs, links).replace(published)

    assert ids(query.recommend(published, ["seed"], 1)) == ["other"]


def test_readers_may_nest_and_share_nothing(small: Path) -> None:
    with reader(small) as outer:
        outer.register("mine", pl.DataFrame({"x": [1]}))
        assert ids(query.recommend(small, ["seed"], 1)) == ["a1"]
    with reader(small) as con:
        assert con.execute("select count(*) from duckdb_views() where view_name = 'mine'").fetchall() == [(0,)]


def test_hostile_names_are_names(warehouse_of: Build) -> None:
    hostile = ["'; drop table songs; --", "<script>alert(1)</script>", '"' * 300, "שלום 🎵 夜曲", "%s {0} $1 \\"]
    songs = [
        {"track_id": f"t{place}", "name": name, "artists": [name], "album": name, "genres": [name], "year": 2000}
        for place, name in enumerate(hostile)
    ]
    links = [near("t0", f"t{place}", 0.1, place / 10) for place in range(1, len(hostile))]
    path = warehouse_of(songs, links)

    assert query.similar_songs(path, hostile[0])["name"].to_list() == hostile[:0:-1]
    assert [query.find_song(path, name, artist=name).name for name in hostile] == hostile


def test_reasons_of_a_question_come_without_heavy_libraries() -> None:
    code = "import sys, warehouse.query; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set(done.stdout.split()).isdisjoint({"pandera", "prefect", "sklearn", "scipy", "altair", "numpy"})


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A few songs with few artists, albums, versions and features, all of them neighbours of the first."""
    count = draw(st.integers(2, 12))
    songs = []
    for place in range(count):
        sound = {
            "tempo": draw(st.sampled_from([60.0, 100.0, 180.0, None])),
            "energy": draw(st.sampled_from([0.1, 0.9, None])),
        }
        songs.append({
            "track_id": f"t{place:02d}",
            "name": draw(st.sampled_from(["Moon", "Sun", "Rain"])),
            "artists": draw(st.lists(st.sampled_from(["Ada", "Bo", "Cleo"]), max_size=2, unique=True)),
            "album": draw(st.sampled_from([None, "Night", "Day"])),
            "genres": draw(st.lists(st.sampled_from(["folk", "jazz"]), unique=True)),
            "song": f"t{draw(st.integers(0, place)):02d}",
            "sound": draw(st.sampled_from([sound, None])),
        })  # fmt: skip
    addend = st.floats(-1, 1, width=32)
    links = [
        near("t00", one["track_id"], draw(addend), draw(addend), draw(addend), adjustments=draw(addend))
        for one in songs[1:]
    ]
    told = {
        "min_tempo": [0.5, 90.0],
        "max_energy": [0.5, 90.0],
        "target_tempo": [0.5, 90.0],
        "target_energy": [0.5, 1.0],
    }
    filters = draw(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in told.items()}))
    return {
        "songs": songs,
        "links": links,
        "filters": filters,
        "limit": draw(st.integers(1, 12)),
        "diversify": draw(st.booleans()),
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_laws_of_an_answer(warehouse_of: Build, world: dict[str, Any]) -> None:
    songs = {song["track_id"]: song for song in world["songs"]}
    path = warehouse_of(world["songs"], world["links"])

    found = query.answer(path, ["t00"], world["limit"], diversify=world["diversify"], filters=world["filters"])
    rows = found.songs.to_dicts()

    own = [songs[row["track_id"]]["song"] for row in rows]
    assert songs["t00"]["song"] not in own
    assert len(own) == len(set(own)) <= world["limit"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        assert sum(reason["contribution"] for reason in row["reasons"]) == pytest.approx(row["score"], abs=1e-9)
        assert sum(bool(reason["text"]) for reason in row["reasons"]) <= 3
        sound = songs[row["track_id"]]["sound"] or {"tempo": None, "energy": None}
        for name, bound in world["filters"].items():
            side, _, attribute = name.partition("_")
            if side != "target":
                assert sound[attribute] is not None
                assert sound[attribute] >= bound if side == "min" else sound[attribute] <= bound
    if world["diversify"]:
        credits = [artist for row in rows for artist in row["artists"]]
        assert all(credits.count(artist) <= 2 for artist in credits)
    assert found.pool.returned == len(rows) <= found.pool.filtered <= found.pool.initial <= len(songs) - 1


def test_a_single_id_is_a_list_of_one(small: Path) -> None:
    assert query.recommend(small, "seed").equals(query.recommend(small, ["seed"]))
