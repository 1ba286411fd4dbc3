"""Dirty data: one of each kind that people have met in real libraries (spotify-facts, section 4.5).

`local_file()`, `episode()` and `null_row()` make single rows; `dirtied()` adds all kinds to a catalogue and an account.
"""

from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import quote_plus

from tasks.standin.account import Account, Entry, Playlist, Saved, User
from tasks.standin.catalogue.model import Catalogue, Track, song, spotify_id
from tasks.standin.web.objects import Json, images

HOSTILE_NAMES = (
    "Robert'); drop table tracks;--",
    '<script>alert("Segue")</script>',
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} ${7*7} %s %(x)s",
    "'\"\\`",
    "../../etc/passwd",
    "مرحبا بالعالم",
    "夜に駆ける",
    "Ночной экспресс",
    "שיר של ערב",
    "Zoe\u0308 🎧 e\u0301te\u0301",
    "A\u202eB\u200bC",
    "A name of three hundred characters " * 8 + "that ends here at last",
)


def null_row() -> Entry:
    """A row that outlived its track."""
    return Entry(None)


def local_file(name: str, artist: str, album: str = "", seconds: int = 273, **fields: Any) -> Json:
    """A file from somebody's disk: everything by which Spotify knows a track is null. `fields` replace any of it."""
    parts = ":".join(quote_plus(part) for part in (artist, album, name))
    album_fields: Json = {
        "external_urls": {},
        "href": None,
        "id": None,
        "images": [],
        "release_date": None,
        "uri": None,
    }
    performer: Json = {"external_urls": {}, "href": None, "id": None, "name": artist, "type": "artist", "uri": None}
    return {
        "album": {
            "album_type": None,
            "artists": [],
            "available_markets": [],
            "name": album,
            "release_date_precision": None,
            "type": "album",
            **album_fields,
        },
        "artists": [performer],
        "available_markets": [],
        "disc_number": 0,
        "duration_ms": seconds * 1000,
        "explicit": False,
        "external_ids": {},
        "external_urls": {},
        "href": None,
        "id": None,
        "is_local": True,
        "name": name,
        "popularity": 0,
        "preview_url": None,
        "track_number": 0,
        "type": "track",
        "uri": f"spotify:local:{parts}:{seconds}",
        **fields,
    }


def episode(name: str | None, show: str = "A Show of Talk") -> Json:
    """A podcast episode in a playlist; without a name, one of those in which every field is null."""
    id = name and spotify_id("episode", show, name)
    show_id = name and spotify_id("show", show)
    return {
        "audio_preview_url": None,
        "description": name and "In which people talk.",
        "duration_ms": name and 2_400_000,
        "episode": True,
        "explicit": False,
        "external_urls": {"spotify": f"https://open.spotify.com/episode/{id or 'null'}"},
        "id": id,
        "images": images(id) if id else [],
        "is_playable": True,
        "languages": ["en"] if name else [None],
        "name": name,
        "release_date": "2024-05-02" if name else "0000",
        "release_date_precision": "day" if name else "year",
        "show": {"id": show_id, "name": name and show, "type": "show", "uri": show_id and f"spotify:show:{show_id}"},
        "track": False,
        "type": "episode",
        "uri": id and f"spotify:episode:{id}",
    }


def odd_songs() -> list[Track]:
    """Songs each of which has one thing that a careless reader stumbles over."""
    plain = song("Plain", "Oddments", isrc="QZODD0000001")
    album = plain.album
    albums = {
        "No Pictures": replace(album, odd={"images": None}),
        "Empty Pictures": replace(album, odd={"images": []}),
        "One Picture": replace(album, odd={"images": images(album.id)[2:]}),
        "Smallest First": replace(album, odd={"images": images(album.id)[::-1]}),
        "Year": replace(album, released="1979"),
        "Month": replace(album, released="1981-12"),
        "No Date": replace(album, released=None),
        "Minute": replace(album, odd={"release_date": "2021-05-06T07:08", "release_date_precision": "minute"}),
        "Extended Play": replace(album, type="ep"),
        "Shouted": replace(album, type="SINGLE"),
        "Taken Down": replace(album, name=""),
    }
    on_odd_albums = [
        replace(song(name, "Oddments"), album=replace(odd, id=spotify_id("album", "Oddments", name)))
        for name, odd in albums.items()
    ]
    return [
        plain,
        replace(song("Plain", "Oddments", album="Plain (Deluxe)", isrc="QZODD0000001"), duration_ms=201_000),
        replace(song("Plain", "Oddments", album="Hits of the Odd"), duration_ms=198_500),
        *on_odd_albums,
        song("Unplayable", "Oddments", odd={"is_playable": False, "restrictions": {"reason": "market"}}),
        song("Moved Here", "Oddments", isrc="QZODD0000002"),
        *(song(name, name, album=name) for name in HOSTILE_NAMES),
    ]


def odd_rows(songs: list[Track]) -> list[Entry]:
    """One playlist row of each strange kind, after one for each of `songs`."""
    tape = local_file("Untitled Tape", "Old Friend", "Basement: Side A")
    return [
        *(Entry(track) for track in songs),
        Entry(songs[0]),
        Entry(songs[0], added_at=None, added_by=None),
        Entry(songs[1], added_at="1970-01-01T00:00:00Z"),
        null_row(),
        null_row(),
        Entry(tape),
        Entry(tape | {"name": "Length Unclear", "duration_ms": {"totalMilliseconds": 273_000}}),
        Entry(episode("On Rain")),
        Entry(episode(None)),
    ]


def dirtied(catalogue: Catalogue, account: Account, seed: int = 0) -> tuple[Catalogue, Account]:
    """Return both with every kind of dirty data added; the given ones stay clean. `seed` shuffles the odd rows.

    The id of the song "Moved Here" under its old release is still answered: `relinked` tells which.
    """
    songs = odd_songs()
    rows = odd_rows(songs)
    Random(seed).shuffle(rows)
    moved = next(track for track in songs if track.name == "Moved Here")
    old_id = spotify_id("track", "Moved Here", "before")
    stranger = User("ab$cd.ef-gh", None)
    nameless = Playlist("Untold", [Entry(songs[0])], description=None, public=None)
    foreign = Playlist("From a stranger", [Entry(songs[0])], owner=stranger, collaborative=True)
    dirty = replace(
        account,
        playlists=[*account.playlists, Playlist("Odds and Ends", rows), None, nameless, foreign],
        saved=[Saved(moved), *account.saved, Saved(songs[0], "1970-01-01T00:00:00Z")],
        saved_albums=[*account.saved_albums, None, *(Saved(track.album) for track in songs[2:8])],
    )
    grown = Catalogue([*catalogue.tracks.values(), *songs], {**catalogue.relinked, old_id: moved.id})
    return grown, dirty
