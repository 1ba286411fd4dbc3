"""What plays, saves, lists and words are worth, how that fades, and what exclusions take away."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tzlocal import reload_localzone

from schemas.errors import SettingsError
from schemas.values import Home
from tasks.taste import exclusions
from tasks.taste.evidence import Library, evidence
from tasks.taste.exclusions import Exclusion
from tests.warehouse.making import frame
from tests.warehouse.query.making import build, song
from warehouse.ddl import polars_schema
from warehouse.night import writing

LAST = datetime.fromisoformat("2026-11-01T20:00")
SONGS = {"a": ("Ada", "folk"), "a-again": ("Ada", "folk"), "b": ("Bö", "jazz"), "c": ("Cleo", "jazz")}
LISTED = {"playlist_id": pl.String, "track_id": pl.String, "added_at": pl.Datetime("us")}


def library(**tables: list[dict[str, Any]]) -> Library:
    def rows(name: str) -> pl.DataFrame:
        return frame(name, tables[name]) if name in tables else pl.DataFrame(schema=polars_schema(name))

    songs = [
        {"track_id": name, "recording_id": name.split("-")[0], "duration_ms": 200_000, "artists": [artist], "artist_ids": [artist.lower()], "genres": [genre]}
        for name, (artist, genre) in SONGS.items()
    ]  # fmt: skip
    return Library(
        rows("plays"),
        rows("saved_tracks"),
        rows("top_tracks"),
        pl.DataFrame(tables.get("listed", []), schema=LISTED),
        rows("feedback"),
        pl.DataFrame(songs),
    )


def play(track: str, days_ago: float = 0, share: float = 1.0, **more: Any) -> dict[str, Any]:
    at = LAST - timedelta(days=days_ago)
    return {
        "track_id": track,
        "played_at": at,
        "ms_played": int(200_000 * share),
        "is_skipped": False,
        "origin": "export",
        **more,
    }


def word(
    kind: str, track: str, days_ago: float = 0, value: float | None = None, entity: str = "track"
) -> dict[str, Any]:
    return {"feedback_id": f"{kind}{track}{days_ago}", "kind": kind, "entity": entity, "entity_id": track, "value": value, "at": LAST - timedelta(days=days_ago)}  # fmt: skip


def weights(found: pl.DataFrame) -> dict[str, float]:
    return {name: round(weight, 3) for name, weight in found.select("track_id", "weight").iter_rows()}


def test_a_play_counts_its_share_and_a_skip_what_was_left() -> None:
    found = evidence(library(plays=[play("a"), play("b", 0.001, 0.25), play("c", 0, 0.1, is_skipped=True)]))
    assert weights(found) == {"a": 1.0, "c": -0.9, "b": 0.25}
    assert found.filter(pl.col("track_id") == "c").select("plays", "skips", "is_liked").row(0) == (1, 1, False)


def test_evidence_halves_in_thirty_days() -> None:
    found = evidence(library(plays=[play("a"), play("b", 30), play("c", 60)]))
    assert weights(found) == {"a": 1.0, "b": 0.5, "c": 0.25}


def test_what_was_said_or_saved_never_fades_below_a_quarter() -> None:
    saved = [{"track_id": "b", "added_at": LAST - timedelta(days=3000)}]
    found = evidence(library(plays=[play("a")], saved_tracks=saved, feedback=[word("like", "c", 3000)]))
    assert weights(found) == {"a": 1.0, "c": 0.75, "b": 0.5}
    assert found.filter("is_liked")["track_id"].to_list() == ["c", "b"]


@pytest.mark.parametrize(("kind", "value", "expected"), [("like", None, 3), ("dislike", None, -4), ("skip", None, -1), ("rating", 5, 4), ("rating", 1, -4), ("rating", 3.5, 1)])  # fmt: skip
def test_what_words_are_worth(kind: str, value: float | None, expected: float) -> None:
    found = evidence(library(plays=[play("a")], feedback=[word(kind, "b", value=value)]))
    assert weights(found)["b"] == expected


def test_a_block_is_no_evidence() -> None:
    words = [word("block", "b"), word("block", "folk", entity="genre")]
    assert weights(evidence(library(plays=[play("a")], feedback=words))) == {"a": 1.0}


def test_pressings_of_a_recording_are_one_song_under_the_stronger_one() -> None:
    found = evidence(library(plays=[play("a-again", 0), play("a-again", 0.01), play("a", 0.02)]))
    assert found.select("track_id", "recording_id", "plays", "last_played_at").rows() == [("a-again", "a", 3, LAST)]


def test_the_same_data_give_the_same_profile_on_any_day() -> None:
    one, other = (evidence(library(plays=[play("a", shift), play("b", shift + 30)])) for shift in (0, 500))
    assert weights(one) == weights(other)


def test_top_lists_count_by_place() -> None:
    top = [{"time_range": "short_term", "rank": 1, "track_id": "a"}, {"time_range": "short_term", "rank": 2, "track_id": "b"}, {"time_range": "long_term", "rank": 1, "track_id": "c"}]  # fmt: skip
    assert weights(evidence(library(top_tracks=top))) == {"a": 1.5, "b": 1.125, "c": 0.5}


def test_own_lists_speak_while_nothing_else_does() -> None:
    listed = [{"playlist_id": "p", "track_id": "c", "added_at": None}]
    assert weights(evidence(library(listed=listed))) == {"c": 0.25}
    assert weights(evidence(library(listed=listed, plays=[play("a")]))) == {"a": 1.0}


def test_nothing_gives_nothing() -> None:
    assert evidence(library()).is_empty()


# exclusions

SLEEP = "37i9dQZF1DWZd79rJ6a7lp"
NIGHT = play("b", 0.25, platform="Kitchen speaker", context_uri=f"spotify:playlist:{SLEEP}")  # at 14:00


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night that knows the names."""
    songs = [song(name, name, [artist], genres=[genre]) for name, (artist, genre) in SONGS.items()]
    path = build(tmp_path_factory.mktemp("night"), songs)
    writing.replace(path, "playlists", frame("playlists", [{"playlist_id": SLEEP, "name": "Sléep"}]))
    return path


