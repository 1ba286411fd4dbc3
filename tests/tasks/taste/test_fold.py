"""The steps of the night about the person: feedback, profile, exclusions, list."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from schemas.values import Home
from tasks.night.context import Night
from tasks.night.fold import fold_feedback, publish_lists
from tasks.night.ledger import Ledger
from tasks.taste.exclusions import Exclusion, standing, write
from tests.tasks.taste.test_for_you import BOSSA, METAL, links, played, songs
from tests.warehouse.query.making import build
from warehouse import journal
from warehouse.for_you import for_you
from warehouse.journal import Said
from warehouse.night import writing
from warehouse.reading import table

AT = datetime.fromisoformat("2026-11-01T20:00")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night up to the profile: metal heard often, bossa nova less, all of it lately."""
    path = build(tmp_path_factory.mktemp("night"), songs(), links())
    plays = [played(name, place + turn / 10) for turn in range(5) for place, name in enumerate(METAL[:5])]
    plays += [played(name, place + 0.05) for place, name in enumerate(BOSSA[:5])]
    writing.replace(path, "plays", pl.DataFrame(plays))
    return path


@pytest.fixture
def night(file: Path, tmp_path: Path) -> Iterator[Night]:
    home = Home(tmp_path)
    one = Night("night", "files", home, {}, Ledger("night"), AT, build=tmp_path / "night.duckdb")
    one.build.write_bytes(file.read_bytes())
    yield one


def run(night: Night) -> None:
    fold_feedback.fn(night)
    publish_lists.fn(night)


def test_the_journal_becomes_the_table_of_feedback(night: Night) -> None:
    journal.append(night.home.journal, Said("like", "track", "m7", at=AT))
    journal.append(night.home.journal, Said("block", "genre", "bossa nova", at=AT))
    run(night)
    assert table(night.build, "feedback").select("kind", "entity", "entity_id", "at").sort("kind").rows() == [
        ("block", "genre", "bossa nova", AT),
        ("like", "track", "m7", AT),
    ]
    journal.undo(night.home.journal)
    run(night)
    assert table(night.build, "feedback")["kind"].to_list() == ["like"]


def test_the_profile_and_the_list_are_published(night: Night) -> None:
    run(night)
    profile = table(night.build, "tastes")
    assert profile.group_by("taste_id", "taste").agg(pl.col("track_id").sort()).sort("taste_id").rows() == [
        (0, "metal", METAL[:5]),
        (1, "bossa nova", BOSSA[:5]),
    ]
    assert profile.filter(pl.col("track_id") == "m0").select("plays", "skips", "is_liked", "last_played_at").row(0) == (
        5,
        0,
        False,
        AT,
    )
    listed = table(night.build, "recommendations")
    assert set(listed["list"]) == {"for_you"}
    assert not set(listed["track_id"]) & {*METAL[:5], *BOSSA[:5]}
    assert listed["track_id"].to_list()[:3] == ["m5", "m6", "b5"]
    for row in listed.iter_rows(named=True):
        told = json.loads(row["reasons"])
        assert sum(reason["contribution"] for reason in told) == pytest.approx(row["score"])
    assert night.ledger.current.note == "2 tastes: metal; bossa nova"


def test_a_person_reads_the_profile_by_its_names(night: Night) -> None:
    run(night)
    with duckdb.connect(str(night.build), read_only=True) as con:
        rows = con.sql("select taste, name, artists, round(weight, 1), plays from profile").fetchall()
    assert rows[0] == ("metal", "Song m0", ["Iron 0"], 5.0, 5)
    assert [row[0] for row in rows] == ["metal"] * 5 + ["bossa nova"] * 5


def test_the_published_list_is_what_the_person_is_answered(night: Night) -> None:
    run(night)
    night.build.rename(night.home.warehouse)
    listed = table(night.home.warehouse, "recommendations")
    answer = for_you(night.home, 50)
    assert answer["track_id"].to_list() == listed["track_id"].to_list()
    assert answer["score"].to_list() == listed["score"].to_list()


@pytest.mark.parametrize(("times", "is_away"), [(2, False), (3, True)])
def test_a_song_that_was_often_called_a_skip_stays_away(night: Night, times: int, is_away: bool) -> None:
    for day in range(times):
        journal.append(night.home.journal, Said("skip", "track", "m5", at=AT - timedelta(days=100 + day)))
    run(night)
    assert ("m5" not in table(night.build, "recommendations")["track_id"]) == is_away


def test_a_second_night_leaves_equal_tables_and_says_what_stayed(night: Night) -> None:
    run(night)
    first = {name: table(night.build, name) for name in ("tastes", "taste_links", "recommendations", "feedback")}
    night.home.warehouse.write_bytes(night.build.read_bytes())
    run(night)
    assert all(table(night.build, name).equals(rows) for name, rows in first.items())
    songs_listed = first["recommendations"].height
    assert f"{songs_listed} of {songs_listed} songs stay from last night" in str(night.ledger.current.note)


def test_a_list_that_another_version_wrote_is_passed_over(night: Night) -> None:
    run(night)
    night.home.warehouse.write_bytes(night.build.read_bytes())
    with duckdb.connect(str(night.home.warehouse)) as con:
        con.execute("update segue_schema set version = version - 1")
    run(night)
    assert night.ledger.current.note == "2 tastes: metal; bossa nova"


def test_exclusions_change_the_profile_and_show_their_effect(night: Night) -> None:
    write(night.home.exclusions, [Exclusion("genre", "metal"), Exclusion("device", "nowhere")])
    run(night)
    assert set(table(night.build, "tastes")["taste"]) == {"bossa nova"}
    effects = table(night.build, "exclusions").with_columns(pl.col("weight").round(0))
    assert effects.rows() == [("device", "nowhere", 0, 0, 0.0), ("genre", "metal", 25, 5, 24.0)]


def test_the_effect_of_a_new_exclusion_is_shown_before_the_next_night(night: Night) -> None:
    run(night)
    night.build.rename(night.home.warehouse)
    shown = standing(night.home, [Exclusion("genre", "metal")]).with_columns(pl.col("weight").round(0))
    assert shown.rows() == [("genre", "metal", 25, 5, 24.0)]


def test_hours_without_a_zone_are_those_of_the_setting(night: Night) -> None:
    night.home.exclusions.write_text("kind,value\nhours,05:00-05:01\n")
    run(replace(night, wishes={"timezone": "Asia/Tokyo"}))
    [effect] = table(night.build, "exclusions").to_dicts()
    assert (effect["value"], effect["plays"]) == ("05:00-05:01 Asia/Tokyo", 5)  # at 20:00 UTC on five days


def test_a_night_without_anything_known_publishes_well_known_songs(night: Night) -> None:
    writing.replace(night.build, "plays", table(night.build, "plays").clear())
    run(night)
    assert table(night.build, "tastes").is_empty()
    assert table(night.build, "recommendations")["taste_id"].null_count() > 0
    assert night.ledger.current.note == "nothing is known of the person yet: well known songs"


def test_songs_of_the_profile_that_left_the_catalogue_are_left_out(night: Night) -> None:
    gone = pl.DataFrame([played("gone", 1), played("m0", 2)])
    writing.replace(night.build, "plays", gone)
    journal.append(night.home.journal, Said("like", "track", "gone too", at=AT - timedelta(days=1)))
    run(night)
    assert table(night.build, "tastes")["track_id"].to_list() == ["m0"]
