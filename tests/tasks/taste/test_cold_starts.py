"""Cold starts, each with its answer, on whole nights of steps from real files: import, relate, profile, list.

| known of the person or the song      | answer                                                                  |
|--------------------------------------|-------------------------------------------------------------------------|
| no plays, nothing                    | well known songs, one an artist, and the reason says so                 |
| no plays, but own lists              | the lists speak                                                         |
| one like                             | a list around that song                                                 |
| a song without features              | found by its artist, genre and lists                                    |
| a song in no basket                  | found by its artist, genre and sound                                    |
| a catalogue with no baskets at all   | every song has neighbours, by artist, genre and sound; one like will do |
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from schemas.values import Home
from tasks.imports.importing import import_paths
from tasks.night import fold, keep, relate
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from warehouse import journal
from warehouse.for_you import for_you
from warehouse.journal import Said
from warehouse.reading import table

Built = Callable[..., Home]

KINDS = ("metal", "bossa nova")
SOUNDLESS, LONELY = "m7", "m8"
"""Songs of metal: one without features, one that is in no list."""


def song_id(number: int, kind: str) -> str:
    return f"{kind[0]}{number}"


def catalogue() -> pl.DataFrame:
    """Twelve songs a kind, three an artist, loud or calm."""
    return pl.DataFrame(
        [
            {
                "track_id": song_id(number, kind),
                "track_name": f"{kind} {number}",
                "artists": f"{kind} band {number // 3}",
                "track_genre": kind,
                "popularity": 50 + number if kind == "metal" else 40 + number,
                "energy": None if (number, kind) == (7, "metal") else 0.9 - number / 50 - 0.7 * (kind != "metal"),
                "tempo": None if (number, kind) == (7, "metal") else 150.0 + number - 60 * (kind != "metal"),
            }
            for kind in KINDS
            for number in range(12)
        ]
    )


def bare() -> pl.DataFrame:
    """The same songs, and nobody knows how popular they are."""
    return catalogue().drop("popularity")


def lists() -> pl.DataFrame:
    """Three lists a kind, without the lonely song."""
    return pl.DataFrame(
        [
            {"playlist_id": f"{kind} {turn}", "track_id": song_id((number + turn * 3) % 12, kind)}
            for kind in KINDS
            for turn in range(3)
            for number in range(8)
            if song_id((number + turn * 3) % 12, kind) != LONELY
        ]
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Homes with a published night of these files; the night of the same files is worked out once."""
    done: dict[tuple[str, ...], Home] = {}

    def build(*files: str) -> Home:
        if files not in done:
            home = Home(tmp_path_factory.mktemp("night") / "home")
            home.root.mkdir()
            for name in files:
                {"songs": catalogue, "lists": lists, "bare": bare}[name]().write_csv(home.root / f"{name}.csv")
            import_paths(home, [home.root / f"{name}.csv" for name in files])
            now = datetime.now(UTC).replace(tzinfo=None)
            wishes = {"neighbours": 20, "model_sources": ()}
            night = Night("20261125T030000-a", "files", home, wishes, Ledger("a"), now)
            for step in (keep.open_building, keep.fold_imports, fold.fold_feedback):
                step.fn(night)
            for step in (relate.identify_recordings, relate.relate_songs, fold.publish_lists):
                step.fn(night)
            night.build.rename(home.warehouse)
            done[files] = home
        copy = Home(tmp_path_factory.mktemp("copy"))
        shutil.copy(done[files].warehouse, copy.warehouse)
        return copy

    return build


def liked(home: Home, track_id: str) -> list[str]:
    """The list of somebody of whom nothing is known but this one like."""
    journal.append(home.journal, Said("like", "track", track_id))
    return for_you(home, 5)["track_id"].to_list()


def parts(home: Home, track_id: str) -> pl.DataFrame:
    """The neighbours of a song, the best first, with the addends of their scores."""
    return table(home.warehouse, "neighbours").filter(pl.col("track_id") == track_id).sort("rank")


def test_nobody_known_gets_well_known_songs_one_an_artist(built: Built) -> None:
    found = for_you(built("songs", "lists"), 4)
    assert found["track_id"].to_list() == ["m11", "m8", "m5", "m2"]
    assert {reason["text"] for reasons in found["reasons"] for reason in reasons} == {
        "well known; nothing that you played or liked leads here yet"
    }


def test_where_nobody_tells_popularity_the_songs_of_most_lists_come_first(built: Built) -> None:
    found = for_you(built("bare", "lists"), 3)
    assert found["track_id"].to_list() == ["b6", "m6", "b0"]
    assert [reasons[0]["text"].partition(";")[0] for reasons in found["reasons"]] == [
        "in 3 lists",
        "in 3 lists",
        "in 2 lists",
    ]
    assert for_you(built("bare"), 1)["reasons"][0][0]["text"] == "nothing that you played or liked leads here yet"


def test_one_like_makes_a_list_around_the_song(built: Built) -> None:
    found = liked(built("songs", "lists"), "b0")
    assert len(found) == 5
    assert {track_id[0] for track_id in found} == {"b"}
    assert "b0" not in found


def test_a_song_without_features_is_found_by_its_artist_and_lists(built: Built) -> None:
    home = built("songs", "lists")
    near = parts(home, SOUNDLESS)
    assert near["audio"].unique().to_list() == [0.0]
    assert near["neighbour_id"][0] == "m6"
    assert near["collaborative"][0] > 0
    assert {track_id[0] for track_id in liked(home, SOUNDLESS)} == {"m"}


def test_a_song_in_no_list_is_found_by_its_artist_and_sound(built: Built) -> None:
    home = built("songs", "lists")
    near = parts(home, LONELY)
    assert LONELY not in table(home.warehouse, "baskets")["track_id"]
    assert near["neighbour_id"][0] in ("m6", "m7")
    assert near["audio"].max() > 0
    assert {track_id[0] for track_id in liked(home, LONELY)} == {"m"}


def test_a_catalogue_without_any_list_has_neighbours_and_answers_a_like(built: Built) -> None:
    home = built("songs")
    assert table(home.warehouse, "baskets").is_empty()
    near = table(home.warehouse, "neighbours")
    assert near["track_id"].n_unique() == 24
    assert near["collaborative"].unique().to_list() == [0.0]
    assert {track_id[0] for track_id in liked(home, "m0")} == {"m"}
