"""One rename publishes; readers never wait and never see half a night; whatever dies, the last good night stays."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import duckdb
import pytest

from schemas.errors import WarehouseError
from schemas.values import Home
from tests.warehouse.making import built, checked, publish, python, said
from warehouse import reading
from warehouse.night import publishing
from warehouse.standing import verify

NIGHTS = [f"202611{day}T030000-n" for day in range(10, 30)]


def songs(number: int) -> list[dict[str, str]]:
    return [{"track_id": f"t{song:03d}", "name": f"Song {song}"} for song in range(number)]


def titles(path: Path) -> list[str]:
    return reading.table(path, "songs")["name"].to_list()


def run_ids(home: Home) -> list[str]:
    return [kept.run_id for kept in publishing.generations(home)]


def test_the_former_night_is_kept_and_comes_back_by_one_rename(home: Home) -> None:
    publish(home, NIGHTS[0], checked("tracks", songs(1)))
    publish(home, NIGHTS[1], checked("tracks", songs(2)))
    assert titles(home.warehouse) == ["Song 0", "Song 1"]
    back = publishing.rollback(home)
    assert back.run_id == NIGHTS[0]
    assert titles(home.warehouse) == ["Song 0"]
    assert titles(home.history / "withdrawn.duckdb") == ["Song 0", "Song 1"]


def test_nights_can_be_taken_back_until_there_is_none(home: Home) -> None:
    for night in NIGHTS[:3]:
        publish(home, night)
    assert [publishing.rollback(home).run_id for _ in range(2)] == [NIGHTS[1], NIGHTS[0]]
    with pytest.raises(WarehouseError) as error:
        publishing.rollback(home)
    assert str(error.value) == f"there is no earlier night in {home.history} to go back to"


def test_a_rollback_passes_over_a_damaged_night(home: Home) -> None:
    for number, night in enumerate(NIGHTS[:3]):
        publish(home, night, checked("tracks", songs(number)))
    damaged = publishing.generations(home)[-1].path
    damaged.write_bytes(damaged.read_bytes()[:9_000])
    assert publishing.rollback(home).run_id == NIGHTS[0]
    assert verify(home.warehouse)["tracks"] == 0
    assert (home.history / f"unreadable-{damaged.stem}.duckdb").exists()


def test_a_damaged_published_file_gives_way_to_the_night_before_and_that_is_told(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    for number, night in enumerate(NIGHTS[:2]):
        publish(home, night, checked("tracks", songs(number)))
    publishing.recover(home)
    assert (titles(home.warehouse), caplog.messages) == (["Song 0"], [])
    asides = [home.history / f"unreadable-{name}.duckdb" for name in ("warehouse", "2-warehouse")]
    damages = [b"\0" * 9_000, b"\1" * 9_000]
    ends = [f"the night {NIGHTS[0]} is published again", "there is no earlier night"]
    for damage, instead in zip(damages, ends, strict=True):
        home.warehouse.write_bytes(damage)
        caplog.clear()
        publishing.recover(home)
        (told,) = caplog.messages
        assert told.startswith(f"{home.warehouse} is damaged and set aside, {instead}: ")
        assert "not a valid DuckDB database file" in told
        assert home.warehouse.exists() is (instead != "there is no earlier night")
    assert [aside.read_bytes() for aside in asides] == damages


def test_generations_are_bounded_in_number(home: Home) -> None:
    for night in NIGHTS[:4]:
        publishing.publish(home, built(home, night), keep=2)
    assert run_ids(home) == NIGHTS[1:3]


def test_generations_are_bounded_in_bytes_but_the_latest_stays(home: Home) -> None:
    for night in NIGHTS[:4]:
        publishing.publish(home, built(home, night), keep_bytes=1)
    assert run_ids(home) == [NIGHTS[2]]


def test_generations_that_just_fit_stay(home: Home) -> None:
    for night in NIGHTS[:3]:
        publish(home, night)
    room = home.warehouse.stat().st_size + publishing.generations(home)[-1].bytes
    publishing.publish(home, built(home, NIGHTS[3]), keep_bytes=room)
    assert run_ids(home) == NIGHTS[1:3]
    publishing.publish(home, built(home, NIGHTS[4]), keep_bytes=room - 1)
    assert run_ids(home) == NIGHTS[3:4]


def test_the_order_of_generations_is_not_the_clocks(home: Home) -> None:
    for night in (NIGHTS[5], NIGHTS[2], NIGHTS[9]):
        publish(home, night)
    assert [(kept.ordinal, kept.run_id) for kept in publishing.generations(home)] == [(1, NIGHTS[5]), (2, NIGHTS[2])]


def test_the_last_night_of_another_source_outlives_every_bound(home: Home) -> None:
    publish(home, NIGHTS[0], checked("tracks", songs(3), source="spotify"), source="spotify")
    for night in NIGHTS[1:4]:
        publishing.publish(home, built(home, night), keep=1)
    assert titles(home.history / "last-spotify.duckdb") == ["Song 0", "Song 1", "Song 2"]
    assert publishing.last_night(home, "spotify") == home.history / "last-spotify.duckdb"
    assert publishing.last_night(home, "demo") == home.warehouse
    publish(home, NIGHTS[5], source="spotify")
    assert titles(home.warehouse) == ["Song 0", "Song 1", "Song 2"]
    assert not (home.history / "last-spotify.duckdb").exists()
    assert publishing.last_night(home, "files") is None


def test_a_write_ahead_log_that_a_crash_left_does_not_spoil_the_new_night(home: Home) -> None:
    publish(home, NIGHTS[0], checked("tracks", songs(1)))
    home.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"what a dead writer left")
    publish(home, NIGHTS[1], checked("tracks", songs(2)))
    assert titles(home.warehouse) == ["Song 0", "Song 1"]


def test_a_file_system_without_links_gets_copies(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    for night in NIGHTS[:2]:
        publish(home, night)
    assert run_ids(home) == [NIGHTS[0]]
    assert publishing.rollback(home).run_id == NIGHTS[0]


READ_UNTIL_TOLD = """
import sys, threading
from pathlib import Path
from warehouse import reading
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
print("reading", flush=True)
seen = []
is_last = False
while not is_last:
    is_last = stop.is_set()  # so that the last look is after the last publication
    rows = reading.ask(Path(sys.argv[1]), "select (select count(*) from tracks), (select count(*) from songs), (select count(*) from runs)")
    seen.append(rows.row(0))
