"""Small pieces of the pages: numbers and lists as words, letters of covers, what is safe in a page, the findings of charts."""

import polars as pl
import pytest

from reports.covers import cover, initials
from reports.figures.listening import find_tastes, find_weeks
from reports.figures.night import find_flow, find_missing
from reports.figures.recommender import find_scorecard, find_shapes
from reports.markup import policy, script_json, web_link
from reports.tables import cell, table
from reports.wording import clipped, counted, duration, fitting, in_words, listed, percent, spelled
from schemas.tables import TABLES


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (counted(0, "song"), "no songs"),
        (counted(1, "song"), "1 song"),
        (counted(1234, "reply", "replies"), "1,234 replies"),
        (percent(0.0834).replace("\u202f", " "), "8 %"),
        (percent(0.004).replace("\u202f", " "), "0.4 %"),
        (duration(93).replace("\u202f", " "), "1 min 33 s"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (spelled(10), "Ten"),
        (spelled(12), "12"),
        (clipped("one two three four", 12), "one two…"),
        (fitting(["one two", "three", "four"], 14), "one two; three"),
        (fitting(["one two", "three"], 13), "one two"),
        (fitting(["one two three four", "five"], 12), "one two…"),
        (fitting([], 12), ""),
        (in_words("name: not_nullable; tempo: greater_than(0)"), "name is missing; tempo is not above 0"),
        (in_words("track_id: str_length(1, 200)"), "track_id is empty, or longer than 200 letters"),
        (in_words("mode: isin([0, 1])"), "mode is none of 0, 1"),
        (in_words("time of the play: not a time"), "time of the play: not a time"),
        (cell(None), "–"),
        (cell(-0.123456), "−0.1235"),
        (cell(["a", 2]), "a, 2"),
    ],
)
def test_values_are_said_as_people_read_them(said: str, expected: str) -> None:
    assert said == expected


def test_every_rule_of_the_models_has_words() -> None:
    for model in TABLES.values():
        for column in model.to_schema().columns.values():
            for rule in column.checks:
                told = f"{column.name}: {rule.error}"
                assert in_words(told) != told


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("OK Computer", "OC"),
        ("夜に駆ける", "夜"),
        ("!!!", "!"),
        ("  ", "♪"),
        ("école", "É"),
        ("e\u0301cole", "E\u0301"),
    ],
)
def test_a_cover_without_a_picture_shows_the_titles_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_songs_of_one_album_look_alike() -> None:
    assert cover(None, "album", "One").style == cover(None, "album", "Another").style


def test_no_text_can_end_the_script_that_holds_it() -> None:
    text = script_json({"name": "</script><!-- \u2028"})
    assert "</" not in text
    assert "<!--" not in text
    assert "\u2028" not in text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://[", "", None]
)
def test_only_addresses_of_the_web_become_links(url: str | None) -> None:
    assert web_link(url) is None
    assert web_link("https://open.spotify.com/track/1") == "https://open.spotify.com/track/1"


def test_the_policy_allows_nothing_but_what_it_names() -> None:
    assert policy(scripts=["a"], styles=["b"]) == (
        "default-src 'none'; script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='; "
        "style-src 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    shown = table(pl.DataFrame({"songs_heard": [1, 2, 3]}), rows=2)
    assert (shown.columns, shown.is_number, shown.rows, shown.left_out) == (["songs heard"], [True], [["1"], ["2"]], 1)


def test_the_flow_says_so_when_the_balance_is_broken() -> None:
    row = {"entity": "tracks", "received": 10, "stored": 6, "unchanged": 1, "duplicate": 1, "skipped": 1, "rejected": 1}
    assert find_flow(pl.DataFrame([row])).startswith(
        "Every one of 10 rows is accounted for: 6 new or changed, 1 row in"
    )
    assert (
        find_flow(pl.DataFrame([row | {"stored": 5}])) == "10 rows arrived, 9 are accounted for: the balance is broken"
    )


def test_full_partly_filled_and_empty_columns_are_told_apart() -> None:
    profile = pl.DataFrame({"rows": [4, 4, 4, 0], "nulls": [0, 2, 4, 0]})
    assert find_missing(profile) == "Of 3 columns with rows, 1 are full, 1 have gaps and 1 are empty"


def test_new_songs_of_the_last_four_weeks_are_compared_with_those_before() -> None:
    weeks = pl.DataFrame({"week_on": range(8), "first_time": [8] * 4 + [1] * 4, "again": [2] * 4 + [9] * 4})
    assert find_weeks(weeks).replace("\u202f", " ") == (
        "You hear fewer new songs than before: 10 % of the last four weeks' plays were first ones, 80 % earlier"
    )


def test_the_scorecard_says_when_the_bounds_do_not_settle_it() -> None:
    def scores(low: float) -> pl.DataFrame:
        row = {"task": "song", "split": "a fifth hidden", "metric": "ndcg@10", "view": "warm", "cases": 9}
        ours = row | {"algorithm": "hybrid", "value": 0.3, "low": low, "high": 0.4}
        return pl.DataFrame([ours, row | {"algorithm": "audio", "value": 0.2, "low": 0.1, "high": 0.25}])

    said = "The hybrid against its best peer: song to song 1.50 times audio"
    assert find_scorecard(scores(low=0.26)) == said
    assert find_scorecard(scores(low=0.24)) == f"{said}, within the bounds"


def test_two_tastes_of_one_name_are_told_apart() -> None:
    tastes = pl.DataFrame({"taste": ["metal", "metal"], "share": [0.6, 0.4], "share_last_night": [0.6, 0.3]})
    assert find_tastes(tastes) == "You have 2 tastes: metal and metal 2; metal 2 grew by 10 points since last night"


@pytest.mark.parametrize(("is_default", "why"), [(True, ", by stated defaults"), (False, "")])
def test_shapes_that_were_not_learned_say_so(is_default: bool, why: str) -> None:
    steps = [
        ("metadata.artist", 0, 0.0),
        ("metadata.artist", 1, 2.0),
        ("audio.likelihood", 0, 0.0),
        ("audio.likelihood", 1, 1.0),
    ]
    shapes = pl.DataFrame(steps, schema=["signal", "step", "value"], orient="row").with_columns(
        model=pl.lit("list"), is_default=pl.lit(is_default)
    )
    said = "For a whole list, “same artist” and “sound of the list” can move a score the furthest"
    assert find_shapes(shapes) == said + why
