"""The support bundle of the demo's night: all that a helper needs, and no name, no id, no secret."""

import json
import re
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.app import app

SECRETS = {
    "SPOTIFY_CLIENT_ID": "client-0x1y2z",
    "SPOTIFY_CLIENT_SECRET": "secret-0x1y2z",
    "SPOTIFY_REFRESH_TOKEN": "token-0x1y2z",
    "SEGUE_WEBHOOK_URL": "https://hooks.example.org/services/T0/0x1y2z",
    "SEGUE_SMTP_PASSWORD": "password-0x1y2z",
    "SEGUE_MAIL_TO": "person@example.org",
}


def test_a_bundle_has_what_a_helper_needs_and_nothing_of_the_person(
    demo_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
        lists = [name for (name,) in con.sql("select name from playlists").fetchall()]
        ids = [
            found
            for (found,) in con.sql(
                "select track_id from tracks union all select playlist_id from playlists"
            ).fetchall()
        ]
        artists = [name for (name,) in con.sql("select name from artists where length(name) > 9").fetchall()]
        songs = [name for (name,) in con.sql("select name from tracks where length(name) > 12").fetchall()]
        (run_id,) = con.sql("select run_id from latest_run").fetchall()[0]
    for name, value in {**SECRETS, "SEGUE_HOME": str(demo_night)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["bundle", "--out", "b.zip"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    with ZipFile(tmp_path / "b.zip") as file:
        found = {name: file.read(name).decode() for name in file.namelist()}
    everything = "\n".join(found.values())
    # no part of them either; it is not hexadecimal, as the tokens are that stand for names
    assert [secret for secret in (*SECRETS.values(), "0x1y2z") if secret in everything] == []
    texts = set(re.findall(r'"((?:[^"\\]|\\.)*)"', everything))
    assert texts & {*lists, *ids, *artists, *songs} == set()
    assert set(re.findall(r"[0-9A-Za-z]{22}", everything)) & set(ids) == set()
    assert [name for name in lists if len(name) > 9 and name in everything] == []

    assert json.loads(found["versions.json"])["packages"]["duckdb"].startswith("2.")
    assert json.loads(found["settings.json"])["SPOTIFY_CLIENT_SECRET"] == "set"
    assert {finding["check"] for finding in json.loads(found["doctor.json"])} >= {"packages", "disk", "database"}
    accounting = json.loads(found["tables/row_accounting.json"])
    assert next(row for row in accounting if row["entity"] == "tracks")["received"] > 5_000
    assert f"runs/{run_id}.jsonl" in found
    assert all(json.loads(line)["run_id"] == run_id for line in found[f"runs/{run_id}.jsonl"].splitlines())
    pages = {name: json.loads(text) for name, text in found.items() if name.startswith("landing/")}
    tracks = [page for page in pages.values() if page.get("path") == "/me/tracks"]
    assert len(pages) > 500
    assert {"items", "total", "next"} <= set(tracks[0]["body"])


def test_a_home_of_which_nothing_can_be_read_still_gives_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "landing" / "walk").mkdir(parents=True)
    (home / "landing" / "walk" / "000001-a.json.gz").write_bytes(b"torn")
    (home / "runs").mkdir()
    (home / "runs" / "r.json").write_text('{"torn": ')
    (home / "runs" / "s.json").mkdir()
    (home / "landing" / "walk" / "000002-b.json").mkdir()
    (home / "warehouse.duckdb").write_bytes(b"\0" * 9000)
    monkeypatch.setenv("SEGUE_HOME", str(home))
    done = CliRunner().invoke(app, ["bundle", "--out", str(tmp_path / "b.zip")])
    assert done.exit_code == 0, done.output
    with ZipFile(tmp_path / "b.zip") as file:
        assert "is damaged" in file.read("tables/runs.txt").decode()
        assert json.loads(file.read("landing/walk/000001-a.json"))["unreadable_bytes"] == 4
        assert json.loads(file.read("landing/walk/000002-b.json")) == {"unreadable": "Is a directory"}
        assert file.read("runs/s.json").decode() == "cannot be read (Is a directory)"
