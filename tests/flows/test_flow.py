"""The flow as Prefect sees it, under Prefect's own test harness: names that read as a story, states that tell the truth."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from prefect import get_client
from prefect.client.schemas.sorting import TaskRunSort
from prefect.testing.utilities import prefect_test_harness
from typer.testing import CliRunner

from flows.cli.app import app
from flows.refresh import STAGES, begin_at, refresh
from schemas.errors import SettingsError
from schemas.values import Home
from tasks.imports.importing import import_paths

STORY = [
    "open",
    "imports",
    "feedback",
    "retention",
    "identity",
    "similarity",
    "atlas",
    "evaluate",
    "for_you",
    "profile",
    "gate",
    "report",
    "publish",
]


@pytest.fixture(scope="module", autouse=True)
def prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with an imported catalogue of thirty songs by six artists."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    home = Home(tmp_path / "home")
    home.root.mkdir()
    catalogue = tmp_path / "catalogue.csv"
    with catalogue.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["track_id", "track_name", "artists", "duration_ms", "energy", "valence", "tempo"])
        for place in range(30):
            rows.writerow(
                [
                    f"t{place:02}",
                    f"Song {place}",
                    f"Artist {place % 6}",
                    180_000 + place,
                    place % 6 / 6,
                    0.5,
                    90 + place,
                ]
            )
    import_paths(home, [catalogue])
    return home


def test_a_night_reads_as_a_story_and_publishes(home: Home) -> None:
    summary = refresh(source="files")
    assert summary["verdict"] == "published"
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs()
        tasks = client.read_task_runs(sort=TaskRunSort.EXPECTED_START_TIME_ASC)
    assert (run.name, run.state_name) == ("files night", "Completed")
    assert sorted(task.name.rsplit("-", 1)[0] for task in tasks) == sorted(STORY)
    assert str(run.parameters) == "{'source': 'files', 'full': False, 'from_stage': '', 'force': False}"
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.sql("select stage from run_stages order by ordinal").fetchall()[:-1] == [
            (name,) for name in STORY[:-1]
        ]
        nearest = con.sql(
            "select distinct n.track_id[2:]::int % 6 = n.neighbour_id[2:]::int % 6 from neighbours n where rank = 1"
        )
        assert nearest.fetchall() == [(True,)]


def test_a_name_that_is_no_stage_is_refused() -> None:
    assert (begin_at(""), begin_at("extract")) == (0, 0)
    with pytest.raises(SettingsError, match="there is no stage 'dance' to begin at: choose one of extract, imports"):
        begin_at("dance")


def test_the_help_names_every_stage_to_begin_at() -> None:
    told = CliRunner().invoke(app, ["refresh", "--help"], env={"COLUMNS": "300"}).output
    assert [stage for stage in STAGES if stage not in told] == []
