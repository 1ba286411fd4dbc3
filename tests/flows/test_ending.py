"""SIGTERM ends a night whatever it is at: in order where Python can be told, on the spot where it cannot."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.ending import TERMINATED

NIGHT = """
import hashlib, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from prefect.utilities.engine import capture_sigterm
from flows.ending import ended_in_time
from warehouse.connection import writer

def query():
    with writer(Path(sys.argv[2])) as con:
        con.execute("set threads = 1")  # else this thread may wait for another one, and be told of nothing
        con.execute("select sum(a.range * b.range) from range(1000000) a, range(1000000) b")

def library():
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)

def machinery():
    try:
        time.sleep(600)
    finally:
        raise ValueError("Task run is not set")

def waiting_thread():
    with ThreadPoolExecutor() as pool:
        pool.submit(time.sleep, 600).result()

with capture_sigterm(), ended_in_time(0.5):
    print("at work", flush=True)
    globals()[sys.argv[1]]()
"""


@pytest.mark.parametrize("work", ["query", "library", "machinery", "waiting_thread"])
def test_sigterm_ends_a_night_whatever_it_is_at(tmp_path: Path, work: str) -> None:
    """Each of them would go on for minutes."""
    with subprocess.Popen(
        [sys.executable, "-c", NIGHT, work, str(tmp_path / "any.duckdb")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as night:
        assert night.stdout is not None
        assert night.stdout.readline() == "at work\n"
        time.sleep(0.3)
        night.terminate()
        assert night.wait(60) in (
            (-signal.SIGTERM,) if work in ("query", "machinery") else (-signal.SIGTERM, TERMINATED)
        )
