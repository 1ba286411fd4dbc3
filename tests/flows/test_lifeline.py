"""The Prefect server of a night, as a process of its own."""

import os
import subprocess
import sys
import time
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


@pytest.mark.parametrize("end", ["killed", "done"])
def test_the_server_of_a_night_ends_with_it_however_that_ends(end: str, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "PREFECT_"))}
    night = subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(tmp_path / "home")],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[2])},
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


@pytest.mark.parametrize("named", ["PREFECT_API_URL", "PREFECT_PROFILE"])
def test_a_prefect_server_of_the_person_is_left_alone(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(Home(tmp_path).prefect))
    monkeypatch.setenv(named, "http://127.0.0.1:9/api")
    start_night_server(Home(tmp_path))
    assert list(tmp_path.iterdir()) == []
