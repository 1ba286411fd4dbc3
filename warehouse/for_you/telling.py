"""Why a song is on the list for the person: the songs of the profile that it comes from, and what it shares with them."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from math import fsum
from typing import Any

from warehouse.query.asking import Row, shared_baskets
from warehouse.query.telling import SENTENCES, company, facts, sound


def reasons(
    card: Row,
    addends: Sequence[tuple[str, float]],
    seeds: Mapping[str, Row],
    how: Mapping[str, str],
    kind: Callable[[str, str], str | None],
) -> list[dict[str, Any]]:
    """The songs that a recommendation comes from, with their shares; the contributions sum to the score, and what comes after as many
    sentences as any recommendation has at most is not told in words.

    ``addends``: track_id of a song of the profile, and what it gives; ``seeds`` are the cards of these songs, and ``how`` says
    how the person knows them; ``kind`` tells the signal that gives most to the score of a seed and the song, which is what the
    sentence is about. Without addends it is a well known song, or nothing is known.
    """
    if not addends:
        return [
            {
                "kind": "popular",
                "text": f"{_fame(card)}nothing that you played or liked leads here yet",
                "contribution": 0.0,
                "evidence": [],
            }
        ]
    pro = sorted(((value, seed) for seed, value in addends if value >= 0), key=lambda pair: (-pair[0], pair[1]))
    con = sorted((value, seed) for seed, value in addends if value < 0)
    whole = fsum(value for value, _ in pro)
    named = SENTENCES if len(pro) <= SENTENCES else SENTENCES - 1
    told = [
        {
            "kind": "song",
            "text": _likeness(card, seeds.get(seed), how[seed], value / whole, kind(seed, card["track_id"])),
            "contribution": value,
            "evidence": [seed],
        }
        for value, seed in islice(pro, named)
    ]
    if rest := pro[named:]:
        value = fsum(value for value, _ in rest)
        others = "another song" if len(rest) == 2 else f"{len(rest) - 1} other songs"
        told.append(
            {
                "kind": "songs",
                "text": f"and like {_named(seeds.get(rest[0][1]))} and {others} of this taste ({value / whole:.0%})",
                "contribution": value,
                "evidence": [seed for _, seed in rest],
            }
        )
    if con:
        told.append(
            {
                "kind": "against",
                "text": f"held back a little: like {_named(seeds.get(con[0][1]))}, which you skipped or disliked",
                "contribution": fsum(value for value, _ in con),
                "evidence": [seed for _, seed in con],
            }
        )
    return [reason if place < SENTENCES else reason | {"text": ""} for place, reason in enumerate(told)]


def _fame(card: Row) -> str:
    """How a song is known at all."""
    if card["popularity"] is not None:
        return "well known; "
    lists = sum(map(len, (card["baskets"] or {}).values()))
    return f"in {lists} {'list' if lists == 1 else 'lists'}; " if lists else ""


def _likeness(song: Row, seed: Row | None, how: str, share: float, kind: str | None) -> str:
    """Which song of the profile a recommendation comes from, and what the two have in common."""
    common = "" if seed is None else _common(song, seed, kind)
    return f"like {_named(seed)}, {how} ({share:.0%})" + (f": {common}" if common else "")


def _common(song: Row, seed: Row, kind: str | None) -> str:
    """What the signal that joins the two has to tell; else what is written about both."""
    if kind == "collaborative":
        return _company(song, seed)
    return (sound(song, [seed]).text if kind == "audio" else "") or facts(song, [seed], is_named=True)


def _company(song: Row, seed: Row) -> str:
    if together := shared_baskets([seed], song):
        return company(song | {"baskets_expected": None}, [seed], together, {})
    return "in lists like those that hold it" if song["baskets"] and seed["baskets"] else "their artists share lists"


def _named(card: Mapping[str, Any] | None) -> str:
    if card is None:
        return "a song that is gone"
    return f"“{card['name']}” by {card['artists'][0]}" if card["artists"] else f"“{card['name']}”"
