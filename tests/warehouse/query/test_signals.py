"""What speaks for a song on a list: values that can be worked out by hand, and who becomes a candidate."""

from datetime import date
from math import log, sqrt
from typing import Any

import polars as pl
import pytest

from warehouse.query.signals import Corpus, signals, signals_of
from warehouse.query.signals.candidates import inside
from warehouse.query.signals.chunk import best
from warehouse.query.signals.corpus import Table, numbered

SOUND = {"danceability": 0.5, "energy": 0.5, "loudness": -8.0, "speechiness": 0.05, "acousticness": 0.3,
         "instrumentalness": 0.0, "liveness": 0.1, "valence": 0.5, "tempo": 110.0,
         "key": 0, "mode": 1}  # fmt: skip


def corpus(
    baskets: dict[str, list[str]],
    songs: dict[str, dict[str, Any]] | None = None,
    weights: dict[str, float] | None = None,
) -> Corpus:
    """Songs are those of the baskets, with what ``songs`` tells of them; each is by an artist of its own unless told.

    A basket weighs 1 unless ``weights`` tells otherwise.
    """
    told = {name: {} for ids in baskets.values() for name in ids} | (songs or {})
    rows = [
        {"track_id": name, "song_id": name, "album_id": None, "released_on": None, "popularity": None, "artist_ids": [f"by {name}"],
         "genres": []} | {key: value for key, value in more.items() if key not in SOUND}
        for name, more in told.items()
    ]  # fmt: skip
    schema = {"track_id": pl.String, "song_id": pl.String, "album_id": pl.String, "released_on": pl.Date, "popularity": pl.Int32,
              "artist_ids": pl.List(pl.String), "genres": pl.List(pl.String)}  # fmt: skip
    weights = weights or {}
    places = [
        (name, track_id, place, weights.get(name, 1.0))
        for name, ids in baskets.items()
        for place, track_id in enumerate(ids)
    ]
    heard = [
        {"track_id": name} | SOUND | {key: more[key] for key in SOUND if key in more}
        for name, more in told.items()
        if "tempo" in more
    ]
    return Corpus.of(
        pl.DataFrame(rows, schema=schema),
        pl.DataFrame(
            places,
            schema={"basket_id": pl.String, "track_id": pl.String, "position": pl.Int32, "weight": pl.Float64},
            orient="row",
        ),
        pl.DataFrame(heard, schema={"track_id": pl.String, **dict.fromkeys(SOUND, pl.Float64)}),
    )


def of(found: pl.DataFrame, track_id: str) -> dict[str, float | None]:
    """Signals of a candidate of a single list, by their short names."""
    row = found.filter(track_id=track_id).drop("list_id", "track_id").row(0, named=True)
    return {name.partition(".")[2]: value for name, value in row.items()}


def asked(*track_ids: str) -> pl.DataFrame:
    return pl.DataFrame({"list_id": "mine", "track_id": track_ids})


def test_a_table_gives_the_rows_of_each_number_in_order() -> None:
    """Nothing is known of number 2, and 7 is beyond the last."""
    table = Table(pl.DataFrame({"track": [3, 0, 3, 1], "artist": [9, 8, 7, 6], "weight": [1.0, 2.0, None, 4.0]}))
    asked = pl.DataFrame({"list": [0, 0, 1, 1, 1], "track": [3, 2, 7, 0, 3]}, schema_overrides={"track": pl.UInt32})

    found = table.join(asked, "track", "artist", "weight")
    assert found.rows() == [(0, 3, 9, 1.0), (0, 3, 7, None), (1, 0, 8, 2.0), (1, 3, 9, 1.0), (1, 3, 7, None)]
    assert Table(table.rows.clear()).join(asked, "track", "artist").is_empty()


def test_unknown_ids_have_no_number() -> None:
    asked = pl.DataFrame({"track_id": ["c", "a", "b", "zz", None, ""]})

    assert numbered(asked, pl.Series("track_id", ["a", "c"]), "track").rows() == [("c", 1), ("a", 0)]


