"""Lists of which several files of one import tell: together they make one list (tool).

A list that is imported again replaces what was there of it. But data sets come in parts, and a list may go on in the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import polars as pl

from schemas.values import Harvest, Home
from warehouse import imports

ENTITY = "playlist_tracks"


@dataclass
class Together:
    """What the files of one import have told so far: the ids of their lists; files that were taken before are only read for
    them when another one has lists, too.
    """

    home: Home
    named: set[str] = field(default_factory=set)
    unread: list[Callable[[], list[Harvest]]] = field(default_factory=list)

    def joined(self, harvest: Harvest) -> Harvest:
        """``harvest`` with what it adds to lists of earlier files, behind what they hold, in place of whole lists."""
        own = ids_of(harvest)
        while own and self.unread:
            self.named.update(*map(ids_of, self.unread.pop()()))
        shared = sorted(own & self.named)
        self.named |= own
        if not shared:
            return harvest
        there = imports.places(self.home, shared)
        songs = there.select("playlist_id", "track_id").unique()
        new = harvest.rows.join(songs, on=["playlist_id", "track_id"], how="anti", maintain_order="left")
        again = harvest.rows.height - new.height
        return replace(
            harvest,
            rows=_behind(new, there),
            covers=pl.DataFrame({"playlist_id": sorted(own.difference(shared))}, schema={"playlist_id": pl.String}),
            skipped={**harvest.skipped, **({"the list holds it already": again} if again else {})},
        )


def ids_of(harvest: Harvest) -> set[str]:
    """The lists of which a harvest tells."""
    if harvest.entity == ENTITY and isinstance(harvest.covers, pl.DataFrame):
        return set(harvest.covers["playlist_id"])
    return set()


def _behind(rows: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """``rows`` [playlist_id, position, …] where they are, but in lists of which a place is taken behind all of them."""
    taken = there.group_by("playlist_id").agg(last=pl.col("position").max(), places="position")
    placed = rows.join(taken, on="playlist_id", how="left", maintain_order="left")
    is_taken = pl.col("position").is_in("places").fill_null(False).any().over("playlist_id")
    order = pl.col("position").rank("ordinal").over("playlist_id").cast(pl.Int32)
    position = pl.when(is_taken).then(pl.col("last") + order).otherwise("position")
    return placed.with_columns(position=position).select(rows.columns)
