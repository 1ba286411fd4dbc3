"""A night that dies at any moment leaves a whole one published, and the next ends as if nothing had happened."""

import random
import signal
import time

from tests.faults.making import differing


def test_a_night_killed_at_any_moment_costs_nothing(segue, undisturbed, kills):
    """Killed once to three times in a row, on the first night or the second, each at a random moment."""
    moments, killed = random.Random(kills), 0
    while killed < kills:
        day = moments.choice((1, 2))
        dying = segue(day)
        for _ in range(moments.randint(1, 3)):
            night = dying.start("refresh")
            time.sleep(moments.uniform(0, undisturbed.seconds))
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
