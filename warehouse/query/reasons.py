"""Why a song: sentences from templates with real values, one for an addend, so that nothing is claimed that did not count.

A sentence is only made from what both songs have; an addend without anything to tell keeps an empty text.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from math import fsum
from typing import Any, NamedTuple

from warehouse.query.model import BASE, kind_of
from warehouse.query.ranking import Candidate

NAMED = 2
"""Playlists that a sentence names at most."""

SENTENCES = 3
"""Sentences that a recommendation shows at most."""

KEYS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

UNITS = {"tempo": " BPM", "loudness": " dB"}

BASKETS = {
    "playlist": ("one of your playlists", "{} of your playlists"),
    "session": ("one of your listening sessions", "{} of your listening sessions"),
    "saved": ("your saved songs", "your saved songs"),
    "liked": ("your liked songs", "your liked songs"),
}

WIDE = {"tempo": 30.0, "energy": 0.3, "acousticness": 0.4, "valence": 0.4, "danceability": 0.3, "instrumentalness": 0.5}
"""A gap from which on two songs sound different to anybody."""

SIGNALS = {
    BASE: "what every song begins with",
    "collaborative.user": "stands in lists that share songs with yours",
    "collaborative.user2": "stands in the lists that share most songs with yours",
    "collaborative.item": "is often together with your songs",
    "collaborative.useridf": "stands in lists that share rare songs with yours",
    "collaborative.ridge": "stands in lists that together make up yours, copies counted once",
    "collaborative.lift": "is more often in lists like yours than anywhere",
    "collaborative.near": "stands a few places from your songs in lists",
    "collaborative.nearsong": "a version of it stands a few places from your songs in lists",
    "collaborative.userart": "stands in lists that share artists with yours",
    "collaborative.abask": "its artists stand in lists that share artists with yours",
    "collaborative.abaskn": "its artists stand in lists like yours more than anywhere",
    "collaborative.n": "how many lists hold it at all",
    "metadata.artist": "share of your songs that share an artist with it",
    "metadata.artist_n": "number of your songs that share an artist with it",
    "metadata.album": "your songs on its album",
    "metadata.genre": "its genres against those of your songs",
    "metadata.era": "its year against those of your songs",
    "metadata.popularity": "how popular it is",
    "metadata.popularity_gap": "how popular it is against your songs",
    "audio.likelihood": "its sound against the spread of your songs",
    "audio.cosine": "its sound against the middle of your songs",
}
"""What the addends of the list model stand for."""

STRONG, FAIR = 8, 3
"""Baskets from which shared baskets count as strong or as fair evidence; below it is thin."""


class Reason(NamedTuple):
    """An addend of a score, what it comes from in words, and the ids of baskets, artists, albums or songs to look that up."""

    kind: str
    text: str
    contribution: float
    evidence: Sequence[str] = ()


class Trait(NamedTuple):
    """A feature's remarkable end: from ``edge`` on, songs are called ``word``; a plain word says which feature it is."""

    feature: str
    edge: float
    word: str
    is_high: bool
    far: float
    is_plain: bool = False


TRAITS = (
    Trait("tempo", 90, "slow", False, 50),
    Trait("tempo", 140, "fast", True, 200),
    Trait("energy", 0.35, "calm", False, 0),
    Trait("energy", 0.85, "full of energy", True, 1),
    Trait("acousticness", 0.6, "acoustic", True, 1, is_plain=True),
    Trait("danceability", 0.75, "danceable", True, 1, is_plain=True),
    Trait("valence", 0.25, "sombre", False, 0),
    Trait("valence", 0.8, "cheerful", True, 1),
    Trait("instrumentalness", 0.5, "instrumental", True, 1, is_plain=True),
    Trait("speechiness", 0.25, "full of words", True, 0.7),
    Trait("liveness", 0.7, "recorded live", True, 1),
    Trait("loudness", -14, "quiet", False, -30),
)
"""What is worth telling of a sound, in words; ``far`` is where a feature is as remarkable as it gets."""


