"""Why a song is on a list, why another is not, and what the list would be without some seeds."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import UnknownSongError
from tests.warehouse.query.making import near, song
from warehouse import query
from warehouse.connection import writer

Build = Callable[..., Path]


def test_why_runs_up_to_the_score(small: Path) -> None:
    waterfall = query.why(small, "seed", "a2").to_dicts()

    assert [(row["ordinal"], row["kind"]) for row in waterfall] == [
        (1, "metadata"), (2, "audio"), (3, "collaborative"), (4, "adjustments"), (5, "variety"),
    ]  # fmt: skip
    assert [row["total"] for row in waterfall] == pytest.approx([0.3, 0.58, 0.78, 0.78, 0.576])
    assert query.recommend(small, ["seed"]).filter(track_id="a2")["score"].item() == pytest.approx(0.576)


def test_why_of_a_song_that_is_no_neighbour_points_to_why_not(small: Path) -> None:
    with pytest.raises(
        UnknownSongError,
        match="“Nobody's Friend” by Eve is none of the neighbours of “Naïve Moon” by Ada: `segue why-not`",
    ):
        query.why(small, "seed", "lonely")


def test_why_of_a_seed_says_that_it_was_given(small: Path) -> None:
    with pytest.raises(UnknownSongError, match="“Lamp” by Bo is one of the songs that you gave, which never come back"):
        query.why(small, ["seed", "b2"], "b2")


@pytest.mark.parametrize(("song", "arguments", "expected"), [
    ("a1", {}, query.WhyNot("recommended", "“River” by Ada is on the list: #1 with 0.950", 0.0)),
    ("seed", {}, query.WhyNot("seed", "“Naïve Moon” by Ada is one of the songs that you gave")),
    ("seed-live", {}, query.WhyNot("seed", "“Naïve Moon - Live” by Ada is the same song as “Naïve Moon” by Ada, which you gave")),
    ("b2", {"filters": {"max_tempo": 120}}, query.WhyNot("filter", "max_tempo is 120, and the tempo of “Lamp” by Bo is 150: 30 above", 30.0)),
    ("a3", {"filters": {"min_tempo": 120}}, query.WhyNot("filter", "min_tempo is 120, and the tempo of “Tree” by Ada is unknown")),
    ("b1-remix", {"diversify": False}, query.WhyNot("version", "“Harbour - Remix” by Bo is another version of “Harbour” by Bo, Ada, which is #3")),
    ("a3", {}, query.WhyNot("artist cap", "the list already has 2 songs of an artist of “Tree” by Ada, the last one at #2")),
    ("c1", {"limit": 1, "diversify": False}, query.WhyNot(
        "place", "“Moon” by Cleo is #6 of 6 by score: 0.100 against 0.950 of #1; it lacks most in metadata (0.300 less)", pytest.approx(0.85))),
    ("lonely", {}, query.WhyNot(
        "neighbours",
        "“Nobody's Friend” by Eve is not among the 8 stored neighbours of “Naïve Moon” by Ada: it scores less than the last of them, which has 0.100")),
    ("lonely", {"filters": {"min_tempo": 300}}, query.WhyNot(
        "neighbours",
        "“Nobody's Friend” by Eve is not among the 8 stored neighbours of “Naïve Moon” by Ada: it scores less than the last of them, which has 0.100")),
    ("c1", {"by": "metadata"}, query.WhyNot(
        "neighbours", "“Moon” by Cleo is a stored neighbour of “Naïve Moon” by Ada, but metadata adds nothing to that")),
])  # fmt: skip
def test_why_not_names_the_first_rule_and_the_distance(
    small: Path, song: str, arguments: dict[str, Any], expected: query.WhyNot
) -> None:
    assert query.why_not(small, "seed", song, **arguments) == expected


def test_why_not_of_a_blocked_song(warehouse_of: Build) -> None:
    songs = [{"track_id": name, "name": name, "artists": []} for name in "sa"]
    links = [near("s", "a", 0.5)]
    block = {
        "feedback_id": "1",
        "kind": "block",
        "entity": "track",
        "entity_id": "a",
        "at": datetime.fromisoformat("2026-01-01"),
    }

    assert query.why_not(warehouse_of(songs, links, feedback=[block]), "s", "a") == query.WhyNot(
        "blocked", "you blocked “a”, its artist or its genre"
    )


def test_why_not_a_song_of_an_artist_with_a_discography(warehouse_of: Callable[..., Path]) -> None:
    names = [f"t{number:02}" for number in range(42)]
    songs = [{"track_id": name, "name": name, "artists": ["Queen"]} for name in names]
    songs.append({"track_id": "x", "name": "x", "artists": ["Bo"]})
    told = warehouse_of(songs, [near(seed, name, 0.9) for seed in ("t00", "x") for name in names[1:-1]])
    no_neighbour = "is not among the 40 stored neighbours of “t00” by Queen:"

    assert query.why_not(told, "t00", "x") == query.WhyNot(
        "neighbours", f"“x” by Bo {no_neighbour} it scores less than the last of them, which has 0.900"
    )
    assert query.why_not(told, "t00", "t41") == query.WhyNot(
        "own artist",
        f"“t41” by Queen {no_neighbour} 40 of them are by Queen, and room is left for others; "
        "it may well be nearer than the last of these",
    )


def test_why_not_a_song_of_the_artist_while_there_is_room_for_more_of_them(warehouse_of: Build) -> None:
    songs = [
        song(name, name, ["Queen" if name[0] == "t" else "Bo"]) for name in ("t0", "t1", "t2", "b0", "b1", "b2", "b3")
    ]
    others = ["t1", "b0", "b1", "b2", "b3"]

    told = query.why_not(
        warehouse_of(songs, [near(seed, name, 0.5) for seed in ("t0", "t2") for name in others]), "t0", "t2"
    )

    assert told.rule == "neighbours"
    assert told.text.endswith("it scores less than the last of them, which has 0.500")


def test_why_not_a_song_that_stands_in_as_many_lists_as_one_may(warehouse_of: Build) -> None:
    """Of lists of one neighbour nobody stands in more than five: a hub may be nearer than the one that is stored in its place."""
    seeds = [f"s{number}" for number in range(7)]
    songs = [song(name, name, [name]) for name in [*seeds, "hub", "other"]]
    songs.append(song("hub-live", "hub - Live", ["hub"], song="hub"))
    links = [near(seed, "hub" if number < 5 else "other", 0.3) for number, seed in enumerate(seeds)]
    told = warehouse_of(songs, links)

    assert query.why_not(told, "s6", "hub") == query.WhyNot(
        "hub",
        "“hub” by hub is not among the 1 stored neighbours of “s6” by s6: it stands in 5 of the 5 lists in which one song may "
        "stand, and is kept for those where it matters most; it may well be nearer than the last of these",
    )
    assert query.why_not(told, "s0", "other").rule == "neighbours"
    assert "another version of it stands in 5 of the 5 lists" in query.why_not(told, "s6", "hub-live").text


def test_why_not_compares_with_those_who_are_stored_for_their_score(warehouse_of: Build) -> None:
    """A better one may have left the last place to a song that stands in no other list."""
    songs = [song(name, name, []) for name in ("s", "r", "a", "b", "guest", "x")]
    links = [near("s", "a", 0.9), near("s", "b", 0.8), near("s", "guest", 0.1)]
    links += [near("r", "a", 0.9), near("r", "b", 0.8), near("r", "x", 0.7)]

    assert query.why_not(warehouse_of(songs, links), "s", "x").text == (
        "“x” is not among the 3 stored neighbours of “s”: it scores less than number 2, which has 0.800; "
        "the places behind are for songs that stand in no other list"
    )


def remembering(path: Path, seed: str, scores: dict[str, float]) -> Path:
    """The file with what its night kept of the ``seed``: the best others, best first."""
    with writer(path) as con:
        ids = [name for (name,) in con.sql("select track_id from tracks order by track_id").fetchall()]
        millionths = [round(score * 1e6) for score in scores.values()]
        others = [*(ids.index(name) for name in scores), -1]
        con.execute(
            "create table song_lists as select track_id, $others as others, $audio as audio, $none as metadata, $none as collaborative "
            "from tracks where track_id = $seed union all select track_id, [], [], [], [] from tracks where track_id <> $seed",
            {"others": others, "audio": [*millionths, 0], "none": [0] * len(others), "seed": seed},
        )
    return path


def test_why_not_a_song_that_follows_the_stored_neighbours_has_a_number_and_a_distance(warehouse_of: Build) -> None:
    songs = [song(name, name, []) for name in ("s", "a", "b", "x", "y")]
    links = [near("s", "a", 0.9), near("s", "b", 0.8), near("x", "a", 0.5), near("x", "b", 0.5)]
    told = remembering(warehouse_of(songs, links), "s", {"a": 0.9, "b": 0.8, "x": 0.75})

    found = query.why_not(told, "s", "x")
    assert found.text == (
        "“x” is not among the 2 stored neighbours of “s”: it is number 3 by score and has 0.750, less than the last of them, "
        "which has 0.800"
    )
    assert found.short_by == pytest.approx(0.05)
    farther = query.why_not(told, "s", "y")
    assert farther == query.WhyNot(
        "neighbours",
        "“y” is not among the 2 stored neighbours of “s”: it scores less than the last of them, which has 0.800",
    )


@pytest.mark.parametrize(("kept", "rule", "end"), [
    ({"hub": 0.5, "other": 0.3, "s0": 0.2}, "hub", "; it is number 1 by score"),
    ({"other": 0.3, "hub": 0.2}, "neighbours", "it is number 2 by score and has 0.200, less than the last of them, which has 0.300"),
    ({"other": 0.3, "s0": 0.2}, "neighbours", "it scores less than the last of them, which has 0.300"),
    ({"s0": 0.4}, "hub", "; it may well be nearer than the last of these"),
])  # fmt: skip
def test_why_not_a_song_of_many_lists_that_is_not_near_does_not_say_that_it_may_be(
    warehouse_of: Build, kept: dict[str, float], rule: str, end: str
) -> None:
    """Every hub was once said to be kept for other lists, however far from the seed it is."""
    seeds = [f"s{number}" for number in range(7)]
    songs = [song(name, name, []) for name in [*seeds, "hub", "other"]]
    links = [near(seed, "hub" if number < 5 else "other", 0.3) for number, seed in enumerate(seeds)]

    told = query.why_not(remembering(warehouse_of(songs, links), "s6", kept), "s6", "hub")
    assert told.rule == rule
    assert told.text.endswith(end)


def test_why_not_a_song_that_is_near_and_left_its_place(warehouse_of: Build) -> None:
    songs = [song(name, name, []) for name in ("s", "a", "b", "x")]
    links = [near("s", "a", 0.9), near("s", "b", 0.4), near("x", "a", 0.5), near("x", "b", 0.5)]
    told = remembering(warehouse_of(songs, links), "s", {"a": 0.9, "x": 0.8, "b": 0.4})

    assert query.why_not(told, "s", "x") == query.WhyNot(
        "hub",
        "“x” is not among the 2 stored neighbours of “s”: it is number 2 by score, and left its place to a song that stands in "
        "fewer lists",
    )


def test_a_song_of_the_seed_s_artist_that_is_not_in_what_was_kept_may_have_been_left_out(warehouse_of: Build) -> None:
    names = [f"t{number:02}" for number in range(42)]
    songs = [song(name, name, ["Queen"]) for name in names]
    links = [near("t00", name, 0.9) for name in names[1:-1]]
    told = remembering(warehouse_of(songs, links), "t00", dict.fromkeys(names[1:-1], 0.9))

    assert query.why_not(told, "t00", "t41").rule == "own artist"


def test_why_not_a_version_of_a_stored_neighbour(warehouse_of: Build) -> None:
    songs = [song("s", "s", []), song("a", "a", []), song("a-live", "a - Live", [], song="a")]

    assert query.why_not(warehouse_of(songs, [near("s", "a", 0.9)]), "s", "a-live") == query.WhyNot(
        "version", "“a - Live” is another version of “a”, which is #1"
    )


def test_why_not_for_several_seeds(small: Path) -> None:
    assert query.why_not(small, ["seed", "b2"], "lonely") == query.WhyNot(
        "neighbours", "“Nobody's Friend” by Eve is none of the 6 songs to which “Naïve Moon” by Ada and 1 more lead"
    )


def test_why_not_without_any_neighbours(small: Path) -> None:
    assert query.why_not(small, "lonely", "a1").text == (
        "“Nobody's Friend” by Eve has no neighbours yet: there is nothing to compare “River” by Ada with"
    )


def test_without_the_seeds_that_speak_for_it_a_song_falls(small: Path) -> None:
    assert str(query.without(small, ["seed", "b2"], "b1", limit=1)) == "it is #1; without Lamp it would be #3"
    assert str(query.without(small, ["seed", "b2"], "c1", limit=3)) == "it is #3; without Lamp it would be #6"
    assert str(query.without(small, ["seed"], "a1", limit=1)) == "it is #1"


def test_a_song_that_is_no_candidate_has_no_place(small: Path) -> None:
    assert query.without(small, ["seed"], "lonely") == query.Counterfactual(None, [], None)
    assert str(query.without(small, ["seed"], "lonely")) == "it has no place"
