"""The JSON objects of the Web API, with the fields that one kind of app is sent."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tasks.standin.account import Entry, Playlist, User
from tasks.standin.catalogue.model import Album, Artist, Catalogue, Track
from tasks.standin.profiles import Profile

IMAGE_PORT = 8974
IMAGE_URL = f"http://127.0.0.1:{IMAGE_PORT}/image"
"""Fixed, whatever port is served: tables that hold poster URLs must not depend on it."""
SIZES = (640, 300, 64)
MARKETS = ("DE", "FR", "GB", "JP", "US")
Json = dict[str, Any]


class Objects:
    """Makes JSON objects out of the nouns of the catalogue and the account. `api_url` is the base of every `href`."""

    def __init__(self, profile: Profile, genres: str, catalogue: Catalogue, api_url: str) -> None:
        self.profile = profile
        self.genres = genres
        self.catalogue = catalogue
        self.api_url = api_url
        self._tracks: dict[int, tuple[Track, Json]] = {}

    def track(self, track: Track) -> Json:
        """The full track. Shared between answers: whoever changes it copies it first."""
        kept = self._tracks.get(id(track))
        if kept is None or kept[0] is not track:
            kept = self._tracks[id(track)] = (track, self._track(track))
        return kept[1]

    def _track(self, track: Track) -> Json:
        content = {
            "album": self.simple_album(track.album),
            **self.simple_track(track),
            "external_ids": {"isrc": track.isrc} if track.isrc else {},
        }
        if self.profile.deprecated_fields:
            content["popularity"] = track.popularity
        return {**content, **track.odd}

    def simple_track(self, track: Track) -> Json:
        """The track as it stands inside of an album: without album, popularity and ISRC."""
        content = {
            "artists": [self.simple_artist(artist) for artist in track.artists],
            "disc_number": 1,
            "duration_ms": track.duration_ms,
            "explicit": track.explicit,
            **self._named("track", track.id, track.name),
            "is_local": False,
            "is_playable": True,
            "preview_url": None,
            "track_number": track.track_number,
        }
        if self.profile.deprecated_fields:
            content["available_markets"] = MARKETS
        return content

    def simple_album(self, album: Album) -> Json:
        content = {
            "album_type": album.type,
            "artists": [self.simple_artist(artist) for artist in album.artists],
            **self._named("album", album.id, album.name),
            "images": images(album.id),
            "release_date": album.released,
            "release_date_precision": album.released and ("year", "month", "day")[album.released.count("-")],
            "total_tracks": len(self.catalogue.album_tracks.get(album.id, ())),
        }
        if self.profile.deprecated_fields:
            content["available_markets"] = MARKETS
        return {**content, **album.odd}

    def album(self, album: Album) -> Json:
        """The full album with its first fifty tracks."""
        tracks = self.catalogue.album_tracks.get(album.id, [])
        url = f"{self.api_url}/albums/{album.id}/tracks?offset={{}}&limit=50"
        content = {
            **self.simple_album(album),
            "tracks": {
                "href": url.format(0),
                "items": [self.simple_track(track) for track in tracks[:50]],
                "limit": 50,
                "next": url.format(50) if len(tracks) > 50 else None,
                "offset": 0,
                "previous": None,
                "total": len(tracks),
            },
            "copyrights": [],
            "external_ids": {},
            "genres": [],
        }
        if self.profile.deprecated_fields:
            content |= {"label": "", "popularity": max((track.popularity for track in tracks), default=0)}
        return {**content, **album.odd}

    def simple_artist(self, artist: Artist) -> Json:
        return self._named("artist", artist.id, artist.name)

    def artist(self, artist: Artist) -> Json:
        """The full artist, with genres as the stand-in is told to send them."""
        artist = self.catalogue.artists.get(artist.id, artist)
        content: Json = {**self.simple_artist(artist), "images": images(artist.id)}
        if self.genres != "absent":
            content["genres"] = list(artist.genres) if self.genres == "present" else []
        if self.profile.deprecated_fields:
            content |= {
                "followers": {"href": None, "total": 1_000 * artist.popularity},
                "popularity": artist.popularity,
            }
        return {**content, **artist.odd}

    def user(self, user: User) -> Json:
        return {
            "display_name": user.display_name,
            "external_urls": {"spotify": f"https://open.spotify.com/user/{quote(user.id)}"},
            "href": f"{self.api_url}/users/{quote(user.id)}",
            "id": user.id,
            "type": "user",
            "uri": f"spotify:user:{user.id}",
        }

    def playlist(self, playlist: Playlist, contents: Json | None) -> Json:
        """A playlist; `contents` go under the keys that this kind of app is sent, None under no key at all."""
        content = {
            "collaborative": playlist.collaborative,
            "description": playlist.description,
            **self._named("playlist", playlist.id, playlist.name),
            "images": [{"height": None, "url": f"{IMAGE_URL}/{playlist.id}/640.png", "width": None}],
            "owner": self.user(playlist.owner),
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": playlist.snapshot_id,
        }
        if contents is not None:
            content |= self._under(("items", "tracks"), contents)
        return {**content, **playlist.odd}

    def entry(self, entry: Entry) -> Json:
        """One row of a playlist, whatever stands in it."""
        content = {
            "added_at": entry.added_at,
            "added_by": self._added_by(entry),
            "is_local": isinstance(entry.item, Mapping) and entry.item.get("is_local") is True,
            "primary_color": None,
            "video_thumbnail": None if entry.item is None else {"url": None},
            **self._under(("item", "track"), self.playable(entry.item)),
        }
        return {**content, **entry.odd}

    def playable(self, item: Track | Mapping[str, Any] | None) -> Json | None:
        """What a row holds: a track with the two flags that tell it from an episode, or the given object as it is."""
        if isinstance(item, Track):
            return {**self.track(item), "episode": False, "track": True}
        return None if item is None else dict(item)

    def _added_by(self, entry: Entry) -> Json | None:
        if entry.added_by is None:
            return None
        owner = "" if entry.item is None else entry.added_by
        user = self.user(User(owner, None))
        del user["display_name"]
        return user

    def _under(self, keys: tuple[str, str], contents: Json | None) -> Json:
        new, old = keys
        match self.profile.playlist_keys:
            case "new":
                return {new: contents}
            case "old":
                return {old: contents}
            case _:
                return {new: contents, old: contents}

    def _named(self, kind: str, id: str, name: str) -> Json:
        return {
            "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{id}"},
            "href": f"{self.api_url}/{kind}s/{id}",
            "id": id,
            "name": name,
            "type": kind,
            "uri": f"spotify:{kind}:{id}",
        }


def images(id: str) -> list[Json]:
    return [{"height": size, "url": f"{IMAGE_URL}/{id}/{size}.png", "width": size} for size in SIZES]


def listed(make: Any, things: Iterable[Any]) -> list[Json | None]:
    """Make each thing with `make`; a null stays a null."""
    return [None if thing is None else make(thing) for thing in things]
