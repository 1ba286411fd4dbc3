"""A night that dies at any moment leaves a whole one published, and the next ends as if nothing had happened."""

import random
import signal
import time

import pytest

from tests.faults.making import differing


def test_a_night_killed_at_any_moment_costs_nothing(segue, undisturbed, kills):
    """Killed once to three times in a row, on the first night or the second, each at a random moment."""
    moments, killed = random.Random(kills), 0
    while killed < kills:
        day = moments.choice((1, 2))
        dying = segue(day)
        for _ in range(moments.randint(1, 3)):
            night = dying.start("refresh")
            night.lasts(moments.uniform(0, undisturbed.seconds))
            night.send(signal.SIGKILL)
            killed += night.wait() == -signal.SIGKILL
            if dying.home.warehouse.exists():
                found = dying.tables()
                assert [] in [differing(found, undisturbed.tables[when]) for when in (day - 1, day) if when]
            else:
                assert day == 1
        dying.night()
        assert differing(dying.tables(), undisturbed.tables[day]) == []
        assert list(dying.home.building.iterdir()) == []


SOME, ALL = (
    ["validate", "similarity"],
    [
        "open",
        "token",
        "extract",
        "validate",
        "store",
        "features",
        "imports",
        "identity",
        "similarity",
        "evaluate",
        "gate",
    ],
)


@pytest.fixture
def stages(kills: int) -> list[str]:
    """Stages after which a night is told to stop: all of them when many kills are asked for."""
    return ALL if kills >= 100 else SOME


def test_a_night_told_to_stop_ends_at_once_and_goes_on_later(segue, undisturbed, stages) -> None:
    """SIGTERM once the stage has ended, which is when the next one is at work."""
    stopping = segue(2)
    for stage in stages:
        night = stopping.start("refresh")
        while f"\N{CHECK MARK} {stage} " not in night.said:
            time.sleep(0.01)
        night.send(signal.SIGTERM)
        began = time.monotonic()
        assert night.wait() in (-signal.SIGTERM, 128 + signal.SIGTERM)
        assert stages is SOME or time.monotonic() - began < 5
        assert "Traceback" not in night.said
        assert differing(stopping.tables(), undisturbed.tables[1]) == []
    stopping.night()
    assert differing(stopping.tables(), undisturbed.tables[2]) == []


def test_a_night_without_memory_ends_and_costs_nothing(segue, undisturbed) -> None:
    """Less and less memory until it is too little; libraries that cannot go on may end the process on the spot."""
    starving = segue(2)
    for more in (400_000_000, 100_000_000, 30_000_000):
        night = starving.run("refresh", memory=more)
        if night.status:
            break
    assert night.status != 0
    assert differing(starving.tables(), undisturbed.tables[1]) == []
    starving.night()
    assert differing(starving.tables(), undisturbed.tables[2]) == []