assert all(tracks == songs == runs for tracks, songs, runs in seen), seen
print(len(seen), max(seen)[0], flush=True)
"""


def test_a_reader_in_another_process_is_never_blocked_and_never_sees_half_a_night(home: Home) -> None:
    publish(home, NIGHTS[0], checked("tracks", songs(1)))
    reader = python(READ_UNTIL_TOLD, home.warehouse)
    said(reader)
    with duckdb.connect(str(home.warehouse), read_only=True) as bare:
        for number, night in enumerate(NIGHTS[1:5], start=2):
            publish(home, night, checked("tracks", songs(number)))
        assert bare.sql("select count(*) from tracks").fetchall() == [(1,)]
    out, err = reader.communicate("stop\n", timeout=60)
    reads, most = map(int, out.split()) if out else pytest.fail(err)
    assert reads >= 1
    assert most == 5


PUBLISH_FOR_EVER = """
import shutil, sys
from pathlib import Path
from schemas.values import Home
from warehouse.night import publishing
home, nights = Home(Path(sys.argv[1])), sorted(Path(sys.argv[2]).iterdir())
print("publishing", flush=True)
while True:
    for night in nights:
        home.building.mkdir(exist_ok=True)
        build = home.building / night.name
        shutil.copyfile(night, build)
        publishing.publish(home, build, keep=3)
"""


def test_a_publisher_that_is_killed_leaves_a_whole_night_and_the_next_one_goes_on(home: Home, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    nights.mkdir()
    for number, night in enumerate(NIGHTS[:2], start=1):
        shutil.copyfile(built(home, night, checked("tracks", songs(number))), nights / f"{night}.duckdb")
        publish(home, night, checked("tracks", songs(number)))
    chance = random.Random(6)
    for _ in range(5):
        process = python(PUBLISH_FOR_EVER, home.root, nights)
        said(process)
        time.sleep(chance.uniform(0.0, 0.25))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        rows = verify(home.warehouse)
        assert rows["tracks"] == rows["songs"] in (1, 2)
        for kept in publishing.generations(home):
            assert verify(kept.path)["runs"] >= 1
    publish(home, NIGHTS[8], checked("tracks", songs(4)))
    assert len(titles(home.warehouse)) == 4
    assert verify(publishing.rollback(home).path.parent.parent / "warehouse.duckdb")["tracks"] in (1, 2)
