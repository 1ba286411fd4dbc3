"""Neighbours on a Dask cluster of separate processes: the rows of this machine, even when a worker is killed."""

import os
import pickle
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prefect.testing.utilities import prefect_test_harness

from schemas.errors import SegueError
from tasks.bench.making import catalogue
from tasks.night.runner import work_at
from tasks.similarity.lists import Lists
from tasks.similarity.neighbours import build, in_threads
from tasks.similarity.signals import Signals, signals
from tasks.similarity.weights import STATED

if TYPE_CHECKING:
    from distributed import LocalCluster

pytest.importorskip("prefect_dask")
dask = pytest.importorskip("dask")
TOP = 10

pytestmark = pytest.mark.filterwarnings("default")  # Dask and its server warn of what is none of ours


@pytest.fixture(scope="module")
def cluster() -> Iterator["LocalCluster"]:
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


def test_the_signals_do_not_go_with_every_block(cluster: "LocalCluster", given: Signals) -> None:
    """They are sent once to each worker; Dask itself warns of what is large in what asks for a block."""
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "0.5 MB"}), warnings.catch_warnings():
        warnings.filterwarnings("error", "Sending large graph")
        assert len(pickle.dumps(given)) > 5_000_000
        assert_same(build(given, TOP, work_at(cluster.scheduler_address)), build(given, TOP))


def test_where_nobody_answers_it_is_told_in_a_line(given: Signals) -> None:
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(SegueError) as told:
        build(given, TOP, work_at("tcp://127.0.0.1:1"))
    assert str(told.value).startswith("the Dask scheduler at tcp://127.0.0.1:1 does not answer (")
    assert "SEGUE_DASK_ADDRESS" in str(told.value)


@pytest.mark.parametrize("killed", [1, 2], ids=["one", "all, and with them the signals"])
def test_a_cluster_gives_the_same_lists_though_workers_are_killed(
    cluster: "LocalCluster",
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
