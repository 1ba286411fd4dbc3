"""Laws of what comes from outside: whatever a service answers, there is no traceback, and no good row is lost for a bad one."""

import json
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import SegueError
from schemas.values import Harvest, Home
from tasks.spotify.parse.library import contents, playlist_tracks, playlists, plays, saved_tracks, top_tracks
from tasks.spotify.parse.music import music, not_a_song
from tasks.spotify.parse.sound import audio_features, reccobeats_objects, spotify_objects
from tasks.spotify.walk.landing import Landing, Walk, open_landing
from tasks.spotify.web.limits import LONGEST, retry_after
from tasks.spotify.web.tokens import Accounts, App, ClientCredentials
from tasks.spotify.web.transport import Transport
from tasks.validate import check

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
NOW = datetime.fromisoformat("2026-11-25T03:00:00")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["\ud800", "\0", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-45", "spotify:track:x"]
    ),
)
NAMES = ["id", "name", "item", "track", "type", "uri", "artists", "album", "images", "url", "width", "added_at", "played_at",
         "duration_ms", "popularity", "explicit", "external_ids", "isrc", "release_date", "genres", "snapshot_id", "owner",
         "is_local", "href", "tempo", "key", "external_urls", "spotify", "context", "public"]  # fmt: skip
junk = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inside, max_size=6),
    max_leaves=12,
)
ARTIST = {"id": "a1", "name": "Mira Sol", "uri": "spotify:artist:a1"}
ALBUM = {
    "id": "b1",
    "name": "Tides",
    "release_date": "2004-11",
    "artists": [ARTIST],
    "images": [{"url": "https://i", "width": 640}],
}
SONG = {"id": "good", "type": "track", "uri": "spotify:track:good", "name": "Slow Anchor", "duration_ms": 200_000, "explicit": False,
        "popularity": 7, "external_ids": {"isrc": "QZAAA0400002"}, "album": ALBUM, "artists": [ARTIST]}  # fmt: skip
broken_songs = st.dictionaries(st.sampled_from(sorted(SONG)), junk, max_size=3).map(
    lambda odd: {**SONG, "id": "odd", **odd}
)
rows = st.one_of(junk, broken_songs.map(lambda song: {"item": song, "added_at": "2026-01-01T00:00:00Z"}))


def kept(harvest: Harvest) -> list[dict[str, Any]]:
    """The rows that passed, once every received one is known to be somewhere."""
    checked = check(harvest)
    assert checked.rows.height + checked.rejected.height + sum(harvest.skipped.values()) == harvest.received
    return checked.rows.to_dicts()


@FEW
@given(st.lists(rows, max_size=4))
def test_a_good_row_of_a_list_is_kept_whatever_stands_beside_it(others: list[Any]) -> None:
    entries = [*others, {"item": SONG, "added_at": "2026-01-02T03:04:05Z", "played_at": "2026-01-02T03:04:05.123Z"}]
    for harvest in (
        saved_tracks(entries, "spotify", is_whole=True),
        playlist_tracks({"p": entries}, ["p"], "spotify"),
        plays(entries, "spotify"),
        top_tracks({"short_term": [*others, SONG]}, "spotify"),
    ):
        assert "good" in [row["track_id"] for row in kept(harvest)]
    named = playlists([*others, {"id": "p1", "name": "Morning"}], {}, "spotify", is_whole=True)
    assert "p1" in [row["playlist_id"] for row in kept(named)]


@FEW
@given(st.lists(rows, max_size=3), st.lists(junk, max_size=2), st.lists(junk, max_size=2))
def test_a_good_song_is_kept_whatever_the_others_are(entries: list[Any], albums: list[Any], artists: list[Any]) -> None:
    tracks = [*contents(entries), SONG]
    dicts = [[thing for thing in things if isinstance(thing, dict)] for things in (albums, artists)]
    tables = {harvest.entity: kept(harvest) for harvest in music(tracks, *dicts, "spotify")}
    assert "good" in [row["track_id"] for row in tables["tracks"]]
    assert ("good", 0, "a1") in [
        (row["track_id"], row["position"], row["artist_id"]) for row in tables["track_artists"]
    ]


@FEW
@given(junk)
def test_whatever_is_asked_whether_it_is_a_song_has_an_answer(thing: Any) -> None:
    assert not_a_song(thing) is None or isinstance(not_a_song(thing), str)


@FEW
@given(
    st.lists(
        st.one_of(junk, st.dictionaries(st.sampled_from(["href", "id", "tempo", "key", "energy"]), junk)), max_size=4
    )
)
def test_a_good_sound_is_kept_whatever_stands_beside_it(others: list[Any]) -> None:
    good = {"href": "https://open.spotify.com/track/good", "id": "good", "energy": 0.5, "tempo": 120.0, "key": 3}
    for found in (
        reccobeats_objects({"content": [good, *others]}),
        spotify_objects({"audio_features": [good, *others]}),
    ):
        assert "good" in [row["track_id"] for row in kept(audio_features(found, "spotify", 0))]


@FEW
@given(st.text(max_size=40) | st.floats().map(str) | st.integers().map(str))
def test_a_retry_after_is_a_number_of_seconds_or_nothing(told: str) -> None:
    found = retry_after({"Retry-After": told}, NOW)
    assert found is None or 0 <= found <= LONGEST


@pytest.fixture(scope="module")
def accounts():
    """An accounts service that answers what it is told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = self.server.told
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


answers = st.one_of(
    st.binary(max_size=40),
    junk.map(lambda body: json.dumps(body).encode()),
    st.fixed_dictionaries(
        {"access_token": st.sampled_from(["a", "é", "a b\n"])},
        optional={"expires_in": junk, "scope": junk, "refresh_token": junk},
    ).map(lambda body: json.dumps(body).encode()),
)


@FEW
@given(st.sampled_from([200, 400, 401]), answers)
def test_a_token_answer_is_a_token_or_an_error_that_is_told(accounts, status: int, body: bytes) -> None:
    accounts.told = (status, body)
    transport = Transport("accounts", rate=1e6, max_wait_seconds=0, tries=1)
    try:
        token = ClientCredentials(App("id", "secret"))(
            Accounts(f"http://127.0.0.1:{accounts.server_address[1]}", transport)
        )
    except SegueError as error:
        assert "\n" not in str(error)
    else:
        assert token.access
    finally:
        transport.close()


@FEW
@given(junk, st.binary(max_size=60))
def test_what_damage_made_of_a_landed_page_is_asked_for_again(tmp_path_factory, thing: Any, torn: bytes) -> None:
    folder = tmp_path_factory.mktemp("landing")
    walk = Walk("spotify", "app", False, NOW, ["run"])
    Landing(walk, folder).answer("Spotify", "/me", {}, lambda: {"id": "first"})
    (page,) = folder.glob("*.json.gz")
    for content in (torn, json.dumps(thing).encode()):
        page.write_bytes(content)
        assert Landing(walk, folder).answer("Spotify", "/me", {}, lambda: {"id": "again"}) == {"id": "again"}


@FEW
@given(
    st.one_of(
        junk,
        st.dictionaries(st.sampled_from(["source", "app", "full", "started_at", "runs", "ended_at", "is_whole"]), junk),
    )
)
def test_what_is_no_walk_is_passed_over(tmp_path_factory, thing: Any) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    (home.landing / "0").mkdir(parents=True)
    (home.landing / "0" / "walk.json").write_text(json.dumps(thing))
    assert open_landing(home, "1", "spotify", "app", full=False, now=NOW, published=[]).walk.runs == ["1"]