def test_company_by_hand() -> None:
    """Basket one shares both seeds, two shares one; n of c is 2."""
    found = signals(asked("a", "b"), corpus({"one": ["a", "b", "c"], "two": ["b", "c", "d", "e"]}))

    told = of(found, "c")
    user = 2 / sqrt(2 * 3) + 1 / sqrt(2 * 4)
    assert told["user"] == pytest.approx(user)
    assert told["user2"] == pytest.approx(4 / 6 + 1 / 8)
    assert told["item"] == pytest.approx((1 + 1 / sqrt(2) + 1 / sqrt(2)) / sqrt(2) / 2)
    assert told["lift"] == pytest.approx(user / sqrt(4))
    assert told["n"] == pytest.approx(log(3))
    assert found["track_id"].to_list() == ["c", "d", "e"]


def test_a_session_of_half_the_weight_speaks_half_as_loud_as_a_playlist() -> None:
    """What stands a few places away, and in how many baskets, is heard the same from both."""
    baskets, artists = {"playlist": ["a", "b", "c"], "session": ["a", "b", "d"]}, {"x": {"artist_ids": ["by a"]}}
    found = signals(asked("a", "b"), corpus(baskets, artists, {"session": 0.5}))

    loud, soft = of(found, "c"), of(found, "d")
    for name in ("user", "item", "useridf", "ridge", "lift", "userart", "abask"):
        assert soft[name] == pytest.approx(loud[name] / 2), name
    assert [soft[name] for name in ("near", "nearsong", "n", "n_gap")] == [
        loud[name] for name in ("near", "nearsong", "n", "n_gap")
    ]


def test_near_counts_places() -> None:
    """c stands one place from b and two from a in its only other basket; the weights of a and b are 1/sqrt(1 + 1)."""
    found = signals(asked("a", "b"), corpus({"one": ["a", "b", "c"]}))

    assert of(found, "c")["near"] == pytest.approx((1 / sqrt(2)) * (1 + 1 / sqrt(2)) / sqrt(2 * 2))


def test_own_baskets_do_not_speak() -> None:
    """A basket inside of the list tells nothing; nor does one that is named, whose hidden songs are not even counted."""
    world = corpus({"mine": ["a", "b", "c"], "other": ["a", "d"]})

    assert signals(asked("a", "b", "c"), world)["track_id"].to_list() == ["d"]
    hidden = signals(asked("a", "b"), world, pl.DataFrame({"list_id": ["mine"], "basket_id": ["mine"]}))
    assert hidden["track_id"].to_list() == ["d"]
    covered = signals(
        asked("a", "b"), world, pl.DataFrame({"list_id": ["mine"], "basket_id": ["mine"]}), more=asked("c")
    )
    assert of(covered, "c")["n"] is None
    assert of(covered, "c")["user"] is None


def test_artists_album_genre_and_era_by_hand() -> None:
    songs = {
        "a": {
            "artist_ids": ["ada"],
            "album_id": "night",
            "genres": ["folk"],
            "released_on": date(1970, 1, 1),
            "popularity": 40,
        },
        "b": {"artist_ids": ["ada", "bo"], "genres": ["folk"], "released_on": date(1974, 1, 1), "popularity": 60},
        "c": {
            "artist_ids": ["ada"],
            "album_id": "night",
            "genres": ["folk", "jazz"],
            "released_on": date(1980, 1, 1),
            "popularity": 70,
        },
        "x": {"genres": ["jazz"]},
    }
    told = of(signals(asked("a", "b"), corpus({}, songs)), "c")

    assert told["artist"] == pytest.approx(1.0)
    assert told["artist_n"] == pytest.approx(2.0)
    assert told["album"] == pytest.approx(1.0)
    folk, jazz = log(4 / 3), log(4 / 2)
    assert told["genre"] == pytest.approx(folk / sqrt(folk**2 + jazz**2))
    assert told["era"] == pytest.approx(-8 / sqrt(4 + 9))
    assert told["popularity_gap"] == pytest.approx(20 / sqrt(100 + 100))
    assert told["user"] is None  # no basket at all


