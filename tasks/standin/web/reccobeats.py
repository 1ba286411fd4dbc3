"""ReccoBeats, which still tells audio features: at most forty ids, unknown ones left out, in an order of its own."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from uuid import NAMESPACE_URL, uuid5

from tasks.standin.catalogue.model import Track
from tasks.standin.service import Service
from tasks.standin.web.answers import Answer, as_json
from tasks.standin.web.objects import Json

FEATURES = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "key",
    "liveness",
    "loudness",
    "mode",
    "speechiness",
    "tempo",
    "valence",
)
MOST_IDS = 40
Query = Mapping[str, Sequence[str]]


class ReccoBeats:
    """The service over one catalogue."""

    def __init__(self, service: Service) -> None:
        self.service = service

    @cached_property
    def by_name(self) -> dict[str, list[Track]]:
        """The tracks under each name they can be asked by: Spotify id, UUID, ISRC (which may mean several)."""
        named: dict[str, list[Track]] = {}
        for track in self.service.catalogue.tracks.values():
            if track.id not in self.service.switches.features_unknown:
                for name in (track.id, uuid(track.id), track.isrc):
                    if name:
                        named.setdefault(name, []).append(track)
        return named

    def audio_features(self, query: Query) -> Answer:
        """Features without time signature and duration; a track is told by the last part of its `href`."""
        return self._each(query, features, lambda track: track.features is not None)

    def tracks(self, query: Query) -> Answer:
        """What ReccoBeats knows of tracks, popularity among it."""
        return self._each(query, about, lambda track: True)

    def _each(self, query: Query, make: Callable[[Track], Json], is_known: Callable[[Track], bool]) -> Answer:
        """Answer for ids that come in one list or one by one."""
        asked = [id for part in query.get("ids", ()) for id in part.split(",") if id]
        if not asked:
            return complaint(4001, "Missing parameter: ids")
        if len(asked) > MOST_IDS:
            if self.service.switches.features_over_limit == "refuse":
                return complaint(4004, f"ids: at most {MOST_IDS}")
            asked = asked[:MOST_IDS]
        found = {track.id: track for name in asked for track in self.by_name.get(name, ()) if is_known(track)}
        shuffled = sorted(found.values(), key=lambda track: blake2b(track.id.encode()).digest())
        return as_json({"content": [make(track) for track in shuffled]})


def features(track: Track) -> Json:
    measured = track.features or {}
    return {**identity(track), **{name: measured[name] for name in FEATURES}}


def about(track: Track) -> Json:
    return {
        **identity(track),
        "trackTitle": track.name,
        "artists": [
            {"id": uuid(artist.id), "name": artist.name, "href": f"https://open.spotify.com/artist/{artist.id}"}
            for artist in track.artists
        ],
        "durationMs": track.duration_ms,
        "ean": None,
        "upc": None,
        "availableCountries": "DE,FR,GB,JP,US",
        "popularity": track.popularity,
    }


def identity(track: Track) -> Json:
    return {"id": uuid(track.id), "href": f"https://open.spotify.com/track/{track.id}", "isrc": track.isrc}


def uuid(spotify_id: str) -> str:
    return str(uuid5(NAMESPACE_URL, spotify_id))


def complaint(code: int, text: str) -> Answer:
    """A refusal; its codes are known, the form of its body is our guess."""
    return as_json({"error": code, "message": text}, 400)
