"""The gate's rules: each kept by a sound night and broken by the fault that it is for."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.values import Checked, Home
from tests.warehouse.making import built, checked
from warehouse.night import writing
from warehouse.night.judging import Finding, findings

TONIGHT, BEFORE = "20261112T030000-n", "20261111T030000-n"


def tracks(number: int, **values: Any) -> list[Checked]:
    """Songs of one artist, so that each has something in common with the others."""
    ids = [f"t{song:03d}" for song in range(number)]
    return [
        checked("tracks", [{"track_id": track, "name": track} for track in ids], **values),
        checked("track_artists", [{"track_id": track, "position": 0, "artist_id": "a"} for track in ids], **values),
    ]


def related(build: Path, *seeds: str) -> Path:
    row = {
        "rank": 1,
        "neighbour_id": "t000",
        "score": 0.0,
        "audio": 0.0,
        "metadata": 0.0,
        "collaborative": 0.0,
        "adjustments": 0.0,
    }
    writing.replace(build, "neighbours", pl.DataFrame([{"track_id": seed, **row} for seed in seeds]))
    return build


def night(folder: Path, run_id: str, number: int, *, seeds: int | None = None) -> Path:
    build = built(Home(folder), run_id, *tracks(number))
    return related(build, *[f"t{song:03d}" for song in range(number if seeds is None else seeds)])


def rule(name: str, found: list[Finding]) -> Finding:
    (finding,) = [finding for finding in found if finding.rule == name]
    return finding


def test_a_sound_night_keeps_every_rule(tmp_path: Path) -> None:
    before, tonight = night(tmp_path / "b", BEFORE, 30), night(tmp_path / "t", TONIGHT, 31)
    assert findings(tonight, TONIGHT, before) == [
        Finding("accounting", True, "every received row is accounted for"),
        Finding("collapse", True, "no table shrank below the bound"),
        Finding("coverage", True, "31 of 31 comparable tracks have neighbours"),
        Finding("evaluation", True, "0 headline figures are no worse than last night's"),
    ]


def test_the_first_night_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    found = findings(night(tmp_path, TONIGHT, 3), TONIGHT, None)
    assert [finding.is_kept for finding in found] == [True] * 4
    assert rule("collapse", found).text == "there is no earlier night to compare with"


def test_an_account_that_does_not_balance_is_told(tmp_path: Path) -> None:
    tonight = night(tmp_path, TONIGHT, 3)
    lost = {"run_id": TONIGHT, "entity": "plays", "source": "spotify", "received": 9, "stored": 7}
    rest = dict.fromkeys(("unchanged", "duplicate", "rejected", "skipped", "removed"), 0)
    texts = {"rejected_by_rule": "{}", "skipped_by_reason": "{}"}
    found_twice = lost | {"entity": "albums", "received": 1, "stored": 2}
    writing.record(tonight, "row_accounting", pl.DataFrame([row | rest | texts for row in (lost, found_twice)]))
    assert rule("accounting", findings(tonight, TONIGHT, None)) == Finding(
        "accounting",
        False,
        "rows are not accounted for: albums from spotify (1 received, 2 found), plays from spotify (9 received, 7 found)",
    )


@pytest.mark.parametrize(("left", "is_kept"), [(20, True), (19, False), (0, False)])
def test_a_table_that_lost_most_of_its_rows_is_told(tmp_path: Path, left: int, is_kept: bool) -> None:
    before, tonight = night(tmp_path / "b", BEFORE, 40), night(tmp_path / "t", TONIGHT, left)
    finding = rule("collapse", findings(tonight, TONIGHT, before))
    assert finding.is_kept is is_kept
    assert is_kept or finding.text.startswith(
        f"tracks has {left} rows instead of 40, track_artists has {left} rows instead of 40"
    )


@pytest.mark.parametrize(("rows", "is_kept"), [(19, True), (20, False)])
def test_only_a_small_table_may_become_empty(tmp_path: Path, rows: int, is_kept: bool) -> None:
    before, tonight = night(tmp_path / "b", BEFORE, rows), night(tmp_path / "t", TONIGHT, 0)
    assert rule("collapse", findings(tonight, TONIGHT, before)).is_kept is is_kept


def test_rows_that_had_to_go_are_not_missed(tmp_path: Path) -> None:
    before, tonight = night(tmp_path / "b", BEFORE, 60), night(tmp_path / "t", TONIGHT, 20)
    assert not rule("collapse", findings(tonight, TONIGHT, before)).is_kept
    dropped = {"tracks": 20, "track_artists": 20, "neighbours": 20}
    assert rule("collapse", findings(tonight, TONIGHT, before, dropped=dropped)).is_kept


@pytest.mark.parametrize(("seeds", "is_kept"), [(10, True), (9, True), (8, False), (0, False)])
def test_tracks_without_neighbours_are_told(tmp_path: Path, seeds: int, is_kept: bool) -> None:
    finding = rule("coverage", findings(night(tmp_path, TONIGHT, 10, seeds=seeds), TONIGHT, None))
    assert finding.is_kept is is_kept
    assert f"{seeds} of 10 comparable tracks have neighbours" in finding.text


def test_a_track_that_has_nothing_in_common_with_any_other_needs_no_neighbour(tmp_path: Path) -> None:
    build = built(
        Home(tmp_path),
        TONIGHT,
        checked("tracks", [{"track_id": name, "name": name} for name in "abc"]),
        checked("track_artists", [{"track_id": name, "position": 0, "artist_id": name} for name in "abc"]),
        checked("audio_features", [{"track_id": "a", "energy": 0.5}, {"track_id": "b"}]),
    )
    assert rule("coverage", findings(build, TONIGHT, None)).text == "0 of 0 comparable tracks have neighbours"


def test_sound_and_baskets_make_tracks_comparable(tmp_path: Path) -> None:
    build = built(
        Home(tmp_path),
        TONIGHT,
        checked("tracks", [{"track_id": name, "name": name} for name in "abcde"]),
        checked("audio_features", [{"track_id": name, "energy": 0.5} for name in "ab"]),
    )
    basket = {"basket_id": "saved", "kind": "saved", "position": 0, "weight": 1.0}
    writing.replace(build, "baskets", pl.DataFrame([basket | {"track_id": name} for name in "bc"]))
    assert (
        rule("coverage", findings(build, TONIGHT, None)).text
        == "only 0 of 3 comparable tracks have neighbours (at least 90% must)"
    )


def test_pressings_of_one_song_are_nothing_to_compare(tmp_path: Path) -> None:
    build = built(Home(tmp_path), TONIGHT, *tracks(2))
    rows = [{"track_id": track, "recording_id": "t000", "song_id": "t000"} for track in ("t000", "t001")]
    writing.replace(build, "recordings", pl.DataFrame(rows))
    assert rule("coverage", findings(build, TONIGHT, None)).is_kept


def test_only_tracks_of_the_sources_that_are_modelled_need_neighbours(tmp_path: Path) -> None:
    build = built(Home(tmp_path), TONIGHT, *tracks(5, source="spotify"), source="spotify")
    assert not rule("coverage", findings(build, TONIGHT, None)).is_kept
    assert rule("coverage", findings(build, TONIGHT, None, model_sources=("file",))).is_kept


def measured(build: Path, run_id: str, low: float, high: float, algorithm: str = "hybrid") -> Path:
    figure = {
        "run_id": run_id,
        "task": "list",
        "split": "s",
        "algorithm": algorithm,
        "view": "warm",
        "metric": "ndcg@10",
    }
    writing.record(
        build, "evaluation", pl.DataFrame([figure | {"value": (low + high) / 2, "low": low, "high": high, "cases": 50}])
    )
    return build


@pytest.mark.parametrize(
    ("low", "high", "is_kept"),
    [(0.30, 0.40, True), (0.20, 0.25, True), (0.10, 0.22, True), (0.10, 0.19, False), (0.5, 0.6, True)],
)
def test_a_figure_is_clearly_worse_when_the_intervals_do_not_touch(
    tmp_path: Path, low: float, high: float, is_kept: bool
) -> None:
    before = measured(night(tmp_path / "b", BEFORE, 3), BEFORE, 0.20, 0.30)
    tonight = measured(night(tmp_path / "t", TONIGHT, 3), TONIGHT, low, high)
    finding = rule("evaluation", findings(tonight, TONIGHT, before))
    assert finding.is_kept is is_kept
    if not is_kept:
        assert finding.text == (
            "recommendations are clearly worse: ndcg@10 of list (warm) is 0.145 (0.100 to 0.190) after 0.250 (0.200 to 0.300)"
        )


def test_a_baseline_may_become_worse(tmp_path: Path) -> None:
    before = measured(night(tmp_path / "b", BEFORE, 3), BEFORE, 0.20, 0.30, "popularity")
    tonight = measured(night(tmp_path / "t", TONIGHT, 3), TONIGHT, 0.01, 0.02, "popularity")
    assert rule("evaluation", findings(tonight, TONIGHT, before)).is_kept
