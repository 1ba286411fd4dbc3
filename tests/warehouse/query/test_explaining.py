"""Why a song is on a list, why another is not, and what the list would be without some seeds."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import UnknownSongError
from tests.warehouse.query.making import near
from warehouse import query

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
        "neighbours", "“Nobody's Friend” by Eve is not among the 6 stored neighbours of “Naïve Moon” by Ada, the last of which scores 0.100")),
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
    links = [near("t00", name, 0.9) for name in names[1:-1]]
    told = warehouse_of(songs, links)
    no_neighbour = "is not among the 40 stored neighbours of “t00” by Queen, the last of which scores 0.900"

    assert query.why_not(told, "t00", "x").text == f"“x” by Bo {no_neighbour}"
    assert query.why_not(told, "t00", "t41").text == (
        f"“t41” by Queen {no_neighbour}; 40 of them are by Queen, and room is left for others"
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
