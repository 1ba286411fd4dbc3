"""A night's walk over the stand-in in each of its three worlds: what ends in the tables, and what it costs."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from tasks.spotify.walk.objects import artists_to_ask
from tasks.spotify.walk.past import Past
from tasks.standin import Account, Catalogue, StandIn, sample_account, sample_catalogue, song
from tasks.standin.account import Entry, Play, Playlist, Saved, User
from tasks.standin.dirt import dirtied, local_file, null_row

PROFILES = ("dev_2026", "dev_legacy", "extended")
MAIN = (
    "tracks",
    "artists",
    "albums",
    "track_artists",
    "playlists",
    "playlist_tracks",
    "saved_tracks",
    "top_tracks",
    "plays",
    "audio_features",
)


@pytest.fixture(params=("dev_2026", "extended"))
def profile(request):
    """The two worlds that differ most; `dev_legacy` shares the endpoints of the one and the silence of the other."""
    return request.param


def many(count: int) -> Catalogue:
    return Catalogue(
        [song(f"Song {number}", f"Artist {number % 7}", isrc=f"QZAAA24{number:05d}") for number in range(count)]
    )


def names(catalogue: Catalogue) -> list[str]:
    return [track.name for track in catalogue.tracks.values()]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_list_ends_in_its_table_with_its_sound_in_every_profile(nights, profile):
    catalogue = sample_catalogue()
    account = sample_account(catalogue)
    with StandIn(catalogue, account, profile=profile, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)

    assert told.rows("saved_tracks", "track_id") == sorted((saved.item.id,) for saved in account.saved)
    assert told.rows("playlist_tracks", "playlist_id", "position", "track_id") == sorted(
        (playlist.id, position, entry.item.id)
        for playlist in account.playlists
        for position, entry in enumerate(playlist.entries)
    )
    assert told.rows("top_tracks", "time_range", "rank", "track_id") == sorted(
        (span, rank, track.id) for span, tracks in account.top_tracks.items() for rank, track in enumerate(tracks, 1)
    )
    assert told.rows("plays", "played_at", "track_id", "origin") == sorted(
        (play.played_at.replace(tzinfo=None), play.track.id, "api") for play in account.plays
    )
    assert told.rows("playlists", "playlist_id", "name", "snapshot_id", "owner_id") == sorted(
        (playlist.id, playlist.name, playlist.snapshot_id, "segue-listener") for playlist in account.playlists
    )

    held = told.table("tracks").height
    features = told.table("audio_features")
    assert features.height == held
    assert told.night.facts["feature_coverage"] == 1.0
    heard_by, asked, signatures = ("spotify", 0, held) if profile == "extended" else ("reccobeats", 1, 0)
    assert set(features["source"].to_list()) == {heard_by}
    assert features["time_signature"].count() == signatures
    assert spotify.count("/reccobeats/v1/audio-features") == asked


def test_a_track_is_stored_with_all_that_is_known_of_it(nights, profile):
    catalogue = Catalogue(
        [
            song(
                "Iron Orchard",
                "Harrow",
                "Mira Sol",
                album="Furnace",
                genres=["metal"],
                released="1998-03",
                popularity=71,
                isrc="QZAAA0400002",
                explicit=True,
            )
        ]
    )
    track = catalogue["Iron Orchard"]
    account = Account.of(catalogue, saved=["Iron Orchard"])
    with StandIn(catalogue, account, profile=profile, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)

    assert told.table("tracks").row(0, named=True) == {
        "track_id": track.id,
        "name": "Iron Orchard",
        "album_id": track.album.id,
        "duration_ms": 200_000,
        "is_explicit": True,
        "popularity": 71,  # of ReccoBeats where Spotify no longer tells it
        "isrc": "QZAAA0400002",
        "disc_number": 1,
        "track_number": 1,
        "is_playable": True,
        "genres": None,
        "spotify_url": f"https://open.spotify.com/track/{track.id}",
        "source": "spotify",
    }
    album = told.table("albums").row(0, named=True)
    assert (album["name"], album["album_type"], album["release_date"], album["release_date_precision"]) == (
        "Furnace",
        "album",
        "1998-03",
        "month",
    )
    assert (str(album["released_on"]), album["poster_url"][-8:], album["poster_small_url"][-7:]) == (
        "1998-03-01",
        "/640.png",
        "/64.png",
    )
    assert told.rows("track_artists", "position", "artist_id") == [(0, track.artists[0].id), (1, track.artists[1].id)]
    assert told.rows("artists", "name", "genres") == [("Harrow", ["metal"]), ("Mira Sol", ["metal"])]


def test_a_second_night_in_which_nothing_changed_asks_only_for_the_lists(nights, profile, paths):
    catalogue = many(230)
    account = Account.of(
        catalogue,
        playlists={"All": names(catalogue), "Few": names(catalogue)[:3]},
        saved=names(catalogue)[:120],
        saved_albums=names(catalogue)[:60],
        top=names(catalogue)[:4],
        plays=[("Song 1", "2026-02-25T20:15:20.497Z")],
    )
    with StandIn(catalogue, account, profile=profile, clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
        tables = {name: first.table(name) for name in MAIN}
        spotify.requests.clear()
        nights.time.pass_by(days=1)
        second = nights.run(spotify)
        asked = sorted(path.split("?")[0].removeprefix("/v1") for path in paths(spotify))
        reccobeats = spotify.count("/reccobeats/*")

    after = int(account.plays[0].played_at.timestamp() * 1000)
    the_probe = ["/me", "/me/playlists", "/me/tracks", "/artists", "/audio-features"]  # the lists' first pages among it
    the_lists = ["/me/player/recently-played", "/me/albums", "/me/following", *["/me/top/tracks"] * 3]
    assert asked == sorted([*the_probe, *the_lists])
    assert f"/v1/me/player/recently-played?limit=50&after={after}" in paths(spotify)
    assert reccobeats == 0
    for name in MAIN:
        assert second.table(name).equals(tables[name]), name
    assert second.stage("extract").requests == second.stage("extract").requests_least == 6


def test_the_first_night_takes_no_request_more_than_it_needs(nights, profile):
    catalogue = many(230)
    account = Account.of(catalogue, playlists={"All": names(catalogue)}, saved=names(catalogue)[:120])
    with StandIn(catalogue, account, profile=profile, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)
        items = spotify.count("/v1/playlists/*")
        assert spotify.count("/v1/me/tracks") == 3
        assert len({(request.path, request.query) for request in spotify.requests}) == len(spotify.requests)

    assert items == (5 if profile == "dev_2026" else 3)  # fifty a page, or a hundred under the old path
    for name in ("extract", "features"):
        # the pages that the probe brought are counted there, and cost the walk nothing
        assert told.stage(name).requests <= told.stage(name).requests_least


def test_only_what_is_new_is_asked_for(nights, paths):
    catalogue = many(230)
    account = Account.of(
        catalogue,
        playlists={"Old": names(catalogue)[:60], "New": names(catalogue)[60:120]},
        saved=names(catalogue)[:220],
    )
    with StandIn(catalogue, account, clock=nights.time.unix) as spotify:
        nights.run(spotify)
        spotify.requests.clear()
        nights.time.pass_by(days=1)
        account["New"].entries.append(Entry(catalogue["Song 200"], "2026-03-01T08:00:00Z"))
        account.saved.insert(0, Saved(catalogue["Song 225"], "2026-03-02T08:00:00Z"))
        account.plays.insert(0, Play(catalogue["Song 3"], nights.time.began.astimezone()))
        second = nights.run(spotify)
        asked = paths(spotify)

    items = [path for path in asked if "/playlists/" in path]
    assert items == [f"/v1/playlists/{account['New'].id}/items?limit=50&offset={offset}" for offset in (0, 50)]
    assert [path for path in asked if path.startswith("/v1/me/tracks")] == ["/v1/me/tracks?limit=50&offset=0"]
    assert second.table("saved_tracks").height == 221
    assert second.table("playlist_tracks").height == 121
    assert second.table("plays").height == 1


def test_what_was_taken_out_of_the_library_goes_and_the_rest_stays(nights):
    catalogue = many(150)
    account = Account.of(
        catalogue, playlists={"Gone": names(catalogue)[:3], "Kept": names(catalogue)[:5]}, saved=names(catalogue)
    )
    with StandIn(catalogue, account, clock=nights.time.unix) as spotify:
        nights.run(spotify)
        del account.saved[100]
        del account.playlists[0]
        del account.playlists[0].entries[1]
        nights.time.pass_by(days=1)
        second = nights.run(spotify)

    assert second.table("saved_tracks").height == 149
    assert second.rows("playlists", "name") == [("Kept",)]
    assert second.rows("playlist_tracks", "position", "track_id") == [
        (position, catalogue[f"Song {number}"].id) for position, number in enumerate((0, 2, 3, 4))
    ]


def test_full_asks_for_everything_again(nights):
    catalogue = many(60)
    account = Account.of(catalogue, playlists={"All": names(catalogue)}, saved=names(catalogue))
    with StandIn(catalogue, account, clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
        nights.time.pass_by(days=1)
        assert nights.run(spotify, full=True).requests == first.requests


def test_all_dirty_data_is_stored_or_counted_by_reason(nights):
    catalogue, account = dirtied(sample_catalogue(), sample_account(sample_catalogue()), seed=3)
    with StandIn(catalogue, account, profile="extended", clock=nights.time.unix) as spotify:
        told = nights.run(spotify)
        lists = [entry for playlist in account.playlists if playlist for entry in playlist.entries]
        received = {
            row["entity"]: (row["received"], row["skipped_by_reason"])
            for row in told.table("row_accounting").iter_rows(named=True)
        }

    assert received["playlist_tracks"] == (len(lists), '{"episode": 2, "local": 2, "null": 2}')
    assert received["playlists"] == (len(account.playlists), '{"null": 1}')
    assert received["saved_tracks"] == (len(account.saved), "{}")
    assert told.table("rejected_rows").height == 0
    by_name = {row["name"]: row for row in told.table("tracks").iter_rows(named=True)}
    albums = {row["album_id"]: row for row in told.table("albums").iter_rows(named=True)}

    def album(name: str) -> dict[str, object]:
        return albums[by_name[name]["album_id"]]

    assert album("No Pictures")["poster_url"] is None
    assert album("One Picture")["poster_url"] == album("One Picture")["poster_small_url"]
    assert str(album("Smallest First")["poster_url"]).endswith("/640.png")
    assert [album(name)["release_date"] for name in ("Year", "Month", "No Date", "Minute")] == [
        "1979",
        "1981-12",
        None,
        "2021-05-06",
    ]
    assert [album(name)["album_type"] for name in ("Extended Play", "Shouted")] == ["ep", "single"]
    assert album("Taken Down")["name"] == ""
    assert by_name["Unplayable"]["is_playable"] is False
    assert '<script>alert("Segue")</script>' in by_name


def test_a_playlist_keeps_its_positions_when_entries_are_no_songs(nights):
    catalogue = sample_catalogue()
    first, second = list(catalogue.tracks.values())[:2]
    rows = [null_row(), Entry(first), Entry(local_file("Tape", "Friend")), Entry(second), Entry(first)]
    account = Account(playlists=[Playlist("Mixed", rows)])
    with StandIn(catalogue, account, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)

    assert told.rows("playlist_tracks", "position", "track_id") == [(1, first.id), (3, second.id), (4, first.id)]


def test_both_keys_are_read_once_and_either_of_them_alone(a_home):
    catalogue = sample_catalogue()
    for keys in ("old", "new", "both"):
        nights = a_home()
        with StandIn(catalogue, sample_account(catalogue), playlist_keys=keys, clock=nights.time.unix) as spotify:
            assert nights.walk(spotify).harvest("playlist_tracks").received == 6, keys


def test_the_old_path_is_left_as_soon_as_it_is_refused(nights):
    """`dev_2026` may send both keys and still refuse `/tracks`."""
    catalogue = many(10)
    account = Account.of(catalogue, playlists={f"List {number}": names(catalogue) for number in range(12)})
    with StandIn(catalogue, account, playlist_keys="both", clock=nights.time.unix) as spotify:
        told = nights.walk(spotify)
        refused = sum(request.status == 403 and request.path.endswith("/tracks") for request in spotify.requests)

    assert told.harvest("playlist_tracks").rows.height == 120
    assert refused <= 4  # one for each list that was on its way


def test_a_playlist_that_is_not_ours_is_refused_once_and_left_alone(nights):
    catalogue = sample_catalogue()
    stranger = Playlist("Theirs", [Entry(next(iter(catalogue.tracks.values())))], owner=User("ab$cd", None))
    account = Account(playlists=[stranger, *sample_account(catalogue).playlists])
    with StandIn(catalogue, account, clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
        nights.time.pass_by(days=1)
        nights.run(spotify)
        assert spotify.count(f"/v1/playlists/{stranger.id}/items") == 1

    assert first.rows("playlists", "name", "snapshot_id")[2] == ("Theirs", None)
    assert first.stage("extract").verdict == "done"
    assert "1 playlists keep their rows to their owners" in first.stage("extract").note


def test_artists_that_nobody_follows_are_asked_for_by_fifties_or_one_by_one(nights, profile):
    catalogue = many(30)
    account = Account.of(catalogue, saved=names(catalogue))
    account.followed = []
    with StandIn(catalogue, account, profile=profile, clock=nights.time.unix) as spotify:
        walked = nights.walk(spotify)
        asked = (spotify.count("/v1/artists/*"), spotify.count("/v1/artists"))

    assert asked == ((7, 1) if profile == "dev_2026" else (0, 2))  # with the probe's one batch
    assert walked.harvest("artists").rows.filter(pl.col("image_url").is_not_null())["artist_id"].n_unique() == 7
    assert walked.found.fetches.filter(entity="artists", status="found").height == 7


def test_an_artist_is_asked_for_once_and_again_after_three_months():
    now = datetime(2026, 11, 25)  # noqa: DTZ001 - naive UTC like the rest
    often, seldom, known, foreign = "1" * 22, "2" * 22, "3" * 22, "name:bjork"
    credits = pl.DataFrame({"artist_id": [seldom, often, often, known, foreign, None]})
    assert artists_to_ask(credits, [known], Past(), now) == [often, seldom]
    for days, left in ((1, [seldom]), (89, [seldom]), (90, [often, seldom])):
        past = Past(asked={("artists", often): ("unknown", None, now - timedelta(days=days))})
        assert artists_to_ask(credits, [known], past, now) == left


def test_without_genres_one_artist_is_enough_to_know(nights):
    catalogue = many(30)
    account = Account.of(catalogue, saved=names(catalogue))
    account.followed = []
    with StandIn(catalogue, account, genres="absent", clock=nights.time.unix) as spotify:
        nights.run(spotify)
        nights.time.pass_by(days=1)
        nights.run(spotify)
        assert spotify.count("/v1/artists/*") == 1


def test_unknown_sounds_are_remembered_and_asked_for_again_after_a_month(nights):
    catalogue = many(3)
    unknown = catalogue["Song 1"].id
    account = Account.of(catalogue, saved=names(catalogue))
    with StandIn(catalogue, account, features_unknown={unknown}, clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
        nights.time.pass_by(days=1)
        nights.run(spotify)
        assert spotify.count("/reccobeats/v1/audio-features") == 1
        nights.time.pass_by(days=31)
        nights.run(spotify)
        last = spotify.requests[-2:]

    assert first.table("audio_features").height == 2
    assert [(request.path, request.query) for request in last] == [
        ("/reccobeats/v1/audio-features", f"ids={unknown}"),
        ("/reccobeats/v1/track", f"ids={unknown}"),
    ]
    accounts = first.table("row_accounting").filter(entity="audio_features").sort("run_id")
    assert accounts["skipped_by_reason"].to_list() == ['{"unknown": 1}'] * 2  # the first and the last night


def test_without_a_service_for_sounds_the_night_goes_on_without(nights):
    with StandIn(clock=nights.time.unix) as spotify:
        told = nights.run(spotify, given={"reccobeats_url": ""})
        assert spotify.count("/reccobeats/*") == 0
    assert told.table("audio_features").height == 0
    assert told.night.facts["feature_coverage"] == 0.0
