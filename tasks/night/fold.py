"""Steps about the person: the journal into the table of feedback, the profile, and the list that is published."""

import json
import logging

import polars as pl

from schemas.errors import WarehouseError
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.taste import exclusions
from tasks.taste.clusters import strongest, tastes
from tasks.taste.evidence import evidence
from tasks.taste.library import library
from warehouse import for_you, journal
from warehouse.night import writing
from warehouse.reading import query, table

log = logging.getLogger(__name__)

LIST = "for_you"
SONGS = 50
"""Songs on the published list; `segue for-you` makes its own with what was said since."""


@stage("feedback")
def fold_feedback(night: Night) -> None:
    """Let the table ``feedback`` hold what counts of the journal, no more and no less."""
    rows = journal.frame(journal.read(night.home.journal))
    night.ledger.current.rows = writing.replace(night.build, "feedback", rows)


@stage("for_you")
def publish_lists(night: Night) -> None:
    """Work out the profile and the list for the person, keep what is still good of last night's list, and say how much."""
    build = night.build
    known = library(build)
    excluded = exclusions.read(night.home.exclusions, night.wishes.get("timezone", ""))
    writing.replace(build, "exclusions", exclusions.effects(known, excluded, build))
    said = evidence(exclusions.without(known, excluded, build))
    near = query(build, "for_you/reached", seeds=said["track_id"].to_list())
    near = near.select("score", "kind", track_id="seed", neighbour_id="track_id")
    profile = tastes(said, known.songs, near)
    writing.replace(build, "tastes", profile)
    writing.replace(build, "taste_links", near.join(strongest(profile, 2 * for_you.SEEDS), on="track_id", how="semi"))
    earlier = _earlier(night)
    listed = for_you.recommended(build, journal.read(night.home.journal), SONGS, earlier=earlier)
    night.ledger.current.rows = writing.replace(build, "recommendations", _rows(listed, table(build, "models")))
    _tell(night, profile, listed, earlier)


def _earlier(night: Night) -> list[str]:
    """Last night's list; empty before the first, and where that was written by another version of Segue."""
    try:
        return query(night.home.warehouse, "for_you/earlier")["track_id"].to_list()
    except WarehouseError:
        return []


def _rows(listed: pl.DataFrame, models: pl.DataFrame) -> pl.DataFrame:
    reasons = [json.dumps(told, ensure_ascii=False) for told in listed["reasons"].to_list()]
    return listed.select(
        pl.lit(LIST).alias("list"),
        pl.col("rank").cast(pl.Int32),
        "track_id",
        "score",
        pl.Series("reasons", reasons, pl.String),
        "taste_id",
        algorithm=pl.lit(models.filter(model="song")["algorithm"].first(), pl.String),
    )


def _tell(night: Night, profile: pl.DataFrame, listed: pl.DataFrame, earlier: list[str]) -> None:
    names = profile.filter(pl.col("weight") > 0)["taste"].unique(maintain_order=True).to_list()
    note = (
        f"{len(names)} tastes: {'; '.join(names)}" if names else "nothing is known of the person yet: well known songs"
    )
    kept = len(set(earlier) & set(listed["track_id"].to_list()))
    if earlier:
        note += f"; {kept} of {listed.height} songs stay from last night"
    night.facts["tastes"] = names
    night.facts["for_you_kept"] = kept if earlier else None
    night.ledger.current.note = note
