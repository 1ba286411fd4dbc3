"""What baskets say of a song and its seeds: where they stand together, what chance would give, how far it can be trusted."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from warehouse.query.telling.words import listed, named, songs

NAMED = 2
"""Playlists that a sentence names at most."""

BASKETS = {
    "playlist": ("one of your playlists", "{} of your playlists"),
    "session": ("one of your listening sessions", "{} of your listening sessions"),
    "saved": ("your saved songs", "your saved songs"),
    "liked": ("your liked songs", "your liked songs"),
}

STRONG, FAIR = 8, 3
"""Baskets from which shared baskets count as strong or as fair evidence; below it is thin."""


class Close(NamedTuple):
    """The seed that stands fewest places from a song in a basket."""

    track_id: str
    name: str
    apart: int

    def __str__(self) -> str:
        return f"{'next to' if self.apart <= 1 else f'{self.apart} places from'} {named(self.name)}"


def company(
    song: Mapping[str, Any],
    seeds: Sequence[Mapping[str, Any]],
    together: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    close: Close | None = None,
) -> str:
    """In which baskets the song stands with a seed, what chance would give, and how far that can be trusted; in a list that
    asks, which seed is ``close``."""
    count = sum(map(len, together.values()))
    if not count:
        return ""
    places = listed([_places(kind, basket_ids, names) for kind, basket_ids in together.items()])
    if len(seeds) > 1:
        shared = {basket_id for ids in together.values() for basket_id in ids}
        with_it = sum(any(not shared.isdisjoint(ids) for ids in (seed["baskets"] or {}).values()) for seed in seeds)
        beside = "" if close is None else f", {'in one of them ' if count > 1 else ''}{close}"
        return f"with {songs(with_it)} that you gave in {places}{beside} ({confidence(count)} evidence)"
    expected = song["baskets_expected"]
    chance = "" if expected is None else f", {_figure(expected)} expected by chance"
    whom = f"with {named(seeds[0]['name'])}" if count == 1 and names else "together"
    return f"in {places} {whom}{chance} ({confidence(count)} evidence)"


def kinship(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """What baskets say of a song that stands in none with a seed: it, its artists or its genres are in the same or like company.

    Which of them is not kept with the score, so that no more is claimed.
    """
    kin = " or ".join(kind for kind in ("artists", "genres") if song[kind])
    whom = named(seeds[0]["name"]) if len(seeds) == 1 else "the songs that you gave"
    places = told_baskets(song, {})
    if not places:
        return f"its {kin} keep company in lists like that of {whom}" if kin else ""
    where = listed([_places(kind, ids, names) for kind, ids in places.items()])
    who = f"it or its {kin} keep" if kin else "it keeps"
    return f"in {where}; {who} company like that of {whom}"


def told_baskets(song: Mapping[str, Any], together: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """By kind, the baskets of which a sentence tells: those that hold the song and a seed, or else those that hold the song."""
    told = together if any(together.values()) else (song["baskets"] or {})
    return {kind: basket_ids for kind, basket_ids in told.items() if basket_ids}


def _places(kind: str, basket_ids: Sequence[str], names: Mapping[str, str]) -> str:
    """So many baskets of a kind, the playlists among them by name as far as the names are known."""
    one, several = BASKETS[kind]
    known = [named(names[basket_id]) for basket_id in basket_ids[:NAMED] if basket_id in names]
    if not known:
        return one if len(basket_ids) == 1 else several.format(len(basket_ids))
    if len(basket_ids) == 1:
        return f"your playlist {known[0]}"
    among = "among them " if len(basket_ids) > len(known) else ""
    return f"{several.format(len(basket_ids))} ({among}{listed(known)})"


def confidence(baskets: int) -> str:
    """A word for how much evidence so many shared baskets are."""
    return "strong" if baskets >= STRONG else "fair" if baskets >= FAIR else "thin"


def _figure(value: float) -> str:
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2g}" if value >= 0.005 else "hardly any"
