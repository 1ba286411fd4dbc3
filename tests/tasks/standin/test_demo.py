"""The demo night from the other end of the wire: everything can be reached, all of it twice the same, with some trouble."""

import time
from collections import Counter

import pytest
import requests

from tasks.standin import StandIn
from tasks.standin.web.objects import IMAGE_URL


class Walker:
    """Walks the whole demo as a patient client does, and keeps every body without the base of its addresses."""

    def __init__(self, spotify: StandIn) -> None:
        self.spotify = spotify
        self.bodies = []
        self.troubles = Counter()
        self.session = requests.Session()
        self.session.trust_env = False
        self.headers = self.sign_in()

    def sign_in(self):
        form = {"grant_type": "refresh_token", "refresh_token": self.spotify.refresh_token}
        both = (self.spotify.client_id, self.spotify.client_secret)
        answer = self.session.post(f"{self.spotify.accounts_url}/api/token", data=form, auth=both, timeout=5)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, url, **query):
        while True:
            answer = self.session.get(url, params=query, headers=self.headers, timeout=5)
            match answer.status_code:
                case 401:
                    self.headers = self.sign_in()
                case 429 | 503:
                    time.sleep(float(answer.headers.get("Retry-After", 0)))
                case _:
                    self.bodies.append(answer.text.replace(self.spotify.api_url, ""))
                    return answer
            self.troubles[answer.status_code] += 1

    def pages(self, path, **query):
        rows = []
        while True:
            answer = self.get(self.spotify.api_url + path, limit=50, offset=len(rows), **query)
            if answer.status_code != 200:
                self.troubles[answer.status_code] += 1
                return rows
            rows += answer.json()["items"]
            if answer.json()["next"] is None:
                return rows

    def artists(self):
        after, found = {}, []
        while after is not None:
            page = self.get(f"{self.spotify.api_url}/me/following", type="artist", limit=50, **after).json()["artists"]
            found += page["items"]
            after = page["cursors"]["after"] and {"after": page["cursors"]["after"]}
        return found

    def walk(self):
        lists = self.pages("/me/playlists")
        rows = {playlist["name"]: self.pages(f"/playlists/{playlist['id']}/items") for playlist in lists}
        library = {
            "saved": self.pages("/me/tracks"),
            "albums": self.pages("/me/albums"),
            "top": {
                (kind, span): self.pages(f"/me/top/{kind}", time_range=span)
                for kind in ("tracks", "artists")
                for span in ("short_term", "medium_term", "long_term")
            },
            "plays": self.get(f"{self.spotify.api_url}/me/player/recently-played", limit=50).json()["items"],
            "followed": self.artists(),
        }
        return rows, library


@pytest.fixture(scope="module")
def night():
    with StandIn.demo() as spotify:
        walker = Walker(spotify)
        with walker.session:
            rows, library = walker.walk()
        yield spotify, walker, rows, library


@pytest.fixture(scope="module")
def tracks(night):
    """Every track that stood in some list, by id, and how often."""
    _, _, rows, _ = night
    items = [row["item"] for entries in rows.values() for row in entries]
    return [item for item in items if item and item["type"] == "track" and item["id"]]


def test_the_lists_hold_the_whole_catalogue(night, tracks):
    spotify, _, rows, _ = night
    assert {track["id"] for track in tracks} == set(spotify.catalogue.tracks)
    assert sorted(name for name in rows if name.startswith("Shelf: ")) == [
        f"Shelf: {genre}" for genre in ("country", "deep-house", "dubstep", "hip-hop", "metal", "rock")
    ]
    themed = {name: entries for name, entries in rows.items() if not name.startswith("Shelf: ") and entries}
    assert len(themed) == 35
    assert all(45 <= len(entries) <= 120 for entries in themed.values())


def test_one_walk_takes_fewer_than_three_hundred_requests(night):
    spotify, _, _, _ = night
    assert spotify.count("/v1/*") < 300
    assert spotify.count("/v1/albums/*") == spotify.count("/v1/tracks/*") == spotify.count("/v1/artists/*") == 0


def test_the_service_misbehaves_a_little(night):
    _, walker, _, _ = night
    assert walker.troubles == {401: 1, 429: 1, 503: 1, 403: 1, 404: 1}


def test_lists_have_gone_rows_files_podcasts_and_songs_twice(night):
    _, _, rows, _ = night
    entries = [row for name, listed in rows.items() if not name.startswith("Shelf: ") for row in listed]
    kinds = Counter(
        "gone" if row["item"] is None else "local" if row["is_local"] else row["item"]["type"] for row in entries
    )
    assert (kinds["gone"], kinds["local"], kinds["episode"]) == (2, 2, 1)
    twice = [
        name
        for name, listed in rows.items()
        if max(Counter(row["item"]["id"] for row in listed if row["item"] and row["item"]["id"]).values(), default=0)
        > 1
    ]
    assert len(twice) == 3


def test_every_artist_of_a_song_is_followed_and_has_genres(night, tracks):
    _, _, _, library = night
    genres = {artist["id"]: artist["genres"] for artist in library["followed"]}
    assert {artist["id"] for track in tracks for artist in track["artists"]} <= set(genres)
    assert all(genres.values())


def test_pictures_do_not_depend_on_the_port(tracks):
    for track in tracks:
        album = track["album"]
        assert [image["url"] for image in album["images"]] == [
            f"{IMAGE_URL}/{album['id']}/{size}.png" for size in (640, 300, 64)
        ]


def test_the_library_is_that_of_somebody_who_listens(night):
    _, _, rows, library = night
    assert (len(library["plays"]), len(library["albums"])) == (50, 24)
    assert 300 < len(library["saved"]) < 1500
    newest_first = [row["added_at"] for row in library["saved"]]
    assert newest_first == sorted(newest_first, reverse=True)
    assert all(len(ranking) in (50, 100) for ranking in library["top"].values())
    heavy = {row["item"]["id"] for row in rows["Double bass drums"]} | {row["item"]["id"] for row in rows["Deep end"]}
    assert heavy & {track["id"] for track in library["top"]["tracks", "long_term"]}


def test_reccobeats_knows_every_song(night, tracks):
    spotify = night[0]
    ids = sorted({track["id"] for track in tracks})[:40]
    for what, field in (("audio-features", "energy"), ("track", "popularity")):
        url = f"{spotify.reccobeats_url}/v1/{what}"
        with requests.Session() as session:
            session.trust_env = False
            content = session.get(url, params={"ids": ",".join(ids)}, timeout=5).json()["content"]
        assert {row["href"].rsplit("/", 1)[1] for row in content} == set(ids)
        assert all(row[field] is not None for row in content)


def test_a_second_demo_answers_the_same_bytes(night):
    _, first, _, _ = night
    with StandIn.demo() as spotify:
        second = Walker(spotify)
        with second.session:
            second.walk()
    assert second.bodies == first.bodies
