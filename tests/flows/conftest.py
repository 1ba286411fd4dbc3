"""What the tests of flows share: Prefect's own test harness, on a database that need not be migrated first."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module")
def prefect_server(prefect_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Prefect server with nothing in its books, as long as a file of tests."""
    folder = tmp_path_factory.mktemp("prefect")
    shutil.copy(prefect_database, folder / "prefect-test.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prefect.testing.utilities.mkdtemp", lambda: str(folder))  # where the harness has its database
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Processes that a test starts hear of Ctrl-C and of a closed terminal, also where the tests are a job that does not."""
    former = [
        signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.signal(signal.SIGHUP, signal.SIG_DFL),
    ]
    yield
    for number, handler in zip((signal.SIGINT, signal.SIGHUP), former, strict=True):
        signal.signal(number, handler)
