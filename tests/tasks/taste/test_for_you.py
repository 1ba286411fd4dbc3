"""The list for the person: two tastes, the last word, what is kept away, cold starts."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.values import Home
from tests.warehouse.query.making import build, near, song
from warehouse import journal
from warehouse.for_you import for_you, recommended
from warehouse.journal import Said
from warehouse.night import writing

LAST = datetime.fromisoformat("2026-11-01T20:00")
"""The latest play: everything is dated back from here."""

METAL = [f"m{number}" for number in range(12)]
BOSSA = [f"b{number}" for number in range(12)]


def songs() -> list[dict[str, Any]]:
    """Twelve songs of metal and twelve of bossa nova, two an artist; the first three of each are the person's."""
    of = {"m": ("Iron", ["metal"]), "b": ("João", ["bossa nova"])}
    return [
        song(
            name,
            f"Song {name}",
            [f"{of[name[0]][0]} {int(name[1:]) // 2}"],
            genres=of[name[0]][1],
            popularity=90 - int(name[1:]),
        )
        for name in METAL + BOSSA
    ]


def links() -> list[dict[str, Any]]:
    """Within each kind, the seeds lead to all others, to the earlier ones more."""
    return [
        near(group[seed], group[other], collaborative=1 - other / 20)
        for group in (METAL, BOSSA)
        for seed in range(3)
        for other in range(12)
        if other != seed
    ]


def taste(track_id: str, taste_id: int, weight: float, **more: Any) -> dict[str, Any]:
    name = ["metal", "bossa nova"][taste_id]
    told = {"plays": 3, "skips": 0, "is_liked": False, "last_played_at": LAST}
    return {
        "taste_id": taste_id,
        "taste": name,
        "track_id": track_id,
        "recording_id": track_id,
        "weight": weight,
        **told,
        **more,
    }


def played(track_id: str, days_ago: float, **more: Any) -> dict[str, Any]:
    at = LAST - timedelta(days=days_ago)
    return {
        "played_at": at,
        "track_id": track_id,
        "ms_played": 200_000,
        "is_skipped": False,
        "origin": "export",
        "source": "export",
        **more,
    }


