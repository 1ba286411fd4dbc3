"""Ctrl-C and SIGTERM end a night whatever it is at: in order where Python can be told, on the spot where it cannot."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("ctrl_c")

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

def ending():
    try:
        time.sleep(600)
    finally:
        time.sleep(0.3)
        print("in order", flush=True)

with capture_sigterm(), ended_in_time(0.5 if sys.argv[1] != "ending" else 60):
    print("at work", flush=True)
    globals()[sys.argv[1]]()
"""


def at_work(work: str, folder: Path) -> "subprocess.Popen[str]":
    """A process that has begun with work which would go on for minutes."""
    night = subprocess.Popen(
        [sys.executable, "-c", NIGHT, work, str(folder / "any.duckdb")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert night.stdout is not None
    assert night.stdout.readline() == "at work\n"
    time.sleep(0.3)
    return night


@pytest.mark.parametrize(
    ("work", "number"),
    [
        ("query", signal.SIGTERM),
        ("library", signal.SIGTERM),
        ("machinery", signal.SIGTERM),
        ("waiting_thread", signal.SIGTERM),
        ("library", signal.SIGINT),
        ("machinery", signal.SIGINT),
    ],
)
def test_a_signal_ends_a_night_whatever_it_is_at(tmp_path: Path, work: str, number: signal.Signals) -> None:
    with at_work(work, tmp_path) as night:
        night.send_signal(number)
        assert night.wait(60) in ((-number,) if work in ("query", "machinery") else (-number, 128 + number))


def test_a_second_signal_does_not_break_what_the_first_one_set_off(tmp_path: Path) -> None:
    with at_work("ending", tmp_path) as night:
        night.send_signal(signal.SIGINT)
        time.sleep(0.1)
        night.send_signal(signal.SIGINT)
        night.send_signal(signal.SIGTERM)
        said, _ = night.communicate(timeout=60)
        assert (said, night.returncode) == ("in order\n", -signal.SIGINT)


SERVER = """
import multiprocessing, signal, sys, time
from flows.ending import take_for_sigterm

def night():
    print("at work", flush=True)
    time.sleep(0.5)
    print("a night goes on", flush=True)

def end(*_):
    child.join()
    sys.exit(0)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    take_for_sigterm(signal.SIGINT, signal.SIGHUP)
    child = multiprocessing.get_context("spawn").Process(target=night)
    child.start()
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_a_terminal_sends_to_all_reaches_only_who_serves_the_nights(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "serve.py").write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "serve.py")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    ) as serving:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "at work\n"
        os.killpg(serving.pid, number)
        said, _ = serving.communicate(timeout=30)
        assert (said, serving.returncode) == ("a night goes on\n", 0)
