"""Blocks of the similarity stage on a Dask cluster, through Prefect's task runner; the block is the same as in threads (tool)."""

from collections.abc import Callable, Iterable, Sequence
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


class _Here:
    """What stays in this process. With each run of a task Prefect sends the flow that asks for it, and all that this holds on to:
    the signals would go with every block."""

    def __init__(self, client: Any = None, blocks: Sequence[Block] = ()) -> None:
        self.client = client
        self.blocks = blocks

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return _Here, ()


def work_at(address: str) -> Work:
    """How blocks are worked out: in threads of this process, or by the Dask scheduler at ``address``.

    The signals are sent to the workers once; a worker needs Segue installed, and no file of ours.

    Raises:
        SettingsError: an address is set, but the extra is not installed.
        SegueError: from the work itself: nobody answers there, or worker after worker died.
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

    def spread(here: _Here) -> list[Found]:
        found: dict[int, Found] = {}
        for _ in range(TRIES):
            given = here.client.scatter(here.blocks[0][0], broadcast=True, hash=False)
            left = [place for place in range(len(here.blocks)) if place not in found]
            runs = {place: BLOCK.submit(given, *here.blocks[place][1:]) for place in left}
            for place, run in runs.items():
                with suppress(FutureCancelledError):
                    found[place] = run.result()
            if len(found) == len(here.blocks):
                return [found[place] for place in range(len(here.blocks))]
        raise SegueError(f"the Dask cluster at {address} lost the signals {TRIES} times: see what its workers die of")

    def work(_: Callable[[Block], Found], blocks: Iterable[Block]) -> list[Found]:
        asked = list(blocks)
        if not asked:
            return []
        try:
            with Client(address, set_as_default=False) as client:
                here = _Here(client, asked)
                runner = cast("TaskRunner[Any]", DaskTaskRunner(address=address))

                @flow(name="similarity blocks", task_runner=runner, persist_result=False)
                def blocks_of_a_night() -> list[Found]:
                    return spread(here)

                return blocks_of_a_night()
        except OSError as error:
            raise SegueError(
                f"the Dask scheduler at {address} does not answer ({error}): start it, set SEGUE_DASK_ADDRESS to where it is, "
                "or leave that out and this machine does the work"
            ) from error

    return work
