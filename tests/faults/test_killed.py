"""A night that dies at any moment leaves a whole one published, and the next ends as if nothing had happened."""

import random
import signal

import pytest

from tasks.upkeep import stories
from tests.faults.making import differing
from warehouse.night.locking import holder


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


def test_a_night_that_was_killed_is_told_until_the_next_one(segue) -> None:
    dying = segue(2)
    (before,) = stories.told(dying.home)
    night = dying.start("refresh")
    while len(list((dying.home.root / "runs").glob("*.json"))) < 2:
        assert night.lasts(0.01), night.said
    assert stories.told(dying.home) == [before]
    night.send(signal.SIGKILL)
    assert night.wait() == -signal.SIGKILL
    told = dying.run("status")
    assert told.status == 1
    (killed, _) = stories.told(dying.home)
    (first, *_, last) = told.said.splitlines()
    assert first.startswith("Last night  ✗ stopped, spotify night of ")
    assert first.endswith(f", broken off ({killed['run_id']})")
    assert last == f"To do       the latest night ({killed['run_id']}) was stopped: {killed['note']}"
    dying.night()
    after = dying.run("status")
    assert after.status == 0, after.said
    assert [story["verdict"] for story in stories.told(dying.home)] == ["published", "stopped", "published"]


STAGES = {
    **dict.fromkeys(("open", "token", "probe", "extract", "validate", "store", "features"), ""),
    **{name: name for name in ("imports", "feedback", "retention", "identity", "similarity", "atlas", "evaluate")},
    **{name: name for name in ("for_you", "profile")},
    **dict.fromkeys(("gate", "report", "publish"), "profile"),
}
"""Every stage of a night -> where a night begins that shall be in it soon."""


@pytest.mark.parametrize(
    ("stage", "number"), [*((stage, signal.SIGTERM) for stage in STAGES), ("extract", signal.SIGINT)]
)
def test_a_night_told_to_stop_ends_at_once_and_goes_on_later(
    segue, undisturbed, stage: str, number: signal.Signals
) -> None:
    """Half-way through the stage."""
    stopping = segue(2)
    (story,) = stories.told(stopping.home)
    half = next(booked["seconds"] for booked in story["stages"] if booked["stage"] == stage) / 2
    start = ["--from", STAGES[stage]] if STAGES[stage] else []
    night = stopping.run("refresh", *start, stopped={stage: (number, half)})
    assert night.status in (-signal.SIGTERM, 128 + number), night.said
    assert "Traceback" not in night.said
    if number == signal.SIGINT:
        assert night.said.splitlines()[-1] == "segue: stopped; nothing that was published or landed is lost"
    assert holder(stopping.home) is None
    if stage != "publish":
        assert differing(stopping.tables(), undisturbed.tables[1]) == []
    if stage in ("extract", "similarity", "publish"):
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