def test_how_widely_listed_against_the_list_by_hand() -> None:
    """The own basket counts for nobody: a stands in two others, b in none, c in one; their artists likewise, but ada has a and x."""
    songs = {"a": {"artist_ids": ["ada"]}, "x": {"artist_ids": ["ada"]}, "c": {"artist_ids": ["ada", "cy"]}}
    baskets = {"mine": ["a", "b"], "one": ["a", "c"], "two": ["a", "y"], "three": ["x"]}
    told = of(signals(asked("a", "b"), corpus(baskets, songs)), "c")

    assert told["n_gap"] == pytest.approx(log(2) - (log(3) + log(1)) / 2)
    assert told["artist_gap"] == pytest.approx((log(4) + log(2)) / 2 - (log(4) + log(1)) / 2)
    of_none = of(signals(asked("a", "b"), corpus(baskets | {"three": ["d"]}, songs)), "x")
    assert of_none["n"] is None
    assert of_none["n_gap"] is None
    assert of_none["artist_gap"] is None


def test_a_list_by_number_is_as_by_id() -> None:
    """The basket "whole" is what the list was cut from, so that it does not speak; t20 only comes with ``more``."""
    baskets = {f"b{k}": [f"t{(k * step) % 20:02}" for step in range(1, 6)] for k in range(1, 12)}
    world = corpus(baskets | {"whole": ["t00", "t03", "t07"], "of none": ["t20", "t21"]})
    ids = world.tracks["track_id"]

    def numbers(*track_ids: str) -> pl.Series:
        return ids.search_sorted(pl.Series(track_ids)).alias("track")

    def by_id(found: pl.DataFrame) -> pl.DataFrame:
        return found.select(ids.gather(found["track"]), pl.exclude("track"))

    whole = numbers("t07", "t03", "t00")
    left = signals_of(numbers("t07", "t00"), world, whole, more=lambda: numbers("t20", "t01", "t20"))
    own = pl.DataFrame({"list_id": ["mine"], "basket_id": ["whole"]})
    assert by_id(left).equals(signals(asked("t00", "t07"), world, own, more=asked("t20", "t01")).drop("list_id"))
    alone = signals_of(whole, world, more=numbers)
    assert by_id(alone).equals(signals(asked("t00", "t03", "t07"), world).drop("list_id"))
    assert "t20" in by_id(left)["track_id"] and "t20" not in by_id(alone)["track_id"]


def test_how_much_of_an_artist_the_list_holds_by_hand() -> None:
    """Of ada's songs that any list has, the list has two and another one more; what only the own basket has, or none, counts not."""
    songs = {name: {"artist_ids": ["ada"]} for name in ("a", "a2", "a3", "hidden", "nowhere")} | {
        "b": {"artist_ids": ["bo"]}
    }
    baskets = {"mine": ["a", "a2", "b", "hidden"], "one": ["a", "a3", "c"]}
    own = pl.DataFrame({"list_id": ["mine"], "basket_id": ["mine"]})
    found = signals(asked("a", "a2", "b"), corpus(baskets, songs), own, more=asked("hidden"))

    assert [of(found, name)["artist_held"] for name in ("a3", "nowhere", "hidden")] == pytest.approx([2 / 4] * 3)
    assert of(found, "c")["artist_held"] == 0
    unlisted = signals(asked("nowhere"), corpus(baskets, songs))
    assert of(unlisted, "a3")["artist_held"] == pytest.approx(1 / 6)


def test_the_sound_of_the_list_is_likelier_than_another() -> None:
    songs = {name: {"tempo": tempo, "energy": energy, "artist_ids": ["ada"]} for name, tempo, energy in (
        ("a", 70.0, 0.1), ("b", 75.0, 0.15), ("c", 72.0, 0.12), ("d", 170.0, 0.95), ("e", 165.0, 0.9))}  # fmt: skip
    found = signals(asked("a", "b"), corpus({}, songs | {"mute": {"artist_ids": ["ada"]}}))

    assert of(found, "c")["likelihood"] > of(found, "d")["likelihood"]
    assert of(found, "c")["cosine"] > 0 > of(found, "d")["cosine"]
    assert of(found, "mute")["likelihood"] is None


