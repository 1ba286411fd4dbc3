"""What each basket tells that the others do not, on baskets whose sums can be worked out by hand."""

from math import sqrt

import polars as pl
import pytest

from warehouse.query.signals import ridge
from warehouse.query.signals.corpus import Table


def weighed(baskets: dict[int, list[int]], *seeds: int) -> dict[int, float]:
    """Weight of each basket that shares a song with the list of ``seeds``."""
    places = pl.DataFrame(
        [(b, t) for b, held in baskets.items() for t in held], schema=["basket", "track"], orient="row"
    )
    alike = pl.DataFrame(
        [(0, b, float(len(held)), float(len(set(held) & set(seeds)))) for b, held in baskets.items()],
        schema=["list", "basket", "size", "overlap"],
        orient="row",
    )
    told = ridge.weights(alike.filter(pl.col("overlap") > 0), Table(places))
    return dict(told.select("basket", "ridge").iter_rows())


def test_one_basket_alone_is_halved() -> None:
    """Its length is 1 and the price 1: half of what it shares with the list, over the root of its size."""
    assert weighed({1: [1, 2, 3, 4]}, 1, 2) == pytest.approx({1: 2 / sqrt(4) / 2 / sqrt(4)})


def test_baskets_without_a_song_in_common_do_not_change_each_other() -> None:
    apart = weighed({1: [1, 2, 9], 2: [3, 4, 8]}, 1, 2, 3)
    assert apart == pytest.approx(weighed({1: [1, 2, 9]}, 1, 2, 3) | weighed({2: [3, 4, 8]}, 1, 2, 3))


def test_a_copy_is_counted_once() -> None:
    """Three copies together say hardly more than one: 3 / (3 + 1) instead of 1 / (1 + 1), where neighbours would say three times as much."""
    one = weighed({1: [1, 2, 9]}, 1, 2)
    copies = weighed({1: [1, 2, 9], 2: [1, 2, 9], 3: [1, 2, 9]}, 1, 2)
    assert sum(copies.values()) == pytest.approx(1.5 * sum(one.values()))
    assert len({round(weight, 12) for weight in copies.values()}) == 1


def test_what_others_tell_already_tells_less() -> None:
    """Basket 3 repeats what 1 says of the list; 2 says something else."""
    told = weighed({1: [1, 2, 7], 2: [3, 4, 8], 3: [1, 2, 9]}, 1, 2, 3, 4)
    assert told[2] > told[1] == pytest.approx(told[3])


def test_only_the_likest_baskets_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "BASKETS", 1)
    assert list(weighed({1: [1, 9, 8, 7], 2: [1, 2, 9]}, 1, 2)) == [2]


def test_many_lists_in_little_room_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Table(pl.DataFrame({"basket": [1, 1, 2, 2, 3, 3, 4, 4], "track": [1, 2, 2, 3, 3, 4, 4, 1]}))
    alike = pl.DataFrame(
        [(name, basket, 2.0, 1.0 + basket % 2) for name in range(5) for basket in range(1, 5)],
        schema=["list", "basket", "size", "overlap"],
        orient="row",
    )
    together = ridge.weights(alike, places)
    monkeypatch.setattr(ridge, "ROOM", 3)
    monkeypatch.setattr(ridge, "BASKETS", 3)
    few = ridge.weights(alike, places)
    alone = pl.concat(ridge.weights(part, places) for part in alike.partition_by("list", maintain_order=True))
    assert together.height == 20
    assert few.height == 15
    assert few.equals(alone)
