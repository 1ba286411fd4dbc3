"""The whole night, as a person runs it: the real command, real HTTP to the stand-in, a real database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl

from schemas.tables import TABLES
from schemas.values import Home
from warehouse.night.locking import holder

Segue = Callable[..., "subprocess.CompletedProcess[str]"]

BOOKKEEPING = {
    "runs",
    "run_stages",
    "row_accounting",
    "rejected_rows",
    "api_capabilities",
    "evaluation",
    "data_profile",
    "models",
    "fetches",
}


def tables(home: Path, names: set[str]) -> dict[str, pl.DataFrame]:
    """Whole tables of the published file."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return {name: con.sql(f"from {name} order by all").pl() for name in sorted(names)}


def test_the_demo_night_brings_the_whole_catalogue(demo_night: Path) -> None:
    with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
        tracks, features, neighbours, posters = con.sql("""
            select (select count(*) from tracks), (select count(*) from audio_features), (select count(*) from neighbours),
                   (select count(*) from albums where poster_url is not null)
        """).fetchall()[0]
        lone = con.sql(
            "select count(*) from tracks where track_id not in (select track_id from neighbours)"
        ).fetchall()[0][0]
    assert tracks >= 5_849
    assert features >= 5_800
    assert neighbours >= 95 * tracks
    assert posters > 3_000
    assert lone == 0


def test_a_night_says_at_once_what_it_waits_for(demo_night: Path) -> None:
    assert (demo_night / "refresh.stderr").read_text().startswith("  starting Prefect\n")


def test_the_addends_of_every_neighbour_sum_to_its_score(demo_night: Path) -> None:
    with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
        worst = con.sql(
            "select max(abs(score - (audio + metadata + collaborative + adjustments))) from neighbours"
        ).fetchall()[0][0]
    assert worst < 1e-6


def test_every_received_row_is_accounted_for_and_the_demos_dirt_is_told(demo_night: Path) -> None:
    with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
        rows = con.sql("from accounting").pl()
    balance = pl.sum_horizontal("stored", "unchanged", "duplicate", "rejected", "skipped")
    assert rows.filter(pl.col("received") != balance).is_empty()
    assert rows["duplicate"].sum() > 0
    assert rows["skipped"].sum() > 0


def test_a_second_night_leaves_equal_tables_and_says_that_nothing_changed(
    demo_night: Path, demo_home: Path, segue: Segue
) -> None:
    done = segue(demo_home, "refresh", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changes"] == "nothing changed"
    names = set(TABLES) - BOOKKEEPING
    before, after = tables(demo_night, names), tables(demo_home, names)
    assert [name for name in sorted(names) if not before[name].equals(after[name])] == []


def test_a_reader_is_never_blocked_by_a_night(demo_home: Path, segue: Segue) -> None:
    """Another process holds the published file open from before the refresh until after it."""
    code = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.sql("select count(*) from neighbours").fetchall()[0][0], flush=True)
sys.stdin.readline()
print(con.sql("select count(*) from neighbours").fetchall()[0][0], flush=True)
"""
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(demo_home / "warehouse.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    before = reader.stdout.readline()
    done = segue(demo_home, "refresh", "--from", "profile")
    assert done.returncode == 0, done.stderr
    after, _ = reader.communicate("\n")
    assert (after, reader.returncode) == (before, 0)


def test_a_night_whose_prefect_has_garbage_for_books_runs_and_sigterm_ends_it_with_its_server(demo_home: Path) -> None:
    prefect = demo_home / "prefect"
    prefect.mkdir(mode=0o700, exist_ok=True)
    (prefect / "prefect.db").write_bytes(b"garbage " * 2000)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SEGUE_", "SPOTIFY_", "PREFECT_"))
    }
    said = []
    with subprocess.Popen(
        [sys.executable, "-m", "flows", "refresh", "--full", "--from", "similarity"],
        cwd=demo_home.parent,
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "SEGUE_HOME": str(demo_home), "COLUMNS": "200"},
        stderr=subprocess.PIPE,
        text=True,
    ) as night:
        assert night.stderr is not None
        for line in night.stderr:
            said.append(line)
            if line.startswith("✓ open"):
                break
        assert of_home(demo_home) != []
        night.terminate()
        said += night.stderr.readlines()
        assert night.wait() in (-signal.SIGTERM, 128 + signal.SIGTERM), (night.returncode, said)
    (told,) = [line for line in said if "unusable-1-prefect.db" in line]
    assert "Prefect's books cannot be used (file is not a database)" in told
    assert "Traceback" not in "".join(said)
    while of_home(demo_home):
        time.sleep(0.05)
    assert holder(Home(demo_home)) is None


def of_home(home: Path) -> list[str]:
    """The processes that work on a home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"SEGUE_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append(process.name)
    return found


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, segue: Segue) -> None:
    done = segue(tmp_path / "home", "refresh", SEGUE_SOURCE="tidal", SEGUE_NEIGHBOURS="none")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "SEGUE_SOURCE" in done.stderr
    assert "SEGUE_NEIGHBOURS" in done.stderr


def test_a_question_before_the_first_night_names_the_remedy(tmp_path: Path, segue: Segue) -> None:
    (tmp_path / "home").mkdir()
    done = segue(tmp_path / "home", "recommend", "Numb")
    assert done.returncode == 1
    assert (
        done.stderr
        == f"segue: there is no warehouse at {tmp_path}/home/warehouse.duckdb: run `segue refresh` to build one\n"
    )


def test_a_damaged_published_file_is_set_aside_and_a_new_one_is_built(demo_home: Path, segue: Segue) -> None:
    (demo_home / "warehouse.duckdb").write_bytes(b"\0" * 4096 * 8)
    done = segue(demo_home, "recommend", "Numb")
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_ends_in_one_line_and_keeps_the_published_file(
    demo_home: Path, segue: Segue, tmp_path: Path
) -> None:
    """A limit on the size of files stands for a disk that fills up in mid-night."""
    before = (demo_home / "warehouse.duckdb").read_bytes()
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 14000; trap '' XFSZ; exec {sys.executable} -m flows refresh --from identity"],
        cwd=tmp_path,
        env={"SEGUE_HOME": str(demo_home), "PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert (demo_home / "warehouse.duckdb").read_bytes() == before
