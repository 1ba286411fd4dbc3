"""What is alike, or apart, in the sound of a song and its seeds, with the values."""

from collections.abc import Mapping, Sequence
from math import log2
from typing import Any, NamedTuple

from warehouse.query.telling.words import Told

KEYS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

PLAIN = ("energy", "danceability", "valence")
"""Features of which a value alone says something, the most telling first."""

UNITS = {"tempo": " BPM", "loudness": " dB"}

NEAR = 0.1
"""Values of a song and of most of a list that lie so close are told where nothing is remarkable about them."""

WIDE = {"tempo": 0.3, "energy": 0.3, "acousticness": 0.4, "valence": 0.4, "danceability": 0.3, "instrumentalness": 0.5}
"""A gap from which on two songs sound different to anybody."""


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


def sound(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> Told:
    """What is remarkable about the sound of both, or else what they have in common, with the values; which features these are."""
    if len(seeds) != 1:
        return _sound_of_many(song, seeds)
    seed = seeds[0]
    traits = sorted(_shared_traits(song, seed))
    if traits:
        told = [
            f"{trait.word} ({_pair(trait.feature, seed, song, named=not trait.is_plain)})" for _, trait in traits[:2]
        ]
        return Told(f"both {' and '.join(told)}", [trait.feature for _, trait in traits[:2]])
    if None not in (song["tempo"], seed["tempo"]) and abs(song["tempo"] - seed["tempo"]) <= 0.06 * seed["tempo"]:
        return Told(f"nearly the same tempo: {_pair('tempo', seed, song)}", ["tempo"])
    if None not in (song["key"], seed["key"]) and song["key"] == seed["key"] >= 0 and song["mode"] == seed["mode"]:
        return Told(f"both in {_key(song)}", ["key", "mode"])
    for feature in PLAIN:
        if None not in (song[feature], seed[feature]) and abs(song[feature] - seed[feature]) <= 0.05:
            return Told(f"much the same {feature}: {_pair(feature, seed, song)}", [feature])
    return Told()


def contrast(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> Told:
    """What sets the sound of a song apart from a single seed: the widest gap, with the values."""
    if len(seeds) != 1:
        return Told()
    gaps = [
        (_gap(feature, song[feature], seeds[0][feature]) / scale, feature)
        for feature, scale in WIDE.items()
        if None not in (song[feature], seeds[0][feature])
    ]
    widest, feature = max(gaps, default=(0.0, ""))
    if widest < 1:
        return Told()
    return Told(f"but it sounds different: {_pair(feature, seeds[0], song, named=True)}", [feature])


def near(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> Told:
    """The value of the song that most of a list, as far as it is known of it, has nearly too: true of very many songs."""
    best = Told()
    most = 0.5
    for feature in PLAIN:
        known = [seed[feature] for seed in seeds if None not in (song[feature], seed[feature])]
        alike = sum(abs(song[feature] - value) <= NEAR for value in known)
        if known and alike / len(known) > most:
            most = alike / len(known)
            whom = f"that of {alike} of the {len(seeds)} songs that you gave"
            best = Told(f"{_value(feature, song[feature])}, near {whom}", [feature])
    return best


def _gap(feature: str, one: float, other: float) -> float:
    """How far two values lie apart; of tempo in octaves, where a whole one is none, as the signal has it."""
    if feature != "tempo":
        return abs(one - other)
    octaves = abs(log2(one / other)) % 1 if min(one, other) > 0 else 0.0
    return min(octaves, 1 - octaves)


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


def _sound_of_many(song: Mapping[str, Any], seeds: Sequence[Mapping[str, Any]]) -> Told:
    """The trait of the song that most of the seeds have too, as far as it is known of them."""
    best = Told()
    most = 0.5
    for trait in TRAITS:
        if song[trait.feature] is None or not _has(trait, song[trait.feature]):
            continue
        known = [seed[trait.feature] for seed in seeds if seed[trait.feature] is not None]
        alike = sum(_has(trait, value) for value in known)
        if known and alike / len(known) > most:
            most = alike / len(known)
            value = _value(trait.feature, song[trait.feature])
            best = Told(f"{trait.word} ({value}), as {alike} of the {len(seeds)} songs that you gave", [trait.feature])
    return best


def _has(trait: Trait, value: float) -> bool:
    return value > trait.edge if trait.is_high else value < trait.edge


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
