"""The Prefect server of one night: it lives on loopback as long as the night's process does, however that ends.

Prefect's own temporary server outlives a process that is killed, and goes on working; a machine on which nights are killed
would fill with them. This one (``flows.serving``) reads from a pipe whose other end only the night holds, and goes when that
breaks.
"""

import atexit
import importlib
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from flows.settings import own_prefect, temporary_server_environment, use_prefect_server
from schemas.errors import HomeError, SegueError
from schemas.values import Home
from tasks.upkeep.preparing import prepare

log = logging.getLogger(__name__)

START_SECONDS = 120
STOP_SECONDS = 4
AGAIN_SECONDS = 10
"""After the start of a server, or the end of a runner, that should not have ended."""


def start_night_server(home: Home) -> None:
    """Have a Prefect server until this process ends: the person's if there is one that can be reached, else one of our own.

    Call it before Prefect is imported: while the server starts, so does all that a night needs.

    Raises:
        SegueError: the server did not start.
    """
    log.info("starting Prefect")
    theirs = own_prefect(home)
    if theirs is not None:
        if theirs == "" or _is_reached(theirs):
            return
        log.warning("the Prefect server %s cannot be reached: this night does without it", theirs)
    address = f"http://127.0.0.1:{_free_port()}/api"
    keeper = ServerKeeper(
        home, address, [sys.executable, "-m", "flows.serving", address], temporary_server_environment()
    )
    keeper.start()
    atexit.register(keeper.stop)
    use_prefect_server(address)
    importlib.import_module("flows.refresh")
    keeper.wait()


class ServerKeeper:
    """A Prefect server on loopback as a child of ours, and the thread that starts it again when it dies."""

    def __init__(
        self, home: Home, address: str, command: Sequence[str], environ: Mapping[str, str] | None = None
    ) -> None:
        self._home, self._address, self._command, self._environ = home, address, command, environ
        self._log = home.prefect / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="keeper of the Prefect server", daemon=True)

    def start(self) -> None:
        """Set the server off."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; the server ends after Prefect's last words
            )

    def wait(self) -> None:
        """Return when the server answers, and keep it from then on; raise SegueError when it ended or took too long."""
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SegueError(
                    f"no Prefect server could be started at {self._address}: see {self._log}, "
                    "or set PREFECT_API_URL to one that runs"
                )
            time.sleep(0.1)
        self._watch.start()

    def stop(self) -> None:
        """End the server; one that does not listen is killed."""
        self._ended.set()
        if self._watch.is_alive():
            self._watch.join()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _keep(self) -> None:
        while not self._ended.wait(1.0):
            if self._process is not None and self._process.poll() is not None:
                log.warning("the Prefect server ended by itself; it is started again, see %s", self._log)
                self._begin_again()
                self._ended.wait(AGAIN_SECONDS)

    def _begin_again(self) -> None:
        try:
            prepare(self._home)
            self.start()
        except (HomeError, OSError) as error:
            log.warning("the Prefect server cannot be started again yet: %s", error)


def answers() -> bool:
    """Whether the Prefect API of the present settings is healthy."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None


def _is_reached(address: str) -> bool:
    """Whether anything listens there; what it then answers is the person's to solve."""
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=5).close()
    except (OSError, ValueError):  # ValueError: what can be no port, or no name of a host
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
