"""Why a song stands on a list, why another one does not, and what the list would be without some of its seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import UnknownSongError
from schemas.values import HUB, MILLION, depth_for, own_for
from warehouse.connection import reader
from warehouse.query.asking import Asked, Row, ask, basket_names, known, shared_baskets
from warehouse.query.ranking import Candidate, Listing, cut_by
from warehouse.query.telling import reasons, told_baskets
from warehouse.statements import statement

NAMED = 3
"""Seeds that a line names; the others are counted."""

NEARLY = 0.95
"""Who stands in so many of the lists that one song may stand in had to leave others; a few lists are lost to guests later."""

WATERFALL = {
    "ordinal": pl.Int64(),
    "kind": pl.String(),
    "text": pl.String(),
    "contribution": pl.Float64(),
    "total": pl.Float64(),
    "evidence": pl.List(pl.String()),
}


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


@dataclass(frozen=True)
class Counterfactual:
    """Where a song of a list would stand without the seeds that speak for it most; a place is null where it has none."""

    place: int | None
    without: list[str]
    otherwise: int | None

    def __str__(self) -> str:
        if self.place is None:
            return "it has no place"
        if not self.without:
            return f"it is #{self.place}"
        where = "not be among the candidates" if self.otherwise is None else f"be #{self.otherwise}"
        others = len(self.without) - NAMED
        named = self.without if others <= 1 else [*self.without[:NAMED], f"{others} more"]
        return f"it is #{self.place}; without {' and '.join(named)} it would {where}"


def why(
    warehouse: Path,
    seeds: str | Sequence[str],
    song: str,
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """The sum behind ``song`` (a track id) on the list for ``seeds``: ordinal, kind, text, contribution, total, evidence.

    ``total`` runs up to the score with which the same arguments of ``recommend`` show it; a song that is no candidate of that
    list has its bare score.

    Raises:
        UnknownSongError: a track is not in the warehouse, or the song is none of the stored neighbours: ask ``why_not``.
    """
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        card = known(con, [song])[0]
        asked = ask(con, warehouse, _ids(seeds), limit, by=by, diversify=diversify, filters=filters)
        asked.listing.finish()
        one = asked.candidate(song)
        if song in _ids(seeds):
            raise UnknownSongError(f"{_named(card)} is one of the songs that you gave, which never come back")
        if one is None:
            raise UnknownSongError(
                f"{_named(card)} is none of the neighbours of {_all_named(asked.seeds)}: `segue why-not` tells what kept it out"
            )
        together = shared_baskets(asked.seeds, one.row)
        names = basket_names(con, [told_baskets(one.row, together)])
    told = reasons(one, asked.seeds, together, names, in_full=True)
    frame = pl.DataFrame(
        [reason._asdict() for reason in told],
        schema={name: WATERFALL[name] for name in ("kind", "text", "contribution", "evidence")},
    )
    return frame.with_columns(
        ordinal=pl.int_range(1, pl.len() + 1, dtype=pl.Int64), total=pl.col("contribution").cum_sum()
    ).select(*WATERFALL)


def why_not(
    warehouse: Path,
    seeds: str | Sequence[str],
    song: str,
    limit: int = 10,
    *,
    by: str = "hybrid",
    diversify: bool = True,
    filters: Mapping[str, float] | None = None,
) -> WhyNot:
    """The first rule that keeps ``song`` (a track id) off the list that ``recommend`` gives for the same arguments.

    Raises:
        UnknownSongError: a track is not in the warehouse.
    """
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        card = known(con, [song])[0]
        asked = ask(con, warehouse, _ids(seeds), limit, by=by, diversify=diversify, filters=filters)
        asked.listing.finish()
        twin = next((seed for seed in asked.seeds if seed["song_id"] == card["song_id"]), None)
        if twin is not None and twin["track_id"] == song:
            return WhyNot("seed", f"{_named(card)} is one of the songs that you gave")
        if twin is not None:
            return WhyNot("seed", f"{_named(card)} is the same song as {_named(twin)}, which you gave")
        one = asked.candidate(song)
        return _kept_out(con, card, asked, by) if one is None else _told(one, asked.listing, dict(filters or {}))


def without(
    warehouse: Path,
    seeds: Sequence[str],
    song: str,
    limit: int = 10,
    *,
    by: str = "hybrid",
    is_playlist: bool = False,
) -> Counterfactual:
    """Take away, one after another, the seeds that give ``song`` (a track id) most, until it leaves the first ``limit`` places
    of the bare ranking.

    The places are those that ``recommend`` gives for the seeds that are left (of one seed the neighbours, and what is taken
    away may come back). With ``is_playlist`` the seeds are a playlist, and what is left is asked for as if the playlist had
    never held the others: its own basket does not speak for it.

    Raises:
        UnknownSongError: a track is not in the warehouse.
    """
    warehouse = Path(warehouse)
    with reader(warehouse, keep=True) as con:
        rest = given = _ids(seeds)
        known(con, [*given, song])
        speakers = con.execute(statement("query/links"), {"seeds": given, "song": song}).fetchall()
        whole = given if is_playlist else None
        place = otherwise = _place(con, warehouse, given, whole, song, by, limit)
        removed: list[str] = []
        for track_id, name, _ in speakers:
            if otherwise is None or otherwise > limit or len(rest) == 1:
                break
            rest = [seed for seed in rest if seed != track_id]
            removed.append(name)
            otherwise = _place(con, warehouse, rest, whole, song, by, limit)
    if otherwise is not None and otherwise <= limit:  # no song of the list is needed for it
        return Counterfactual(place, [], place)
    return Counterfactual(place, removed, otherwise)


def _ids(seeds: str | Sequence[str]) -> list[str]:
    return [seeds] if isinstance(seeds, str) else list(dict.fromkeys(seeds))


def _place(
    con: DuckDBPyConnection,
    warehouse: Path,
    seeds: Sequence[str],
    whole: Sequence[str] | None,
    song: str,
    by: str,
    limit: int,
) -> int | None:
    """Place of ``song`` in the bare ranking for ``seeds``, which are what is left of ``whole``; null when it is not there."""
    listing = ask(con, warehouse, seeds, limit, by=by, diversify=False, filters=None, whole=whole).listing
    listing.finish()
    return next((place for place, one in enumerate(listing.left, start=1) if one.track_id == song), None)


def _told(one: Candidate, listing: Listing, filters: Mapping[str, float]) -> WhyNot:
    name = _named(one.row)
    if one.place is not None:
        return WhyNot("recommended", f"{name} is on the list: #{one.place} with {one.score:.3f}", 0.0)
    if one.rule == "blocked":
        return WhyNot("blocked", f"you blocked {name}, its artist or its genre")
    if one.rule == "filter":
        return _filtered(one, filters)
    if one.rule == "version" and one.cause is not None:
        where = f"which is #{one.cause.place}" if one.cause.place else "which fits better"
        return WhyNot("version", f"{name} is another version of {_named(one.cause.row)}, {where}")
    if one.rule == "artist cap" and one.cause is not None:
        return WhyNot(
            "artist cap",
            f"the list already has {listing.cap} songs of an artist of {name}, the last one at #{one.cause.place}",
        )
    last = listing.chosen[-1]
    own = one.score - listing.loss(one)
    gaps = {kind: last.addends.get(kind, 0.0) - value for kind, value in one.addends.items()}
    kind, gap = max(gaps.items(), key=lambda item: item[1])
    bare = next(place for place, other in enumerate(listing.left, start=1) if other is one)
    return WhyNot(
        "place",
        f"{name} is #{bare} of {len(listing.left)} by score: {own:.3f} against {last.score:.3f} of #{last.place}; "
        f"it lacks most in {kind} ({gap:.3f} less)",
        last.score - own,
    )


def _filtered(one: Candidate, filters: Mapping[str, float]) -> WhyNot:
    name = cut_by(one.row, filters)[0]
    side, _, attribute = name.partition("_")
    value, bound = one.row[attribute], filters[name]
    if value is None:
        return WhyNot("filter", f"{name} is {bound:g}, and the {attribute} of {_named(one.row)} is unknown")
    where = "below" if side == "min" else "above"
    return WhyNot(
        "filter", f"{name} is {bound:g}, and the {attribute} of {_named(one.row)} is {value:g}: {abs(value - bound):g} {where}",
        abs(value - bound),
    )  # fmt: skip


def _kept_out(con: DuckDBPyConnection, card: Row, asked: Asked, by: str) -> WhyNot:
    """Why a song is no candidate: of one seed, what kept it out of the stored neighbours."""
    name, seeds = _named(card), _all_named(asked.seeds)
    if len(asked.seeds) > 1:
        many = sum(one.rule != "seed" for one in asked.listing.seen)
        alone = "" if by == "hybrid" else f" by {by}"
        return WhyNot("neighbours", f"{name} is none of the {many} songs to which {seeds} lead{alone}")
    stored = con.execute(statement("query/stored"), {"seed": asked.seeds[0]["number"]}).fetchall()
    if not stored:
        return WhyNot("neighbours", f"{seeds} has no neighbours yet: there is nothing to compare {name} with")
    if any(track_id == card["track_id"] for track_id, *_ in stored):
        return WhyNot("neighbours", f"{name} is a stored neighbour of {seeds}, but {by} adds nothing to that")
    asked_of = {"number": card["number"], "song_id": card["song_id"]}
    lists, most, longest = con.execute(statement("query/standing"), asked_of).fetchall()[0]
    first = len(stored) - _guests(stored, longest)
    last = stored[first - 1][-2]
    artist = next(iter(card["artist_ids"]), None)
    is_own = artist in asked.seeds[0]["artist_ids"][:1]
    place, score = _deeper(con, asked.seeds[0], card)
    is_farther = score is not None and score <= last and (place is not None or not is_own)
    kept = f"the {len(stored)} stored neighbours of {seeds}"
    if most >= NEARLY * HUB * longest and not is_farther:
        who = "it" if lists == most else "another version of it"
        near = f"it is number {place} by score" if place else "it may well be nearer than the last of these"
        return WhyNot(
            "hub",
            f"{name} is not among {kept}: {who} stands in {most} of the {HUB * longest} lists in which one song "
            f"may stand, and is kept for those where it matters most; {near}",
        )
    version = next((track_id for track_id, song_id, *_ in stored if song_id == card["song_id"]), None)
    if version is not None:
        other = asked.candidate(version)
        where = f"which is #{other.place}" if other is not None and other.place else "which fits better"
        return WhyNot("version", f"{name} is another version of {_named(known(con, [version])[0])}, {where}")
    own = sum(artist_id == artist for _, _, artist_id, *_ in stored)
    if is_own and not is_farther and own >= own_for(depth_for(longest)):
        return WhyNot(
            "own artist",
            f"{name} is not among {kept}: {own} of them are by {card['artists'][0]}, and room is left for others; "
            "it may well be nearer than the last of these",
        )
    if place and not is_farther:
        left = "left its place to a song that stands in fewer lists"
        return WhyNot("hub", f"{name} is not among {kept}: it is number {place} by score, and {left}")
    those = "the last of them" if first == len(stored) else f"number {first}"
    what, short_by = "it scores less", None
    if place and score is not None:
        what = f"it is number {place} by score and has {score / MILLION:.3f}, less"
        short_by = (last - score) / MILLION
    text = f"{name} is not among {kept}: {what} than {those}, which has {last / MILLION:.3f}"
    rest = "" if first == len(stored) else "; the places behind are for songs that stand in no other list"
    return WhyNot("neighbours", text + rest, short_by)


def _deeper(con: DuckDBPyConnection, seed: Row, card: Row) -> tuple[int | None, int | None]:
    """At which place the song stands in what the night keeps of the seed beyond its neighbours, and its score in millionths;
    without a place, the score that it does not exceed. A night that learned nothing keeps nothing.
    """
    if not con.execute(statement("column_names"), {"database": "warehouse", "table": "song_lists"}).fetchall():
        return None, None
    asked = {"seed": seed["track_id"], "song": card["track_id"]}
    return con.execute(statement("query/deeper"), asked).fetchone() or (None, None)


def _guests(stored: Sequence[tuple[Any, ...]], longest: int) -> int:
    """How many of the last ``stored`` neighbours stand there because no other list tells of them: better ones may have left."""
    last = stored[:0:-1] if len(stored) == longest else []
    return len(list(takewhile(lambda row: row[-1] == 1, last)))


def _named(row: Mapping[str, Any]) -> str:
    return f"“{row['name']}”" + (f" by {', '.join(row['artists'])}" if row["artists"] else "")


def _all_named(rows: Sequence[Mapping[str, Any]]) -> str:
    return _named(rows[0]) if len(rows) == 1 else f"{_named(rows[0])} and {len(rows) - 1} more"