def reasons(
    one: Candidate,
    seeds: Sequence[Mapping[str, Any]],
    together: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    *,
    in_full: bool = False,
) -> list[Reason]:
    """The addends of a candidate by kind, largest first, the first few with a sentence.

    ``seeds`` are cards; ``together`` holds, by kind, the ids of the baskets that hold the song and a seed, and ``names`` what
    the person calls some of them. ``in_full`` tells every addend alone, and each with a sentence.
    """
    song = one.row
    sums: dict[str, list[float]] = {}
    for addend, value in one.addends.items():
        sums.setdefault(kind_of(addend), []).append(value)
    totals = {kind: fsum(values) for kind, values in sums.items()}
    is_kin = not any(together.values()) and totals.get("collaborative", 0.0) > 0
    texts = {
        "audio": sound(song, seeds) if totals.get("audio", 0.0) > 0 else contrast(song, seeds),
        "metadata": facts(song, seeds) if totals.get("metadata", 0.0) > 0 else "",
        "collaborative": kinship(song, seeds, names) if is_kin else company(song, seeds, together, names),
        "variety": f"held back a little: “{one.repeated.row['name']}” is higher up" if one.repeated else "",
    }
    baskets = [basket_id for ids in told_baskets(song, together).values() for basket_id in ids]
    evidence = {
        "metadata": _shared_ids(song, seeds) if texts["metadata"] else [],
        "collaborative": (baskets or song["artist_ids"]) if texts["collaborative"] else [],
        "variety": [one.repeated.track_id] if one.repeated else [],
    }
    if in_full:
        ordered = sorted(one.addends.items(), key=lambda item: -item[1])
        return [
            Reason(
                kind_of(addend), SIGNALS.get(addend) or texts.get(addend, ""), value, evidence.get(kind_of(addend), ())
            )
            for addend, value in ordered
        ]
    if any(totals.get(kind, 0.0) > 0 and texts[kind] for kind in ("audio", "collaborative")) and _is_years(song, seeds):
        texts["metadata"] = ""  # very many songs have a year in common: it is told where there is nothing else
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    shown = set(islice((kind for kind, value in ordered if value and texts.get(kind)), SENTENCES))
    return [
        Reason(kind, texts[kind], value, evidence.get(kind, ())) if kind in shown else Reason(kind, "", value)
        for kind, value in ordered
    ]


def company(
    song: Mapping[str, Any],
    seeds: Sequence[Mapping[str, Any]],
    together: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
) -> str:
    """In which baskets the song stands with a seed, what chance would give, and how far that can be trusted."""
    count = sum(map(len, together.values()))
    if not count:
        return ""
    places = _listed([_places(kind, basket_ids, names) for kind, basket_ids in together.items()])
    if len(seeds) > 1:
        shared = {basket_id for ids in together.values() for basket_id in ids}
        with_it = sum(not shared.isdisjoint(_held(seed)) for seed in seeds)
        return f"with {_songs(with_it)} that you gave in {places} ({confidence(count)} evidence)"
    expected = song["baskets_expected"]
    chance = "" if expected is None else f", {_figure(expected)} expected by chance"
    whom = f"with “{seeds[0]['name']}”" if count == 1 and names else "together"
    return f"in {places} {whom}{chance} ({confidence(count)} evidence)"


