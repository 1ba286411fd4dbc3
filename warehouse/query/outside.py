"""Why a song is none of the stored neighbours of a seed: the rules by which neighbours are chosen, the first that speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from duckdb import DuckDBPyConnection

from schemas.values import HUB, MILLION, depth_for, own_for
from warehouse.query.asking import Asked, Row, known
from warehouse.statements import statement

NEARLY = 0.95
"""Who stands in so many of the lists that one song may stand in had to leave others; a few lists are lost to guests later."""


@dataclass(frozen=True)
class WhyNot:
    """The first rule that kept a song off a list (``recommended`` when none did), told in a line.

    ``short_by`` is how far it was from the list in the unit of the rule: score for ``place``, the attribute's own unit for
    ``filter``; null where the rule knows no distance. Of songs that are none of the stored neighbours the night keeps the
    scores of the next best: of another one ``neighbours`` (it scores less than they do) knows none.
    """

    rule: str
    text: str
    short_by: float | None = None


class Outside:
    """A song that is none of the ``stored`` neighbours [track_id, song_id, artist_id, score, lists] of the seed that ``asked``."""

    def __init__(self, con: DuckDBPyConnection, card: Row, asked: Asked, stored: Sequence[tuple[Any, ...]]) -> None:
        self._con = con
        self._card = card
        self._asked = asked
        self._stored = stored
        (self._seed,) = asked.seeds
        self._artist = next(iter(card["artist_ids"]), None)
        versions = {"number": card["number"], "song_id": card["song_id"]}
        self._lists, self._most, self._longest = con.execute(statement("query/standing"), versions).fetchall()[0]
        self._place, self._score = self._deeper()

    def why(self) -> WhyNot:
        """The first rule that kept it out: a hub's, that of versions, that of one artist, or that others score more."""
        rules = (self._hub, self._version, self._own_artist, self._pushed_out)
        return next((told for rule in rules if (told := rule())), None) or self._weaker()

    def _hub(self) -> WhyNot | None:
        if self._most < NEARLY * HUB * self._longest or self._is_farther:
            return None
        who = "it" if self._lists == self._most else "another version of it"
        near = f"it is number {self._place} by score" if self._place else "it may well be nearer than the last of these"
        return self._told(
            "hub",
            f"{who} stands in {self._most} of the {HUB * self._longest} lists in which one song may stand, and is kept for "
            f"those where it matters most; {near}",
        )

    def _version(self) -> WhyNot | None:
        song_id = self._card["song_id"]
        version = next((track_id for track_id, song, *_ in self._stored if song == song_id), None)
        if version is None:
            return None
        other = self._asked.candidate(version)
        where = f"which is #{other.place}" if other is not None and other.place else "which fits better"
        card = known(self._con, [version])[0]
        return WhyNot("version", f"{named(self._card)} is another version of {named(card)}, {where}")

    def _own_artist(self) -> WhyNot | None:
        own = sum(artist_id == self._artist for _, _, artist_id, *_ in self._stored)
        if not self._is_own or self._is_farther or own < own_for(depth_for(self._longest)):
            return None
        return self._told(
            "own artist",
            f"{own} of them are by {self._card['artists'][0]}, and room is left for others; it may well be nearer than the "
            "last of these",
        )

    def _pushed_out(self) -> WhyNot | None:
        if not self._place or self._is_farther:
            return None
        return self._told(
            "hub", f"it is number {self._place} by score, and left its place to a song that stands in fewer lists"
        )

    def _weaker(self) -> WhyNot:
        whole = self._first == len(self._stored)
        those = "the last of them" if whole else f"number {self._first}"
        rest = "" if whole else "; the places behind are for songs that stand in no other list"
        what, short_by = "it scores less", None
        if self._place and self._score is not None:
            what = f"it is number {self._place} by score and has {self._score / MILLION:.3f}, less"
            short_by = (self._last - self._score) / MILLION
        return self._told("neighbours", f"{what} than {those}, which has {self._last / MILLION:.3f}{rest}", short_by)

    def _told(self, rule: str, text: str, short_by: float | None = None) -> WhyNot:
        kept = f"the {len(self._stored)} stored neighbours of {named(self._seed)}"
        return WhyNot(rule, f"{named(self._card)} is not among {kept}: {text}", short_by)

    @cached_property
    def _first(self) -> int:
        """How many of the neighbours stand there for their score: behind them may stand those of whom no other list tells."""
        last = self._stored[:0:-1] if len(self._stored) == self._longest else []
        return len(self._stored) - len(list(takewhile(lambda row: row[-1] == 1, last)))

    @property
    def _last(self) -> int:
        """The score of the last of those, in millionths."""
        return int(self._stored[self._first - 1][-2])

    @property
    def _is_own(self) -> bool:
        """Whether it is by the seed's artist, of whom a list holds only so many."""
        return self._artist in self._seed["artist_ids"][:1]

    @property
    def _is_farther(self) -> bool:
        """Whether it is known to score no more than the last neighbour."""
        if self._score is None or (self._place is None and self._is_own):
            return False
        return self._score <= self._last

    def _deeper(self) -> tuple[int | None, int | None]:
        """At which place the song stands in what the night keeps of the seed beyond its neighbours, and its score in millionths;
        without a place, the score that it does not exceed. A night that learned nothing keeps nothing."""
        kept = {"database": "warehouse", "table": "song_lists"}
        if not self._con.execute(statement("column_names"), kept).fetchall():
            return None, None
        asked = {"seed": self._seed["track_id"], "song": self._card["track_id"]}
        return self._con.execute(statement("query/deeper"), asked).fetchone() or (None, None)


def named(row: Mapping[str, Any]) -> str:
    """The song of a card and its artists, as a line names them."""
    return f"“{row['name']}”" + (f" by {', '.join(row['artists'])}" if row["artists"] else "")


def all_named(rows: Sequence[Mapping[str, Any]]) -> str:
    """The first song of a list, and how many more there are."""
    return named(rows[0]) if len(rows) == 1 else f"{named(rows[0])} and {len(rows) - 1} more"
