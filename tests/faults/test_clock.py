"""A clock that goes backwards, or forwards for a while, and the hour that comes twice: the nights follow each other all the same."""

from datetime import UTC, datetime

from tests.faults.making import differing
from warehouse import reading
from warehouse.night import publishing

DAY = 86_400
BY_THE_CLOCK = ["past_lists"]
"""Tables that say at which time a night was."""


def test_nights_follow_each_other_whatever_the_clock_says(segue, undisturbed) -> None:
    """The second night's clock is three days slow and stands in the hour that summer time ends with; the third is right again."""
    wrong = segue(2)
    first = publishing.run_of(wrong.home.warehouse)[0]
    twice = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC) - datetime.now(UTC)
    assert wrong.run("refresh", clock=twice.total_seconds(), TZ="Europe/Berlin").status == 0
    assert differing(wrong.tables(), undisturbed.tables[2]) == BY_THE_CLOCK
    second = publishing.run_of(wrong.home.warehouse)[0]
    assert second < first
    wrong.night()
    assert differing(wrong.tables(), undisturbed.tables[2]) == BY_THE_CLOCK
    assert [kept.run_id for kept in publishing.generations(wrong.home)] == [first, second]
    assert publishing.rollback(wrong.home).run_id == second


def test_a_night_of_the_future_does_not_stop_those_that_come_after_it(segue, undisturbed) -> None:
    wrong = segue(2)
    assert wrong.run("refresh", clock=4000 * DAY).status == 0
    wrong.night()
    assert differing(wrong.tables(), undisturbed.tables[2]) == []
    assert reading.table(wrong.home.warehouse, "runs").height == 2
