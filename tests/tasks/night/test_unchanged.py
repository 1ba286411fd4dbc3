"""A night takes over what last night learned and measured where it would come out the same, and only there."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from schemas.catalogue import FEATURES
from schemas.values import Harvest, Home
from tasks.evaluation import reasons
from tasks.night import keep, relate, release, unchanged
from tasks.night.context import Night, tonight
from tasks.night.relate import AS_LAST_NIGHT
from warehouse import reading
from warehouse.night import publishing

SONGS, LISTS = 40, 24
BOTH = {"similarity", "evaluate"}
Tables = dict[str, pl.DataFrame]


def music() -> Tables:
    """Songs of two tastes that sound like them, and playlists, each of one taste."""
    rng, half = np.random.default_rng(4), SONGS // 2
    ids = [f"t{song:02}" for song in range(SONGS)]
    heard = {name: 0.2 + 0.5 * (np.arange(SONGS) < half) + 0.2 * rng.random(SONGS) for name in ("energy", "valence")}
    places = [
        (f"p{number:02}", place, ids[song + half * (number % 2)])
        for number in range(LISTS)
        for place, song in enumerate(rng.choice(half, 8, replace=False))
    ]
    return {
        "tracks": pl.DataFrame({"track_id": ids, "name": ids, "popularity": range(SONGS)}),
        "audio_features": pl.DataFrame({"track_id": ids} | heard).with_columns(
            pl.lit(None, pl.Float64).alias(name) for name in FEATURES if name not in heard
        ),
        "playlist_tracks": pl.DataFrame(places, schema=["playlist_id", "position", "track_id"], orient="row"),
    }


def run(
    home: Home,
    tables: Tables,
    *,
    source: str = "files",
    full: bool = False,
    publish: bool = True,
    neighbours: int = 10,
    model_sources: tuple[str, ...] = (),
) -> Night:
    """The steps of a night on ``home`` that brings ``tables``, and a list from an export, but for those that ask and draw."""
    exported = tables["playlist_tracks"].head(8).with_columns(playlist_id=pl.lit("export"))
    harvests = [Harvest(name, "file", rows, covers="all") for name, rows in tables.items()]
    harvests.append(Harvest("playlist_tracks", "export", exported, covers="all"))
    wishes = {"neighbours": neighbours, "model_sources": model_sources}
    with tonight(home, source, wishes, full=full) as night:
        keep.open_building.fn(night)
        keep.store_checked.fn(night, keep.validate_harvests.fn(night, harvests))
        relate.identify_recordings.fn(night)
        relate.relate_songs.fn(night)
        relate.evaluate_night.fn(night)
        if publish:
            release.judge.fn(night)
            release.publish_night.fn(night)
    return night


def taken_over(night: Night) -> set[str]:
    """The stages that noted so."""
    return {entry.stage for entry in night.ledger.entries if AS_LAST_NIGHT in (entry.note or "")}


def rows_of(night: Night) -> dict[str, int | None]:
    """How many rows the stages say that they made."""
    return {entry.stage: entry.rows for entry in night.ledger.entries if entry.stage in BOTH}


def worked_out(night: Night) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tonight's rows of ``models`` and ``evaluation``."""
    path = night.build if night.build.exists() else night.home.warehouse
    names = ("models", "evaluation")
    models, figures = (reading.table(path, name).filter(run_id=night.run_id).drop("run_id") for name in names)
    assert not models.filter(model="list")["is_default"].any()
    assert not figures.is_empty()
    return models.sort(pl.all()), figures.sort(pl.all())


