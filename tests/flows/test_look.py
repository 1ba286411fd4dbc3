"""Looking at what nights left: `segue diff`, and the report and the standing after `segue rollback`."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.app import app
from schemas.values import Home
from tasks.upkeep import stories
from tests.warehouse.making import checked, publish
from warehouse.night.locking import locked

NIGHTS = [f"202611{day}T030000-n" for day in (24, 25, 26, 27)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Four nights, the last of them published."""
    found = Home(tmp_path / "home")
    for night in NIGHTS:
        publish(found, night)
    return found


def segue(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"SEGUE_HOME": str(home.root)})


@pytest.mark.parametrize(
    ("wishes", "earlier", "later"),
    [
        ((), 26, 27),
        (("2026-11-27",), 26, 27),
        (("2026-11-26",), 25, 26),
        ((" 2026-11-25",), 24, 25),
        (("2026-11-24", "2026-11-26"), 26, 24),
    ],
)
def test_a_night_is_compared_with_the_one_before_it(
    home: Home, wishes: tuple[str, ...], earlier: int, later: int
) -> None:
    found = json.loads(segue(home, "diff", *wishes, "--json").stdout)
    assert (found["earlier"], found["later"]) == (NIGHTS[earlier - 24], NIGHTS[later - 24])


def test_the_first_night_that_is_kept_has_none_to_be_compared_with(home: Home) -> None:
    told = segue(home, "diff", "2026-11-24")
    assert (told.exit_code, str(told.exception)) == (
        1,
        f"there is no earlier night in {home.history} to compare with: name a later one, or run `segue refresh` again",
    )


def test_after_a_rollback_the_pages_are_those_of_the_night_that_is_published(home: Home) -> None:
    (home.reports / "explorer").mkdir(parents=True)
    for name in ("index.html", "index.json", "explorer/near-7.js"):
        (home.reports / name).write_text("of the night that was withdrawn")
    assert segue(home, "rollback").exit_code == 0
    twin = json.loads(segue(home, "report", "--json").stdout)
    assert twin["queries"]["runs"]["rows"][0]["run_id"] == NIGHTS[2]
    assert [path for path in home.reports.rglob("*.*") if "withdrawn" in path.read_text()] == []


def test_pages_that_are_drawn_again_ask_nobody_for_covers(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        cover = f"https://127.0.0.1:{host.getsockname()[1]}/cover.png"
        album = {"album_id": "one", "name": "One", "poster_url": cover, "poster_small_url": cover}
        song = {"track_id": "one", "name": "One", "album_id": "one"}
        publish(home, "20261128T030000-n", checked("albums", [album]), checked("tracks", [song]))
        assert segue(home, "report").stdout == f"{home.reports / 'index.html'}\n"
        host.settimeout(0)
        with pytest.raises(BlockingIOError):
            host.accept()


def test_nobody_goes_back_while_a_night_is_at_work(home: Home) -> None:
    before = home.warehouse.stat().st_ino
    with locked(home):
        told = segue(home, "rollback")
    assert told.exit_code == 1
    assert str(told.exception).startswith(f"{home.root} is held by a refresh of ")
    assert home.warehouse.stat().st_ino == before
    assert segue(home, "rollback").exit_code == 0


def test_a_rollback_whose_pages_cannot_be_drawn_is_one_all_the_same(home: Home) -> None:
    home.reports.write_text("in the way")
    told = segue(home, "rollback")
    assert (told.exit_code, told.stderr.count("\n")) == (0, 2)
    assert f"Published again: the night {NIGHTS[2]}" in told.stderr
    assert "Only its pages could not be drawn" in told.stderr


def kept(home: Home, night: str) -> None:
    """The story of a night that was published."""
    day = f"{night[:4]}-{night[4:6]}-{night[6:8]}"
    moments = {"started_at": f"{day} 03:00:00", "ended_at": f"{day} 03:00:42"}
    stories.keep(
        home, {"run_id": night, "source": "demo", "verdict": "published", "note": None, "stages": [], **moments}
    )


def test_the_standing_tells_the_night_that_was_withdrawn_and_the_one_that_is_published(home: Home) -> None:
    kept(home, NIGHTS[3])
    assert segue(home, "status").stdout.startswith("Last night  ✓ published, demo night of ")
    segue(home, "rollback")
    last, published = segue(home, "status").stdout.splitlines()[:2]
    assert last.startswith("Last night  ↩ withdrawn, demo night of ")
    assert published.startswith("Published   demo night of ")
    assert published.endswith(f"({NIGHTS[2]})")


def test_the_history_tells_every_night_that_was_withdrawn(home: Home) -> None:
    for night in NIGHTS:
        kept(home, night)
    segue(home, "rollback")
    segue(home, "rollback")
    publish(home, "20261128T030000-n")
    nights = json.loads(segue(home, "status", "--history", "--json").stdout)
    told = {night["run_id"]: night["verdict"] for night in nights}
    assert told == {
        "20261128T030000-n": "published", NIGHTS[3]: "withdrawn", NIGHTS[2]: "withdrawn", NIGHTS[1]: "published", NIGHTS[0]: "published",
    }  # fmt: skip
