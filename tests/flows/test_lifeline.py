"""The Prefect server of a night, as a process of its own."""

import json
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
from tasks.imports.importing import import_paths
from tasks.upkeep import stories

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
    wanted = f"flows.serving\0{address}\0".encode()
    processes = Path("/proc").glob("[0-9]*")
    return next(int(process.name) for process in processes if wanted in (process / "cmdline").read_bytes())


@pytest.mark.parametrize(
    ("end", "named"),
    [
        ("killed", {"PREFECT_API_URL": "http://pre..fect:4200/api"}),
        ("done", {"PREFECT_API_URL": "http://127.0.0.1:9/api"}),
    ],
)
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


def test_with_json_every_line_of_a_night_is_an_object_with_its_run_though_its_server_dies(
    tmp_path: Path, with_prefect: Callable[[Path], Path]
) -> None:
    home = Home(with_prefect(tmp_path / "home"))
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text("track_id,name,artists\n" + "".join(f"t{n},Song {n},Artist {n % 3}\n" for n in range(9)))
    import_paths(home, [catalogue])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "PREFECT_"))}
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", "flows", "refresh", "--dry-run"],
        env={
            **kept,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "SEGUE_HOME": str(home.root),
            "SEGUE_SOURCE": "files",
            "SEGUE_LOG": "json",
        },
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as night:
        assert night.stderr is not None
        for line in night.stderr:
            lines.append(json.loads(line))
            if lines[-1].get("event") == "stage_ended" and lines[-1]["stage"] == "open":
                os.kill(server_of_home(home), signal.SIGKILL)
        assert night.wait() == 0
    begun, died, *_ = [line["message"] for line in lines if line["logger"] == "flows.lifeline"]
    assert begun == "starting Prefect"
    assert died.startswith("the Prefect server ended by itself; it is started again")
    (story,) = stories.told(home)
    assert [line["message"] for line in lines if line["run_id"] is None] == [begun]  # before there is a run
    assert {line["run_id"] for line in lines} == {None, story["run_id"]}


def server_of_home(home: Home) -> int:
    """The process that is the Prefect server of the night at work there."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            of_home = f"SEGUE_HOME={home.root}\0".encode() in (process / "environ").read_bytes()
            if of_home and b"flows.serving" in (process / "cmdline").read_bytes():
                return int(process.name)
    raise LookupError(home.root)


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
