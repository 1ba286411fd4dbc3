"""Small words that sentences are made of."""

from collections.abc import Sequence
from typing import NamedTuple

LONG = 48
"""Letters of a name that a sentence gives; playlists have names that run to a hundred, and stand on every row."""


class Told(NamedTuple):
    """A sentence, and what to look up for it: ids, genres, or columns of ``audio_features`` or ``songs``."""

    text: str = ""
    evidence: Sequence[str] = ()


def named(name: str) -> str:
    """A name in quotes, or how it begins."""
    return f"“{name}”" if len(name) <= LONG else f"“{name[: LONG - 1].rstrip()}…”"


def quoted(names: Sequence[str]) -> str:
    """The first name, and how many more."""
    more = len(names) - 1
    return named(names[0]) + (f" and {more} more" if more else "")


def songs(count: int) -> str:
    """So many songs."""
    return "one song" if count == 1 else f"{count} songs"


def listed(names: Sequence[str]) -> str:
    """Names in a row, the last two joined by "and"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