def sound_of(feature: str, *values: float) -> pl.DataFrame:
    """The signals for a list of one song, of songs c0, c1, … that sound like it but for the ``values`` of a feature: its own first."""
    songs = {f"c{place}": {"tempo": 100.0, feature: value} for place, value in enumerate(values)}
    others = [f"c{place}" for place in range(1, len(values))]
    return signals(asked("c0"), corpus({"one": ["c0", *others]}, songs), None, more=asked(*others))


def test_double_and_half_tempo_are_one_tempo() -> None:
    found = sound_of("tempo", 70.0, 70.0, 140.0, 35.0, 100.0)

    same, double, half, other = (of(found, f"c{place}") for place in range(1, 5))
    for name in ("likelihood", "cosine"):
        assert double[name] == pytest.approx(same[name])
        assert half[name] == pytest.approx(same[name])
        assert other[name] < double[name]


def test_keys_are_a_circle() -> None:
    """C and F share six of seven tones, C and B two and C and F sharp no more; of an unknown key nothing is heard."""
    found = sound_of("key", 0, *range(12), -1)

    same, fourth, step, tritone, unknown = (of(found, f"c{1 + key}") for key in (0, 5, 11, 6, 12))
    for name in ("likelihood", "cosine"):
        assert same[name] > fourth[name] > step[name] > tritone[name]
    assert unknown["likelihood"] > tritone["likelihood"]


def test_major_is_nearer_to_major() -> None:
    found = sound_of("mode", 1, 1, 0)

    assert of(found, "c1")["likelihood"] > of(found, "c2")["likelihood"]
    assert of(found, "c1")["cosine"] > of(found, "c2")["cosine"]


def test_one_column_of_nulls_empties_nothing() -> None:
    """A column of nulls once turned every cosine into NaN, in silence."""
    songs = {
        name: {"tempo": tempo, "energy": None, "artist_ids": ["ada"]}
        for name, tempo in (("a", 70.0), ("b", 75.0), ("c", 170.0))
    }
    found = signals(asked("a"), corpus({}, songs))

    assert found["audio.likelihood"].is_finite().all()
    assert of(found, "b")["likelihood"] > of(found, "c")["likelihood"]


@pytest.mark.parametrize("name", ["0", "m", "z"])
def test_what_a_list_is_called_whose_songs_nobody_made_says_nothing(name: str) -> None:
    """The night ended here once where such a list was not the last by its name."""
    nobody: dict[str, Any] = {"artist_ids": []}
    songs = {"x": nobody, "y": nobody, "a": {"artist_ids": ["ada"]}, "b": {"artist_ids": ["ada"]}}
    world = corpus({"l": ["a", "c"], "n": ["b", "c", "d"], name: ["x", "y"]}, songs)

    told = signals(asked("a"), world)
    assert told["track_id"].to_list() == ["b", "c", "d"]
    alike = log(1 + 3 / 2) ** 2 / (log(1 + 3 / 2) * (log(1 + 3 / 2) + log(1 + 3 / 2) + log(1 + 3 / 1)))
    assert of(told, "d")["userart"] == pytest.approx(alike)
    assert signals(asked("x"), world)["track_id"].to_list() == ["y"]
    assert of(signals(asked("x"), world), "y")["userart"] == 0


def test_no_version_of_a_seed_is_a_candidate() -> None:
    songs = {"a": {}, "b": {}, "a-live": {"song_id": "a"}}

    assert signals(asked("a"), corpus({"one": ["a", "a-live", "b"]}, songs))["track_id"].to_list() == ["b"]


