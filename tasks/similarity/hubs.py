"""Who is published: the best of each list, but hubs only where they matter most, and a place at last for whom nobody named.

Some songs are near to everybody: they would crowd most lists, and others would stand in none (Radovanović et al., JMLR 2010).
A list from which hubs had to go is filled with the next best who are none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from schemas.values import HUB, depth_for, own_for, reserve_for
from tasks.similarity.lists import TABLES, Lists, addends, arranged, best, places
from tasks.similarity.signals import Signals

ROUNDS = 4
"""How often lists that hubs left are filled; each round makes a few new hubs."""
AT_ONCE = 512
"""Lists that are filled before hubs are counted anew, so that few of those who step in have to leave again."""
STRIP = 4_096
"""Lists that are counted at once, at least; fewer than a sixteenth of the tracks would take longer."""
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

    def pairs(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """All that the published lists of the tracks from ``start`` to ``stop`` name, as ``Lists.pairs`` tells it."""
        part, filled = self.lists.of(slice(start, stop)), slice(*np.searchsorted(self.rows, [start, stop]))
        rows, instead = self.rows[filled] - start, self.filled.of(filled)
        named, is_filled = np.zeros_like(part.others, dtype=bool), np.zeros(len(part.others), dtype=bool)
        named[:, : self.is_shown.shape[1]] = self.is_shown[start:stop]
        named[rows] = np.arange(named.shape[1]) < instead.lengths[:, None]
        is_filled[rows] = True
        told, theirs = part.pairs(named), instead.pairs()
        for name in TABLES:
            told[name][is_filled[told["row"]]] = theirs[name]
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
    filled.is_whole[:] = False
    counts = _counts(lists.others[:, : is_shown.shape[1]], len(is_shown), is_shown)
    scores = given.scorer()
    for _ in range(ROUNDS):
        short = np.flatnonzero((filled.lengths < top) & ~filled.is_whole)
        if not short.size:
            break
        for part in np.array_split(short, -(-short.size // AT_ONCE)):
            is_full = np.isin(given.songs, given.songs[counts >= HUB * top])  # no other version steps in
            counts -= _counts(filled.of(part).others, len(counts))
            filled.put(part, _filled(given, lists, rows[part], filled.of(part), is_full, scores, top))
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
    counts = _counts(reserve, len(reserve), is_shown)
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


def _filled(
    given: Signals,
    lists: Lists,
    rows: np.ndarray,
    left: Lists,
    is_full: np.ndarray,
    scores: Callable[[np.ndarray], np.ndarray],
    top: int,
) -> Lists:
    """What is ``left`` of the lists of ``rows``, filled with the next best that are not full; whole where nobody else comes."""
    known, every = lists.of(rows), np.arange(rows.size)
    depth, own = known.others.shape[1], given.of_one_artist(rows[:, None], known.others) & (known.others >= 0)
    told = _merged(given, rows, left, known.closed(depth, ~is_full[known.others]), top)
    # nobody beyond a list stands before its last one; but where its own artist was cut off, more of those may
    is_sure = known.is_whole | (told.scores_at(every, top - 1) > known.scores_at(every, known.lengths - 1))
    is_sure &= own.sum(axis=1) < _own_most(top)
    told.is_whole = known.is_whole
    asked = np.flatnonzero(~is_sure)
    with threadpool_limits(1):  # products this small: a second thread only waits, and busily
        found = best(given, rows[asked], depth, _without(scores, np.flatnonzero(is_full)))
    more = _merged(given, rows[asked], left.of(asked), found, top)
    more.is_whole = found.is_whole
    told.put(asked, more)
    told.is_whole &= told.lengths < top
    return told


def _without(scores: Callable[[np.ndarray], np.ndarray], full: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """``scores`` by which ``full`` belong to nobody."""

    def left(seeds: np.ndarray) -> np.ndarray:
        told = scores(seeds)
        told[:, full] = -np.inf
        return told

    return left


def _merged(given: Signals, seeds: np.ndarray, one: Lists, other: Lists, top: int) -> Lists:
    """The best ``top`` of two lists of each of ``seeds``."""
    parts = [lists.pairs() for lists in (one, other)]
    told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    row, others = told.pop("row"), told.pop("others")
    own = given.of_one_artist(seeds[row], others)
    return arranged(given.songs, seeds.size, row, others, told, top, own, _own_most(top))


def _own_most(top: int) -> int:
    """How many songs of the seed's own artist stand in a list of which ``top`` are published, at most."""
    return own_for(depth_for(top))


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
    songs, firsts = np.unique(given.songs, return_index=True)
    guests = firsts[of_song[songs] == 0]
    asked = told.among(guests).others[:, :first]
    row, place = np.nonzero(asked >= 0)
    host, guest = asked[row, place], guests[row]
    values = addends(given, host, guest)
    likes = np.flatnonzero(values["audio"] + values["metadata"] + values["collaborative"] > 0)
    lengths = told.is_shown.sum(axis=1)
    lengths[told.rows] = told.filled.lengths
    chosen = _chosen(likes, row, host, lengths, top)
    if not chosen:
        return told
    hosts = np.array(sorted(chosen), dtype=np.int64)
    rows = np.union1d(told.rows, hosts)
    filled, theirs = told.among(rows), np.searchsorted(rows, hosts)
    left, come = filled.of(theirs), []
    stays = left.others >= 0
    for at, one in enumerate(hosts.tolist()):
        others, asked = left.others[at, : lengths[one]], np.array(chosen[one])
        stays[at, : others.size], comes = _seated(given, one, others, guest[asked], counts, top)
        come.append(asked[comes])
    pairs = np.concatenate(come)
    extra = {"row": np.repeat(np.arange(hosts.size), [len(asked) for asked in come]), "others": guest[pairs]}
    extra |= {name: column[pairs] for name, column in values.items()}
    width = left.others.shape[1]
    guests_of = Lists.of_pairs(hosts.size, width, extra)
    filled.put(theirs, _merged(given, hosts, left.closed(width, stays), guests_of, top))
    return Published(told.lists, told.is_shown, rows, filled)


