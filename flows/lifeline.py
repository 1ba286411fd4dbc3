"""The Prefect server of one night: it lives on loopback as long as the night's process does, however that ends.

Prefect's own temporary server outlives a process that is killed, and goes on working; a machine on which nights are killed
would fill with them. This one reads from a pipe whose other end only the night holds, and goes when that breaks.
"""

import atexit
import importlib
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

from flows.settings import own_prefect, temporary_server_environment, use_prefect_server
from schemas.errors import SegueError
from schemas.values import Home

log = logging.getLogger(__name__)

START_SECONDS = 120
STOP_SECONDS = 4


def start_night_server(home: Home) -> None:
    """Have a Prefect server until this process ends: the person's if there is one that can be reached, else one of our own.

    Call it before Prefect is imported: while the server starts, so does all that a night needs.

    Raises:
        SegueError: the server did not start.
    """
    theirs = own_prefect(home)
    if theirs is not None:
        if theirs == "" or _is_reached(theirs):
            return
        log.warning("the Prefect server %s cannot be reached: this night does without it", theirs)
    address = f"http://127.0.0.1:{_free_port()}/api"
    with (home.prefect / "server.log").open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.lifeline", address],
            env=temporary_server_environment(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; the server ends after Prefect's last words, which are said at exit
        )
    atexit.register(_stop, server)
    use_prefect_server(address)
    importlib.import_module("flows.refresh")
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            raise SegueError(
                f"Prefect's server for this night did not start: see {home.prefect / 'server.log'}, "
                "or set PREFECT_API_URL to one that runs"
            )
        time.sleep(0.1)


def answers() -> bool:
    """Whether the Prefect API of the present settings is healthy."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None


def _is_reached(address: str) -> bool:
    """Whether anything listens there; what it then answers is the person's to solve."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=5).close()
    except OSError:
        return False
    return True


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(address: str) -> None:
    """Be the server, until stdin ends."""
    import uvicorn

    def follow() -> None:
        sys.stdin.buffer.read()
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    _serve(sys.argv[1])
