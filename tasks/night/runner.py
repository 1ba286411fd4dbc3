"""Blocks of the similarity stage on a Dask cluster, through Prefect's task runner; the block is the same as in threads (tool)."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

import numpy as np
from prefect import Task, flow
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import TaskRunner

from schemas.errors import SegueError, SettingsError
from tasks.similarity.neighbours import Block, Found, Work, block, in_threads
from tasks.similarity.signals import Signals


def _block(given: Signals, seeds: np.ndarray, depth: int, bounds: np.ndarray | None) -> Found:
    return block((given, seeds, depth, bounds))


BLOCK: Task[[Signals, np.ndarray, int, np.ndarray | None], Found] = Task(
    _block, name="similarity block", retries=2, cache_policy=NO_CACHE, persist_result=False
)
"""A block as a task run: tried again when its worker failed, as Dask does where its worker died."""


TRIES = 5
"""The signals are sent again so often: Dask lets go of copies that it thinks are too many, and the last may die with a worker."""


def work_at(address: str) -> Work:
    """How blocks are worked out: in threads of this process, or by the Dask scheduler at ``address``.

    The signals are sent to the workers once; a worker needs Segue installed, and no file of ours.

    Raises:
        SettingsError: an address is set, but the extra is not installed.
        SegueError: from the work itself: worker after worker died.
    """
    if not address:
        return in_threads
    try:
        from distributed import Client
        from distributed.client import FutureCancelledError
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise SettingsError(
            "SEGUE_DASK_ADDRESS is set, but Dask is not installed: pip install -e '.[dask]', or unset it"
        ) from error

    def work(_: Callable[[Block], Found], blocks: Iterable[Block]) -> list[Found]:
        asked = list(blocks)
        if not asked:
            return []

        @flow(
            name="similarity blocks",
            task_runner=cast("TaskRunner[Any]", DaskTaskRunner(address=address)),
            validate_parameters=False,
            persist_result=False,
        )
        def spread() -> list[Found]:
            found: dict[int, Found] = {}
            with Client(address, set_as_default=False) as client:
                for _ in range(TRIES):
                    given = client.scatter(asked[0][0], broadcast=True, hash=False)
                    left = [place for place in range(len(asked)) if place not in found]
                    runs = {place: BLOCK.submit(given, *asked[place][1:]) for place in left}
                    for place, run in runs.items():
                        with suppress(FutureCancelledError):
                            found[place] = run.result()
                    if len(found) == len(asked):
                        return [found[place] for place in range(len(asked))]
            raise SegueError(
                f"the Dask cluster at {address} lost the signals {TRIES} times: see what its workers die of"
            )

        return spread()

    return work
