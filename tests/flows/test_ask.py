"""Questions on the command line: songs, lists, why, why not, and as it was."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.app import app
from tests.warehouse.query.making import SOUND, build, near, song


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose one list leads to River by both its songs, to Lamp by one, and to a fast one."""
    home = tmp_path_factory.mktemp("home")
    songs = [
        *(song(name.casefold(), name, [f"By {name}"], sound=SOUND) for name in ("Moon", "Star", "River", "Lamp")),
        song("storm", "Storm", ["By Storm"], sound=SOUND | {"tempo": 180.0}),
    ]
    links = [
        near("moon", "river", 0.3),
        near("star", "river", 0.5),
        near("star", "lamp", 0.2),
        near("moon", "storm", 0.4),
    ]
    build(home, songs, links, playlists={"Night": ["moon", "star"]}).replace(home / "warehouse.duckdb")
    return home


def segue(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"SEGUE_HOME": str(home), "COLUMNS": "200"})


def test_why_of_a_list_says_what_it_would_be_without_the_song_that_speaks_for_it_most(asked: Path) -> None:
    told = segue(asked, "why", "--playlist", "Night", "River", "-n", "1")
    assert "In the bare ranking it is #1; without Star it would be #2" in told.stderr
    rows = json.loads(segue(asked, "why", "--playlist", "Night", "River", "--json").stdout)
    assert [(row["kind"], row["contribution"], row["evidence"]) for row in rows if row["contribution"]] == [
        ("audio", 0.8, ["energy"])
    ]


def test_what_stands_for_several_seeds_is_said(asked: Path) -> None:
    """Sentences count and name the songs "that you gave", and an artist is given by songs that nobody named."""
    told = segue(asked, "recommend", "Moon", "--seed-artist", "By Star")
    assert "Begins with Moon by By Moon; Star by By Star" in told.stderr


def test_the_artist_of_a_song_counts_beside_other_seeds_and_of_several_songs_is_refused(tmp_path: Path) -> None:
    songs = [song("m1", "Moon", ["Ada"], popularity=90), song("m2", "Moon", ["Bo"]), song("x", "Sun", ["Cleo"])]
    build(tmp_path, songs, [near("m2", "x", 0.5)]).replace(tmp_path / "warehouse.duckdb")
    assert "Begins with Moon by Bo; Sun by Cleo" in segue(
        tmp_path, "recommend", "Moon", "--artist", "Bo", "--seed-artist", "Cleo"
    ).stderr  # fmt: skip
    assert segue(tmp_path, "recommend", "Moon", "Sun", "--artist", "Bo").exit_code == 2


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (("--min_tempo", "fast"), "--min_tempo needs a number"),
        (("--min_warmth", "0.5"), "min_warmth is none of min_, max_ or target_"),
        (("--min_energy", "7"), "min_energy is 7, and energy goes from 0 to 1"),
        (("--min_tempo", "150", "--max_tempo", "90"), "min_tempo 150 is above max_tempo 90"),
    ],
)
@pytest.mark.parametrize("command", ["recommend", "why", "why-not"])
def test_a_filter_that_cannot_be_used_is_wrong_usage(
    asked: Path, command: str, filters: tuple[str, ...], told: str
) -> None:
    answer = segue(asked, command, "Moon", "Storm", *filters)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr


@pytest.mark.parametrize("command", ["why", "why-not"])
def test_why_of_one_song_asks_for_the_other(asked: Path, command: str) -> None:
    told = segue(asked, command, "Moon")
    assert told.exit_code == 2
    assert 'as in: segue why "In the End" "Numb"' in told.stderr


def test_why_not_takes_the_filters_of_the_question(asked: Path) -> None:
    told = segue(asked, "why-not", "Moon", "Storm", "--max_tempo", "150")
    assert told.stdout == "max_tempo is 150, and the tempo of “Storm” by By Storm is 180: 30 above\n"


def test_a_short_list_explains_itself(asked: Path) -> None:
    told = segue(asked, "recommend", "Moon", "--max_tempo", "150", "--json")
    assert [row["track_id"] for row in json.loads(told.stdout)] == ["river"]
    assert "of 2 songs in the pool 1 came back; blocks, filters and other versions kept 1 out" in told.stderr


def test_a_list_that_filters_left_empty_says_what_would_fill_it(asked: Path) -> None:
    remedy = "loosen one, begin with a --seed-genre or --seed-artist, or keep more neighbours"
    empty = segue(asked, "recommend", "Moon", "--max_tempo", "20")
    assert empty.exit_code == 0
    assert remedy in empty.stderr
    for question in (("Moon", "--max_tempo", "150"), ("Lamp", "--max_tempo", "20")):  # short; none to choose from
        assert remedy not in segue(asked, "recommend", *question).stderr


def test_who_names_an_artist_is_told_the_option_that_takes_one_where_there_is_one(asked: Path) -> None:
    what = "there is no song 'By Moon', but an artist of that name"
    assert str(segue(asked, "recommend", "By Moon").exception) == f"{what}: ask with --seed-artist 'By Moon'"
    assert str(segue(asked, "like", "By Moon").exception) == what


def test_words_of_one_name_without_quotes_are_told_apart(asked: Path) -> None:
    told = segue(asked, "recommend", "moon", "by", "moon")
    assert (told.exit_code, str(told.exception)) == (
        1,
        "there is no song 'by'; the nearest are Lamp by By Lamp; Moon by By Moon; River by By River; "
        "Star by By Star; Storm by By Storm. If “moon by moon” is one song, put it in quotes",
    )


def test_a_day_of_which_nothing_is_remembered_is_told(asked: Path) -> None:
    for command in (("recommend", "Moon"), ("for-you",)):
        told = segue(asked, *command, "--on", "2020-01-01", "--json")
        assert (told.exit_code, json.loads(told.stdout)) == (0, [])
        assert "no list is remembered of 2020-01-01 23:59" in told.stderr


def test_what_was_kept_of_the_past_knows_no_filters(asked: Path) -> None:
    assert segue(asked, "recommend", "Moon", "--on", "2020-01-01", "--max_tempo", "150").exit_code == 2
