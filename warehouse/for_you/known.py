"""What the published file says, kept in memory until it is replaced: a question after the first one reads what is new to it.

The profile, its links and the songs that lists look at do not change within a file, and reading them takes longer than all the
rest of an answer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from warehouse.connection import identity, reader
from warehouse.query.asking import Row, cards
from warehouse.statements import statement

Links = list[tuple[str, float]]
"""The songs that belong with one: track_id, score."""

SINGLY = 50
"""The neighbours of so many songs are looked up song by song; those of more of them in one pass over all neighbours."""


@dataclass(frozen=True)
class _Kept:
    """What was read of a file."""

    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    cards: dict[str, Row | None] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)
    toward: dict[str, Links] = field(default_factory=dict)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)


_LATEST: dict[tuple[object, ...], _Kept] = {}
"""The one file that was asked last. Threads may share it: what is added is whole, and the same whoever adds it."""


class Known:
    """An open file, and what was read of it before."""

    def __init__(self, con: DuckDBPyConnection, kept: _Kept) -> None:
        self._con = con
        self._kept = kept
        if not kept.links:
            self._read_links()

    def rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of ``warehouse/sql/for_you/<name>.sql`` with these values."""
        key = f"{name} {values}"
        if key not in self._kept.answers:
            self._kept.answers[key] = self._fetched(name, **values)
        return self._kept.answers[key]

    def cards(self, track_ids: Collection[str]) -> dict[str, Row]:
        """Track id -> what answers read of the song, for those of the catalogue."""
        known = self._kept.cards
        if missing := sorted({track_id for track_id in track_ids if track_id not in known}):
            known |= {**dict.fromkeys(missing), **cards(self._con, missing)}
        return {track_id: card for track_id in track_ids if (card := known[track_id]) is not None}

    def recordings(self, track_ids: Iterable[str]) -> Mapping[str, str]:
        """Track id -> recording_id, of these tracks at least; one that is in no catalogue is a recording of its own."""
        known = self._kept.recordings
        if missing := sorted(set(track_ids) - known.keys()):
            known |= {
                **dict(zip(missing, missing, strict=True)),
                **dict(self._con.execute(statement("recordings"), {"track_ids": missing}).fetchall()),
            }
        return known

    def links(self, track_ids: Collection[str]) -> dict[str, Links]:
        """Track id -> the songs that belong with it; empty for one without neighbours."""
        known = self._kept.links
        missing = sorted({track_id for track_id in track_ids if track_id not in known})
        if len(missing) > SINGLY:
            self._keep(missing, self._fetched("reached", seeds=missing))
        elif missing:
            for track_id, card in self.cards(missing).items():
                rows = self._fetched("neighbours", seed=card["number"])
                self._keep([track_id], [(track_id, *row) for row in rows])
            known |= {track_id: [] for track_id in missing if track_id not in known}
        return {track_id: known[track_id] for track_id in track_ids}

    def toward(self, track_id: str) -> Links:
        """The strongest songs of the profile that lead to this one, with the scores."""
        return self._kept.toward.get(track_id, [])

    def kind(self, seed: str, track_id: str) -> str | None:
        """The signal that gives most to the score of a link that was read; None of songs that no link joins."""
        return self._kept.kinds.get((seed, track_id))

    def _read_links(self) -> None:
        """The links that the night kept at hand, in both directions."""
        rows = self._fetched("links")
        back: dict[str, Links] = {}
        for seed, track_id, score, _ in rows:
            back.setdefault(track_id, []).append((seed, score))
        self._kept.toward.update(back)
        self._keep({row[0] for row in rows}, rows)

    def _keep(self, seeds: Iterable[str], rows: Iterable[tuple[str, str, float, str]]) -> None:
        """All links of these songs: seed, track_id, score, kind."""
        found: dict[str, Links] = {seed: [] for seed in seeds}
        for seed, track_id, score, kind in rows:
            found[seed].append((track_id, score))
            self._kept.kinds[seed, track_id] = kind
        self._kept.links.update(found)

    def _fetched(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        return self._con.execute(statement(f"for_you/{name}"), values or None).fetchall()


@contextmanager
def known(path: Path) -> Iterator[Known]:
    """The file at ``path`` as it is at this moment, with what was read of it before.

    Raises:
        WarehouseError: the file is missing or damaged.
    """
    before = identity(path)
    with reader(path, keep=True) as con:
        key = (str(path), *before)
        if identity(path) != before:  # replaced in between: what is open may be either of them
            yield Known(con, _Kept())
            return
        kept = _LATEST.get(key)
        if kept is None:
            kept = _Kept()
            _LATEST.clear()
            _LATEST[key] = kept
        yield Known(con, kept)
