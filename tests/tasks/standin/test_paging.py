"""Long lists: pages by offset and by cursor, and the ways in which they lie."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.standin import Account, Catalogue, Entry, Play, Playlist, Saved, song
from tasks.standin.faults import meanwhile, on

NAMES = [f"Song {number:03d}" for number in range(130)]


@pytest.fixture
def music():
    """130 songs by 130 artists: all saved, all in one list, all played one minute after another."""
    catalogue = Catalogue([song(name, f"Artist of {name}", album="All") for name in NAMES])
    account = Account.of(catalogue, playlists={"All": NAMES}, saved=NAMES, top=NAMES)
    start = datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC)
    account.plays = [
        Play(track, start - timedelta(minutes=place)) for place, track in enumerate(catalogue.tracks.values())
    ]
    return catalogue, account


def walked(guest, path, **query):
    """The names on each page, following `next` at most six times."""
    pages, url = [], guest.spotify.api_url + path
    for _ in range(6):
        answer = guest.session.get(url, params=query, headers={"Authorization": f"Bearer {guest.token}"}, timeout=5)
        if answer.status_code != 200:
            return [*pages, answer.status_code]
        page = answer.json()
        pages.append([(row.get("track") or row["item"])["name"] for row in page["items"]])
        url, query = page["next"], {}
        if url is None:
            break
    return pages


def test_a_page_and_its_neighbours(serve, music):
    guest = serve(*music)
    page = guest.json("/me/tracks", limit=50, offset=50)
    url = f"{guest.spotify.api_url}/me/tracks?offset={{}}&limit=50"
    assert [row["track"]["name"] for row in page.pop("items")] == NAMES[50:100]
    assert page == {
        "href": url.format(50),
        "limit": 50,
        "next": url.format(100),
        "offset": 50,
        "previous": url.format(0),
        "total": 130,
    }
    assert walked(guest, "/me/tracks", limit=50) == [NAMES[:50], NAMES[50:100], NAMES[100:]]
    beyond = guest.json("/me/tracks", limit=50, offset=500)
    assert (beyond["items"], beyond["next"], beyond["total"]) == ([], None, 130)


@pytest.mark.parametrize("query", [{"limit": 51}, {"limit": 0}, {"limit": "x"}, {"offset": -1}])
def test_limits_and_offsets_out_of_bounds_are_refused(serve, music, query):
    assert serve(*music).get("/me/tracks", **query).status_code == 400


def test_playlist_rows_come_by_fifty_under_the_new_path_and_by_hundred_under_the_old(serve, music):
    guest = serve(*music, profile="extended")
    id = music[1]["All"].id
    assert guest.get(f"/playlists/{id}/items", limit=51).status_code == 400
    assert [len(page) for page in walked(guest, f"/playlists/{id}/tracks", limit=100)] == [100, 30]
    first = guest.json(f"/playlists/{id}")["tracks"]
    assert (len(first["items"]), first["next"]) == (
        100,
        f"{guest.spotify.api_url}/playlists/{id}/tracks?offset=100&limit=100",
    )


def test_next_of_playlists_leads_to_a_path_that_new_apps_may_not_ask(serve):
    guest = serve()
    url = guest.json("/me/playlists", limit=1)["next"]
    assert url == f"{guest.spotify.api_url}/users/segue-listener/playlists?offset=1&limit=1"
    assert guest.get(url.removeprefix(guest.spotify.api_url)).status_code == 403
    assert "/me/playlists?" in serve(playlists_next="me").json("/me/playlists", limit=1)["next"]


def test_only_the_newest_fifty_plays_exist(serve, music):
    guest = serve(*music)
    page = guest.json("/me/player/recently-played", limit=30)
    assert [row["track"]["name"] for row in page["items"]] == NAMES[:30]
    assert page["items"][0]["played_at"] == "2026-02-25T20:15:20.497Z"
    assert page["cursors"] == {"after": "1772050520497", "before": "1772048780497"}
    assert "total" not in page
    older = guest.json("/me/player/recently-played", limit=30, before=page["cursors"]["before"])
    assert [row["track"]["name"] for row in older["items"]] == NAMES[30:50]
    beyond = guest.json("/me/player/recently-played", limit=30, before=older["cursors"]["before"])
    assert (beyond["items"], beyond["next"], beyond["cursors"]) == ([], None, None)


def test_plays_after_an_instant_are_the_newer_ones(serve, music):
    guest = serve(*music)
    newest = guest.json("/me/player/recently-played", limit=3)["items"]
    assert guest.json("/me/player/recently-played", after="1772050340497")["items"] == newest
    assert guest.get("/me/player/recently-played", after=1, before=2).status_code == 400


def test_the_context_of_a_play_is_the_list_it_came_from(serve, music):
    catalogue, account = music
    account.plays[0].context = account["All"]
    rows = serve(catalogue, account).json("/me/player/recently-played", limit=2)["items"]
    assert (rows[0]["context"]["uri"], rows[1]["context"]) == (f"spotify:playlist:{account['All'].id}", None)


def test_followed_artists_are_walked_by_cursor(serve, music):
    guest = serve(*music)
    names, after = [], {}
    while after is not None:
        page = guest.json("/me/following", type="artist", limit=50, **after)["artists"]
        names += [artist["name"] for artist in page["items"]]
        after = page["cursors"]["after"] and {"after": page["cursors"]["after"]}
    assert (names, page["total"]) == ([f"Artist of {name}" for name in NAMES], 130)
    assert guest.get("/me/following").status_code == 400


def test_total_lies(serve, music):
    page = serve(*music, total_lie=-100).json("/me/tracks", limit=50)
    assert (len(page["items"]), page["total"]) == (50, 30)


@pytest.mark.parametrize(
    ("lie", "pages"),
    [
        ("nowhere", [NAMES[:50], 404]),
        ("back", [NAMES[:50]] * 6),
        ("too_early", [NAMES[:50]]),
        ("endless", [NAMES[:50], NAMES[50:100], NAMES[100:], [], [], []]),
    ],
)
def test_next_lies(serve, music, lie, pages):
    assert walked(serve(*music, next_lie=lie), "/me/tracks", limit=50) == pages


@pytest.mark.parametrize("lie", ["back", "endless"])
def test_the_cursor_of_followed_artists_lies_too(serve, music, lie):
    guest = serve(*music, next_lie=lie)
    first = guest.json("/me/following", type="artist", limit=100 // 2)["artists"]
    second = guest.json("/me/following", type="artist", limit=50, after=first["cursors"]["after"])["artists"]
    third = guest.json("/me/following", type="artist", limit=50, after=second["cursors"]["after"])["artists"]
    fourth = guest.json("/me/following", type="artist", limit=50, after=third["cursors"]["after"])["artists"]
    assert third["cursors"]["after"] is not None
    assert len(fourth["items"]) == {"back": 50, "endless": 0}[lie]


@pytest.mark.parametrize(
    ("shift", "second_page", "total"), [(1, NAMES[49:99], 131), (-1, NAMES[51:101], 129)], ids=["put", "removed"]
)
def test_a_list_moves_once_while_it_is_walked(serve, music, shift, second_page, total):
    guest = serve(*music, shift=shift)
    assert walked(guest, "/me/tracks", limit=50)[:2] == [NAMES[:50], second_page]
    again = walked(guest, "/me/tracks", limit=50)
    assert sum(map(len, again)) == total
    assert again[0][0] == NAMES[max(0, -shift)]


def test_anything_can_happen_meanwhile(serve, music):
    catalogue, account = music
    new = song("New", "Somebody")
    change = meanwhile(lambda: account.saved.insert(0, Saved(new, "2026-03-01T00:00:00Z")))
    guest = serve(catalogue, account, faults=[on("/v1/me/tracks", change, nth=2)])
    assert walked(guest, "/me/tracks", limit=50) == [NAMES[:50], NAMES[49:99], NAMES[99:]]
    assert walked(guest, "/me/tracks", limit=50)[0] == ["New", *NAMES[:49]]


def test_search_changes_its_mind_about_the_total(serve, music):
    guest = serve(*music, search_jitter=True)
    totals = [
        guest.json("/search", q="song", type="track", limit=10, offset=at)["tracks"]["total"] for at in (0, 10, 20)
    ]
    assert totals == [130, 131, 132]


def test_the_snapshot_changes_with_the_rows_and_with_nothing_else(serve, music):
    catalogue, account = music
    guest = serve(catalogue, account)

    def snapshot():
        return guest.json("/me/playlists")["items"][0]["snapshot_id"]

    before = snapshot()
    assert snapshot() == before
    account["All"].entries[0].added_at = "2026-01-01T00:00:00Z"
    moved = snapshot()
    account["All"].entries.append(Entry(catalogue["Song 003"]))
    assert len({before, moved, snapshot()}) == 3


def test_nulls_stand_among_playlists(serve, music):
    catalogue, account = music
    account.playlists = [None, Playlist("One")]
    assert [playlist and playlist["name"] for playlist in serve(catalogue, account).json("/me/playlists")["items"]] == [
        None,
        "One",
    ]
