"""The three kinds of app: what each may ask for, and which fields it is sent."""

import pytest

from tasks.standin import Entry, Playlist, User, sample_account, sample_catalogue
from tasks.standin.account import FRIEND, SPOTIFY

PROFILES = ("extended", "dev_legacy", "dev_2026")
PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)
FORBIDDEN = (403, {"error": {"status": 403, "message": "Forbidden"}})


def told(answer):
    return answer.status_code, answer.json()


@pytest.fixture
def others():
    """The sample's listener who also follows lists of other people."""
    catalogue = sample_catalogue()
    account = sample_account(catalogue)
    rows = [Entry(catalogue["Cinder"], added_by=FRIEND.id)]
    account.playlists += [
        Playlist("Friend's", list(rows), owner=FRIEND),
        Playlist("Together", list(rows), owner=User("ab$c", None), collaborative=True),
        Playlist("Editorial", list(rows), owner=SPOTIFY),
    ]
    return catalogue, account


@pytest.mark.parametrize(
    ("profile", "has_old"), [("extended", True), ("dev_legacy", True), ("dev_2026", False)], ids=PROFILES
)
def test_deprecated_fields_are_absent_not_null(serve, profile, has_old):
    guest = serve(profile=profile)
    song = guest.spotify.catalogue["Cinder"]
    track = guest.json(f"/tracks/{song.id}")
    album = guest.json(f"/albums/{song.album.id}")
    artist = guest.json(f"/artists/{song.artists[0].id}")
    me = guest.json("/me")
    assert ({"popularity", "available_markets"} <= set(track)) is has_old
    assert ({"label", "popularity", "available_markets"} <= set(album)) is has_old
    assert ({"followers", "popularity"} <= set(artist)) is has_old
    assert ({"country", "email", "explicit_content", "followers", "product"} <= set(me)) is has_old
    if not has_old:
        assert not {"popularity", "available_markets", "linked_from"} & set(track)
        assert not {"label", "popularity", "available_markets", "album_group"} & set(album)
        assert not {"followers", "popularity"} & set(artist)
        assert not {"country", "email", "explicit_content", "followers", "product"} & set(me)
    assert track["preview_url"] is None
    assert "external_ids" in track
    assert me["account_id"] == "acct-segue-listener"


@pytest.mark.parametrize(
    ("profile", "keys", "row_keys", "path"),
    [
        ("extended", {"items", "tracks"}, {"item", "track"}, "tracks"),
        ("dev_legacy", {"tracks"}, {"track"}, "tracks"),
        ("dev_2026", {"items"}, {"item"}, "items"),
    ],
)
def test_contents_of_playlists_have_old_keys_or_new_ones_or_both(serve, profile, keys, row_keys, path):
    guest = serve(profile=profile)
    listed = guest.json("/me/playlists")["items"][0]
    url = f"{guest.spotify.api_url}/playlists/{listed['id']}/{path}"
    assert {"items", "tracks"} & set(listed) == keys
    assert all(listed[key] == {"href": url, "total": 4} for key in keys)
    full = guest.json(f"/playlists/{listed['id']}")
    assert {"items", "tracks"} & set(full) == keys
    page = guest.json(f"/playlists/{listed['id']}/items")
    for key in keys:
        assert full[key]["items"] == page["items"]
    for row in page["items"]:
        assert {"item", "track"} & set(row) == row_keys
    for key in row_keys:
        assert [row[key]["name"] for row in page["items"]] == [
            "Rain on Slate",
            "Long Way Up",
            "Slow Anchor",
            "Paper Boats",
        ]


@pytest.mark.parametrize("keys", ["old", "new", "both"])
def test_the_keys_can_be_set_apart_from_the_profile(serve, keys):
    row = serve(profile="dev_legacy", playlist_keys=keys)
    found = {"item", "track"} & set(row.json(f"/playlists/{row.spotify.account['Loud'].id}/items")["items"][0])
    assert found == {"old": {"track"}, "new": {"item"}, "both": {"item", "track"}}[keys]


def test_what_is_cut_for_new_apps_is_forbidden_and_works_for_old_ones(serve):
    new, old = serve(profile="dev_2026"), serve(profile="dev_legacy")
    song = old.spotify.catalogue["Cinder"]
    paths = (
        f"/tracks?ids={song.id}",
        f"/albums?ids={song.album.id}",
        f"/artists?ids={song.artists[0].id}",
        f"/artists/{song.artists[0].id}/top-tracks",
        f"/playlists/{old.spotify.account['Loud'].id}/tracks",
        f"/users/{old.spotify.account.user.id}/playlists",
    )
    for path in paths:
        assert told(new.get(path)) == FORBIDDEN
        assert old.get(path).status_code == 200


