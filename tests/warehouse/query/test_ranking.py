"""A pool put in order: what repetition costs, how far keys are apart, and how a pool is told."""

from typing import Any

import pytest

from warehouse.query.ranking import PLACES, VARIETY, Candidate, Listing, Pool, ranked


def candidate(track_id: str, score: float, **row: Any) -> Candidate:
    told = {"track_id": track_id, "song_id": track_id, "album_id": None, "artist_ids": [track_id], "genres": [],
            "is_seed": False, "is_blocked": False}  # fmt: skip
    return Candidate(told | row, {"audio": score})


def places(listing: Listing) -> list[tuple[str, int | None]]:
    return [(one.track_id, one.place) for one in listing.chosen]


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ({"album_id": "Night", "artist_ids": ["Ada"], "genres": ["folk"]}, 1.0),
        ({"album_id": "Day", "artist_ids": ["Bo", "Ada"], "genres": ["folk"]}, 0.8),
        ({"genres": ["jazz", "folk"]}, 0.3 * 1 / 3),
        ({"genres": ["folk", "blues"]}, 0.3),
        ({"genres": ["metal"]}, 0.0),
        ({}, 0.0),
    ],
)
def test_a_song_pays_for_what_stands_above_it(row: dict[str, Any], share: float) -> None:
    """The price of a full repetition is a share of what lies between the best and the last of the list."""
    first = candidate("first", 0.9, album_id="Night", artist_ids=["Ada"], genres=["folk", "blues"])
    second, last = candidate("second", 0.8, **row), candidate("third", 0.0)
    listing = ranked([first, second, last], 3, diversify=True)
    assert places(listing) == [("first", 1), ("second", 2), ("third", 3)]
    assert second.addends.get("variety", 0.0) == pytest.approx(-VARIETY * 0.9 * share)
    assert second.repeated is (first if share else None)


def test_no_more_candidates_are_looked_at_than_the_list_needs() -> None:
    """The others wait, and with them their cards, until somebody asks what became of them all."""
    pool = (candidate(f"{place:03}", -place, song_id=f"song {place // 2}") for place in range(500))
    listing = ranked(pool, 3, diversify=True)
    assert places(listing) == [("000", 1), ("002", 2), ("004", 3)]
    assert len(listing.seen) == 2 * PLACES - 1
    listing.finish()
    assert (len(listing.seen), listing.pool) == (500, Pool(500, 250, 3))


def test_what_a_song_repeats_is_looked_up_again_with_each_song_that_is_chosen() -> None:
    first = candidate("first", 0.9, genres=["folk"])
    second = candidate("second", 0.8, album_id="Night")
    both = candidate("both", 0.85, genres=["folk"], album_id="Night")
    listing = ranked([first, both, second, candidate("last", 0.0)], 4, diversify=True)
    assert places(listing) == [("first", 1), ("second", 2), ("both", 3), ("last", 4)]
    assert (both.addends["variety"], both.repeated) == (pytest.approx(-VARIETY * 0.9), second)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (["folk"], ["folk", "blues", "jazz"], 1.0),
        (["folk", "blues"], ["folk", "jazz"], 0.5),
    ],
)
def test_a_song_pays_for_the_genres_that_are_most_like_its_own(one: list[str], other: list[str], share: float) -> None:
    first, second = candidate("first", 0.9, genres=one), candidate("second", 0.85, genres=other)
    third = candidate("third", 0.5, genres=["folk"])
    ranked([first, second, third, candidate("last", 0.0)], 4, diversify=True)
    assert (third.addends["variety"], third.repeated) == (pytest.approx(-VARIETY * 0.9 * 0.3 * share), first)


@pytest.mark.parametrize(("limit", "songs"), [(1, 2), (24, 2), (25, 3), (49, 3), (50, 4)])
def test_a_longer_list_has_room_for_more_songs_of_an_artist(limit: int, songs: int) -> None:
    pool = [candidate(f"{place:02}", 1.0 - place / 100, artist_ids=["Ada"]) for place in range(9)]
    assert len(ranked(pool, limit, diversify=True).chosen) == min(limit, songs)


def test_each_song_that_is_kept_out_has_its_rule() -> None:
    pool = [
        candidate("banned", 1.0, is_blocked=True, energy=0.5),
        candidate("mine", 1.0, is_seed=True, energy=0.5),
        candidate("chosen", 0.9, artist_ids=["Ada"], energy=0.5),
        candidate("second", 0.8, artist_ids=["Ada"], energy=0.5),
        candidate("third", 0.7, artist_ids=["Ada"], energy=0.5),
        candidate("live", 0.6, song_id="chosen", energy=0.5),
        candidate("loud", 0.5, energy=0.9),
        candidate("last", 0.4, energy=0.5),
        candidate("beyond", 0.3, energy=0.5),
    ]
    ranked(pool, 3, diversify=True, filters={"max_energy": 0.8}).finish()
    assert {one.track_id: (one.place, one.rule) for one in pool} == {
        "chosen": (1, ""),
        "second": (2, ""),
        "third": (None, "artist cap"),
        "live": (None, "version"),
        "loud": (None, "filter"),
        "banned": (None, "blocked"),
        "mine": (None, "seed"),
        "last": (3, ""),
        "beyond": (None, ""),
    }


@pytest.mark.parametrize("target", [0, 24])
def test_keys_are_as_far_apart_as_the_circle_says(target: int) -> None:
    keys = {"six steps": 6, "two steps": 2, "one step": 11}
    pool = [candidate(name, 0.5, key=key) for name, key in keys.items()] + [candidate("last", 0.1, key=None)]
    listing = ranked(pool, 4, diversify=False, filters={"target_key": target})
    assert [one.track_id for one in listing.chosen] == ["one step", "two steps", "six steps", "last"]
    misses = [one.addends["target"] / pool[0].addends["target"] for one in listing.chosen]
    assert misses == pytest.approx([1 / 6, 2 / 6, 1.0, 0.5])


def test_of_several_targets_each_counts_the_same() -> None:
    rows = {"both": (0.5, 0.5), "one": (0.5, None), "none": (None, None)}
    pool = [candidate(name, 1.0, energy=energy, valence=valence) for name, (energy, valence) in rows.items()]
    listing = ranked([*pool, candidate("last", 0.0, energy=0.5, valence=0.5)], 4, diversify=False,
                     filters={"target_energy": 0.5, "target_valence": 0.5})  # fmt: skip
    assert [(one.track_id, one.addends["target"]) for one in listing.chosen] == [
        ("both", 0.0),
        ("one", -0.25),
        ("none", -0.5),
        ("last", 0.0),
    ]


@pytest.mark.parametrize(
    ("pool", "told"),
    [
        (Pool(7, 7, 7), "of 7 songs in the pool 7 came back"),
        (Pool(7, 4, 4), "of 7 songs in the pool 4 came back; blocks, filters and other versions kept 3 out"),
        (Pool(7, 7, 5, 2), "of 7 songs in the pool 5 came back; the artist cap kept 2 out"),
        (
            Pool(7, 4, 2, 2),
            "of 7 songs in the pool 2 came back; blocks, filters and other versions kept 3 out, the artist cap 2",
        ),
        (Pool(7, 7, 2, 1), "of 7 songs in the pool 2 came back; the artist cap kept 1 out; 4 more would follow"),
    ],
)
def test_a_pool_tells_where_its_songs_went(pool: Pool, told: str) -> None:
    assert str(pool) == told
