"""A night from Spotify by the real command, against the stand-in: parked, silent, resumed, and nowhere a secret."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tasks.standin import StandIn
from tasks.standin.faults import on, rate_limited

Segue = Callable[..., "subprocess.CompletedProcess[str]"]


def settings(spotify: StandIn) -> dict[str, str]:
    """The environment that leads to the stand-in."""
    return {
        "SEGUE_SOURCE": "spotify",
        "SEGUE_MAX_WAIT_SECONDS": "1",
        "SEGUE_REQUESTS_PER_SECOND": "200",
        "SPOTIFY_API_URL": spotify.api_url,
        "SPOTIFY_ACCOUNTS_URL": spotify.accounts_url,
        "RECCOBEATS_API_URL": spotify.reccobeats_url,
        "SPOTIFY_CLIENT_ID": spotify.client_id,
        "SPOTIFY_CLIENT_SECRET": spotify.client_secret,
        "SPOTIFY_REFRESH_TOKEN": spotify.refresh_token,
    }


def read(path: Path) -> bytes:
    """What a file says, unpacked."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.fixture
def home(tmp_path: Path, with_prefect: Callable[[Path], Path]) -> Path:
    return with_prefect(tmp_path / "segue-data")


def test_a_night_that_is_told_to_wait_for_hours_parks_and_leaves_the_api_alone(home: Path, segue: Segue) -> None:
    with StandIn(faults=[on("/v1/playlists/*/items", rate_limited(7200))]) as spotify:
        parked = segue(home, "refresh", "--json", **settings(spotify))
        assert parked.returncode == 75, parked.stderr
        assert json.loads(parked.stdout)["parked_until"] is not None
        asked = len(spotify.requests)
        again = segue(home, "refresh", **settings(spotify))
        assert again.returncode == 75, again.stderr
        assert "come back after" in again.stderr
        assert len(spotify.requests) == asked
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        night = con.sql("select verdict, is_stale, (select count(*) > 0 from tracks) from latest_run").fetchall()
    assert night == [("parked", True, True)]


def test_no_secret_stands_anywhere_after_a_night(home: Path, segue: Segue) -> None:
    """Every byte of the home (Prefect's database, landing, reports, stories, tables) and of the output is searched."""
    with StandIn() as spotify:
        done = segue(home, "refresh", SEGUE_LOG="json", **settings(spotify))
        assert done.returncode == 0, done.stderr
        secrets = [spotify.client_secret, spotify.refresh_token, "Bearer "]
    written = {path.name: read(path) for path in home.rglob("*") if path.is_file()}
    written["output"] = (done.stdout + done.stderr).encode()
    assert {"prefect.db", "warehouse.duckdb", "index.html"} <= set(written)
    assert [(name, secret) for name, text in written.items() for secret in secrets if secret.encode() in text] == []
