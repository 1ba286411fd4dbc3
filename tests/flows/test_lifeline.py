"""The Prefect server of a night, as a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from flows.lifeline import start_night_server
from schemas.values import Home

NIGHT = """
import os, sys
from flows.settings import prepare_home
from flows.lifeline import start_night_server
from schemas.values import Home
from pathlib import Path

home = Home(Path(sys.argv[1]))
prepare_home(home)
start_night_server(home)
print(os.environ["PREFECT_API_URL"], flush=True)
sys.stdin.readline()
"""


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while True:
        with suppress(requests.RequestException):
            if is_so():
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def server_of(address: str) -> int:
    """The process that is the server."""
    wanted = f"flows.lifeline\0{address}\0".encode()
    processes = Path("/proc").glob("[0-9]*")
    return next(int(process.name) for process in processes if wanted in (process / "cmdline").read_bytes())


@pytest.mark.parametrize(("end", "named"), [("killed", {}), ("done", {"PREFECT_API_URL": "http://127.0.0.1:9/api"})])
def test_the_server_of_a_night_ends_with_it_however_that_ends(
    end: str, named: dict[str, str], tmp_path: Path, with_prefect: Callable[[Path], Path]
) -> None:
    """Nor is it missed where the person names a server that cannot be reached; and one that is killed comes back meanwhile."""
    home = with_prefect(tmp_path / "home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "PREFECT_"))}
    night = subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(home)],
        env={**kept, **named, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with night:
        assert night.stdout is not None
        address = night.stdout.readline().strip()
        assert requests.get(f"{address}/health", timeout=30).json() is True
        if end == "killed":
            os.kill(first := server_of(address), signal.SIGKILL)
            until(lambda: requests.get(f"{address}/health", timeout=30).json() is True)
            assert server_of(address) != first
            night.kill()
        else:
            night.communicate("\n")
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{address}/health", timeout=30)
        except requests.ConnectionError:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_prefect_server_of_the_person_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/api"
        monkeypatch.setenv("PREFECT_API_URL", address)
        start_night_server(Home(tmp_path))
        server.shutdown()
    assert os.environ["PREFECT_API_URL"] == address
    assert list(tmp_path.iterdir()) == []


def test_a_profile_of_the_person_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(Home(tmp_path).prefect))
    monkeypatch.setenv("PREFECT_PROFILE", "mine")
    start_night_server(Home(tmp_path))
    assert "PREFECT_API_URL" not in os.environ
    assert list(tmp_path.iterdir()) == []
