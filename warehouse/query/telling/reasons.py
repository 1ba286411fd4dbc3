"""Why a song: sentences from templates with real values, one for an addend, so that nothing is claimed that did not count.

A sentence is only made from what both songs have; an addend without anything to tell keeps an empty text.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import fsum
from typing import Any, NamedTuple

from warehouse.query.model import BASE, kind_of
from warehouse.query.ranking import Candidate
from warehouse.query.telling.company import company, kinship, told_baskets
from warehouse.query.telling.facts import facts, is_years, shared_ids
from warehouse.query.telling.sound import contrast, sound
from warehouse.query.telling.words import named

SENTENCES = 3
"""Sentences that a recommendation shows at most."""

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
    "collaborative.n_gap": "how many lists hold it, against your songs",
    "collaborative.artist_gap": "how many lists hold its artists, against those of your songs",
    "metadata.artist": "share of your songs that share an artist with it",
    "metadata.artist_n": "number of your songs that share an artist with it",
    "metadata.artist_held": "how many of its artist's songs in lists are on yours",
    "metadata.album": "your songs on its album",
    "metadata.genre": "its genres against those of your songs",
    "metadata.era": "its year against those of your songs",
    "metadata.popularity": "how popular it is",
    "metadata.popularity_gap": "how popular it is against your songs",
    "audio.likelihood": "its sound against the spread of your songs",
    "audio.cosine": "its sound against the middle of your songs",
}
"""What the addends of the list model stand for."""


class Reason(NamedTuple):
    """An addend of a score, what it comes from in words, and the ids of baskets, artists, albums or songs to look that up."""

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
        "variety": f"held back a little: {named(one.repeated.row['name'])} is higher up" if one.repeated else "",
    }
    baskets = [basket_id for ids in told_baskets(song, together).values() for basket_id in ids]
    evidence = {
        "metadata": shared_ids(song, seeds) if texts["metadata"] else [],
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
    if any(totals.get(kind, 0.0) > 0 and texts[kind] for kind in ("audio", "collaborative")) and is_years(song, seeds):
        texts["metadata"] = ""  # very many songs have a year in common: it is told where there is nothing else
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    shown = set(islice((kind for kind, value in ordered if value and texts.get(kind)), SENTENCES))
    return [
        Reason(kind, texts[kind], value, evidence.get(kind, ())) if kind in shown else Reason(kind, "", value)
        for kind, value in ordered
    ]
