"""Who is published: the best of each list, but hubs only where they matter most, and a place at last for whom nobody named.

Some songs are near to everybody: they would crowd most lists, and others would stand in none (Radovanović et al., JMLR 2010).
A list from which hubs had to go is filled with the next best who are none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from tasks.similarity.lists import Lists, addends, arranged, best, depth_for, places, reserve_for
from tasks.similarity.signals import Signals

HUB = 5
"""No track stands in more than so many times N lists of N neighbours, as far as others can take its place."""
ROUNDS = 4
"""How often lists that hubs left are filled; each round makes a few new hubs."""
AT_ONCE = 512
"""Lists that are filled before hubs are counted anew, so that few of those who step in have to leave again."""
HOSTS = (10, 50)
"""So many of the first others of a song that nobody names are asked for their last place; if none has room, so many more."""
GUESTS = 3
"""Last places that a list gives up for such songs."""


@dataclass(frozen=True)
class Published:
    """``is_shown`` marks the places of the lists that are published; of ``rows`` (sorted) it is ``filled`` instead."""

    lists: Lists
    is_shown: np.ndarray
    rows: np.ndarray
    filled: Lists

    def of(self, start: int, stop: int) -> Lists:
        """The published lists of the tracks from ``start`` to ``stop``."""
        part = slice(start, stop)
        filled = slice(*np.searchsorted(self.rows, [start, stop]))
        told = self.lists.of(part).closed(self.filled.others.shape[1], self.is_shown[part])
        told.put(self.rows[filled] - start, self.filled.of(filled))
        return told

    def among(self, tracks: np.ndarray) -> Lists:
        """The published lists of ``tracks`` (rows, each once)."""
        told = self.lists.of(tracks).closed(self.filled.others.shape[1], self.is_shown[tracks])
        _, here, there = np.intersect1d(tracks, self.rows, assume_unique=True, return_indices=True)
        told.put(here, self.filled.of(there))
        return told


def published(given: Signals, lists: Lists, top: int) -> Published:
    """At most ``top`` of each of ``lists``, nobody in more than ``HUB * top``, and as few songs as can be in none."""
    is_shown = _shown(given, lists, top)
    left = is_shown.sum(axis=1)
    rows = np.flatnonzero((left < top) & ((lists.lengths > left) | ~lists.is_whole))
    filled = lists.of(rows).closed(top, is_shown[rows])
    counts = _counts(lists.others[:, : is_shown.shape[1]][is_shown], len(is_shown))
    scores, is_spent = given.scorer(), np.zeros(rows.size, dtype=bool)
    for _ in range(ROUNDS):
        short = np.flatnonzero((filled.lengths < top) & ~is_spent)
        if not short.size:
            break
        for part in np.array_split(short, -(-short.size // AT_ONCE)):
            with threadpool_limits(1):  # products this small: a second thread only waits, and busily
                found = best(given, rows[part], depth_for(top), _without(scores, np.flatnonzero(counts >= HUB * top)))
            is_spent[part] = found.is_whole
            counts -= _counts(filled.of(part).others, len(counts))
            filled.put(part, _merged(given.songs, filled.of(part), found, top))
            counts += _counts(filled.of(part).others, len(counts))
        counts -= _bar(filled, np.maximum(counts - HUB * top, 0))
    told = Published(lists, is_shown, rows, filled)
    for first in HOSTS:
        told = _hosted(given, told, counts, top, first)
    return told


def _shown(given: Signals, lists: Lists, top: int) -> np.ndarray:
    """Which places of the lists are published: the best ``top`` of each, hubs only where they matter most.

    That is where they stand out most from those that would step in, and in the lists of songs that stand in many baskets: those
    are asked for more often.
    """
    reserve = lists.others[:, : reserve_for(top)]
    is_shown = reserve >= 0
    counts = _counts(reserve[is_shown], len(reserve))
    is_hub = np.append(counts > HUB * top, False)  # the last one is nobody's, whom -1 names
    row, column = np.divmod(np.flatnonzero(is_hub[reserve]), reserve.shape[1])
    hub = reserve[row, column]
    margin = np.maximum(lists.scores_at(row, column) - lists.scores_at(row, top), 1)
    matters = np.rint(np.sqrt(given.counts[row] + 1) * margin).astype(np.int64)
    order = np.argsort((hub.astype(np.int64) << 32) - matters, kind="stable")
    row, column, hub = row[order], column[order], hub[order]
    barred = places(hub, len(reserve)) >= HUB * top
    is_shown[row[barred], column[barred]] = False
    return is_shown & (np.cumsum(is_shown, axis=1, dtype=np.int16) <= top)


def _without(scores: Callable[[np.ndarray], np.ndarray], full: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """``scores`` by which ``full`` belong to nobody."""

    def left(seeds: np.ndarray) -> np.ndarray:
        told = scores(seeds)
        told[:, full] = -np.inf
        return told

    return left


def _merged(songs: np.ndarray, one: Lists, other: Lists, top: int) -> Lists:
    """The best ``top`` of two lists of each row."""
    parts = [lists.pairs() for lists in (one, other)]
    told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return arranged(songs, len(one.others), told.pop("row"), told.pop("others"), told, top)


def _bar(lists: Lists, excess: np.ndarray) -> np.ndarray:
    """Take ``excess`` (a number for each track) of each out of the lists where it scores least; how many went."""
    row, place = np.nonzero((lists.others >= 0) & (excess > 0)[np.maximum(lists.others, 0)])
    hub, score = lists.others[row, place], lists.scores[row, place]
    order = np.lexsort((-row, score, hub))
    row, place, hub = row[order], place[order], hub[order]
    goes = places(hub, excess.size) < excess[hub]
    stays = lists.others >= 0
    stays[row[goes], place[goes]] = False
    changed = np.unique(row[goes])
    lists.put(changed, lists.of(changed).closed(lists.others.shape[1], stays[changed]))
    return np.bincount(hub[goes], minlength=excess.size)


def _hosted(given: Signals, told: Published, counts: np.ndarray, top: int, first: int) -> Published:
    """Let songs that stand in no list take the last places in those of their ``first`` others."""
    of_song = np.bincount(given.songs, weights=counts)
    tracks, firsts = np.unique(given.songs, return_index=True)
    guests = firsts[of_song[tracks] == 0]
    asked = told.among(guests).others[:, :first]
    row, place = np.nonzero(asked >= 0)
    host, guest = asked[row, place], guests[row]
    values = addends(given, host, guest)
    likes = np.flatnonzero(values["audio"] + values["metadata"] + values["collaborative"] > 0)
    chosen: dict[int, list[int]] = {}  # host -> its guests, as places of ``values``
    lengths = told.is_shown.sum(axis=1)
    lengths[told.rows] = told.filled.lengths
    seated: set[int] = set()
    for pair in likes.tolist():
        taken = chosen.setdefault(int(host[pair]), [])
        room = min(lengths[host[pair]], top - 1 - len(taken))
        if row[pair] not in seated and len(taken) < GUESTS and room > 0:
            taken.append(pair)
            seated.add(int(row[pair]))
    hosts = np.array(sorted(one for one, taken in chosen.items() if taken), dtype=np.int64)
    if not hosts.size:
        return told
    rows = np.union1d(told.rows, hosts)
    filled = told.among(rows)
    for one in hosts.tolist():
        pairs = np.array(chosen[one])
        guests_of = {"others": guest[pairs]} | {name: column[pairs] for name, column in values.items()}
        _seat(given, filled, int(np.searchsorted(rows, one)), guests_of, counts, top)
        counts[guest[pairs]] += 1
    return Published(told.lists, told.is_shown, rows, filled)


def _seat(
    given: Signals, lists: Lists, place: int, guests: dict[str, np.ndarray], counts: np.ndarray, top: int
) -> None:
    """Put ``guests`` (by the names of ``TABLES``) at the end of a list in place of those who stand elsewhere, too."""
    one = lists.of(np.array([place]))
    length = int(one.lengths[0])
    for column in range(length - 1, max(length - 1 - 2 * GUESTS, 0), -1):
        if length + guests["others"].size <= top:
            break
        if counts[one.others[0, column]] > 1:
            counts[one.others[0, column]] -= 1
            one = one.closed(top, (np.arange(one.others.shape[1]) != column)[None, :])
            length -= 1
    room = min(guests["others"].size, top - length)
    extra = Lists.empty(1, max(room, 1))
    for name, values in guests.items():
        getattr(extra, name)[0, :room] = values[:room]
    lists.put(np.array([place]), _merged(given.songs, one, extra, top))


def _counts(others: np.ndarray, tracks: int) -> np.ndarray:
    """In how many lists each track stands."""
    return np.bincount(others[others >= 0], minlength=tracks)
