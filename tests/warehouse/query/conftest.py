"""A small warehouse whose answers are obvious: slow songs of two artists, their versions, and some loud strangers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.query.making import SOUND, build, near, song


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that most tests ask."""
    slow = {"tempo": 72.0, "acousticness": 0.9, "energy": 0.2}
    songs = [
        song("seed", "Naïve Moon", ["Ada"], album="Night", genres=["folk"], year=1970, popularity=50, sound=slow),
        song(
            "seed-live",
            "Naïve Moon - Live",
            ["Ada"],
            song="seed",
            album="On Stage",
            year=1975,
            popularity=20,
            sound=slow,
        ),
        song(
            "a1",
            "River",
            ["Ada"],
            album="Night",
            genres=["folk"],
            year=1970,
            popularity=40,
            sound=slow | {"tempo": 74.0},
        ),
        song(
            "a2", "Stone", ["Ada"], album="Day", genres=["folk"], year=1972, popularity=41, sound=slow | {"tempo": 76.0}
        ),
        song("a3", "Tree", ["Ada"], album="Day", genres=["folk"], year=1972, popularity=42),
        song(
            "b1", "Harbour", ["Bo", "Ada"], album="Sea", genres=["folk", "jazz"], year=1971, popularity=60, sound=SOUND
        ),
        song(
            "b1-remix",
            "Harbour - Remix",
            ["Bo"],
            song="b1",
            album="Sea (Remixes)",
            year=2001,
            popularity=10,
            sound=SOUND,
        ),
        song(
            "b2",
            "Lamp",
            ["Bo"],
            genres=["jazz"],
            year=1999,
            popularity=70,
            sound=SOUND | {"tempo": 150.0, "energy": 0.9},
        ),
        song("c1", "Moon", ["Cleo"], popularity=90, sound=SOUND),
        song("c2", "Moon", ["Dee"], popularity=30),
        song("lonely", "Nobody's Friend", ["Eve"]),
    ]
    neighbours = [
        near("seed", "seed-live", 0.9, 0.9, 0.0),
        near("seed", "a1", 0.30, 0.30, 0.35, baskets_together=2),
        near("seed", "a2", 0.28, 0.30, 0.20, baskets_together=0),
        near("seed", "a3", 0.0, 0.30, 0.20, baskets_together=0),
        near("seed", "b1", 0.10, 0.20, 0.30, baskets_together=1),
        near("seed", "b1-remix", 0.10, 0.10, 0.10),
        near("seed", "b2", -0.20, 0.10, 0.25, adjustments=-0.01),
        near("seed", "c1", 0.05, 0.0, 0.05),
        near("b2", "b1", 0.2, 0.4, 0.1),
        near("b2", "c1", 0.1, 0.1, 0.5),
        near("b2", "seed", 0.1, 0.1, 0.2),
    ]
    baskets = {
        "playlist:calm": ["seed", "a1"],
        "playlist:walks": ["seed", "a1", "b1"],
        "session:1970-01-01": ["b2", "c1"],
    }
    return build(
        tmp_path_factory.mktemp("small"),
        songs,
        neighbours,
        baskets,
        playlists={"Calm": ["seed", "b2", "seed"], "Empty": []},
    )


@pytest.fixture
def warehouse_of(tmp_path: Path) -> Callable[..., Path]:
    """``build`` in a folder of its own."""
    return lambda *args, **more: build(tmp_path, *args, **more)
