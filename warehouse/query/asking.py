"""A question to an open file: its seeds, its pool of candidates, and the list that comes of them.

The statements are many and small on purpose: DuckDB plans one join longer than it runs five plain reads.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import fsum
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import SettingsError, UnknownSongError
from schemas.values import Home
from warehouse import journal
from warehouse.query.model import MORE, Learned, learned
from warehouse.query.ranking import SIGNALS, Candidate, Listing, checked_by, checked_filters, ranked
from warehouse.query.signals import inside, signals
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
    warehouse: Path,
    seeds: Sequence[str],
    limit: int,
    *,
    by: str,
    diversify: bool,
    filters: Mapping[str, float] | None,
) -> Asked:
    """Put the question to the file ``warehouse``, which ``con`` has open; the arguments are those of ``recommend``.

    Raises:
        UnknownSongError: a seed is not in the warehouse, or there is none.
        SettingsError: ``by``, ``limit`` or a filter cannot be used.
    """
    filters = checked_filters(filters)
    if limit < 1:
        raise SettingsError(f"limit must be 1 or more, not {limit}")
    seeds = [seeds] if isinstance(seeds, str) else list(dict.fromkeys(seeds))
    given, candidates = drawn(con, warehouse, seeds, checked_by(by), seeds)
    if filters:
        hear(con, [one.row for one in candidates])
    return Asked(given, candidates, ranked(candidates, limit, diversify=diversify, filters=filters))


def known(con: DuckDBPyConnection, track_ids: Sequence[str]) -> list[Row]:
    """Rows of ``songs`` of these tracks, in their order.

    Raises:
        UnknownSongError: names the tracks that are not in the warehouse.
    """
    return _known(_cards(con, track_ids), track_ids)


def drawn(
    con: DuckDBPyConnection, warehouse: Path, seeds: Sequence[str], by: str, whole: Sequence[str]
) -> tuple[list[Row], list[Candidate]]:
    """The rows of the seeds, and their pool with the addends that ``by`` counts.

    The pool is every neighbour of any of them. Where there is a list model and the ``whole`` is a list (of which the seeds may
    be a part, to try how it would be without the others), it adds candidates and scores them all.

    Raises:
        UnknownSongError: as ``known``.
    """
    links = _links(con, seeds)
    counted = SIGNALS if by == "hybrid" else (by,)
    sums = {track_id: {kind: link[kind] for kind in counted} for track_id, link in links.items()}
    if by != "hybrid":  # 0: the signal says nothing of the song
        sums = {track_id: addends for track_id, addends in sums.items() if addends[by]}
    if len(whole) > 1 and (model := learned(con, warehouse)):
        sums = _modelled(model, seeds, whole, sums, by)
    cards = _cards(con, [*seeds, *sums])
    given = _known(cards, seeds)
    same = {seed["song_id"] for seed in given}
    blocks = _blocks(con, warehouse)
    pool = []
    for track_id, addends in sums.items():
        if card := cards.get(track_id):
            marks = {"is_seed": card["song_id"] in same, "is_blocked": _is_blocked(card, blocks)}
            expected = links[track_id]["baskets_expected"] if track_id in links else None
            pool.append(Candidate(card | marks | {"baskets_expected": expected}, addends))
    return given, pool


def _known(cards: Mapping[str, Row], track_ids: Sequence[str]) -> list[Row]:
    if not track_ids:
        raise UnknownSongError("give at least one song to begin with")
    strangers = [track_id for track_id in track_ids if track_id not in cards]
    if strangers:
        more = f" and {len(strangers) - 3} more" if len(strangers) > 3 else ""
        raise UnknownSongError(
            f"the warehouse has no track {', '.join(map(repr, strangers[:3]))}{more}: give track ids, or ask by name"
        )
    return [cards[track_id] for track_id in track_ids]


def _links(con: DuckDBPyConnection, seeds: Sequence[str]) -> dict[str, Row]:
    """Track id -> what the seeds give a song, by signal."""
    if len(seeds) == 1:
        rows = _rows(con, "query/neighbours_of", seed=seeds[0])
    else:
        rows = _rows(con, "query/pool", seeds=list(seeds))
    return {row["track_id"]: row for row in rows}


def _modelled(
    model: Learned, seeds: Sequence[str], whole: Sequence[str], sums: Mapping[str, Mapping[str, float]], by: str
) -> dict[str, dict[str, float]]:
    """Track id -> signal -> addend of every candidate of the list model and of the songs to which the neighbours lead."""
    best = sorted(sums, key=lambda track_id: (-fsum(sums[track_id].values()), track_id))[:MORE]
    given = pl.DataFrame({"list_id": "", "track_id": list(seeds)})
    more = pl.DataFrame({"list_id": "", "track_id": best}, schema=given.schema)
    own = inside(pl.DataFrame({"list_id": "", "track_id": list(whole)}), model.corpus)
    found = signals(given, model.corpus, own, more=more)
    rows = model.model.addends(found, by).drop("list_id").to_dicts()
    return {row.pop("track_id"): row for row in rows}


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
    holders: dict[str, dict[str, str]] = {}
    for row in _rows(con, "query/held", track_ids=[*seeds, *track_ids]):
        holders.setdefault(row["track_id"], {})[row["basket_id"]] = row["kind"]
    own = {basket_id for seed in seeds for basket_id in holders.get(seed, ())}
    counts = {
        track_id: Counter(kind for basket_id, kind in holders.get(track_id, {}).items() if basket_id in own)
        for track_id in track_ids
    }
    return {track_id: dict(sorted(kinds.items())) for track_id, kinds in counts.items()}


def _cards(con: DuckDBPyConnection, track_ids: Iterable[str]) -> dict[str, Row]:
    return {row["track_id"]: row for row in _rows(con, "query/cards", track_ids=list(track_ids))}


def _blocks(con: DuckDBPyConnection, warehouse: Path) -> dict[str, set[str]]:
    """What the person does not want to hear now: by the journal beside the file, else by what the night knew of it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    path = Home(warehouse.parent).journal
    if path.exists():
        said = [one for one in journal.read(path) if one.kind == "block" and (one.until is None or one.until > now)]
        found = [(one.entity, one.entity_id) for one in said]
    else:
        found = [(row["entity"], row["entity_id"]) for row in _rows(con, "query/blocks", now=now)]
    blocks: dict[str, set[str]] = {"track": set(), "artist": set(), "genre": set()}
    for entity, name in found:
        blocks[entity].add(name.casefold() if entity == "genre" else name)
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
