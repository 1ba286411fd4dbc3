"""Every known kind of dirty data, seen from the other end of the wire."""

import pytest

from tasks.standin import sample_account, sample_catalogue
from tasks.standin.dirt import HOSTILE_NAMES, dirtied


@pytest.fixture
def guest(serve):
    catalogue = sample_catalogue()
    return serve(*dirtied(catalogue, sample_account(catalogue)))


@pytest.fixture
def rows(guest):
    id = guest.spotify.account["Odds and Ends"].id
    pages = [guest.json(f"/playlists/{id}/items", limit=50, offset=offset)["items"] for offset in (0, 50)]
    return [row for page in pages for row in page]


@pytest.fixture
def tracks(rows):
    """The tracks of the odd list by name."""
    return {row["item"]["name"]: row["item"] for row in rows if row["item"] and row["item"]["type"] == "track"}


def test_rows_that_outlived_their_track(rows):
    gone = [row for row in rows if row["item"] is None]
    assert len(gone) == 2
    assert {(row["added_by"]["id"], row["video_thumbnail"]) for row in gone} == {("", None)}


def test_files_from_a_disk(rows):
    local = {row["item"]["name"]: row["item"] for row in rows if row["is_local"]}
    tape = local["Untitled Tape"]
    assert tape["uri"] == "spotify:local:Old+Friend:Basement%3A+Side+A:Untitled+Tape:273"
    assert (tape["id"], tape["href"], tape["duration_ms"], tape["is_local"]) == (None, None, 273_000, True)
    album, artist = tape["album"], tape["artists"][0]
    assert (album["id"], album["images"], album["release_date"], album["album_type"]) == (None, [], None, None)
    assert (artist["id"], artist["uri"], artist["name"]) == (None, None, "Old Friend")
    assert local["Length Unclear"]["duration_ms"] == {"totalMilliseconds": 273_000}


def test_podcasts_among_songs_and_one_without_anything(rows):
    episodes = [row["item"] for row in rows if row["item"] and row["item"]["type"] == "episode"]
    assert sorted(str(episode["name"]) for episode in episodes) == ["None", "On Rain"]
    for episode in episodes:
        assert (episode["episode"], episode["track"]) == (True, False)
        assert "artists" not in episode
        assert "show" in episode


def test_the_same_track_twice_and_instants_that_nobody_knows(rows):
    plain = [row for row in rows if row["item"] and row["item"]["name"] == "Plain"]
    ids = [row["item"]["id"] for row in plain]
    assert (len(ids), len(set(ids))) == (6, 3)
    assert [row["added_at"] for row in plain if row["added_by"] is None] == [None]
    assert "1970-01-01T00:00:00Z" in {row["added_at"] for row in plain}


def test_dates_kinds_and_names_of_albums(tracks):
    dated = {
        name: (album["release_date"], album["release_date_precision"])
        for name in ("Year", "Month", "No Date", "Minute", "Plain")
        for album in [tracks[name]["album"]]
    }
    assert dated == {
        "Year": ("1979", "year"),
        "Month": ("1981-12", "month"),
        "No Date": (None, None),
        "Minute": ("2021-05-06T07:08", "minute"),
        "Plain": ("2020-01-01", "day"),
    }
    assert tracks["Extended Play"]["album"]["album_type"] == "ep"
    assert tracks["Shouted"]["album"]["album_type"] == "SINGLE"
    assert tracks["Taken Down"]["album"]["name"] == ""


def test_images_are_null_none_one_or_in_the_wrong_order(tracks):
    widths = {
        name: images and [image["width"] for image in images]
        for name in ("No Pictures", "Empty Pictures", "One Picture", "Smallest First", "Plain")
        for images in [tracks[name]["album"]["images"]]
    }
    assert widths == {
        "No Pictures": None,
        "Empty Pictures": [],
        "One Picture": [64],
        "Smallest First": [64, 300, 640],
        "Plain": [640, 300, 64],
    }


def test_what_may_not_be_played(tracks):
    assert tracks["Unplayable"]["is_playable"] is False
    assert tracks["Unplayable"]["restrictions"] == {"reason": "market"}


def test_hostile_names_arrive_unchanged(tracks):
    assert set(HOSTILE_NAMES) <= set(tracks)
    for name in HOSTILE_NAMES:
        assert (tracks[name]["album"]["name"], tracks[name]["artists"][0]["name"]) == (name, name)


@pytest.mark.parametrize("profile", ["dev_2026", "extended"])
def test_a_track_that_moved_comes_back_under_another_id(serve, profile):
    catalogue = sample_catalogue()
    guest = serve(*dirtied(catalogue, sample_account(catalogue)), profile=profile)
    ((old, new),) = guest.spotify.catalogue.relinked.items()
    track = guest.json(f"/tracks/{old}")
    assert (track["id"], track["external_ids"]) == (new, {"isrc": "QZODD0000002"})
    assert track.get("linked_from", {}).get("id") == (old if profile == "extended" else None)


def test_nulls_and_strangers_among_lists_and_albums(guest):
    listed = guest.json("/me/playlists")["items"]
    assert None in listed
    by_name = {playlist["name"]: playlist for playlist in listed if playlist}
    untold, foreign = by_name["Untold"], by_name["From a stranger"]
    assert (untold["description"], untold["public"]) == (None, None)
    assert (foreign["owner"]["id"], foreign["owner"]["display_name"]) == ("ab$cd.ef-gh", None)
    assert [row is None for row in guest.json("/me/albums")["items"][:3]] == [False, True, False]


def test_what_was_clean_stays_clean():
    catalogue = sample_catalogue()
    account = sample_account(catalogue)
    dirtied(catalogue, account)
    assert (len(catalogue), len(account.playlists), len(account.saved)) == (8, 2, 3)
