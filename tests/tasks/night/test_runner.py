"""Neighbours on a Dask cluster of separate processes: the rows of this machine, even when a worker is killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from prefect.testing.utilities import prefect_test_harness

from tasks.bench.making import catalogue
from tasks.night.runner import work_at
from tasks.similarity.lists import Lists
from tasks.similarity.neighbours import build, in_threads
from tasks.similarity.signals import Signals, signals
from tasks.similarity.weights import STATED

pytest.importorskip("prefect_dask")
TOP = 10

pytestmark = pytest.mark.filterwarnings("default")  # Dask and its server warn of what is none of ours


@pytest.fixture(scope="module")
def cluster() -> Iterator["LocalCluster"]:  # noqa: F821
    from distributed import LocalCluster

    with (
        prefect_test_harness(server_startup_timeout=180),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
    ):
        yield local


@pytest.fixture(scope="module")
def given() -> Signals:
    return signals(*catalogue(3_000), STATED)


def assert_same(one: Lists, two: Lists) -> None:
    for name in ("others", "audio", "metadata", "collaborative", "together", "is_whole"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_without_an_address_the_work_stays_here() -> None:
    assert work_at("") is in_threads


@pytest.mark.parametrize("killed", [1, 2], ids=["one", "all, and with them the signals"])
def test_a_cluster_gives_the_same_lists_though_workers_are_killed(
    cluster: "LocalCluster",  # noqa: F821
    given: Signals,
    killed: int,
) -> None:
    cluster.wait_for_workers(2)
    victims = [worker.pid for worker in cluster.workers.values()][:killed]

    def kill_when_busy() -> None:
        while not any(worker.processing for worker in cluster.scheduler.workers.values()):
            time.sleep(0.02)
        for victim in victims:
            os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_when_busy)
    killer.start()
    spread = build(given, TOP, work_at(cluster.scheduler_address))
    killer.join()
    assert_same(spread, build(given, TOP))