def equal(one: tuple[pl.DataFrame, ...], other: tuple[pl.DataFrame, ...]) -> bool:
    return all(a.equals(b) for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module", autouse=True)
def few_asked() -> Iterator[None]:
    """The reasons of few answers are measured: a night here takes a second and not five."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SEEDS", "LISTS"):
            patch.setattr(reasons, name, 2)
        yield


@pytest.fixture(scope="module")
def last_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home on which one night was run."""
    home = Home(tmp_path_factory.mktemp("once") / "home")
    assert taken_over(run(home, music())) == set()
    return home.root


@pytest.fixture
def home(last_night: Path, tmp_path: Path) -> Home:
    shutil.copytree(last_night, tmp_path / "home")
    return Home(tmp_path / "home")


def test_a_night_on_the_same_takes_over_what_working_it_out_again_would_give(home: Home) -> None:
    """Twice, as what was taken over is what the next night finds."""
    for _ in range(2):
        night = run(home, music())
        assert taken_over(night) == BOTH
        verdict = night.facts["evaluation"]
        anew = run(home, music(), full=True, publish=False)
        assert taken_over(anew) == set()
        assert verdict == f"{anew.facts['evaluation']}; {AS_LAST_NIGHT}"
        assert equal(worked_out(night), worked_out(anew))
        assert rows_of(night) == rows_of(anew)
    assert reading.table(home.warehouse, "evaluation")["run_id"].n_unique() == 3


def with_value(name: str, column: str, value: object) -> Tables:
    """The music, but for one value of its first row."""
    tables = music()
    return tables | {name: tables[name].with_columns(pl.when(pl.int_range(pl.len()) > 0).then(column).otherwise(value))}


CHANGES: dict[str, Callable[[], Tables]] = {
    "a basket": lambda: music() | {"playlist_tracks": music()["playlist_tracks"].head(-1)},
    "the order in a basket": lambda: music() | {"playlist_tracks": swapped(music()["playlist_tracks"])},
    "a sound": lambda: with_value("audio_features", "energy", 0.9),
    "what is written of a song": lambda: with_value("tracks", "popularity", 99),
    "a song more": lambda: (
        music()
        | {"tracks": pl.concat([music()["tracks"], pl.DataFrame({"track_id": "new", "name": "new", "popularity": 1})])}
    ),
}


def swapped(places: pl.DataFrame) -> pl.DataFrame:
    """The first two songs of the first list the other way round."""
    return places.with_columns(
        position=pl.when(pl.int_range(pl.len()) < 2).then(1 - pl.col("position")).otherwise("position")
    )


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_the_music_all_is_worked_out_again(home: Home, change: str) -> None:
    assert taken_over(run(home, CHANGES[change](), publish=False)) == set()


def test_to_learn_from_fewer_sources_is_to_learn_again(home: Home) -> None:
    assert taken_over(run(home, music(), model_sources=("file", "export"))) == BOTH
    assert taken_over(run(home, music(), model_sources=("file",))) == set()


def test_other_numbers_of_neighbours_are_told_of_as_they_are(home: Home) -> None:
    """The hidden songs are not asked for by neighbours, but the figures of the published ones are never taken over."""
    night = run(home, music(), neighbours=5)
    assert taken_over(night) == BOTH
    assert equal(worked_out(night), worked_out(run(home, music(), neighbours=5, full=True, publish=False)))


def test_another_code_is_asked_again(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in unchanged.ROOMS:
        shutil.copytree(unchanged.ROOT / name, tmp_path / "code" / name)
    monkeypatch.setattr(unchanged, "ROOT", tmp_path / "code")
    assert taken_over(run(home, music(), publish=False)) == BOTH
    with (tmp_path / "code" / "warehouse/query/signals/corpus.py").open("a") as code:
        code.write("ALGORITHM = 'another'\n")
    assert taken_over(run(home, music(), publish=False)) == set()


@pytest.mark.parametrize("library", unchanged.LIBRARIES)
def test_another_version_of_a_library_that_computes_is_asked_again(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, version = pl.DataFrame({"track_id": ["t"]}), unchanged.version
    before = unchanged.made_from(frame)
    monkeypatch.setattr(unchanged, "version", lambda name: "0" if name == library else version(name))
    assert unchanged.made_from(frame) != before


def test_rows_are_told_apart_by_type_order_and_value() -> None:
    frames = [
        pl.DataFrame({"a": [["x", "y"], []]}),
        pl.DataFrame({"a": [["xy"], []]}),
        pl.DataFrame({"a": [["x", "y"], None]}),
        pl.DataFrame({"a": [[], ["x", "y"]]}, schema={"a": pl.List(pl.String)}),
        pl.DataFrame({"b": [["x", "y"], []]}),
        pl.DataFrame({"a": [1, 2]}),
        pl.DataFrame({"a": [1.0, 2.0]}),
        pl.DataFrame({"a": [1]}),
    ]
    assert len({unchanged.made_from(frame) for frame in frames}) == len(frames)


def without_prints(home: Home) -> None:
    """As an earlier Segue left it."""
    with duckdb.connect(str(home.warehouse)) as con:
        for table in ("models", "evaluation"):
            con.execute(f"alter table {table} drop column made_from")


LOST: dict[str, Callable[[Home], object]] = {
    "missing": lambda home: home.warehouse.unlink(),
    "damaged": lambda home: home.warehouse.write_bytes(b"no database"),
    "of an earlier Segue": without_prints,
}


@pytest.mark.parametrize("what", LOST)
def test_a_last_night_that_is_of_no_use_spoils_none(home: Home, what: str) -> None:
    LOST[what](home)
    assert taken_over(run(home, music(), publish=False)) == set()


def test_a_night_of_another_source_is_not_last_night(home: Home) -> None:
    assert taken_over(run(home, music(), source="spotify")) == set()
    assert taken_over(run(home, music())) == BOTH


def test_after_a_rollback_the_night_that_is_back_is_last_night(home: Home) -> None:
    changed = CHANGES["a basket"]()
    run(home, changed)
    publishing.rollback(home)
    assert taken_over(run(home, changed, publish=False)) == set()
    night = run(home, music())
    assert taken_over(night) == BOTH
    assert equal(worked_out(night), worked_out(run(home, music(), full=True, publish=False)))


def test_a_night_that_measures_alone_is_no_night_that_learned(home: Home) -> None:
    """As with `--only evaluate`: the next one finds its figures, and learns."""
    with tonight(home, "files", {"neighbours": 10, "model_sources": ()}) as night:
        keep.open_building.fn(night, whole=True)
        relate.evaluate_night.fn(night)
        release.judge.fn(night)
        release.publish_night.fn(night)
    assert taken_over(night) == {"evaluate"}
    after = run(home, music())
    assert taken_over(after) == {"evaluate"}
    assert equal(worked_out(after), worked_out(run(home, music(), full=True, publish=False)))
