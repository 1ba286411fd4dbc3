"""Tracks, albums and artists as the stand-in knows them, and `song()`, which makes one in a line.

    catalogue = Catalogue([
        song("Karma Police", "Radiohead", album="OK Computer", released="1997-05-21", genres=["art rock"]),
        song("Under Pressure", "Queen", "David Bowie", isrc="GBUM71029604"),
    ])
    catalogue["Karma Police"].id     # the same 22 characters in every run

Ids that are not given are derived from the names, so equal names mean one album and one artist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTHING: Mapping[str, Any] = MappingProxyType({})


def spotify_id(*parts: str) -> str:
    """Return 22 base62 characters derived from `parts` alone: the shape of a Spotify id, without its meaning."""
    number = int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=16).digest())
    digits = []
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


@dataclass(frozen=True, slots=True)
class Artist:
    """A performer. `odd` is laid over the JSON object when it is sent: how a test makes one field strange."""

    id: str
    name: str
    genres: tuple[str, ...] = ()
    popularity: int = 50
    odd: Mapping[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"spotify:artist:{self.id}"


@dataclass(frozen=True, slots=True)
class Album:
    """A release. `released` is a year, a month or a day as text, or None where nobody knows it."""

    id: str
    name: str
    artists: tuple[Artist, ...]
    type: str = "album"
    released: str | None = None
    odd: Mapping[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"spotify:album:{self.id}"


@dataclass(frozen=True, slots=True)
class Track:
    """A track on an album.

    `features` are the classic audio features by name, or None where nobody measured them. `genres` are what the
    catalogue knows; the Web API tells genres of artists only.
    """

    id: str
    name: str
    artists: tuple[Artist, ...]
    album: Album
    duration_ms: int = 200_000
    explicit: bool = False
    popularity: int = 50
    isrc: str | None = None
    track_number: int = 1
    features: Mapping[str, float] | None = None
    genres: tuple[str, ...] = ()
    odd: Mapping[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"spotify:track:{self.id}"


@dataclass
class Catalogue:
    """Everything that can be asked for by id.

    `relinked` maps an id that may still be asked for to the track that is served in its place, as Spotify does when
    a release is replaced.
    """

    songs: Iterable[Track]
    relinked: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tracks: dict[str, Track] = {track.id: track for track in self.songs}
        self.albums: dict[str, Album] = {}
        self.artists: dict[str, Artist] = {}
        self.album_tracks: dict[str, list[Track]] = {}
        self.artist_albums: dict[str, list[Album]] = {}
        self._ids_by_name: dict[str, str] = {}
        for track in self.tracks.values():
            self._ids_by_name.setdefault(track.name, track.id)
            self.album_tracks.setdefault(track.album.id, []).append(track)
            if track.album.id not in self.albums:
                self.albums[track.album.id] = track.album
                for artist in track.album.artists:
                    self.artist_albums.setdefault(artist.id, []).append(track.album)
            for artist in (*track.artists, *track.album.artists):
                known = self.artists.setdefault(artist.id, artist)
                if new := tuple(genre for genre in artist.genres if genre not in known.genres):
                    self.artists[artist.id] = replace(known, genres=known.genres + new)

    def __getitem__(self, name_or_id: str) -> Track:
        """Return the track with this id, else the first one with this name; KeyError when there is neither."""
        return self.tracks[name_or_id if name_or_id in self.tracks else self._ids_by_name[name_or_id]]

    def __len__(self) -> int:
        return len(self.tracks)


def song(
    name: str,
    *artists: str,
    album: str | None = None,
    album_artist: str | None = None,
    album_type: str = "album",
    released: str | None = "2020-01-01",
    genres: Iterable[str] = (),
    features: Mapping[str, float] | None = NOTHING,
    id: str | None = None,
    **facts: Any,
) -> Track:
    """Make a track for a hand-made catalogue: a name and its artists are enough.

    Without `album` it is a single of its own name. `features` are laid over values drawn from the id (None: nobody
    measured it). `facts` are further fields of `Track`: duration_ms, explicit, popularity, isrc, track_number, odd.
    """
    names = artists or ("Nobody in Particular",)
    genres = tuple(genres)
    performers = tuple(Artist(spotify_id("artist", artist), artist, genres) for artist in names)
    holder = Artist(spotify_id("artist", album_artist), album_artist) if album_artist else performers[0]
    release = Album(
        spotify_id("album", holder.name, album or name),
        name if album is None else album,
        (holder,),
        album_type if album is not None else "single",
        released,
    )
    track_id = id or spotify_id("track", *names, release.name, name)
    measured = None if features is None else {**drawn_features(track_id), **features}
    return Track(track_id, name, performers, release, features=measured, genres=genres, **facts)


def drawn_features(track_id: str) -> dict[str, float]:
    """Return plausible audio features that depend on nothing but the id: for songs that nobody has measured."""
    byte = blake2b(track_id.encode(), digest_size=12).digest()
    names = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
    shares = {name: round(byte[place] / 255, 3) for place, name in enumerate(names)}
    return {
        **shares,
        "key": byte[7] % 12,
        "mode": byte[8] % 2,
        "loudness": round(-20 + byte[9] / 15, 3),
        "tempo": round(60 + byte[10] / 2, 3),
        "time_signature": 3 + byte[11] % 2,
    }
