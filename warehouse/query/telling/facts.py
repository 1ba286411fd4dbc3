"""What is written about a song and its seeds: artists, album, genres, years."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial
from math import fsum
from typing import Any

from schemas.values import SCRIPTS
from warehouse.query.telling.words import Told, listed, named, quoted, songs

EXTRAS = re.compile(r"\s+[(\[].*$|\s+[-–—]\s+.*$|\s+(feat|ft|featuring)\.?\s.*$", re.IGNORECASE)
"""What stands behind a title, as the macro title_key has it: "(feat. …)", " - Live", "feat. …"."""

LESS_KNOWN = 10
"""A song that is so much less popular than those of a list is another sort of song."""

WORD = re.compile(r"[^\W\d_]{3,}")

LETTERS = {kind.upper(): script for script, kinds in SCRIPTS.items() for kind in kinds if script != "Latin"}
LETTERS["CJK"] = "Chinese or Japanese"
"""How the names of letters begin, and what their script is called; in Latin most titles are written."""


def facts(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_named: bool = False) -> str:
    """What is written about both: artists, album, genres, years. A genre alone says little, so it goes with both years; where
    there is nothing of all that, titles are what is left.

    ``is_named``: the sentence that this becomes a part of has named the seed.
    """
    if is_years(song, seeds):
        return _when(song, seeds) or _title(song, seeds, is_named=is_named)
    parts = [_artists(song, seeds), _album(song, seeds)]
    is_genre = not any(parts)
    if is_genre:
        parts.append(_genres(song, seeds, is_named=is_named))
    if not parts[1]:
        parts.append(_years(song, seeds, is_wide=is_genre))
    return ", ".join(part for part in parts if part)


def is_years(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing that is written about both is alike but the years."""
    own = {*song["artist_ids"], *song["genres"]}
    apart = (own.isdisjoint(seed["artist_ids"]) and own.isdisjoint(seed["genres"]) for seed in seeds)
    return all(apart) and not _album(song, seeds)


