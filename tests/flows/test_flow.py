"""The flow as Prefect sees it, under Prefect's own test harness: names that read as a story, states that tell the truth."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import duckdb
import pytest
from prefect import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
from prefect.client.schemas.sorting import TaskRunSort
from prefect.flow_engine import run_flow
from typer.testing import CliRunner

from flows.aftermath import summary_page
from flows.cli.app import app
from flows.deployments import nightly
from flows.refresh import STAGES, refresh
from flows.stages import Stage, chosen
from schemas.errors import HomeError, SettingsError
from schemas.values import Home
from tasks.imports.importing import import_paths
from tasks.upkeep.timetable import timetable
from warehouse.night.locking import locked

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
RULES = ("accounting", "collapse", "coverage", "evaluation")


pytestmark = pytest.mark.usefixtures("prefect_server")


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


def artifact(flow_run: UUID, key: str) -> Any:
    """What an artifact of a flow run says."""
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run]), key=ArtifactFilterKey(any_=[key]))
        (found,) = client.read_artifacts(artifact_filter=wanted)
    return found.data


def test_a_night_reads_as_a_story_and_publishes(home: Home) -> None:
    due = timetable("0 3 * * *", "Europe/Berlin", "files", datetime.fromisoformat("2026-11-25"))
    with get_client(sync_client=True) as client:
        made = client.create_flow_run_from_deployment(cast("UUID", nightly(due).apply()))
    summary = run_flow(refresh, flow_run=made, parameters=made.parameters)
    assert summary["verdict"] == "published"
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs()
        tasks = client.read_task_runs(sort=TaskRunSort.EXPECTED_START_TIME_ASC)
    assert (run.name, run.state_name) == ("files night", "Completed")
    assert sorted(task.name for task in tasks) == sorted(STORY)
    assert run.parameters == {"source": "files"}
    assert artifact(run.id, "progress") == 100.0
    page, stages, accounting, metrics = (artifact(run.id, key) for key in ("night", "stages", "accounting", "metrics"))
    assert page.startswith("# Files night published\n")
    assert f"[The report](file://{home.reports}/index.html)" in page
    assert [row["stage"] for row in json.loads(stages)][: len(STORY) - 3] == STORY[:-3]
    assert {row["received"] for row in json.loads(accounting) if row["entity"] == "tracks"} == {30}
    assert {row["metric"] for row in json.loads(metrics)} <= {"ndcg@10"}
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        booked = [stage for (stage,) in con.sql("select stage from run_stages order by ordinal").fetchall()]
        assert [stage for stage in booked if not stage.startswith("gate: ")] == STORY
        assert [stage for stage in booked if stage.startswith("gate: ")] == [f"gate: {rule}" for rule in RULES]
        nearest = con.sql(
            "select distinct n.track_id[2:]::int % 6 = n.neighbour_id[2:]::int % 6 from neighbours n where rank = 1"
        )
        assert nearest.fetchall() == [(True,)]


def test_a_night_that_fails_is_failed_and_says_so_with_what_to_do(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = tmp_path / "notices.jsonl"
    monkeypatch.setenv("SEGUE_NOTIFY_FILE", str(notices))
    (home.root / "warehouse.duckdb").mkdir()  # nothing can be published there
    with pytest.raises(Exception, match=r"warehouse\.duckdb"):
        refresh(source="files")
    with get_client(sync_client=True) as client:
        run = max(client.read_flow_runs(), key=lambda found: found.created)
    assert run.state_name == "Failed"
    assert artifact(run.id, "night").startswith("# Files night failed\n")
    (told,) = [json.loads(line) for line in notices.read_text().splitlines()]
    assert (told["verdict"], told["to_do"]) == (
        "failed",
        "run `segue doctor`, then `segue refresh`: it goes on from what has landed",
    )


def test_a_night_that_finds_the_home_held_is_told_too(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = tmp_path / "notices.jsonl"
    monkeypatch.setenv("SEGUE_NOTIFY_FILE", str(notices))
    with locked(home), pytest.raises(HomeError, match="is held by a refresh"):
        refresh(source="files")
    assert "is held by a refresh" in notices.read_text()


def test_a_page_of_markdown_shows_names_as_they_are() -> None:
    moment = datetime.fromisoformat("2026-11-25T03:00:00")
    page = summary_page(
        {
            "run_id": "r",
            "source": "demo",
            "verdict": "published",
            "started_at": moment,
            "ended_at": moment,
            "parked_until": None,
            "problems": ["the list '[x](http://evil) <b>' was refused"],
            "report": "/r/index.html",
        }
    )
    assert "\\[x\\](http://evil) \\<b\\>" in page


def test_the_stages_of_a_night_are_all_some_or_one() -> None:
    assert list(STAGES) == list(Stage)
    assert chosen() == chosen("extract") == [stage for stage in Stage if stage != "validate"]
    assert chosen("validate") == ["validate", *chosen("imports")]
    assert chosen("for_you") == ["for_you", "profile"]
    assert chosen(only="similarity") == ["similarity", "profile"]
    assert chosen(only="profile") == ["profile"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("dance", ""), "there is no stage 'dance' for --from: choose one of extract, validate, imports"),
        (("", "dance"), "there is no stage 'dance' for --only: choose one of extract, validate, imports"),
        (("identity", "evaluate"), "--from and --only say different things"),
        (("", "validate"), "--only validate would leave tables that do not fit each other: use --from validate"),
    ],
)
def test_a_name_that_is_no_stage_is_refused(names: tuple[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        chosen(*names)


def test_the_help_names_every_stage_to_begin_at() -> None:
    told = CliRunner().invoke(app, ["refresh", "--help"], env={"COLUMNS": "300"}).output
    assert [stage for stage in Stage if stage not in told] == []