def kinship(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """What baskets say of a song that stands in none with a seed: it is in others like theirs, or its artists are."""
    whom = f"“{seeds[0]['name']}”" if len(seeds) == 1 else "the songs that you gave"
    places = told_baskets(song, {})
    if not places:
        return f"its artists stand in lists with those of {whom}"
    return f"in {_listed([_places(kind, ids, names) for kind, ids in places.items()])}, in company like that of {whom}"


def told_baskets(song: Mapping[str, Any], together: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """By kind, the baskets of which a sentence tells: those that hold the song and a seed, or else those that hold the song."""
    told = together if any(together.values()) else (song["baskets"] or {})
    return {kind: basket_ids for kind, basket_ids in told.items() if basket_ids}


def _places(kind: str, basket_ids: Sequence[str], names: Mapping[str, str]) -> str:
    """So many baskets of a kind, the playlists among them by name as far as the names are known."""
    one, several = BASKETS[kind]
    named = [f"“{names[basket_id]}”" for basket_id in basket_ids[:NAMED] if basket_id in names]
    if not named:
        return one if len(basket_ids) == 1 else several.format(len(basket_ids))
    if len(basket_ids) == 1:
        return f"your playlist {named[0]}"
    among = "among them " if len(basket_ids) > len(named) else ""
    return f"{several.format(len(basket_ids))} ({among}{_listed(named)})"


def _held(seed: Mapping[str, Any]) -> set[str]:
    """The baskets of a song."""
    return {basket_id for ids in (seed["baskets"] or {}).values() for basket_id in ids}


def confidence(baskets: int) -> str:
    """A word for how much evidence so many shared baskets are."""
    return "strong" if baskets >= STRONG else "fair" if baskets >= FAIR else "thin"


def facts(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_named: bool = False) -> str:
    """What is written about both: artists, album, genres, years. A genre alone says little, so it goes with both years.

    ``is_named``: the sentence that this becomes a part of has named the seed.
    """
    if _is_years(song, seeds):
        return _when(song, seeds)
    parts = [_artists(song, seeds), _album(song, seeds)]
    is_genre = not any(parts)
    if is_genre:
        parts.append(_genres(song, seeds, is_named=is_named))
    if not parts[1]:
        parts.append(_years(song, seeds, is_wide=is_genre))
    return ", ".join(part for part in parts if part)


def _is_years(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing that is written about both is alike but the years."""
    own = {*song["artist_ids"], *song["genres"]}
    return not _album(song, seeds) and all(own.isdisjoint((*seed["artist_ids"], *seed["genres"])) for seed in seeds)


def _shared_ids(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> list[str]:
    """The artists and the album that a song shares with the seeds."""
    artists = [artist for artist in song["artist_ids"] if any(artist in seed["artist_ids"] for seed in seeds)]
    is_album = song["album_id"] is not None and any(seed["album_id"] == song["album_id"] for seed in seeds)
    return [*artists, song["album_id"]] if is_album else artists


def sound(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    """What is remarkable about the sound of both, or else what they have in common, with the values."""
    if len(seeds) != 1:
        return _sound_of_many(song, seeds)
    seed = seeds[0]
    traits = sorted(_shared_traits(song, seed))
    if traits:
        told = [
            f"{trait.word} ({_pair(trait.feature, seed, song, named=not trait.is_plain)})" for _, trait in traits[:2]
        ]
        return f"both {' and '.join(told)}"
    if None not in (song["tempo"], seed["tempo"]) and abs(song["tempo"] - seed["tempo"]) <= 0.06 * seed["tempo"]:
        return f"nearly the same tempo: {_pair('tempo', seed, song)}"
    if None not in (song["key"], seed["key"]) and song["key"] == seed["key"] >= 0 and song["mode"] == seed["mode"]:
        return f"both in {_key(song)}"
    for feature in ("energy", "danceability", "valence"):
        if None not in (song[feature], seed[feature]) and abs(song[feature] - seed[feature]) <= 0.05:
            return f"much the same {feature}: {_pair(feature, seed, song)}"
    return ""


def contrast(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    """What sets the sound of a song apart from a single seed: the widest gap, with the values."""
    if len(seeds) != 1:
        return ""
    gaps = [
        (abs(song[feature] - seeds[0][feature]) / scale, feature)
        for feature, scale in WIDE.items()
        if None not in (song[feature], seeds[0][feature])
    ]
    widest, feature = max(gaps, default=(0.0, ""))
    return f"but it sounds different: {_pair(feature, seeds[0], song, named=True)}" if widest >= 1 else ""


def _shared_traits(song: Mapping[str, Any], seed: Mapping[str, Any]) -> list[tuple[float, Trait]]:
    """Traits that both songs have, each with minus how remarkable the milder of the two is."""
    found = []
    for trait in TRAITS:
        values = (song[trait.feature], seed[trait.feature])
        if None in values:
            continue
        mild = min(values) if trait.is_high else max(values)
        if mild > trait.edge if trait.is_high else mild < trait.edge:
            found.append((-min((mild - trait.edge) / (trait.far - trait.edge), 1.0), trait))
    return found


def _sound_of_many(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    """The most remarkable trait of the song that most of the seeds have too."""
    best = ""
    most = 0.5
    for trait in TRAITS:
        if song[trait.feature] is None or not _has(trait, song[trait.feature]):
            continue
        known = [seed[trait.feature] for seed in seeds if seed[trait.feature] is not None]
        share = sum(_has(trait, value) for value in known) / len(known) if known else 0.0
        if share > most:
            most = share
            best = f"{trait.word} ({_value(trait.feature, song[trait.feature])}), as {share:.0%} of the songs you gave"
    return best


def _has(trait: Trait, value: float) -> bool:
    return value > trait.edge if trait.is_high else value < trait.edge


def _artists(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    own = dict(zip(song["artist_ids"], song["artists"], strict=False))
    shared = {artist: sum(artist in seed["artist_ids"] for seed in seeds) for artist in own}
    names = [own[artist] for artist, count in shared.items() if count]
    if not names:
        return ""
    if len(seeds) == 1:
        return f"both by {_listed(names)}"
    alike = [seed["name"] for seed in seeds if not set(seed["artist_ids"]).isdisjoint(song["artist_ids"])]
    return f"by {_listed(names)}, like {_quoted(alike)} that you gave"


def _album(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    same = [seed for seed in seeds if song["album_id"] is not None and seed["album_id"] == song["album_id"]]
    if not same or not song["album"]:
        return ""
    return (
        f"from the same album, {song['album']}"
        if len(seeds) == 1
        else f"on {song['album']} with {_songs(len(same))} of them"
    )


def _genres(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]], *, is_named: bool) -> str:
    shared = {genre: sum(genre in seed["genres"] for seed in seeds) for genre in song["genres"]}
    names = sorted(
        (genre for genre, count in shared.items() if count), key=lambda genre: (-shared[genre], -len(genre), genre)
    )
    if not names:
        return ""
    if len(seeds) == 1:
        return _listed(names[:2]) + ("" if is_named else f", like “{seeds[0]['name']}”")
    alike = [seed["name"] for seed in sorted(seeds, key=partial(_apart, song)) if names[0] in seed["genres"]]
    return f"{names[0]}, like {_quoted(alike)} that you gave"


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
            return f"from {year}, near {_songs(near)} of them"
        return f"from {year}" if is_wide else ""
    if abs(year - known[0]) > 3 and not is_wide:
        return ""
    return f"both from {year}" if year == known[0] else f"from {known[0]} and {year}"


def _when(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> str:
    """When both came out where that is all there is to tell: to the month if it is known, of a list next to which song."""
    told = _years(song, seeds, is_wide=False)
    if not told:
        return ""
    if len(seeds) > 1:
        dated = [seed for seed in seeds if seed["released_on"] is not None]
        near = [seed for seed in dated if abs(seed["released_on"].year - song["released_on"].year) <= 3]
        alike = [seed["name"] for seed in sorted(near, key=partial(_apart, song))]
        return f"from {song['released_on'].year}, like {_quoted(alike)} that you gave"
    first, second = seeds[0]["released_on"], song["released_on"]
    if (1, 1) in ((first.month, first.day), (second.month, second.day)):
        return told  # the first of January stands for a year of which no more is known
    if (first.year, first.month) == (second.year, second.month):
        return f"both from {first:%B %Y}"
    return f"from {first:%B}{'' if first.year == second.year else f' {first.year}'} and {second:%B %Y}"


def _pair(feature: str, seed: Mapping[str, Any], song: Mapping[str, Any], *, named: bool = False) -> str:
    """Both values, the seed's first, with the unit or (``named``) the name of the feature."""
    unit = UNITS.get(feature, "")
    digits = 0 if unit else 2
    first, second = f"{seed[feature]:.{digits}f}", f"{song[feature]:.{digits}f}"
    values = f"{first} and {second}{unit}" if first != second else f"{first}{unit}"
    return f"{feature} {values}" if named and not unit else values


def _value(feature: str, value: float) -> str:
    return f"{value:.0f}{UNITS[feature]}" if feature in UNITS else f"{feature} {value:.2f}"


def _key(song: Mapping[str, Any]) -> str:
    mode = {1: " major", 0: " minor"}.get(song["mode"], "")
    return f"{KEYS[song['key']]}{mode}"


def _quoted(names: Sequence[str]) -> str:
    """The first name, and how many more."""
    more = len(names) - 1
    return f"“{names[0]}”" + (f" and {more} more" if more else "")


def _songs(count: int) -> str:
    return "one song" if count == 1 else f"{count} songs"


def _figure(value: float) -> str:
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2g}" if value >= 0.005 else "hardly any"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
