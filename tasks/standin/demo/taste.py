"""A listener's playlists, simulated: a few themes, artists in common, popular songs more often.

The process, for each playlist of a theme. A song's weight is the theme's weight of its genres, times how far its sound
leans the theme's way, times its popularity, times a bonus for the artists to whom this playlist is devoted (half of
them shared by all lists of the theme). Songs are drawn by these weights without replacement; of several pressings of one song
the most popular is nearly always meant. All chance comes from one seed and `Random.random`, whose stream Python keeps.

Nothing here is anybody's real taste.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.standin.catalogue.model import Catalogue, Track

Weights = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Theme:
    """What a group of playlists has in common: `genres` and their weights, `lean` towards high (+) or low (-) features.

    With `words`, only songs with one of them in the title or the album's title belong.
    """

    name: str
    titles: tuple[str, ...]
    genres: Mapping[str, float]
    lean: Mapping[str, float]
    words: tuple[str, ...] = ()


THEMES = (
    Theme("heavy", ("Heavy lifting", "Double bass drums", "Neck pain"), {"metal": 1}, {"energy": 3, "valence": -1}),
    Theme("arena", ("Arena", "Everybody knows this one", "Lighters up"), {"rock": 1, "metal": 0.6}, {"energy": 1}),
    Theme("unplugged", ("Quiet guitars", "Rain at the window", "Sunday paper"), {"rock": 1, "country": 0.3}, {"acousticness": 3, "energy": -1}),
    Theme("road", ("Windows down", "Two-lane highway", "Truck stop"), {"country": 1}, {"energy": 2, "valence": 1}),
    Theme("campfire", ("Campfire", "Porch light", "Slow dances"), {"country": 1}, {"acousticness": 2, "tempo": -1}),
    Theme("late house", ("After midnight", "Deep end", "Last train home"), {"deep-house": 1}, {"valence": -2, "instrumentalness": 1}),
    Theme("sun house", ("Pool side", "Rooftop", "First swim"), {"deep-house": 1}, {"valence": 2, "danceability": 2}),
    Theme("drops", ("The drop", "Wobble", "Gym, last set"), {"dubstep": 1}, {"energy": 2, "danceability": 1}),
    Theme("melodic bass", ("Skyline", "Crying on the dance floor", "Sunrise set"), {"dubstep": 1}, {"energy": -2, "valence": -1}),
    Theme("party rap", ("House party", "Pre-game", "Turn it up"), {"hip-hop": 1}, {"danceability": 2, "energy": 1}),
    Theme("slow rap", ("Night bus", "Lo and slow", "Smoke break"), {"hip-hop": 1}, {"energy": -2, "valence": -1}),
    Theme("winter", ("Tree and tinsel", "Carols, but louder"), {"country": 1, "rock": 1, "metal": 0.5}, {}, ("christmas", "santa", "jingle", "frosty", "wonderland")),
)  # fmt: skip
SMALLEST, LARGEST = 45, 115
SHARED_ARTISTS, OWN_ARTISTS = 5, 4
DEVOTION = 7.0
FAME = 2.5
"""How many times more likely the most popular song is than the least, as a power of e."""
HITS = 5.0
"""The same for the songs that this listener, for no reason that a catalogue knows, puts into every list of a theme."""
OTHER_PRESSING = 0.03


class Taste:
    """Songs of a catalogue weighted under each theme, and playlists drawn by those weights."""

    def __init__(self, catalogue: Catalogue, seed: str) -> None:
        self.tracks = list(catalogue.tracks.values())
        self.seed = seed
        leanings = {name for theme in THEMES for name in theme.lean}
        self._ranks = {
            name: ranks([(track.features or {}).get(name, 0.0) for track in self.tracks]) for name in leanings
        }
        fame = np.exp(FAME * ranks([track.popularity for track in self.tracks]))
        self._common = fame * np.where(best_pressings(self.tracks), 1.0, OTHER_PRESSING)
        self._artists, self._artist_of = np.unique([track.artists[0].id for track in self.tracks], return_inverse=True)

    def weights(self, theme: Theme) -> Weights:
        """Return how likely each track is under `theme`, as relative weights; 0 for songs of other genres."""
        genres = np.array([sum(theme.genres.get(genre, 0.0) for genre in track.genres) for track in self.tracks])
        lean = sum(
            (strength * (self._ranks[name] - 0.5) for name, strength in theme.lean.items()), np.zeros(len(genres))
        )
        weights = genres * np.exp(lean) * self._common
        if theme.words:
            weights *= [
                any(word in f"{track.name} {track.album.name}".lower() for word in theme.words) for track in self.tracks
            ]
        return weights

    def playlists(self, theme: Theme) -> dict[str, list[Track]]:
        """Return the playlists of a theme by title, their songs in the order in which they were drawn."""
        theme_chance = Random(f"{self.seed}|{theme.name}")
        weights = self.weights(theme) * np.exp([HITS * theme_chance.random() for _ in self.tracks])
        by_artist = np.bincount(self._artist_of, weights)
        shared = drawn(by_artist, SHARED_ARTISTS, theme_chance)
        lists = {}
        for title in theme.titles:
            chance = Random(f"{self.seed}|{theme.name}|{title}")
            devoted = np.union1d(shared, drawn(by_artist, OWN_ARTISTS, chance))
            size = SMALLEST + int(chance.random() * (LARGEST - SMALLEST))
            chosen = drawn(weights * np.where(np.isin(self._artist_of, devoted), DEVOTION, 1.0), size, chance)
            lists[title] = [self.tracks[place] for place in chosen]
        return lists


def drawn(weights: Weights, size: int, chance: Random) -> NDArray[np.intp]:
    """Return `size` places drawn without replacement by `weights` (exponential keys), the first drawn first."""
    with np.errstate(divide="ignore"):
        keys = np.array([log(1.0 - chance.random()) for _ in weights]) / weights
    return np.argsort(-keys, kind="stable")[: min(size, np.count_nonzero(weights))]


def ranks(values: Sequence[float]) -> Weights:
    """Return the share of values that are smaller, 0 to 1: what a feature means, free of its unit."""
    ordered = np.sort(values)
    return np.searchsorted(ordered, values) / max(1, len(ordered) - 1)


def best_pressings(tracks: list[Track]) -> NDArray[np.bool_]:
    """Return which tracks are the most popular one of their first artist and title."""
    best: dict[tuple[str, str], Track] = {}
    for track in tracks:
        song = (track.artists[0].id, track.name.casefold())
        if song not in best or track.popularity > best[song].popularity:
            best[song] = track
    chosen = {track.id for track in best.values()}
    return np.array([track.id in chosen for track in tracks])