def shared(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of the artists and of the album that a song shares with the seeds; without any, the genres that are told."""
    artists = [artist for artist in song["artist_ids"] if any(artist in seed["artist_ids"] for seed in seeds)]
    albums = [song["album_id"]] if _album(song, seeds) else []
    return [*artists, *albums] or _shared_genres(song, seeds)


def _artists(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    own = dict(zip(song["artist_ids"], song["artists"], strict=False))
    shared = {artist: sum(artist in seed["artist_ids"] for seed in seeds) for artist in own}
    names = [own[artist] for artist, count in shared.items() if count]
    if not names:
        return ""
    if len(seeds) == 1:
        return f"both by {listed(names)}"
    alike = [seed["name"] for seed in seeds if not set(seed["artist_ids"]).isdisjoint(song["artist_ids"])]
    return f"by {listed(names)}, like {quoted(alike)} that you gave"


def _album(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    same = [seed for seed in seeds if song["album_id"] is not None and seed["album_id"] == song["album_id"]]
    if not same or not song["album"]:
        return ""
    return (
        f"from the same album, {song['album']}"
        if len(seeds) == 1
        else f"on {song['album']} with {songs(len(same))} of them"
    )


def _genres(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_named: bool) -> str:
    names = _shared_genres(song, seeds)
    if not names:
        return ""
    if len(seeds) == 1:
        return listed(names) + ("" if is_named else f", like {named(seeds[0]['name'])}")
    alike = [seed["name"] for seed in sorted(seeds, key=partial(_apart, song)) if {*names} <= {*seed["genres"]}]
    return f"{listed(names)}, like {quoted(alike)} that you gave"


def _shared_genres(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> list[str]:
    """The genres of which a sentence tells: two at most that the song has in common with the seed of which most are its own.

    Those that more of the seeds have come first.
    """
    counts = {genre: sum(genre in seed["genres"] for seed in seeds) for genre in song["genres"]}
    likest = max(
        sorted(seeds, key=partial(_apart, song)), key=lambda seed: sum(genre in counts for genre in seed["genres"])
    )
    names = sorted(
        (genre for genre in counts if genre in likest["genres"]), key=lambda genre: (-counts[genre], -len(genre), genre)
    )
    return names[:2]


def popularity(
    song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], of_list: str = "that of the songs that you gave"
) -> Told:
    """How popular a song is, and how popular the songs of a list are; of one that far fewer listen to that is no reason."""
    known = [seed["popularity"] for seed in seeds if seed["popularity"] is not None]
    if song["popularity"] is None or not known:
        return Told()
    mean = fsum(known) / len(known)
    if song["popularity"] < mean - LESS_KNOWN:
        return Told()
    return Told(f"its popularity is {song['popularity']}, {of_list} {mean:.0f} on average", ["popularity"])


def _apart(song: Mapping[str, Any], seed: Mapping[str, Any]) -> tuple[int, float]:
    """How far a seed is from the song, to name the nearest: in years, and in tempo."""
    years = [one["released_on"].year if one["released_on"] else 0 for one in (song, seed)]
    tempos = [one["tempo"] or 0.0 for one in (song, seed)]
    return abs(years[0] - years[1]), abs(tempos[0] - tempos[1])


def _years(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_wide: bool) -> str:
    """When both came out, if within three years of each other or ``is_wide``."""
    known = [seed["released_on"].year for seed in seeds if seed["released_on"] is not None]
    if song["released_on"] is None or not known:
        return ""
    year = song["released_on"].year
    if len(seeds) > 1:
        near = sum(abs(year - other) <= 3 for other in known)
        if near > len(known) / 2:
            return f"from {year}, near {songs(near)} of them"
        return f"from {year}" if is_wide else ""
    if abs(year - known[0]) > 3 and not is_wide:
        return ""
    return f"both from {year}" if year == known[0] else f"from {known[0]} and {year}"


def _title(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_named: bool) -> str:
    """The longest word that the titles of a song and of a single seed share, or else their script, unless everybody has it."""
    if len(seeds) != 1 or song["name"] == seeds[0]["name"]:
        return ""
    one, other = (EXTRAS.sub("", card["name"]) or card["name"] for card in (song, seeds[0]))
    words = {word.casefold() for word in WORD.findall(one)} & {word.casefold() for word in WORD.findall(other)}
    scripts = _scripts(one) & _scripts(other)
    if words:
        told = f"its title says {named(max(words, key=lambda word: (len(word), word)))}"
    elif scripts:
        told = f"its title is in {min(scripts)} letters"
    else:
        return ""
    return told if is_named else f"{told}, like {named(seeds[0]['name'])}"


def _scripts(title: str) -> set[str]:
    """The scripts of a title but for Latin; digits and points are of none, half a width is no script of its own."""
    names = (unicodedata.name(letter, "").removeprefix("HALFWIDTH ") for letter in title if letter.isalpha())
    return {LETTERS[begin] for name in names if (begin := name.partition(" ")[0]) in LETTERS}


def _when(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    """When both came out where that is all there is to tell: to the month if it is known, of a list next to which song."""
    told = _years(song, seeds, is_wide=False)
    if not told:
        return ""
    if len(seeds) > 1:
        dated = [seed for seed in seeds if seed["released_on"] is not None]
        near = [seed for seed in dated if abs(seed["released_on"].year - song["released_on"].year) <= 3]
        alike = [seed["name"] for seed in sorted(near, key=partial(_apart, song))]
        return f"from {song['released_on'].year}, like {quoted(alike)} that you gave"
    first, second = seeds[0]["released_on"], song["released_on"]
    if (1, 1) in ((first.month, first.day), (second.month, second.day)):
        return told  # the first of January stands for a year of which no more is known
    if (first.year, first.month) == (second.year, second.month):
        return f"both from {first:%B %Y}"
    return f"from {first:%B}{'' if first.year == second.year else f' {first.year}'} and {second:%B %Y}"
