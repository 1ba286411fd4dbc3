"""`python -m tasks.standin`: settings on stdout, requests on stderr, an end when told."""

import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parents[3]


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tasks.standin", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_until_it_is_interrupted():
    with run("--sample", "--dirty", "--profile", "dev_legacy", "--set", "quota=1") as process:
        settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(6))
        form = {"grant_type": "refresh_token", "refresh_token": settings["SPOTIFY_REFRESH_TOKEN"]}
        both = (settings["SPOTIFY_CLIENT_ID"], settings["SPOTIFY_CLIENT_SECRET"])
        with requests.Session() as session:
            session.trust_env = False
            token = session.post(
                f"{settings['SPOTIFY_ACCOUNTS_URL']}/api/token", data=form, auth=both, timeout=5
            ).json()
            session.headers["Authorization"] = f"Bearer {token['access_token']}"
            statuses = [session.get(f"{settings['SPOTIFY_API_URL']}/me", timeout=5).status_code for _ in range(2)]
            known = session.get(f"{settings['RECCOBEATS_API_URL']}/v1/track", params={"ids": "x"}, timeout=5)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=10)
    assert (statuses, known.status_code, process.returncode) == ([200, 429], 200, 0)
    assert told.splitlines() == [
        "POST /api/token 200",
        "GET /v1/me 200",
        "GET /v1/me 429",
        "GET /reccobeats/v1/track 200",
        "4 requests",
    ]


def test_a_switch_that_does_not_exist_is_told():
    with run("--set", "colour=1") as process:
        _, told = process.communicate(timeout=10)
    assert process.returncode == 2
    assert "there is no switch 'colour'" in told