def test_limits_of_search_and_of_an_artists_albums_are_small_for_new_apps(serve):
    for profile, most, usual in (("dev_2026", 10, 5), ("extended", 50, 20)):
        guest = serve(profile=profile)
        artist = guest.spotify.catalogue["Cinder"].artists[0].id
        for path, query in (("/search", {"q": "a", "type": "track"}), (f"/artists/{artist}/albums", {})):
            assert guest.get(path, limit=most, **query).status_code == 200
            assert guest.get(path, limit=most + 1, **query).status_code == 400
        assert guest.json("/search", q="a", type="track")["tracks"]["limit"] == usual


def test_rows_of_other_peoples_lists(serve, others):
    catalogue, account = others
    new, old = serve(catalogue, account), serve(catalogue, account, profile="extended")
    assert len(new.json("/me/playlists")["items"]) == 5
    friends, together, editorial = (account[name].id for name in ("Friend's", "Together", "Editorial"))
    assert told(new.get(f"/playlists/{friends}/items")) == FORBIDDEN
    assert not {"items", "tracks"} & set(new.json(f"/playlists/{friends}"))
    assert new.json(f"/playlists/{together}/items")["total"] == 1
    for path in (f"/playlists/{editorial}", f"/playlists/{editorial}/items"):
        assert told(new.get(path)) == (404, {"error": {"status": 404, "message": "Resource not found"}})
    assert all(old.json(f"/playlists/{id}/items")["total"] == 1 for id in (friends, together, editorial))


def test_collaborative_lists_are_missing_without_their_scope(serve, others):
    guest = serve(*others, scopes="playlist-read-private")
    assert [playlist["name"] for playlist in guest.json("/me/playlists")["items"]] == [
        "Quiet",
        "Loud",
        "Friend's",
        "Editorial",
    ]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/me/playlists", "playlist-read-private"),
        ("/me/tracks", "user-library-read"),
        ("/me/albums", "user-library-read"),
        ("/me/top/artists", "user-top-read"),
        ("/me/player/recently-played", "user-read-recently-played"),
        ("/me/following?type=artist", "user-follow-read"),
    ],
)
def test_each_list_needs_its_scope(serve, path, scope):
    assert serve(scopes=scope).get(path).status_code == 200
    answer = serve(scopes="user-read-email").get(path)
    assert told(answer) == (403, {"error": {"status": 403, "message": "Insufficient client scope"}})


def test_audio_features_only_for_apps_with_the_old_access(serve):
    refused, granted = serve(profile="dev_legacy"), serve(profile="extended")
    catalogue = granted.spotify.catalogue
    known, unknown = catalogue["Cinder"], catalogue["Demo Tape"]
    for path in (f"/audio-features/{known.id}", f"/audio-features?ids={known.id}", f"/audio-analysis/{known.id}"):
        assert told(refused.get(path)) == (403, {"error": {"status": 403}})
    one = granted.json(f"/audio-features/{known.id}")
    assert one | known.features == one
    assert (one["type"], one["duration_ms"], one["uri"]) == ("audio_features", 200_000, known.uri)
    assert granted.get(f"/audio-features/{unknown.id}").status_code == 404
    nobody = "0" * 22
    batch = granted.json("/audio-features", ids=f"{unknown.id},{known.id},{nobody}")
    assert batch == {"audio_features": [None, one, None]}
    assert serve(profile="extended", audio_features=False).get(f"/audio-features/{known.id}").status_code == 403


def test_what_went_in_2024_is_gone_without_a_word(serve):
    guest = serve()
    artist = guest.spotify.catalogue["Cinder"].artists[0].id
    for path in ("/recommendations", f"/artists/{artist}/related-artists", "/browse/featured-playlists"):
        answer = guest.get(path)
        assert (answer.status_code, answer.content) == (404, b"")


def test_genres_are_there_or_empty_or_absent(serve):
    for genres, expected in (("present", ["metal"]), ("empty", []), ("absent", None)):
        guest = serve(genres=genres)
        artist = guest.spotify.catalogue["Cinder"].artists[0].id
        assert guest.json(f"/artists/{artist}").get("genres") == expected


def test_an_owner_without_premium_and_a_listener_who_is_not_on_the_list(serve):
    poor = serve(premium_owner=False)
    assert told(poor.get("/me")) == (403, {"error": {"status": 403, "message": PREMIUM}})
    poor.token = poor.ask_token(grant_type="client_credentials")
    assert poor.get("/search", q="a", type="track").status_code == 403

    stranger = serve(user_allowlisted=False)
    answer = stranger.get("/me")
    assert (answer.status_code, answer.text) == (
        403,
        "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
    )
    stranger.token = stranger.ask_token(grant_type="client_credentials")
    assert stranger.get("/search", q="a", type="track").status_code == 200
