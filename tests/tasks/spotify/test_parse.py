"""JSON in, rows out: odd values one by one."""

import pytest

from tasks.spotify.parse.library import contents, plays
from tasks.spotify.parse.music import music, not_a_song
from tasks.spotify.parse.sound import audio_features, reccobeats_objects
from tasks.spotify.parse.values import pictures, release
from tasks.validate import check

TRACK = {"id": "1" * 22, "type": "track", "name": "Song", "duration_ms": 1000, "artists": [], "album": None}


def checked(track: dict[str, object], entity: str = "tracks"):
    harvest = next(harvest for harvest in music([{**TRACK, **track}], [], [], "spotify") if harvest.entity == entity)
    return check(harvest)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (TRACK, None),
        (None, "null"),
        ("text", "null"),
        ({**TRACK, "type": "episode"}, "episode"),
        ({**TRACK, "episode": True}, "episode"),
        ({**TRACK, "is_local": True}, "local"),
        ({**TRACK, "uri": "spotify:local:a:b:c:1"}, "local"),
        ({**TRACK, "id": None}, "no id"),
        ({**TRACK, "type": None}, None),
    ],
)
def test_what_is_no_song_says_why(item, reason):
    assert not_a_song(item) == reason


def test_a_row_is_read_under_the_new_key_or_the_old_one():
    assert (
        contents([{"item": TRACK}, {"track": TRACK}, {"item": TRACK, "track": TRACK}, {"item": None, "track": None}])
        == [TRACK] * 3
    )
    assert contents([None, {"item": None, "track": TRACK}, {"track": True}]) == [TRACK]


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("GB-AYE-93-00073", "GBAYE9300073"),
        ("gbaye9300073", "GBAYE9300073"),
        ("nonsense", None),
        (None, None),
        (7, None),
    ],
)
def test_a_recording_code_is_written_as_the_standard_does(told, stored):
    assert checked({"external_ids": {"isrc": told}}).rows["isrc"].to_list() == [stored]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("duration_ms", {"totalMilliseconds": 5}, "duration_ms: is_whole_number"),
        ("duration_ms", -5, "duration_ms: greater_than(0)"),
        ("popularity", 101, "popularity: less_than_or_equal_to(100)"),
        ("name", None, "name: not_nullable"),
        ("name", "", "name: str_length(1, None)"),
    ],
)
def test_a_wrong_value_reaches_the_quarantine_with_its_rule(field, value, rule):
    outcome = checked({field: value})
    assert outcome.rows.height == 0
    assert outcome.rejected["rule"].to_list() == [rule]


def test_an_artist_without_an_id_gets_the_one_of_imported_files():
    track = {"artists": [{"id": None, "name": "Björk"}, None, {"id": "2" * 22, "name": "Harrow"}]}
    assert checked(track, "track_artists").rows.select("position", "artist_id").rows() == [
        (0, "name:bjork"),
        (1, "2" * 22),
    ]
    assert checked(track, "artists").rows["artist_id"].to_list() == ["name:bjork", "2" * 22]


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("1979", ("1979", "year", "1979-01-01")),
        ("1981-12", ("1981-12", "month", "1981-12-01")),
        ("1981-12-24", ("1981-12-24", "day", "1981-12-24")),
        ("2021-05-06T07:08", ("2021-05-06", "day", "2021-05-06")),
        ("0000", ("0000", "year", None)),
        (None, (None, None, None)),
        ("", (None, None, None)),
        ("once", ("once", "year", None)),
    ],
)
def test_a_release_date_keeps_its_precision(told, stored):
    text, precision, first = release({"release_date": told})
    assert (text, precision, first and first.isoformat()) == stored


def test_pictures_go_by_width_and_else_by_order():
    small, large = {"url": "s", "width": 64}, {"url": "l", "width": 640}
    medium = {"url": "m", "width": 300}
    assert pictures({"images": [small, medium, large]}) == ("l", "m", "s")
    assert pictures({"images": [small, large]}) == ("l", "l", "s")
    assert pictures({"images": [{"url": "a", "width": None}, {"url": "b"}]}) == ("a", "a", "b")
    assert pictures({"images": [small]}) == ("s", "s", "s")
    assert [pictures({"images": nothing}) for nothing in (None, [], [None], [{"url": None}])] == [
        (None, None, None)
    ] * 4


def test_a_play_ends_when_it_says_to_the_millisecond():
    harvest = plays(
        [{"track": TRACK, "played_at": "2026-02-25T20:15:20.497Z", "context": None}, {"track": None}], "spotify"
    )
    assert str(harvest.rows["played_at"][0]) == "2026-02-25 20:15:20.497000"
    assert harvest.skipped == {"null": 1}


def test_reccobeats_is_read_by_href_and_never_by_place():
    body = {
        "content": [
            {"href": f"https://open.spotify.com/track/{'2' * 22}", "tempo": 0, "key": 4.0},
            {"href": None},
            None,
        ]
    }
    found = reccobeats_objects(body)
    rows = check(audio_features(found, "reccobeats", unknown=1)).rows
    assert rows.select("track_id", "tempo", "key", "source").rows() == [("2" * 22, None, 4, "reccobeats")]
