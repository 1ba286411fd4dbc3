"""Neighbours of small catalogues: sums, order, versions, missing values, and the smallest inputs there are."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array, hstack, random_array

from schemas.catalogue import FEATURES
from schemas.values import HUB, MILLION, depth_for, own_for
from tasks.bench.making import catalogue
from tasks.similarity.lists import ERROR, TABLES, addends, arranged
from tasks.similarity.neighbours import block, build, neighbours
from tasks.similarity.signals import SIGNALS, signals
from tasks.similarity.signals.rows import beside
from tasks.similarity.signals.sound import audio_features
from tasks.similarity.weights import STATED

ADDENDS = ("audio", "metadata", "collaborative", "adjustments")


def songs(*rows: tuple[str, str], song_id: dict[str, str] | None = None) -> pl.DataFrame:
    """Songs (track_id, artist_id); each is its own song unless told."""
    return pl.DataFrame(
        {
            "track_id": [track for track, _ in rows],
            "song_id": [(song_id or {}).get(track, track) for track, _ in rows],
            "artist_ids": [[artist] for _, artist in rows],
            "album_id": [None for _ in rows],
            "genres": [[] for _ in rows],
            "released_on": [date(2000, 1, 1) for _ in rows],
            "title_key": [f"title {track}" for track, _ in rows],
        },
        schema={
            "track_id": pl.String,
            "song_id": pl.String,
            "artist_ids": pl.List(pl.String),
            "album_id": pl.String,
            "genres": pl.List(pl.String),
            "released_on": pl.Date,
            "title_key": pl.String,
        },
    )


def features(**tracks: dict[str, float | None]) -> pl.DataFrame:
    rows = [{"track_id": track} | dict.fromkeys(FEATURES) | values for track, values in tracks.items()]
    return pl.DataFrame(rows, schema={"track_id": pl.String} | dict.fromkeys(FEATURES, pl.Float64))


def baskets(*lists: str) -> pl.DataFrame:
    """Each text is a basket, each letter of it a track."""
    rows = [(f"playlist:{n}", track, place, 1.0) for n, text in enumerate(lists) for place, track in enumerate(text)]
    schema = {"basket_id": pl.String, "track_id": pl.String, "position": pl.Int32, "weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def related(*args: pl.DataFrame, top: int = 10) -> pl.DataFrame:
    given = signals(*args, STATED)
    parts = list(neighbours(given, build(given, top), top))
    return pl.concat(parts) if parts else pl.DataFrame()


def test_places_in_sparse_rows_take_four_bytes_each() -> None:
    given = signals(*catalogue(300), STATED)
    rows = {name: getattr(given, name) for name in ("gives", "takes", "walks", "holds", "links")}
    assert all(matrix.nnz for matrix in rows.values())
    assert {name: matrix.indices.itemsize for name, matrix in rows.items()} == dict.fromkeys(rows, 4)


def test_addends_sum_to_the_score_and_ranks_follow_it() -> None:
    tracks = songs(*((letter, "one" if letter < "e" else "two") for letter in "abcdefgh"))
    sound = features(
        **{letter: {"energy": place / 8, "valence": place % 3 / 3} for place, letter in enumerate("abcdefgh")}
    )
    found = related(tracks, sound, baskets("abcd", "efgh", "aef"))
    sums = found.select((pl.col("score") - pl.sum_horizontal(*ADDENDS)).abs().max()).item()
    assert sums < 1e-9
    ordered = found.sort("track_id", "score", "neighbour_id", descending=[False, True, False])
    assert found.select("track_id", "neighbour_id").equals(ordered.select("track_id", "neighbour_id"))
    ranks = found.group_by("track_id", maintain_order=True).agg("rank")["rank"].to_list()
    assert all(part == list(range(1, len(part) + 1)) for part in ranks)


def test_lists_are_those_of_all_pairs() -> None:
    """Single precision chooses who is scored, and costs nobody a place."""
    given = signals(*catalogue(400), STATED)
    first, other = (side.ravel() for side in np.indices((400, 400)))
    apart = given.songs[first] != given.songs[other]
    first, other = first[apart], other[apart]
    own = given.of_one_artist(first, other)
    depth = depth_for(5)
    whole = arranged(given.songs, 400, first, other, addends(given, first, other), depth, own, own_for(depth))
    found = build(given, 5)
    assert [name for name in TABLES if not np.array_equal(getattr(found, name), getattr(whole, name))] == []


def test_all_whose_lists_a_song_may_enter_are_told() -> None:
    """What baskets say is not mutual: to some a song scores more than they do to it."""
    given, seeds = signals(*catalogue(400), STATED), np.arange(100)
    first, other = (side.ravel() for side in np.indices((400, 100)))
    told = sum(values for name, values in addends(given, first, other).items() if name != "together").reshape(400, 100)
    told[given.songs[:, None] == given.songs[seeds]] = 0
    bounds = np.sort(told)[:, -3]
    enters = (told >= bounds[:, None]) & (bounds[:, None] > 0)
    found = block(
        (given, seeds, depth_for(5), np.where(bounds > 0, bounds / MILLION - ERROR, np.inf).astype(np.float32))
    )
    assert {*zip(*np.nonzero(enters), strict=True)} <= {*zip(found.first, found.other, strict=True)}


@pytest.mark.parametrize("signal", [name for name in SIGNALS if name != "metadata.era"])  # no year is made up
def test_who_reaches_a_bound_with_a_song_is_told_by_what_the_song_scores(signal: str) -> None:
    """All who do, and but for what is given for baskets nobody else."""
    given, seeds = signals(*catalogue(400), dict.fromkeys(SIGNALS, 0.0) | {signal: 1.0}), np.arange(100)
    scores = given.scorer()
    told, back = scores(seeds), scores(np.arange(400))[:, seeds].T
    bounds = np.maximum(np.sort(back, axis=0)[-3], 2 * ERROR)
    row, track = given.reaching(seeds, told, bounds - ERROR)
    assert {*zip(row, track, strict=True)} >= {*zip(*np.nonzero(back >= bounds), strict=True)}
    if signal not in ("collaborative.together", "collaborative.regulars", "collaborative.genres"):
        assert (back[row, track] >= bounds[track] - 2 * ERROR).all()
    assert row.size > 0


def test_shared_baskets_are_told_with_their_evidence() -> None:
    found = related(songs(("a", "1"), ("b", "2"), ("c", "3")), features(), baskets("ab", "ab", "bc", "ca"))
    row = found.filter((pl.col("track_id") == "a") & (pl.col("neighbour_id") == "b")).row(0, named=True)
    assert row["baskets_together"] == 2
    assert row["collaborative"] > 0


def test_no_other_version_of_the_song_and_no_two_versions_of_one() -> None:
    tracks = songs(("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"), song_id={"b": "a", "d": "c"})
    found = related(tracks, features(), baskets("abcd"))
    told = found.select("track_id", "neighbour_id").rows()
    assert [other for track, other in told if track == "a"] in (["c"], ["d"])
    assert ("a", "b") not in told


def test_a_discography_leaves_room_for_others_in_the_lists_of_its_songs() -> None:
    """Whoever asked for songs like one of an artist of 200 once got two: all that were stored were the artist's own."""
    tracks = songs(*((f"t{number:03}", "prolific" if number < 200 else f"a{number}") for number in range(300)))
    sound = features(**{f"t{number:03}": {"energy": number % 7 / 7, "valence": 0.5} for number in range(300)})
    found = related(tracks, sound, baskets(), top=100).filter(track_id="t000")
    own = found.filter(pl.col("neighbour_id") < "t200")
    assert (found.height, own.height) == (100, 58)
    assert own["rank"].to_list() == list(range(1, 59))  # the best of them: the artist in common counts


