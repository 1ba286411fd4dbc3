"""A question to an open file: its seeds, its pool of candidates, and the list that comes of them.

The statements are few and small: a song is one text (its card, found by its number), and DuckDB plans one join longer than it
runs three plain reads.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import fsum
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import SettingsError, UnknownSongError
from schemas.values import MILLION, Home
from warehouse import journal
from warehouse.connection import LOOKED_UP
from warehouse.query.model import Learned, learned, more_of
from warehouse.query.ranking import SIGNALS, Candidate, Listing, best_first, checked_by, checked_filters, ranked
from warehouse.query.signals import NEAR, Corpus, candidates_of, numbered, signals_of
from warehouse.query.telling import NAMED, Close
from warehouse.statements import statement

Row = dict[str, Any]

AT_ONCE = LOOKED_UP
"""Candidates whose cards are read first; most lists need no more. Then it is twice as many, and so on."""

PLAYLIST = "playlist:"
"""What stands before the id of a playlist in the id of its basket."""


@dataclass(frozen=True)
class Reached:
    """The songs of a pool, best first. A row is the number of a song, its score in any unit, whether a basket holds it together
    with a seed, and an addend for each of ``signals``.
    """

    signals: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def batches(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """The rows, more each time; those of equal score together, because not they but their ids tell which is the first."""
        end, size = 0, AT_ONCE
        while end < len(self.rows):
            begin, end, size = end, min(end + size, len(self.rows)), 2 * size
            while end < len(self.rows) and self.rows[end][1] == self.rows[end - 1][1]:
                end += 1
            yield self.rows[begin:end]


@dataclass(frozen=True)
class Asked:
    """A question that was answered: rows of its seeds, the list with the candidates that were looked at for it, and the corpus
    by which the list model scored them, if it did."""

    seeds: list[Row]
    listing: Listing
    corpus: Corpus | None = None

    def candidate(self, track_id: str) -> Candidate | None:
        """The candidate with this id, of those that were looked at."""
        return next((one for one in self.listing.seen if one.track_id == track_id), None)


def ask(
    con: DuckDBPyConnection,
    warehouse: Path,
    seeds: Sequence[str],
    limit: int,
    *,
    by: str,
    diversify: bool,
    filters: Mapping[str, float] | None,
    whole: Sequence[str] | None = None,
) -> Asked:
    """Put the question to the file ``warehouse``, which ``con`` has open; the arguments are those of ``recommend``.

    ``whole`` is a list of which the seeds are what is left, to ask how it would be without the others: its own baskets say
    nothing then either.

    Raises:
        UnknownSongError: a seed is not in the warehouse, or there is none.
        SettingsError: ``by``, ``limit`` or a filter cannot be used.
    """
    filters = checked_filters(filters)
    if limit < 1:
        raise SettingsError(f"limit must be 1 or more, not {limit}")
    seeds = [seeds] if isinstance(seeds, str) else list(dict.fromkeys(seeds))
    given = known(con, seeds)
    model = learned(con, warehouse) if len(given) > 1 else None
    candidates = _drawn(con, warehouse, given, model, checked_by(by), whole, limit)
    listing = ranked(candidates, limit, diversify=diversify, filters=filters)
    return Asked(given, listing, model.corpus if model else None)


def known(con: DuckDBPyConnection, track_ids: Sequence[str]) -> list[Row]:
    """Cards of these tracks, in their order.

    Raises:
        UnknownSongError: names the tracks that are not in the warehouse.
    """
    if not track_ids:
        raise UnknownSongError("give at least one song to begin with")
    told = cards(con, track_ids)
    if strangers := [track_id for track_id in track_ids if track_id not in told]:
        more = f" and {len(strangers) - 3} more" if len(strangers) > 3 else ""
        raise UnknownSongError(
            f"the warehouse has no track {', '.join(map(repr, strangers[:3]))}{more}: give track ids, or ask by name"
        )
    return [told[track_id] for track_id in track_ids]


def cards(con: DuckDBPyConnection, track_ids: Iterable[str]) -> dict[str, Row]:
    """Track id -> what answers read of the song, for those that the warehouse has."""
    keys = list(track_ids)
    return _told(con, "query/card", key=keys[0]) if len(keys) == 1 else _told(con, "query/cards", keys=keys)


def _drawn(
    con: DuckDBPyConnection,
    warehouse: Path,
    given: Sequence[Row],
    model: Learned | None,
    by: str,
    whole: Sequence[str] | None,
    limit: int,
) -> Iterator[Candidate]:
    """The pool of the seeds ``given`` for a list of ``limit`` with the addends that ``by`` counts: best first, ties by track id,
    and each read when it is asked for.

    The pool is every neighbour of any of them. A list ``model`` adds candidates and scores them all; baskets that lie wholly
    inside of the ``whole``, or else of the seeds, say nothing.
    """
    if model is not None:
        asked = {"seeds": [seed["number"] for seed in given], "by": by, "limit": more_of(limit)}
        with ThreadPoolExecutor(1) as aside:  # DuckDB looks through all links while polars works out what baskets say
            best = aside.submit(lambda: con.execute(summing("query/best", by), asked).fetchall())
            reached = _modelled(model, given, whole, best, by, candidates_of(limit))
    else:
        reached = _reached(con, given, by)
    return _candidates(con, reached, given, blocked_now(con, warehouse))


def _candidates(
    con: DuckDBPyConnection, reached: Reached, seeds: Sequence[Row], blocks: Mapping[str, set[str]]
) -> Iterator[Candidate]:
    """The songs with their cards; those without one are passed over. What chance would give is told of the first seed alone."""
    same = {seed["song_id"] for seed in seeds}
    for batch in reached.batches():
        rows = {number: told for number, _, *told in batch}
        found = []
        for card in _told(con, "query/cards_by_number", keys=list(rows)).values():
            is_together, *addends = rows[card["number"]]
            card["is_seed"] = card["song_id"] in same
            card["is_blocked"] = _is_blocked(card, blocks)
            card["baskets_expected"] = seeds[0]["share"] * card["share"] if is_together else None
            found.append(Candidate(card, dict(zip(reached.signals, addends, strict=True))))
        yield from sorted(found, key=best_first)


def _reached(con: DuckDBPyConnection, seeds: Sequence[Row], by: str) -> Reached:
    """The neighbours of the seeds with the sums of what each seed gives them."""
    numbers = [seed["number"] for seed in seeds]
    if len(numbers) == 1:
        return _led_to(con.execute(statement("query/neighbours_of"), {"seed": numbers[0]}).fetchall(), by)
    rows = con.execute(summing("query/pool", by), {"seeds": numbers, "by": by}).fetchall()
    if by == "hybrid":
        return Reached(SIGNALS, rows)
    alone = [(number, score, is_together, score / 1e6) for number, score, is_together, *_ in rows]
    return Reached((by,), alone)


def summing(name: str, by: str) -> str:
    """The statement ``name`` with the addends that ``by`` counts."""
    return statement(name).format(counted=" + ".join(SIGNALS) if by == "hybrid" else by)


def _led_to(rows: Sequence[tuple[Any, ...]], by: str) -> Reached:
    """The neighbours of one seed, by what they score: DuckDB plans a statement that reckons it twice as long."""
    counted = SIGNALS if by == "hybrid" else (by,)
    found = []
    for number, baskets_together, *addends in rows:
        told = [value for signal, value in zip(SIGNALS, addends, strict=True) if signal in counted]
        if by == "hybrid" or told != [0]:  # 0: the signal says nothing of the song
            found.append((number, sum(told), bool(baskets_together), *(value / MILLION for value in told)))
    return Reached(counted, sorted(found, key=itemgetter(1), reverse=True))


def _modelled(
    model: Learned,
    seeds: Sequence[Row],
    whole: Sequence[str] | None,
    best: Future[list[tuple[int, int]]],
    by: str,
    per: int,
) -> Reached:
    """The candidates of the list model, and the songs ``best`` to which the neighbours lead, with what each signal gives them."""
    held = None
    if whole is not None:
        held = numbered(pl.DataFrame({"track_id": list(whole)}), model.corpus.tracks["track_id"], "track")["track"]

    def more() -> pl.Series:
        return model.tracks_of(number for number, _ in best.result())

    given = model.tracks_of(seed["number"] for seed in seeds)
    told = model.model.addends(signals_of(given, model.corpus, held, per=per, more=more), by)
    numbers = model.numbers.gather(told["track"])
    addends = told.drop("track")
    rows = [(number, fsum(row), False, *row) for number, row in zip(numbers, addends.iter_rows(), strict=True)]
    return Reached(addends.columns, sorted(rows, key=itemgetter(1), reverse=True))


def shared_baskets(seeds: Sequence[Row], song: Row) -> dict[str, list[str]]:
    """Kind of basket -> ids of the baskets of that kind that hold the song together with a seed."""
    shared = {}
    for kind, basket_ids in (song["baskets"] or {}).items():
        own = set().union(*((seed["baskets"] or {}).get(kind, ()) for seed in seeds))
        if both := sorted(own.intersection(basket_ids)):
            shared[kind] = both
    return shared


def close_by(asked: Asked) -> dict[str, Close]:
    """Track id of a chosen song -> the seed that stands nearest to it in a basket, for those that have one at most
    ``NEAR`` places away."""
    if asked.corpus is None:
        return {}
    ids, places = asked.corpus.tracks["track_id"], asked.corpus.places

    def standing(track_ids: Sequence[str]) -> pl.DataFrame:
        return places.join(numbered(pl.DataFrame({"track_id": track_ids}), ids, "track"), "track", "basket", "position")

    songs = standing([one.track_id for one in asked.listing.chosen])
    seeds = standing([seed["track_id"] for seed in asked.seeds])
    nearest = (
        songs.join(seeds, on="basket", suffix="_of_seed")
        .with_columns(apart=(pl.col("position") - pl.col("position_of_seed")).abs())
        .filter(pl.col("apart") <= NEAR)
        .sort("apart", "basket", "track_id_of_seed")
        .unique("track_id", keep="first", maintain_order=True)
        .select("track_id", "track_id_of_seed", "apart")
    )
    names = {seed["track_id"]: seed["name"] for seed in asked.seeds}
    return {track_id: Close(seed, names[seed], apart) for track_id, seed, apart in nearest.iter_rows()}


def basket_names(con: DuckDBPyConnection, shared: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, str]:
    """Basket id -> name of the playlist, for those playlists that a sentence would name."""
    wanted = {basket_id for one in shared for basket_id in one.get("playlist", ())[:NAMED]}
    if not wanted:
        return {}
    ids = {basket_id.removeprefix(PLAYLIST): basket_id for basket_id in sorted(wanted)}
    named = con.execute(statement("query/playlist_names"), {"playlist_ids": list(ids)}).fetchall()
    return {ids[playlist_id]: name for playlist_id, name in named}


def _told(con: DuckDBPyConnection, name: str, **values: object) -> dict[str, Row]:
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
    """Ids of recordings and artists, and genres in small letters, that the person does not want to hear now: by the journal beside
    the file, else by what the night knew of it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    path = Home(warehouse.parent).journal
    if path.exists():
        said = [one for one in journal.read(path) if one.kind == "block" and (one.until is None or one.until > now)]
        found = [(one.entity, one.entity_id) for one in said]
    else:
        found = con.execute(statement("query/blocks"), {"now": now}).fetchall()
    told: dict[str, set[str]] = {"track": set(), "artist": set(), "genre": set()}
    for entity, name in found:
        told[entity].add(name.lower() if entity == "genre" else name)
    tracks = sorted(told.pop("track"))  # who blocks one pressing does not wait for the next
    rows = con.execute(statement("recordings"), {"track_ids": tracks}).fetchall() if tracks else []
    return told | {"recording": {recording_id for _, recording_id in rows}}


def _is_blocked(card: Row, blocks: Mapping[str, set[str]]) -> bool:
    return (
        card["recording_id"] in blocks["recording"]
        or not blocks["artist"].isdisjoint(card["artist_ids"])
        or not blocks["genre"].isdisjoint(genre.lower() for genre in card["genres"])
    )
