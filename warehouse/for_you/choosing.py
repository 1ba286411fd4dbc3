"""Which songs come on the list: its places are shared out among the tastes (D'Hondt), no song twice, few of one artist."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum

from warehouse.query.asking import Row
from warehouse.query.ranking import artist_cap

DIGITS = 9
"""Decimals of a score that decide about the order: the last ones hang on the order of a sum."""


@dataclass
class Candidate:
    """A song that may be recommended, the queue that it came from, and what each song of the profile gives it."""

    card: Row
    value: float = 0.0
    queue: str | None = None
    addends: list[tuple[str, float]] = field(default_factory=list)

    @property
    def track_id(self) -> str:
        return str(self.card["track_id"])

    @property
    def score(self) -> float:
        return fsum(value for _, value in self.addends)


class Places:
    """The places of a list, so many as ``limit``, and who has them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.chosen: list[Candidate] = []
        self._taken: set[str] = set()
        self._artists: Counter[str] = Counter()

    def share(self, queues: Mapping[str, Iterator[Candidate]], shares: Mapping[str, float], once: set[str]) -> None:
        """Give places to the first candidates of each queue, as many as its share allows; to a queue in ``once`` a single one."""
        waiting = dict(queues)
        given: Counter[str] = Counter()
        while waiting and len(self.chosen) < self.limit:
            queue = max(waiting, key=lambda queue: shares[queue] / (given[queue] + 1))  # of equals the first
            taken = next((one for one in waiting[queue] if self._takes(one)), None)
            if taken is not None:
                taken.queue = queue
                given[queue] += 1
            if taken is None or queue in once:
                del waiting[queue]
        self._put_in_order()

    def fill(self, candidates: Iterable[Candidate]) -> None:
        """Give the places that are left to the first of ``candidates`` that may have one."""
        for one in candidates:
            if len(self.chosen) >= self.limit:
                return
            self._takes(one)

    def _takes(self, one: Candidate) -> bool:
        """Put a song on the list, unless a version of it stands there, or too many of one of its artists."""
        versions = {one.card["song_id"], one.card["recording_id"]}
        most = artist_cap(self.limit)
        if versions & self._taken or any(self._artists[artist] >= most for artist in one.card["artist_ids"]):
            return False
        self._taken |= versions
        self._artists.update(one.card["artist_ids"])
        self.chosen.append(one)
        return True

    def _put_in_order(self) -> None:
        """Order the songs of each queue, on the places that it has, by what they score.

        What stood on the last list decides which songs stay, not where they stand: the list of a night on which nothing
        changed is that of the night before.
        """
        for queue in {one.queue for one in self.chosen}:
            places = [place for place, one in enumerate(self.chosen) if one.queue == queue]
            songs = sorted(
                (self.chosen[place] for place in places),
                key=lambda one: (-round(one.value, DIGITS), one.track_id),
            )
            for place, one in zip(places, songs, strict=True):
                self.chosen[place] = one
