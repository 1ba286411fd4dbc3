"""A question to an open file: its seeds, its pool of candidates, and the list that comes of them.

The statements are few and small: a song is one text (its card, found by its number), and DuckDB plans one join longer than it
runs three plain reads.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
from warehouse.query.reasons import NAMED
from warehouse.query.signals import inside, signals
from warehouse.statements import statement

Row = dict[str, Any]

FEW = 500
"""Cards up to which the index finds each one; more of them are found quicker in one pass over all."""


@dataclass(frozen=True)
class Asked:
    """A question that was answered: rows of its seeds, every candidate with its fate, and the list."""

    seeds: list[Row]
    candidates: list[Candidate]
    listing: Listing

    def candidate(self, track_id: str) -> Candidate | None:
        """The candidate with this id."""
        return next((one for one in self.candidates if one.track_id == track_id), None)


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
    return Asked(given, candidates, ranked(candidates, limit, diversify=diversify, filters=filters))


def known(con: DuckDBPyConnection, track_ids: Sequence[str]) -> list[Row]:
    """Cards of these tracks, in their order.

    Raises:
        UnknownSongError: names the tracks that are not in the warehouse.
    """
    return _known(cards(con, track_ids), track_ids)


def cards(con: DuckDBPyConnection, track_ids: Iterable[str]) -> dict[str, Row]:
    """Track id -> what answers read of the song, for those that the warehouse has."""
    return _told(con, "query/cards", ids=list(track_ids))


def drawn(
    con: DuckDBPyConnection, warehouse: Path, seeds: Sequence[str], by: str, whole: Sequence[str]
) -> tuple[list[Row], list[Candidate]]:
    """The cards of the seeds, and their pool with the addends that ``by`` counts.

    The pool is every neighbour of any of them. Where there is a list model and the ``whole`` is a list (of which the seeds may
    be a part, to try how it would be without the others), it adds candidates and scores them all.

    Raises:
        UnknownSongError: as ``known``.
    """
    given = known(con, seeds)
    links = _links(con, given)
    counted = SIGNALS if by == "hybrid" else (by,)
    sums = {number: {kind: link[kind] for kind in counted} for number, link in links.items()}
    if by != "hybrid":  # 0: the signal says nothing of the song
        sums = {number: addends for number, addends in sums.items() if addends[by]}
    found = _told(con, "query/cards_by_number" if len(sums) <= FEW else "query/cards_of_many", numbers=list(sums))
    pool = {track_id: sums[card["number"]] for track_id, card in found.items()}
    if len(whole) > 1 and (model := learned(con, warehouse)):
        pool = _modelled(model, seeds, whole, pool, by)
        found |= cards(con, pool.keys() - found.keys())
    same = {seed["song_id"] for seed in given}
    blocks = blocked_now(con, warehouse)
    candidates = []
    for track_id, addends in pool.items():
        if card := found.get(track_id):
            card["is_seed"] = card["song_id"] in same
            card["is_blocked"] = _is_blocked(card, blocks)
            share = links[card["number"]]["share"] if card["number"] in links else None
            card["baskets_expected"] = None if share is None else share * card["share"]
            candidates.append(Candidate(card, addends))
    return given, candidates


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


def _links(con: DuckDBPyConnection, seeds: Sequence[Row]) -> dict[int, Row]:
    """Number of a song -> what the seeds give it, by signal."""
    if len(seeds) == 1:
        rows = _rows(con, "query/neighbours_of", seed=seeds[0]["number"], share=seeds[0]["share"])
    else:
        numbers, shares = [seed["number"] for seed in seeds], [seed["share"] for seed in seeds]
        rows = _rows(con, "query/pool", seeds=numbers, shares=shares)
    return {row["number"]: row for row in rows}


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


def shared_baskets(seeds: Sequence[Row], song: Row) -> dict[str, list[str]]:
    """Kind of basket -> ids of the baskets of that kind that hold the song together with a seed."""
    shared = {}
    for kind, basket_ids in (song["baskets"] or {}).items():
        own = set().union(*((seed["baskets"] or {}).get(kind, ()) for seed in seeds))
        if both := sorted(own.intersection(basket_ids)):
            shared[kind] = both
    return shared


def basket_names(con: DuckDBPyConnection, shared: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, str]:
    """Basket id -> name of the playlist, for those playlists that a sentence would name."""
    wanted = sorted({basket_id for one in shared for basket_id in one.get("playlist", ())[:NAMED]})
    if not wanted:
        return {}
    return dict(con.execute(statement("query/basket_names"), {"basket_ids": wanted}).fetchall())


def _told(con: DuckDBPyConnection, name: str, **values: Any) -> dict[str, Row]:
    """Track id -> card, out of a statement that gives numbers and cards."""
    rows = con.execute(statement(name), values).fetchall()
    told = {}
    for (number, _), card in zip(rows, json.loads(f"[{','.join(text for _, text in rows)}]"), strict=True):
        card["number"] = number
        if card["released_on"]:
            card["released_on"] = date.fromisoformat(card["released_on"])
        told[card["track_id"]] = card
    return told


def blocked_now(con: DuckDBPyConnection, warehouse: Path) -> dict[str, set[str]]:
    """Ids of tracks and artists, and genres in small letters, that the person does not want to hear now: by the journal beside the file, else by what the night knew of it."""
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