def test_many_lists_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    world = corpus({f"b{k}": [f"t{(k * step) % 23}" for step in range(1, 9)] for k in range(1, 12)})
    lists = pl.DataFrame(
        [(f"l{k}", f"t{(k + step) % 23}") for k in range(9) for step in (0, 3, 7)],
        schema=["list_id", "track_id"],
        orient="row",
    )

    together = signals(lists, world)
    monkeypatch.setattr("warehouse.query.signals.candidates.CHUNK", 4)
    assert signals(lists, world).equals(together)
    alone = pl.concat([signals(part, world) for part in lists.partition_by("list_id", maintain_order=True)])

    assert together.equals(alone)


def test_the_last_digit_of_a_sum_chooses_no_candidate() -> None:
    """It hangs on which lists are asked for together."""
    sums = pl.DataFrame({"list": [0, 0], "track": [5, 2], "like": [0.1 + 0.2, 0.3]})

    assert best(sums, "like", 1, "track")["track"].to_list() == [2]


def test_no_list_no_candidate() -> None:
    assert signals(asked("stranger"), corpus({"one": ["a", "b"]})).is_empty()


def test_seeds_take_no_place_from_candidates() -> None:
    """Six seeds stand together in two other baskets; they once filled the places of the pool."""
    seeds = list("abcdef")
    world = corpus({f"list {k}": [*seeds, *(f"x{k}{place}" for place in range(4))] for k in range(2)})

    assert signals(asked(*seeds), world, per=4)["track_id"].to_list() == ["x00", "x01", "x02", "x03", "x10", "x11"]


def test_a_basket_inside_of_a_list_is_its_own() -> None:
    world = corpus({"one": ["a", "b"], "two": ["a", "c"]})

    songs = pl.DataFrame({"list": [0, 0, 1], "track": [0, 1, 2]}, schema={"list": pl.UInt32, "track": pl.UInt32})
    assert inside(songs, world).rows() == [(0, world.baskets["basket_id"].to_list().index("one"))]


def test_ridge_by_hand() -> None:
    """Basket one shares both seeds and two one of them; the cosine of the two baskets is 2 of 3 and 4 songs."""
    found = signals(asked("a", "b"), corpus({"one": ["a", "b", "c"], "two": ["b", "c", "d", "e"]}))

    likeness, first, second = 2 / sqrt(12), 2 / sqrt(3), 1 / sqrt(4)
    both = 4 - likeness**2
    one, two = (2 * first - likeness * second) / both / sqrt(3), (2 * second - likeness * first) / both / sqrt(4)
    assert of(found, "c")["ridge"] == pytest.approx(one + two)
    assert of(found, "d")["ridge"] == pytest.approx(two)


def test_own_baskets_do_not_speak_through_the_ridge() -> None:
    """The basket that a list was cut from changes nothing, neither by its songs nor by what it shares with other baskets."""
    others = {"one": ["a", "b", "c"], "two": ["b", "c", "d", "e"]}
    own = pl.DataFrame({"list_id": ["mine"], "basket_id": ["mine"]})
    without = signals(asked("a", "b"), corpus(others))
    beside = signals(asked("a", "b"), corpus(others | {"mine": ["a", "b", "e"]}), own)

    assert beside.select("track_id", "collaborative.ridge").equals(without.select("track_id", "collaborative.ridge"))


def test_versions_stand_near_each_other_by_hand() -> None:
    """No list holds a and c themselves side by side; one holds other versions of them. Song c is in two baskets, song a in one."""
    versions = {"a": {}, "a-live": {"song_id": "a"}, "c-remix": {"song_id": "c"}}
    world = corpus({"one": ["a-live", "c-remix"], "two": ["c", "z"]}, versions)

    told = of(signals(asked("a"), world, more=asked("c")), "c")
    assert told["near"] == 0
    assert told["nearsong"] == pytest.approx(1 / sqrt(2) / sqrt(3))
    own = pl.DataFrame({"list_id": ["mine"], "basket_id": ["one"]})
    assert of(signals(asked("a"), world, own, more=asked("c")), "c")["nearsong"] == 0