def test_equal_scores_are_in_the_order_of_the_ids() -> None:
    found = related(songs(*((letter, "x") for letter in "dbca")), features(), baskets())
    assert found.filter(track_id="a")["neighbour_id"].to_list() == ["b", "c", "d"]


@pytest.mark.parametrize("column", [[None] * 4, [0.5] * 4], ids=["null", "constant"])
def test_a_column_that_says_nothing_leaves_the_others_their_say(column: list[float | None]) -> None:
    """One column of nulls once turned every z-scored cosine into NaN, and recall into 0, silently."""
    values = [0.1, 0.2, 0.8, 0.9]
    sound = features(
        **{track: {"energy": value, "valence": odd} for track, value, odd in zip("abcd", values, column, strict=True)}
    )
    found = related(songs(*((track, track) for track in "abcd")), sound, baskets())
    assert found["audio"].is_finite().all()
    assert found.filter(track_id="a")["neighbour_id"][0] == "b"


def test_half_and_double_tempo_sound_alike_and_keys_go_round() -> None:
    sound = features(a={"tempo": 70, "key": 0}, b={"tempo": 140, "key": 0}, c={"tempo": 100, "key": 6})
    values, _ = audio_features(sound)
    assert values[0] == pytest.approx(values[1])
    assert values[0] @ values[1] > values[0] @ values[2]


@pytest.mark.parametrize(("tracks", "lists"), [("", ""), ("a", ""), ("a", "a"), ("ab", "ab")])
def test_the_smallest_catalogues_are_related_without_complaint(tracks: str, lists: str) -> None:
    found = related(songs(*((track, track) for track in tracks)), features(), baskets(*([lists] if lists else [])))
    assert found.height == (2 if len(tracks) == 2 else 0)


def test_no_track_stands_in_more_lists_than_a_hub_may() -> None:
    """A song in every basket is near to everybody; it keeps the lists where it scores best."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    tracks = songs(("0", "hub"), *((letter, letter) for letter in letters))
    lists = ["0" + letters[start : start + 2] for start in range(0, 26, 2)]
    found = related(tracks, features(), baskets(*lists), top=2)
    assert found.group_by("neighbour_id").len()["len"].max() <= HUB * 2


def test_matrices_side_by_side_are_those_of_scipy() -> None:
    parts = [csr_array(random_array((9_000, width), density=0.01, rng=width)) for width in (30, 1, 200)]
    one, other = beside(parts), csr_array(hstack(parts))
    assert (one != other).nnz == 0
    assert one.indices.dtype == other.indices.dtype
