"""The demo's listener as the first refresh knows them: plays with skips, likes, and two tastes that the list serves."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

Segue = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def rows(demo_night: Path) -> Callable[[str], list[tuple]]:
    """Answers of the published file."""

    def ask(question: str) -> list[tuple]:
        with duckdb.connect(str(demo_night / "warehouse.duckdb"), read_only=True) as con:
            return con.sql(question).fetchall()

    return ask


def test_the_polled_plays_and_the_exported_history_are_one(rows: Callable[[str], list[tuple]]) -> None:
    """The fifty plays that the API lists have a context; the export tells of them too, and of a quarter of a year."""
    [(plays, polled, skips, sources, origins)] = rows("""
        select count(*), count(context_uri), count(*) filter (is_skipped), list(distinct source), list(distinct origin)
        from plays
    """)
    assert (polled, sources, origins) == (50, ["demo"], ["export"])
    assert plays > 1_000
    assert plays / 5 < skips < plays / 2
    assert rows("select count(*) from plays where is_skip_derived")[0][0] > 0


def test_every_row_of_the_history_is_accounted_for(rows: Callable[[str], list[tuple]]) -> None:
    [(received, stored, rejected, skipped)] = rows(
        "select received, stored, rejected, skipped_by_reason from accounting where entity = 'plays'"
    )
    reasons = json.loads(skipped)
    assert {"podcast episode", "audiobook chapter", "0 ms: nothing sounded"} < set(reasons)
    assert received > stored + rejected + sum(reasons.values())  # the others stood in the file twice


def test_the_two_tastes_are_found_and_named(rows: Callable[[str], list[tuple]]) -> None:
    [(_, loud), (_, house)] = rows("select distinct taste_id, taste from tastes order by taste_id")
    assert "metal" in loud
    assert "deep-house" in house


def test_the_list_serves_both_tastes(rows: Callable[[str], list[tuple]]) -> None:
    commonest = rows("""
        select taste_id, mode(genre order by genre)
        from recommendations join songs using (track_id), unnest(genres) as genres(genre)
        group by taste_id order by taste_id
    """)
    assert commonest in ([(0, "metal"), (1, "deep-house")], [(0, "rock"), (1, "deep-house")])


def test_skips_speak_against_songs_and_keep_them_away(rows: Callable[[str], list[tuple]]) -> None:
    often, on_the_list = rows("""
        with often as (
            select track_id from plays group by track_id
            having count(*) filter (is_skipped) >= 3 and count(*) filter (is_skipped) * 2 >= count(*)
        )
        select (select count(*) from often), (select count(*) from recommendations where track_id in (from often))
    """)[0]
    assert (often > 0, on_the_list) == (True, 0)
    assert rows("select count(*) from tastes where weight < 0 and skips = 0") == [(0,)]
    assert rows("select count(*) from tastes where weight < 0")[0][0] > 0
    held_back = "select count(*) from recommendations where reasons like '%held back a little%'"
    assert rows(held_back)[0][0] > 0


def test_likes_are_named_as_reasons(demo_night: Path, segue: Segue) -> None:
    done = segue(demo_night, "for-you", "-n", "10", "--json")
    assert done.returncode == 0, done.stderr
    told = [reason["text"] for song in json.loads(done.stdout) for reason in song["reasons"]]
    assert any("which you liked (" in text for text in told)
