"""Tracks, albums, artists and search by id and by word."""

import pytest

from tasks.standin import Catalogue, sample_account, song
from tasks.standin.web.objects import IMAGE_URL


def test_a_track_as_new_apps_see_it(serve):
    guest = serve()
    song = guest.spotify.catalogue["Paper Boats"]
    api, web = guest.spotify.api_url, "https://open.spotify.com"

    def named(kind, thing):
        return {
            "external_urls": {"spotify": f"{web}/{kind}/{thing.id}"},
            "href": f"{api}/{kind}s/{thing.id}",
            "id": thing.id,
            "name": thing.name,
            "type": kind,
            "uri": f"spotify:{kind}:{thing.id}",
        }

    assert guest.json(f"/tracks/{song.id}") == {
        "album": {
            "album_type": "album",
            "artists": [named("artist", song.artists[0])],
            **named("album", song.album),
            "images": [
                {"height": size, "url": f"{IMAGE_URL}/{song.album.id}/{size}.png", "width": size}
                for size in (640, 300, 64)
            ],
            "release_date": "2004-11",
            "release_date_precision": "month",
            "total_tracks": 2,
        },
        "artists": [named("artist", artist) for artist in song.artists],
        "disc_number": 1,
        "duration_ms": 200_000,
        "explicit": False,
        **named("track", song),
        "is_local": False,
        "is_playable": True,
        "preview_url": None,
        "track_number": 1,
        "external_ids": {"isrc": "QZAAA0400002"},
    }


def test_an_album_brings_its_first_fifty_tracks_and_leads_to_the_rest(serve):
    catalogue = Catalogue([song(f"Song {number:02d}", "Somebody", album="Long") for number in range(60)])
    guest = serve(catalogue, sample_account(catalogue))
    id = catalogue["Song 00"].album.id
    tracks = guest.json(f"/albums/{id}")["tracks"]
    assert (len(tracks["items"]), tracks["total"]) == (50, 60)
    rest = guest.json(tracks["next"].removeprefix(guest.spotify.api_url))
    assert [track["name"] for track in rest["items"]] == [f"Song {number}" for number in range(50, 60)]
    assert "album" not in rest["items"][0]


@pytest.mark.parametrize(("profile", "group"), [("extended", "album"), ("dev_2026", None)])
def test_albums_of_an_artist_by_group(serve, profile, group):
    guest = serve(profile=profile)
    harrow = guest.spotify.catalogue["Cinder"].artists[0].id
    albums = guest.json(f"/artists/{harrow}/albums")["items"]
    assert [(album["name"], album["album_type"]) for album in albums] == [("Furnace", "album"), ("Demo Tape", "single")]
    assert albums[0].get("album_group") == group
    singles = guest.json(f"/artists/{harrow}/albums", include_groups="single")
    assert ([album["name"] for album in singles["items"]], singles["total"]) == (["Demo Tape"], 1)


@pytest.mark.parametrize("kind", ["tracks", "albums", "artists"])
def test_ids_that_nobody_has_and_ids_that_are_none(serve, kind):
    guest = serve(profile="extended")
    nobody = "0" * 22
    unknown, malformed = guest.get(f"/{kind}/{nobody}"), guest.get(f"/{kind}/short")
    assert (unknown.status_code, unknown.json()["error"]["message"]) == (404, "Resource not found")
    assert (malformed.status_code, malformed.json()["error"]["message"]) == (400, "Invalid base62 id")
    things = list(getattr(guest.spotify.catalogue, kind))
    batch = guest.json(f"/{kind}", ids=f"{things[1]},{nobody},{things[0]}")[kind]
    assert [thing and thing["id"] for thing in batch] == [things[1], None, things[0]]
    assert guest.get(f"/{kind}", ids=f"{things[0]},short").status_code == 400


@pytest.mark.parametrize(("kind", "most"), [("tracks", 50), ("albums", 20), ("artists", 50), ("audio-features", 100)])
def test_batches_have_a_limit(serve, kind, most):
    guest = serve(profile="extended")
    ids = [f"{number:022d}" for number in range(most + 1)]
    assert guest.get(f"/{kind}", ids=",".join(ids[:most])).status_code == 200
    assert guest.get(f"/{kind}", ids=",".join(ids)).status_code == 400


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("slate", ["Rain on Slate", "Rain on Slate"]),
        ('artist:"Mira Sol"', ["Slow Anchor", "Paper Boats"]),
        ("isrc:QZAAA0400002", ["Paper Boats"]),
        ("genre:metal year:1998", ["Iron Orchard", "Cinder"]),
        ("track:anchor album:tides", ["Slow Anchor"]),
        ("no such words", []),
    ],
)
def test_search_by_words_and_filters(serve, query, names):
    found = serve().json("/search", q=query, type="track")["tracks"]
    assert sorted(track["name"] for track in found["items"]) == sorted(names)
    assert found["total"] == len(names)


def test_search_repeats_the_query_under_another_name(serve):
    guest = serve(profile="extended")
    found = guest.json("/search", q="Harrow", type="artist,track", limit=1)
    assert [artist["name"] for artist in found["artists"]["items"]] == ["Harrow"]
    assert found["tracks"]["next"] == f"{guest.spotify.api_url}/search?offset=1&limit=1&query=Harrow&type=track"


def test_searches_that_are_refused(serve):
    guest = serve()
    empty = guest.get("/search", q="", type="track")
    assert (empty.status_code, empty.json()["error"]["message"]) == (400, "No search query")
    assert guest.get("/search", q="a", type="weather").status_code == 400
    assert guest.get("/search", q="a", type="track", limit=10, offset=991).status_code == 404


def test_top_tracks_and_artists_by_range(serve):
    guest = serve()
    for span in ("short_term", "medium_term", "long_term"):
        assert [track["name"] for track in guest.json("/me/top/tracks", time_range=span)["items"]] == [
            "Rain on Slate",
            "Long Way Up",
            "Iron Orchard",
            "Cinder",
        ]
    assert [artist["name"] for artist in guest.json("/me/top/artists")["items"]] == ["The Copper Kettles", "Harrow"]
    assert guest.get("/me/top/tracks", time_range="for_ever").status_code == 400


def test_whether_things_are_in_the_library(serve):
    guest = serve()
    catalogue, account = guest.spotify.catalogue, guest.spotify.account
    saved, other = catalogue["Rain on Slate"], catalogue["Slow Anchor"]
    uris = [saved.uri, other.uri, saved.album.uri, saved.artists[0].uri, f"spotify:playlist:{account['Loud'].id}"]
    assert guest.json("/me/library/contains", uris=",".join(uris)) == [True, False, True, True, True]
    assert guest.get("/me/library/contains", uris=",".join(uris * 9)).status_code == 400