PROFILE = [*(taste(name, 0, 9.0) for name in METAL[:3]), *(taste(name, 1, 3.0) for name in BOSSA[:3])]
PLAYS = [played(name, place / 10) for place, name in enumerate(METAL[:3] + BOSSA[:3])]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The songs and their neighbours; nothing is known of the person."""
    return build(tmp_path_factory.mktemp("published"), songs(), links())


@pytest.fixture
def home_of(tmp_path: Path, published: Path) -> Callable[..., Home]:
    """A home whose published file has this profile and these plays."""

    def make(
        tastes: Sequence[dict[str, Any]] = PROFILE,
        plays: Sequence[dict[str, Any]] = PLAYS,
        neighbours: Sequence[dict[str, Any]] | None = None,
        more: Sequence[dict[str, Any]] = (),
        feedback: Sequence[dict[str, Any]] = (),
    ) -> Home:
        home = Home(tmp_path / "home")
        home.root.mkdir(exist_ok=True)
        if neighbours is None and not more:
            shutil.copy(published, home.warehouse)
        else:
            build(home.root, [*songs(), *more], list(links() if neighbours is None else neighbours)).replace(
                home.warehouse
            )
        whole = {"taste_id": pl.Int32, "plays": pl.Int32, "skips": pl.Int32}
        for table, rows in (("tastes", tastes), ("plays", plays), ("feedback", feedback)):
            if rows:
                writing.replace(home.warehouse, table, pl.DataFrame(list(rows), schema_overrides=whole))
        return home

    return make


HomeOf = Callable[..., Home]


def said(home: Home, kind: str, entity_id: str, entity: str = "track", **more: Any) -> None:
    journal.append(home.journal, Said(kind, entity, entity_id, **more))


def ids(home: Home, limit: int = 6) -> list[str]:
    return for_you(home, limit)["track_id"].to_list()


def test_both_tastes_are_heard_and_the_larger_one_more(home_of: HomeOf) -> None:
    found = recommended(home_of().warehouse, [], 6)
    assert found.select("rank", "track_id", "taste_id").rows() == [
        (1, "m3", 0),
        (2, "b3", 1),
        (3, "m4", 0),
        (4, "m5", 0),
        (5, "b4", 1),
        (6, "m6", 0),
    ]


def test_a_recommendation_names_the_songs_it_comes_from_and_its_sum(home_of: HomeOf) -> None:
    first = for_you(home_of(), 1).to_dicts()[0]
    assert (first["name"], first["artists"], first["spotify_url"]) == (
        "Song m3",
        ["Iron 1"],
        "https://open.spotify.com/track/m3",
    )
    assert [reason["text"] for reason in first["reasons"]] == [
        "like “Song m0” by Iron 0, which you played 3 times (33%): their artists share lists",
        "like “Song m1” by Iron 0, which you played 3 times (33%): their artists share lists",
        "like “Song m2” by Iron 1, which you played 3 times (33%): their artists share lists",
    ]
    assert [reason["evidence"] for reason in first["reasons"]] == [["m0"], ["m1"], ["m2"]]
    assert sum(reason["contribution"] for reason in first["reasons"]) == pytest.approx(first["score"])
    assert first["score"] == pytest.approx(0.85)


def test_a_reason_tells_of_the_signal_that_joins_the_two_songs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    loud = {"energy": 0.9}
    catalogue = [
        song("liked", "Liked", ["Ada"], genres=["ska"], sound=loud),
        *(song(name, name, [name], genres=["ska"], sound=loud) for name in ("heard", "tagged", "listed", "akin")),
    ]
    links = [
        near("liked", "heard", audio=0.5, metadata=0.2, collaborative=0.1),
        near("liked", "tagged", audio=0.2, metadata=0.5, collaborative=0.1),
        near("liked", "listed", audio=0.1, metadata=0.1, collaborative=0.5),
        near("liked", "akin", audio=0.1, metadata=0.1, collaborative=0.4),
    ]
    baskets = {"playlist:a": ["liked", "listed"], "playlist:b": ["liked", "listed"], "session:c": ["akin"]}
    build(home.root, catalogue, links, baskets).replace(home.warehouse)
    said(home, "like", "liked")
    told = {row["track_id"]: row["reasons"][0]["text"] for row in for_you(home, 4).to_dicts()}
    like = "like “Liked” by Ada, which you liked (100%): "
    assert told == {
        "heard": like + "both full of energy (energy 0.90)",
        "tagged": like + "ska",
        "listed": like + "in 2 of your playlists together (thin evidence)",
        "akin": like + "in lists like those that hold it",
    }


def test_songs_heard_lately_rest_and_come_back(home_of: HomeOf) -> None:
    home = home_of(plays=[*PLAYS, played("m3", 10), played("m4", 40)])
    found = ids(home)
    assert "m3" not in found
    assert "m4" in found


def test_a_song_skipped_often_stays_away(home_of: HomeOf) -> None:
    skips = [played("m3", 100 + day, is_skipped=True) for day in range(3)]
    mostly_heard = [played("m4", 100 + day, is_skipped=day < 3) for day in range(8)]
    found = ids(home_of(plays=[*PLAYS, *skips, *mostly_heard]))
    assert "m3" not in found
    assert "m4" in found


def test_a_like_given_a_second_ago_changes_the_list(home_of: HomeOf) -> None:
    home = home_of(neighbours=[*links(), near("m9", "b11", collaborative=0.9)])
    assert "b11" not in ids(home)
    said(home, "like", "m9")
    found = for_you(home, 6)
    assert "b11" in found["track_id"].to_list()
    [reasons] = found.filter(pl.col("track_id") == "b11")["reasons"].to_list()
    assert reasons[0]["text"].startswith("like “Song m9” by Iron 4, which you liked")
    assert "m9" not in found["track_id"].to_list()
    journal.undo(home.journal)
    assert "b11" not in ids(home)


def test_a_file_that_took_the_place_of_the_last_one_is_seen_at_once(home_of: HomeOf) -> None:
    home = home_of()
    assert ids(home, 1) == ["m3"]
    other = shutil.copy(home.warehouse, home.root / "other.duckdb")
    writing.replace(other, "tastes", pl.DataFrame([taste(name, 1, 3.0) for name in BOSSA[:3]]))
    other.replace(home.warehouse)
    assert ids(home, 1) == ["b3"]


def test_a_dislike_keeps_the_song_away_and_holds_back_what_is_like_it(home_of: HomeOf) -> None:
    home = home_of(neighbours=[*links(), near("m3", "m4", collaborative=0.95)])
    assert ids(home)[0] == "m3"
    said(home, "dislike", "m3")
    found = for_you(home, 8)
    order = found["track_id"].to_list()
    assert "m3" not in order
    assert order.index("m5") < order.index("m4")
    [(reasons, score)] = found.filter(pl.col("track_id") == "m4").select("reasons", "score").rows()
    assert [reason["kind"] for reason in reasons] == ["song", "song", "song", "against"]
    assert [bool(reason["text"]) for reason in reasons] == [True, True, True, False]  # no more, and no addend is lost
    assert reasons[3]["contribution"] < 0
    assert sum(reason["contribution"] for reason in reasons) == pytest.approx(score)


def test_of_many_songs_that_lead_to_one_three_are_named_and_the_others_counted(home_of: HomeOf) -> None:
    more = near("m3", "m5", collaborative=0.9)
    found = for_you(home_of([*PROFILE, taste("m3", 0, 9.0)], neighbours=[*links(), more]), 8)
    [(reasons, score)] = found.filter(pl.col("track_id") == "m5").select("reasons", "score").rows()
    assert [reason["kind"] for reason in reasons] == ["song", "song", "songs"]
    assert reasons[2]["text"] == "and like “Song m1” by Iron 0 and another song of this taste (48%)"
    assert sum(reason["contribution"] for reason in reasons) == pytest.approx(score)


@pytest.mark.parametrize("word", ["dislike", "block"])
def test_a_song_that_was_turned_away_is_no_reason_and_the_last_word_counts(home_of: HomeOf, word: str) -> None:
    home = home_of()

    def speakers() -> set[str]:
        told = for_you(home, 8)["reasons"].explode()
        return {seed for reason in told if reason["kind"] == "song" for seed in reason["evidence"]}

    assert "m0" in speakers()
    said(home, "like", "m0")
    said(home, word, "m0")  # the like and the plays weigh more, all the same
    assert "m0" not in speakers()
    said(home, "like", "m0")
    assert "m0" in speakers()


@pytest.mark.parametrize(
    ("entity", "name", "gone"),
    [("track", "m3", {"m3"}), ("artist", "artist:Iron 2", {"m4", "m5"}), ("genre", "Metal", set(METAL))],
)
def test_nothing_blocked_is_recommended(home_of: HomeOf, entity: str, name: str, gone: set[str]) -> None:
    home = home_of()
    assert gone & set(ids(home, 10))
    said(home, "block", name, entity)
    assert not gone & set(ids(home, 10))


def test_a_block_ends(home_of: HomeOf) -> None:
    home = home_of()
    yesterday = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    said(home, "block", "m3", until=yesterday)
    said(home, "block", "metal", "genre", until=yesterday)
    assert ids(home)[0] == "m3"


def test_a_skip_lets_a_song_rest(home_of: HomeOf) -> None:
    home = home_of()
    said(home, "skip", "m3")
    found = ids(home)
    assert "m3" not in found
    assert "m4" in found


def test_few_songs_of_one_artist_and_no_song_in_two_versions(home_of: HomeOf) -> None:
    live = song("m3-live", "Song m3 - Live", ["Iron 1"], song="m3")
    one_man = [song(f"x{number}", f"X {number}", ["Iron 9"]) for number in range(4)]
    more = [
        near("m0", "m3-live", collaborative=0.99),
        *(near("m0", f"x{number}", collaborative=1.0) for number in range(4)),
    ]
    found = ids(home_of(more=[live, *one_man], neighbours=[*links(), *more]), 20)
    assert len({"m3", "m3-live"} & set(found)) == 1
    assert len([name for name in found if name.startswith("x")]) == 2


def test_another_pressing_of_a_heard_song_is_not_news(home_of: HomeOf) -> None:
    again = song("m0-again", "Song m0", ["Iron 0"], recording="m0")
    assert "m0-again" not in ids(
        home_of(more=[again], neighbours=[*links(), near("m1", "m0-again", collaborative=2.0)]), 20
    )


def test_the_list_keeps_what_is_still_good_and_renews_the_rest(home_of: HomeOf) -> None:
    path = home_of().warehouse
    assert recommended(path, [], 2)["track_id"].to_list() == ["m3", "b3"]
    assert recommended(path, [], 2, earlier=["m4", "b9"])["track_id"].to_list() == ["m4", "b3"]
    first = recommended(path, [], 8)
    again = recommended(path, [], 8, earlier=first["track_id"].to_list())
    assert again.equals(first)


def test_a_list_that_changed_has_settled_on_the_next_night(home_of: HomeOf) -> None:
    """Songs of the last list stay before others that are hardly better; they do not overtake them once both are on it."""
    path = home_of().warehouse
    second = recommended(path, [], 8, earlier=["m4", "b9"])
    assert second["track_id"].to_list() == ["m3", "b3", "m4", "m5", "b4", "m6", "m7", "b5"]
    third = recommended(path, [], 8, earlier=second["track_id"].to_list())
    assert third.equals(second)


def test_feedback_that_the_night_folded_in_counts_once(home_of: HomeOf) -> None:
    at = LAST - timedelta(days=40)
    line = Said("like", "track", "m9", at=at)
    folded = journal.frame([line]).to_dicts()
    with_word = [*PROFILE, taste("m9", 0, 1.2, plays=0, is_liked=True, last_played_at=None)]
    path = home_of(tastes=with_word, feedback=folded).warehouse
    unsaid = recommended(path, [line], 6)
    assert unsaid["score"].to_list() == recommended(path, [line, line], 6)["score"].to_list()
    assert unsaid["score"].to_list() != recommended(path, [], 6)["score"].to_list()  # it was undone since


# cold starts


def test_nobody_known_gets_well_known_songs_of_different_artists(home_of: HomeOf) -> None:
    found = for_you(home_of(tastes=[], plays=[]), 4)
    assert found.select("track_id", "score").rows() == [("b0", 0.0), ("m0", 0.0), ("b2", 0.0), ("m2", 0.0)]
    assert found["reasons"][0].to_list() == [
        {
            "kind": "popular",
            "text": "well known; nothing that you played or liked leads here yet",
            "contribution": 0.0,
            "evidence": [],
        }
    ]


def test_one_like_makes_a_list(home_of: HomeOf) -> None:
    home = home_of(tastes=[], plays=[])
    said(home, "like", "m0")
    found = for_you(home, 20)
    assert found["track_id"].to_list()[:3] == ["m1", "m2", "m3"]
    assert "m0" not in found["track_id"].to_list()
    assert found.height == 20 or found["reasons"].list.last().struct.field("kind").to_list()[-1] == "popular"


def test_a_like_of_a_song_that_has_no_neighbours_leads_to_its_artist_and_genres(home_of: HomeOf) -> None:
    home = home_of(tastes=[], plays=[], neighbours=[])
    said(home, "like", "b4")
    found = for_you(home, 3)
    assert found["track_id"].to_list() == ["b5", "b0", "b1"]
    assert found["reasons"][0][0]["text"].startswith("like “Song b4” by João 2, which you liked")


def test_a_like_of_a_song_of_which_nothing_is_known_does_no_harm(home_of: HomeOf) -> None:
    home = home_of(tastes=[], plays=[], neighbours=[], more=[song("blank", "Blank", [])])
    said(home, "like", "blank")
    said(home, "like", "gone-since")
    assert for_you(home, 3).height == 3


def test_the_answer_has_the_columns_of_every_recommendation(home_of: HomeOf) -> None:
    expected = ["rank", "track_id", "name", "artists", "album", "poster_url", "spotify_url", "score", "reasons"]
    assert for_you(home_of(), 2).columns == expected
    assert for_you(home_of(tastes=[], plays=[]), 2).columns == expected
