"""The benchmark of a night: real commands on a made catalogue, beside a flow that does nothing."""

from tasks.bench.refresh import time_night


def test_a_night_is_told_stage_by_stage_and_beside_an_empty_flow() -> None:
    """Publishing once took no time: its row was read from the file that it publishes."""
    stages, sums = time_night(tracks=60)

    seconds = dict(stages.select("stage", "seconds").rows())
    assert {"imports", "similarity", "report", "publish"} <= set(seconds)
    assert seconds["publish"] > 0
    assert sums["night_seconds"] > sums["prefect_seconds"] > 0
    assert sums["first_empty_flow_seconds"] > 0
    assert sums["prefect_to_empty_flow"] == sums["prefect_seconds"] / sums["empty_flow_seconds"]
