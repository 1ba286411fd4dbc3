"""What a word of the person is worth, and what time leaves of it."""

from datetime import timedelta

from warehouse.journal import Said

HALF_LIFE = timedelta(days=30)
"""After this time a play, a skip or a word of the person counts half."""

STANDING = 0.25
"""What was said or saved never counts less than this share of what it did when it was new."""

WORTH = {"like": 3.0, "dislike": -4.0, "skip": -1.0}
STAR_WORTH = 2.0
"""A rating is worth so much for each star above or below three."""


def worth(kind: str, value: float | None) -> float:
    """What a word of the person is worth when it is new: 1 is a song played to its end."""
    return (value - 3) * STAR_WORTH if kind == "rating" and value is not None else WORTH.get(kind, 0.0)


def faded(kind: str, age: timedelta) -> float:
    """The share of its worth that is left of a word after ``age``; nothing is worth more than new."""
    left = min(0.5 ** (age / HALF_LIFE), 1.0)
    return left if kind == "skip" else max(left, STANDING)


def is_evidence(said: Said) -> bool:
    """Whether a line of feedback speaks for or against a song; a block only keeps things out."""
    return said.entity == "track" and said.kind != "block"