@pytest.mark.parametrize(
    ("kind", "value", "left"),
    [
        ("artist", "ada", {"b", "c"}),
        ("artist", "Bo", {"a", "c"}),  # Bö
        ("artist", "artist:Bö", {"a", "c"}),
        ("genre", "Jazz", {"a"}),
        ("genre", "FÓLK!", {"b", "c"}),
        ("playlist", "sleep", {"a", "c"}),
        ("playlist", SLEEP, {"a", "c"}),
        ("playlist", f"https://open.spotify.com/playlist/{SLEEP}?si=1", {"a", "c"}),
        ("hours", "13:00-15:00", {"a", "c"}),
        ("hours", "19:00-03:00", {"b", "c"}),
        ("hours", "23:00-23:01 Asia/Tokyo", {"a", "c"}),
        ("hours", "9:00-11:00 America/New_York", {"a", "c"}),
        ("dates", "2026-10-01..2026-10-31", {"a", "b"}),
        ("dates", "2026-11-02..2026-11-02 Asia/Tokyo", {"b", "c"}),
        ("device", "kitchen", {"a", "c"}),
        ("incognito", "yes", {"a", "b"}),
        ("artist", "nobody", {"a", "b", "c"}),
    ],
)
def test_an_exclusion_takes_away_what_it_names(kind: str, value: str, left: set[str], file: Path) -> None:
    plays = [play("a"), NIGHT, play("c", 3.4, is_incognito=True)]  # at 20:00, 14:00 and, on 29 October, 10:24
    whole = library(plays=plays)
    line = exclusions.checked(kind, value, "UTC")
    rest = exclusions.without(whole, [line], file)
    assert set(evidence(rest)["track_id"]) == left
    [effect] = exclusions.effects(whole, [line], file).to_dicts()
    assert effect["plays"] == 3 - len(left)
    assert effect["songs"] == 3 - len(left)
    assert effect["weight"] == pytest.approx(
        sum(weights(evidence(whole)).values()) - sum(weights(evidence(rest)).values()), abs=0.05
    )


@pytest.mark.parametrize(
    ("value", "zone", "told"),
    [
        ("22:00 - 6:00", "Europe/Berlin", "22:00-06:00 Europe/Berlin"),
        ("22:00-06:00 Asia/Tokyo", "Europe/Berlin", "22:00-06:00 Asia/Tokyo"),
        ("0:00-24:00", "Etc/GMT+3", "00:00-00:00 Etc/GMT+3"),
    ],
)
def test_hours_say_whose_they_are(value: str, zone: str, told: str) -> None:
    assert exclusions.checked("hours", value, zone) == Exclusion("hours", told)


@pytest.mark.parametrize("value", ["yes", "TRUE", "1"])
def test_private_sessions_are_excluded_by_any_yes(value: str) -> None:
    assert exclusions.checked("incognito", value) == Exclusion("incognito", "yes")


def test_hours_of_nobodys_zone_are_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        away.setenv("TZ", "Pacific/Auckland")
        reload_localzone()  # which a process asks for once, whoever asks first
        told = exclusions.checked("dates", "2026-10-01 .. 2026-10-02").value
    reload_localzone()
    assert told == "2026-10-01..2026-10-02 Pacific/Auckland"


def test_summer_time_is_kept(file: Path) -> None:
    """Half past seven in the evening in Berlin: 17:30 UTC in July, 18:30 UTC in December."""
    moments = map(datetime.fromisoformat, ("2026-07-01T17:30", "2026-12-01T18:30"))
    whole = library(plays=[play("a") | {"played_at": at} for at in moments])
    rest = exclusions.without(whole, [exclusions.checked("hours", "19:00-20:00 Europe/Berlin")], file)
    assert rest.plays.is_empty()


def test_the_file_can_be_edited_by_hand(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "exclusions.csv"
    file.write_text(
        "\ufeffkind,value\n# mine\n\nArtist , Nickelback\nartist,Nickelback\ncolour,red\nhours,late\ndates,2026-12-26..2026-12-01\n"
    )
    assert exclusions.read(file) == [Exclusion("artist", "Nickelback")]
    assert [record.getMessage().split(": ")[0][-6:] for record in caplog.records] == ["line 6", "line 7", "line 8"]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    lines = [Exclusion("artist", 'Quote " and, comma'), Exclusion("device", "Küche")]
    exclusions.write(tmp_path / "home" / "exclusions.csv", lines)
    assert exclusions.read(tmp_path / "home" / "exclusions.csv") == lines


def test_exclusions_without_a_night_have_no_effect_yet(tmp_path: Path) -> None:
    assert exclusions.standing(Home(tmp_path), [Exclusion("genre", "jazz")]).rows() == [
        ("genre", "jazz", None, None, None)
    ]


@pytest.mark.parametrize(("kind", "value"), [("colour", "red"), ("artist", " "), ("incognito", "no"), ("hours", "25:00"), ("hours", "10:99-11:00"), ("hours", "10:00-11:00 Mars/Olympus"), ("dates", "2026-02-30..2026-03-01")])  # fmt: skip
def test_an_exclusion_that_makes_no_sense_is_refused(kind: str, value: str) -> None:
    with pytest.raises(SettingsError):
        exclusions.checked(kind, value)
