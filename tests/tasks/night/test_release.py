"""From what arrived to what is published, step by step, with no flow around: the tables, the gate, the books."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.errors import GateError, InvalidDataError
from schemas.values import Harvest, Home
from tasks.night import keep, release
from tasks.night.context import Night, tonight
from tasks.validate import check
from warehouse import imports, reading
from warehouse.night import building, publishing

TOMORROW = datetime.fromisoformat("2026-11-26T03:00:00")


def songs(number: int, source: str = "demo", **values: Any) -> Harvest:
    ids = [f"t{song}" for song in range(number)]
    return Harvest("tracks", source, pl.DataFrame({"track_id": ids, "name": ids}), **values)


@pytest.fixture
def run_night(home: Home) -> Iterator[Callable[..., Night]]:
    """Run the steps of a night on ``home``, but for those that ask, relate and draw."""

    def run(
        *harvests: Harvest,
        source: str = "demo",
        force: bool = False,
        parked_until: datetime | None = None,
        **wishes: Any,
    ) -> Night:
        with tonight(home, source, {"generations": 2, **wishes}, force=force) as night:
            keep.open_building.fn(night)
            keep.store_checked.fn(night, keep.validate_harvests.fn(night, harvests))
            if source != "demo":  # whose listener has a history of 290 songs
                keep.fold_imports.fn(night)
            building.finish(night.build)
            keep.profile_tables.fn(night)
            night.parked_until = parked_until
            release.judge.fn(night)
            release.publish_night.fn(night)
        return night

    yield run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def stages(home: Home, run_id: str) -> list[tuple[str, int | None, str, str | None]]:
    rows = reading.table(home.warehouse, "run_stages").filter(pl.col("run_id") == run_id)
    return rows.sort("ordinal").select("stage", "rows", "verdict", "note").rows()


def test_the_published_file_tells_how_long_publishing_it_took(home: Home, run_night: Callable[..., Night]) -> None:
    """As far as that had come; it once was booked before it had begun, with no time at all."""
    run_night(songs(3))

    told = reading.table(home.warehouse, "run_stages")
    assert told.filter(stage="publish")["seconds"].to_list() > [0.01]


def test_a_night_is_published_with_its_books(home: Home, run_night: Callable[..., Night]) -> None:
    broken = Harvest(
        "artists", "demo", pl.DataFrame({"artist_id": ["a", "b"], "name": ["A", ""]}), skipped={"podcast": 1}
    )
    night = run_night(songs(3), broken)
    assert (night.verdict, night.problems) == ("published", [])
    assert reading.table(home.warehouse, "tracks").height == 3
    assert reading.table(home.warehouse, "rejected_rows").select("entity", "rule", "value", "row").rows() == [
        ("artists", "name: str_length(1, None)", "", '{"artist_id": "b", "name": ""}')
    ]
    assert stages(home, night.run_id) == [
        ("open", None, "done", None),
        ("validate", 4, "partial", "rows in quarantine: 1 of artists"),
        ("store", 4, "done", "6 received, 4 stored, 1 rejected, 1 skipped"),
        ("profile", reading.table(home.warehouse, "data_profile").height, "done", None),
        (
            "gate",
            None,
            "done",
            "accounting: every received row is accounted for; collapse: there is no earlier night to compare with; "
            "coverage: 0 of 0 comparable tracks have neighbours; evaluation: 0 headline figures are no worse than last night's",
        ),
        (
            "gate: accounting",
            None,
            "kept",
            "every received row is accounted for; "
            "demanded: every received row is stored, unchanged, duplicate, rejected or skipped",
        ),
        (
            "gate: collapse",
            None,
            "kept",
            "there is no earlier night to compare with; "
            "demanded: a table that had 20 rows or more keeps at least 50% of them",
        ),
        (
            "gate: coverage",
            None,
            "kept",
            "0 of 0 comparable tracks have neighbours; demanded: at least 90% of the comparable tracks",
        ),
        (
            "gate: evaluation",
            None,
            "kept",
            "0 headline figures are no worse than last night's; demanded: no 95 % interval lies wholly below last night's",
        ),
        ("publish", None, "done", None),
    ]
    (run,) = reading.table(home.warehouse, "runs").to_dicts()
    assert (run["run_id"], run["source"], run["verdict"], run["is_stale"], run["note"]) == (
        night.run_id,
        "demo",
        "published",
        False,
        None,
    )


def test_a_night_that_lost_most_of_its_rows_is_refused_and_says_how_to_publish_it(
    home: Home, run_night: Callable[..., Night]
) -> None:
    run_night(songs(40, covers="all"))
    before = home.warehouse.read_bytes()
    with pytest.raises(GateError) as error:
        run_night(songs(4, covers="all"))
    assert str(error.value) == (
        "the night was built but is not published, last night's tables stay. collapse: tracks has 4 rows instead of 40 "
        "(at least 50% must stay). If it is right as it is, publish with `segue refresh --force`"
    )
    assert home.warehouse.read_bytes() == before


def test_the_gate_demands_what_the_settings_say(home: Home, run_night: Callable[..., Night]) -> None:
    run_night(songs(40, covers="all"))
    night = run_night(songs(4, covers="all"), gate_share=0.1)
    assert night.verdict == "published"
    (told,) = (row for row in stages(home, night.run_id) if row[0] == "gate: collapse")
    assert told[2:] == (
        "kept",
        "no table shrank below the bound; demanded: a table that had 20 rows or more keeps at least 10% of them",
    )
    with pytest.raises(GateError, match="tracks has 2 rows instead of 4"):
        run_night(songs(2, covers="all"), gate_few=4, gate_share=0.9)


def test_a_rehearsal_says_what_would_change_and_changes_nothing(home: Home, run_night: Callable[..., Night]) -> None:
    run_night(songs(40, covers="all"))
    before = home.warehouse.read_bytes()
    with tonight(home, "demo", {}, dry_run=True) as night:
        keep.open_building.fn(night)
        keep.store_checked.fn(night, keep.validate_harvests.fn(night, [songs(4, covers="all")]))
        building.finish(night.build)
        release.judge.fn(night)
        release.rehearse_night.fn(night)
    assert (night.verdict, night.facts["is_publishable"], night.facts["changes"]) == (
        "rehearsed",
        False,
        "tracks: 36 gone",
    )
    assert night.problems == ["the gate would refuse it: tracks has 4 rows instead of 40 (at least 50% must stay)"]
    assert home.warehouse.read_bytes() == before
    assert list(home.building.glob("*.duckdb")) == []


def test_a_forced_night_is_published_and_says_that_it_was_forced(home: Home, run_night: Callable[..., Night]) -> None:
    run_night(songs(40, covers="all"))
    night = run_night(songs(4, covers="all"), force=True)
    assert night.verdict == "forced"
    told = reading.table(home.warehouse, "runs").select("verdict", "note").rows()[-1]
    assert told == ("forced", "forced past the gate: tracks has 4 rows instead of 40 (at least 50% must stay)")
    assert [row[2] for row in stages(home, night.run_id) if row[0].startswith("gate: ")] == [
        "kept",
        "forced",
        "kept",
        "kept",
    ]


def test_a_sound_night_is_not_called_forced_because_force_was_allowed(run_night: Callable[..., Night]) -> None:
    assert run_night(songs(3), force=True).verdict == "published"


def test_a_parked_night_is_published_from_what_was_there_and_is_stale(
    home: Home, run_night: Callable[..., Night]
) -> None:
    run_night(songs(30))
    night = run_night(parked_until=TOMORROW)
    assert night.verdict == "parked"
    last = reading.table(home.warehouse, "runs").rows(named=True)[-1]
    assert (last["verdict"], last["is_stale"], last["parked_until"]) == ("parked", True, TOMORROW)
    assert reading.table(home.warehouse, "tracks").height == 30


def test_what_was_imported_is_folded_in_and_taken_out_again(home: Home, run_night: Callable[..., Night]) -> None:
    imports.store(home, [check(songs(3, "file")), check(songs(1, "export"))], "i1")
    assert run_night(source="files").verdict == "published"
    assert reading.table(home.warehouse, "tracks").select("track_id", "source").rows() == [
        ("t0", "file"),
        ("t1", "file"),
        ("t2", "file"),
    ]
    again = run_night(source="files")
    assert stages(home, again.run_id)[3] == ("imports", 0, "done", "3 received, 0 stored, 3 unchanged")
    imports.purge(home)
    run_night(source="files")
    assert reading.table(home.warehouse, "tracks").is_empty()


def test_an_import_meets_what_the_api_tells_of_the_same_song(home: Home, run_night: Callable[..., Night]) -> None:
    frame = pl.DataFrame({"track_id": ["t0"], "name": ["imported"], "popularity": [70]})
    imports.store(home, [check(Harvest("tracks", "file", frame))], "i1")
    for _ in range(2):
        run_night(songs(1, "spotify"), source="spotify")
        assert reading.table(home.warehouse, "tracks").select("name", "popularity", "source").rows() == [
            ("t0", 70, "spotify")
        ]


def test_what_the_api_no_longer_tells_is_dropped_after_the_days_of_the_setting_and_the_gate_lets_it(home: Home) -> None:
    for days, left in ((0, 40), (30, 40), (30, 0)):
        with tonight(home, "spotify", {"retention_days": days}) as night:
            keep.open_building.fn(night)
            night.started_at += timedelta(days=31) if left == 0 else timedelta(0)
            if not reading.table(night.build, "tracks").height:
                keep.store_checked.fn(night, keep.validate_harvests.fn(night, [songs(40, "spotify")]))
            keep.drop_stale.fn(night)
            release.judge.fn(night)
            release.publish_night.fn(night)
        assert reading.table(home.warehouse, "tracks").height == left
    assert night.facts["dropped"] == {"tracks": 40, "fetches": 40}


def test_a_second_night_leaves_equal_tables_and_changes_nothing(home: Home, run_night: Callable[..., Night]) -> None:
    run_night(songs(5))
    before = {name: reading.table(home.warehouse, name) for name in building.TABLES if name not in building.BY_NIGHT}
    night = run_night(songs(5))
    assert stages(home, night.run_id)[2] == ("store", 0, "done", "5 received, 0 stored, 5 unchanged")
    for name, rows in before.items():
        if name == "data_profile":  # which also describes the books
            books = pl.col("table_name").is_in(list(building.BY_NIGHT))
            assert reading.table(home.warehouse, name).filter(~books).equals(rows.filter(~books))
        else:
            assert reading.table(home.warehouse, name).equals(rows), name


def test_as_many_generations_stay_as_the_setting_says(home: Home, run_night: Callable[..., Night]) -> None:
    for _ in range(4):
        run_night(songs(1))
    assert len(publishing.generations(home)) == 2
    run_night(songs(1), generations_bytes=1)
    assert len(publishing.generations(home)) == 1


def test_a_harvest_for_no_table_fails_the_night_and_leaves_what_is_published(
    home: Home, run_night: Callable[..., Night]
) -> None:
    run_night(songs(1))
    before = home.warehouse.read_bytes()
    with pytest.raises(InvalidDataError, match="there is no table trakcs"):
        run_night(Harvest("trakcs", "demo", pl.DataFrame({"a": [1]})))
    assert home.warehouse.read_bytes() == before
    assert run_night(songs(2)).verdict == "published"
