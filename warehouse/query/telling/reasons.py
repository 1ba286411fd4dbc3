"""Why a song: sentences from templates with real values, one for an addend, so that nothing is claimed that did not count.

A sentence is only made from what both songs have; an addend without anything to tell keeps an empty text.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import fsum
from typing import Any, NamedTuple

from warehouse.query.model import BASE, kind_of
from warehouse.query.ranking import Candidate
from warehouse.query.telling.company import Close, company, kinship, told_baskets
from warehouse.query.telling.facts import facts, is_years, popularity, shared
from warehouse.query.telling.sound import contrast, near, sound
from warehouse.query.telling.words import Told, named

SENTENCES = 3
"""Sentences that a recommendation shows at most."""

SIGNALS = {
    BASE: "what every song begins with",
    "collaborative.user": "how much it stands in lists that share songs with yours",
    "collaborative.user2": "how much it stands in the lists that share most songs with yours",
    "collaborative.item": "how often it is together with your songs",
    "collaborative.useridf": "how much it stands in lists that share rare songs with yours",
    "collaborative.ridge": "how much it stands in lists that together make up yours, copies counted once",
    "collaborative.lift": "how much more often it is in lists like yours than anywhere",
    "collaborative.near": "how often it stands a few places from your songs in lists",
    "collaborative.nearsong": "how often a version of it stands a few places from your songs in lists",
    "collaborative.userart": "how much it stands in lists that share artists with yours",
    "collaborative.abask": "how much its artists stand in lists that share artists with yours",
    "collaborative.abaskn": "how much more its artists stand in lists like yours than anywhere",
    "collaborative.n": "how many lists hold it at all",
    "collaborative.n_gap": "how many lists hold it, against your songs",
    "collaborative.artist_gap": "how many lists hold its artists, against those of your songs",
    "metadata.artist": "share of your songs that share an artist with it",
    "metadata.artist_n": "number of your songs that share an artist with it",
    "metadata.artist_held": "how many of its artist's songs in lists are on yours",
    "metadata.album": "how many of your songs are on its album",
    "metadata.genre": "its genres against those of your songs",
    "metadata.era": "its year against those of your songs",
    "metadata.popularity": "how popular it is",
    "metadata.popularity_gap": "how popular it is against your songs",
    "audio.likelihood": "its sound against the spread of your songs",
    "audio.cosine": "its sound against the middle of your songs",
}
"""What the addends of the list model stand for."""


POPULARITY = "metadata.popularity_gap"

NEAR = ("collaborative.near", "collaborative.nearsong")


class Reason(NamedTuple):
    """An addend of a score, what it comes from in words, and what to look that up by: ids of baskets, artists, albums or songs,
    genres, or columns of ``audio_features`` (or ``popularity``)."""

    kind: str
    text: str
    contribution: float
    evidence: Sequence[str] = ()


def reasons(
    one: Candidate,
    seeds: Sequence[Mapping[str, Any]],
    together: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    *,
    close: Close | None = None,
    in_full: bool = False,
) -> list[Reason]:
    """The addends of a candidate by kind, largest first, the first few with a sentence.

    ``seeds`` are cards; ``together`` holds, by kind, the ids of the baskets that hold the song and a seed, and ``names`` what
    the person calls some of them; ``close`` is the seed nearest to the song in one. Nothing that speaks against a song is told
    as if it spoke for it. ``in_full`` tells every addend alone, and of each signal of the list model what it is.
    """
    song = one.row
    sums: dict[str, list[float]] = {}
    for addend, value in one.addends.items():
        sums.setdefault(kind_of(addend), []).append(value)
    totals = {kind: fsum(values) for kind, values in sums.items()}
    speaks_for = {kind for kind, value in totals.items() if value > 0}
    heard = sound(song, seeds) if "audio" in speaks_for else contrast(song, seeds)
    if "audio" in speaks_for and len(seeds) > 1 and not heard.text:
        heard = near(song, seeds)
    if not any(one.addends.get(signal, 0.0) > 0 for signal in NEAR):
        close = None
    kept = ""
    if "collaborative" in speaks_for:
        kept = company(song, seeds, together, names, close) or kinship(song, seeds, names)
    is_told = any(("audio" in speaks_for and heard.text, kept))
    written = _written(one, seeds, is_alone=not is_told) if "metadata" in speaks_for else Told()
    texts = {
        "audio": heard.text,
        "metadata": written.text,
        "collaborative": kept,
        "variety": f"held back a little: {named(one.repeated.row['name'])} is higher up" if one.repeated else "",
    }
    baskets = [basket_id for ids in told_baskets(song, together).values() for basket_id in ids]
    if close is not None and together:
        baskets.append(close.track_id)
    evidence = {
        "audio": heard.evidence,
        "metadata": written.evidence,
        "collaborative": (baskets or song["artist_ids"]) if texts["collaborative"] else [],
        "variety": [one.repeated.track_id] if one.repeated else [],
    }
    if in_full:
        ordered = sorted(one.addends.items(), key=lambda item: -item[1])
        return [
            Reason(
                kind_of(addend),
                _signal(addend, value) or texts.get(addend, ""),
                value,
                evidence.get(kind_of(addend), ()),
            )
            for addend, value in ordered
        ]
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    shown = set(islice((kind for kind, value in ordered if value and texts.get(kind)), SENTENCES))
    return [
        Reason(kind, texts[kind], value, evidence.get(kind, ())) if kind in shown else Reason(kind, "", value)
        for kind, value in ordered
    ]


def _written(one: Candidate, seeds: Sequence[Mapping[str, Any]], *, is_alone: bool) -> Told:
    """What is written about a song and its seeds; how popular they are where that counts most, or nothing else is written.

    Very many songs have a year in common: it is told where there is nothing else (``is_alone``).
    """
    song = one.row
    told = Told(facts(song, seeds), shared(song, seeds)) if is_alone or not is_years(song, seeds) else Told()
    written = {addend: value for addend, value in one.addends.items() if kind_of(addend) == "metadata"}
    counted = written.get(POPULARITY, 0.0)
    if counted <= 0 or (told.text and counted < max(written.values())):
        return told
    if not told.text:
        return popularity(song, seeds)
    more = popularity(song, seeds, "theirs")
    return Told(f"{told.text}; {more.text}", [*told.evidence, *more.evidence]) if more.text else told


def _signal(addend: str, value: float) -> str:
    """What an addend of the list model stands for; what every song begins with speaks neither for nor against one."""
    told = SIGNALS.get(addend, "")
    return f"{told}: speaks against it" if told and value < 0 and addend != BASE else told
