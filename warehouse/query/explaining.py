"""Why a song stands on a list, why another one does not, and what the list would be without some of its seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from schemas.errors import UnknownSongError
from warehouse.connection import reader
from warehouse.query.asking import Asked, Row, ask, basket_names, known, shared_baskets
from warehouse.query.outside import Outside, WhyNot, all_named, named
from warehouse.query.ranking import Candidate, Listing, cut_by
from warehouse.query.telling import reasons, told_baskets
from warehouse.statements import statement

NAMED = 3
"""Seeds that a line names; the others are counted."""

WATERFALL = {
    "ordinal": pl.Int64(),
    "kind": pl.String(),
    "text": pl.String(),
    "contribution": pl.Float64(),
    "total": pl.Float64(),
    "evidence": pl.List(pl.String()),
}


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
            raise UnknownSongError(f"{named(card)} is one of the songs that you gave, which never come back")
        if one is None:
            raise UnknownSongError(
                f"{named(card)} is none of the neighbours of {all_named(asked.seeds)}: `segue why-not` tells what kept it out"
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
            return WhyNot("seed", f"{named(card)} is one of the songs that you gave")
        if twin is not None:
            return WhyNot("seed", f"{named(card)} is the same song as {named(twin)}, which you gave")
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
    name = named(one.row)
    if one.place is not None:
        return WhyNot("recommended", f"{name} is on the list: #{one.place} with {one.score:.3f}", 0.0)
    if one.rule == "blocked":
        return WhyNot("blocked", f"you blocked {name}, its artist or its genre")
    if one.rule == "filter":
        return _filtered(one, filters)
    if one.rule == "version" and one.cause is not None:
        where = f"which is #{one.cause.place}" if one.cause.place else "which fits better"
        return WhyNot("version", f"{name} is another version of {named(one.cause.row)}, {where}")
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
        return WhyNot("filter", f"{name} is {bound:g}, and the {attribute} of {named(one.row)} is unknown")
    where = "below" if side == "min" else "above"
    return WhyNot(
        "filter", f"{name} is {bound:g}, and the {attribute} of {named(one.row)} is {value:g}: {abs(value - bound):g} {where}",
        abs(value - bound),
    )  # fmt: skip


def _kept_out(con: DuckDBPyConnection, card: Row, asked: Asked, by: str) -> WhyNot:
    """Why a song is no candidate: of one seed, what kept it out of the stored neighbours."""
    name, seeds = named(card), all_named(asked.seeds)
    if len(asked.seeds) > 1:
        many = sum(one.rule != "seed" for one in asked.listing.seen)
        alone = "" if by == "hybrid" else f" by {by}"
        return WhyNot("neighbours", f"{name} is none of the {many} songs to which {seeds} lead{alone}")
    stored = con.execute(statement("query/stored"), {"seed": asked.seeds[0]["number"]}).fetchall()
    if not stored:
        return WhyNot("neighbours", f"{seeds} has no neighbours yet: there is nothing to compare {name} with")
    if any(track_id == card["track_id"] for track_id, *_ in stored):
        return WhyNot("neighbours", f"{name} is a stored neighbour of {seeds}, but {by} adds nothing to that")
    return Outside(con, card, asked, stored).why()
