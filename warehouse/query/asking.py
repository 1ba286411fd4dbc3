"""A question to an open file: its seeds, its pool of candidates, and the list that comes of them.

The statements are many and small on purpose: DuckDB plans one join longer than it runs five plain reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from schemas.errors import SettingsError, UnknownSongError
from warehouse.query.ranking import SIGNALS, Candidate, Listing, checked_by, checked_filters, ranked
from warehouse.statements import statement

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question that was answered: rows of its seeds, every candidate with its fate, and the list."""

    seeds: list[Row]
    candidates: list[Candidate]
    listing: Listing

    def candidate(self, track_id: str) -> Candidate | None:
        """The candidate with this id."""
        return next((one for one in self.candidates if one.track_id == track_id), None)

    def told_of(self, con: DuckDBPyConnection, told: Sequence[Candidate]) -> dict[str, dict[str, int]]:
        """Read what reasons need of these candidates and of the seeds: sounds, which are put into their rows, and baskets.

        Returns track id -> kind of basket -> baskets of that kind that hold it together with a seed.
        """
        hear(con, [*self.seeds, *(one.row for one in told)])
        return shared_baskets(con, [seed["track_id"] for seed in self.seeds], [one.track_id for one in told])


def ask(
    con: DuckDBPyConnection,
    seeds: Sequence[str],
    limit: int,
    *,
    by: str,
    diversify: bool,
    filters: Mapping[str, float] | None,
) -> Asked:
    """Put the question; the arguments are those of ``recommend``.

    Raises:
        UnknownSongError: a seed is not in the warehouse, or there is none.
        SettingsError: ``by``, ``limit`` or a filter cannot be used.
    """
    filters = checked_filters(filters)
    if limit < 1:
        raise SettingsError(f"limit must be 1 or more, not {limit}")
    given = known(con, list(dict.fromkeys(seeds)))
    candidates = drawn(con, given, checked_by(by))
    if filters:
        hear(con, [one.row for one in candidates])
    return Asked(given, candidates, ranked(candidates, limit, diversify=diversify, filters=filters))


def known(con: DuckDBPyConnection, track_ids: Sequence[str]) -> list[Row]:
    """Rows of ``songs`` of these tracks, in their order.

    Raises:
        UnknownSongError: names the tracks that are not in the warehouse.
    """
    if not track_ids:
        raise UnknownSongError("give at least one song to begin with")
    cards = _cards(con, track_ids)
    strangers = [track_id for track_id in track_ids if track_id not in cards]
    if strangers:
        more = f" and {len(strangers) - 3} more" if len(strangers) > 3 else ""
        raise UnknownSongError(
            f"the warehouse has no track {', '.join(map(repr, strangers[:3]))}{more}: give track ids, or ask by name"
        )
    return [cards[track_id] for track_id in track_ids]


def drawn(con: DuckDBPyConnection, seeds: Sequence[Row], by: str) -> list[Candidate]:
    """The pool of the seeds: every neighbour of any of them with the addends that ``by`` counts."""
    links = _rows(con, "query/pool", seeds=[seed["track_id"] for seed in seeds])
    cards = _cards(con, [link["track_id"] for link in links])
    same = {seed["song_id"] for seed in seeds}
    blocks = _blocks(con)
    counted = SIGNALS if by == "hybrid" else (by,)
    pool = []
    for link in links:
        card = cards.get(link["track_id"])
        addends = {kind: link[kind] for kind in counted}
        if card is None or (by != "hybrid" and not addends[by]):  # 0: the signal says nothing of the song
            continue
        marks = {
            "is_seed": card["song_id"] in same,
            "is_blocked": _is_blocked(card, blocks),
        }
        pool.append(Candidate(card | marks | {"baskets_expected": link["baskets_expected"]}, addends))
    return pool


def hear(con: DuckDBPyConnection, rows: Sequence[Row]) -> None:
    """Put the twelve audio features of each song into its row; unknown ones are null."""
    silent = [row for row in rows if "tempo" not in row]
    if not silent:
        return
    relation = con.execute(statement("query/sounds"), {"track_ids": [row["track_id"] for row in silent]})
    names = [column[0] for column in relation.description or ()]
    sounds = {values[0]: dict(zip(names, values, strict=True)) for values in relation.fetchall()}
    unknown = dict.fromkeys(names)
    for row in silent:
        row |= sounds.get(row["track_id"], unknown | {"track_id": row["track_id"]})


def shared_baskets(
    con: DuckDBPyConnection, seeds: Sequence[str], track_ids: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Track id -> kind of basket -> baskets of that kind that hold it together with a seed."""
    found: dict[str, dict[str, int]] = {}
    for row in _rows(con, "query/together", seeds=list(seeds), track_ids=list(track_ids)):
        found.setdefault(row["track_id"], {})[row["kind"]] = row["baskets"]
    return {track_id: dict(sorted(kinds.items())) for track_id, kinds in found.items()}


def _cards(con: DuckDBPyConnection, track_ids: Iterable[str]) -> dict[str, Row]:
    return {row["track_id"]: row for row in _rows(con, "query/cards", track_ids=list(track_ids))}


def _blocks(con: DuckDBPyConnection) -> dict[str, set[str]]:
    blocks: dict[str, set[str]] = {"track": set(), "artist": set(), "genre": set()}
    for row in _rows(con, "query/blocks", now=datetime.now(UTC).replace(tzinfo=None)):
        blocks[row["entity"]].add(row["entity_id"].casefold() if row["entity"] == "genre" else row["entity_id"])
    return blocks


def _is_blocked(card: Row, blocks: Mapping[str, set[str]]) -> bool:
    return (
        card["track_id"] in blocks["track"]
        or not blocks["artist"].isdisjoint(card["artist_ids"])
        or not blocks["genre"].isdisjoint(genre.casefold() for genre in card["genres"])
    )


def _rows(con: DuckDBPyConnection, name: str, **values: Any) -> list[Row]:
    relation = con.execute(statement(name), values)
    names = [column[0] for column in relation.description or ()]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