def _chosen(
    likes: np.ndarray, guest: np.ndarray, host: np.ndarray, lengths: np.ndarray, top: int
) -> dict[int, list[int]]:
    """For each host its guests, as pairs out of ``likes``, asked in that order; ``lengths`` are those of the lists of all."""
    chosen: dict[int, list[int]] = {}
    seated: set[int] = set()
    for pair in likes.tolist():
        one, taken = int(guest[pair]), chosen.get(int(host[pair]), [])
        room = min(lengths[host[pair]], top - 1 - len(taken))
        if one not in seated and len(taken) < GUESTS and room > 0:
            chosen[int(host[pair])] = [*taken, pair]
            seated.add(one)
    return chosen


def _seated(
    given: Signals, host: int, others: np.ndarray, guests: np.ndarray, counts: np.ndarray, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """Which ``others`` of the list of ``host`` stay and which ``guests`` come, these for its last who stand elsewhere, too.

    ``counts``, in how many lists each stands, is kept.
    """
    own, is_own = (given.of_one_artist(np.array([host]), named) for named in (others, guests))
    stays, most = np.ones(others.size, dtype=bool), _own_most(top)
    _leave(stays, own, int(own.sum() + is_own.sum()) - most, others, counts)
    _leave(stays, stays, int(stays.sum()) + is_own.size - top, others, counts)
    comes = ~is_own | (np.cumsum(is_own) <= most - (own & stays).sum())
    comes &= np.cumsum(comes) <= top - stays.sum()
    counts[others[~stays]] -= 1
    counts[guests[comes]] += 1
    return stays, comes


def _leave(stays: np.ndarray, asked: np.ndarray, excess: int, others: np.ndarray, counts: np.ndarray) -> None:
    """Let as many as ``excess`` of those ``asked`` out of a list, the last first, but never its best nor whom no other names."""
    last = np.flatnonzero(asked[1:])[: -2 * GUESTS - 1 : -1] + 1
    stays[last[counts[others[last]] > 1][: max(excess, 0)]] = False


def _counts(others: np.ndarray, tracks: int, is_shown: np.ndarray | None = None) -> np.ndarray:
    """In how many lists each track stands, at any place or at those that ``is_shown`` marks."""
    counts, strip = np.zeros(tracks, dtype=np.int64), max(STRIP, tracks // 16)
    for start in range(0, len(others), strip):
        part = others[start : start + strip]
        named = part >= 0 if is_shown is None else is_shown[start : start + strip]
        counts += np.bincount(part[named], minlength=tracks)
    return counts
