"""Songs as the pages show them: names, cover, link, and why one belongs with another."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from reports.covers import Cover, cover
from reports.markup import web_link
from reports.numbers import largest

ADDENDS = ("collaborative", "metadata", "audio", "adjustments")
"""What a score is made of, in the order in which bars show it."""
UNTITLED = "untitled"
"""Stands where a song's name is blank, so that its link can be seen and said."""
BAR = 100.0
"""Width of the bar of the best score of a list."""


@dataclass(frozen=True)
class Part:
    """A piece of a bar: where it begins and ends, in the bar's own units of 0 to BAR."""

    kind: str
    start: float
    width: float
    value: float


@dataclass(frozen=True)
class Card:
    """What a song shows of itself."""

    track_id: str
    name: str
    artists: Sequence[str]
    album: str | None
    year: int | None
    genre: str | None
    link: str | None
    cover: Cover
    large: Cover
    source: str

    @property
    def by(self) -> str:
        """Its artists as one text."""
        return ", ".join(self.artists) or "unknown artist"


@dataclass(frozen=True)
class Suggestion:
    """A song on a list: its place, score, what the score is made of, and the reasons in words."""

    place: int
    song: Card
    score: float
    reasons: Sequence[str]
    parts: Sequence[Part] = ()
    taste: str | None = None


@dataclass(frozen=True)
class Seed:
    """A song and what belongs with it."""

    song: Card
    suggestions: Sequence[Suggestion] = field(default_factory=list)


def cards(frame: pl.DataFrame, posters: Mapping[str, str]) -> dict[str, Card]:
    """Return the cards of the frame ``cards`` by track id; `posters` maps a poster's address to its data URL."""
    return {row["track_id"]: _card(row, posters) for row in frame.iter_rows(named=True)}


def _card(row: Mapping[str, Any], posters: Mapping[str, str]) -> Card:
    key = row["album"] or row["track_id"]
    small, medium = (posters.get(row[f"poster_{size}_url"] or "") for size in ("small", "medium"))
    return Card(
        track_id=row["track_id"],
        name=row["name"] if row["name"].strip() else UNTITLED,
        artists=row["artists"],
        album=row["album"],
        year=row["released_year"],
        genre=row["genre"],
        link=web_link(row["spotify_url"]),
        cover=cover(small, key, row["name"]),
        large=cover(medium, key, row["name"]),
        source=row["source"],
    )


def seeds(frames: Mapping[str, pl.DataFrame], known: Mapping[str, Card]) -> list[Seed]:
    """Return the seed songs, each with its recommendations and their reasons."""
    near = frames["seed_neighbours"]
    best = largest(near["score"])
    return [
        Seed(
            known[seed_id],
            [_suggestion(known, row, best) for row in near.filter(pl.col("seed_id") == seed_id).iter_rows(named=True)],
        )
        for seed_id in frames["seeds"]["track_id"]
    ]


def _suggestion(known: Mapping[str, Card], row: Mapping[str, Any], best: float) -> Suggestion:
    return Suggestion(row["place"], known[row["track_id"]], row["score"], row["reasons"], bar(row, best))


def for_you(frame: pl.DataFrame, known: Mapping[str, Card]) -> list[Suggestion]:
    """Return the night's list for the person."""
    return [
        Suggestion(
            row["rank"],
            known[row["track_id"]],
            row["score"],
            [reason["text"] for reason in json.loads(row["reasons"]) if reason["text"]][:2],
            taste=row["taste"],
        )
        for row in frame.iter_rows(named=True)
    ]


def bar(row: Mapping[str, Any], best: float) -> list[Part]:
    """Return the positive addends one after another, as wide as they weigh against the best score."""
    parts, start = [], 0.0
    for kind in ADDENDS:
        width = max(0.0, row[kind]) / best * BAR if best > 0 else 0.0
        if width:
            parts.append(Part(kind, round(start, 2), round(width, 2), row[kind]))
        start += width
    return parts
