"""The map and the pages of a night (steps): drawn beside its database, moved where people find them when it is published."""

from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

import polars as pl

from tasks.atlas import PULLS, Points, laid_out, regions
from tasks.draw import draw_pages
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.posters import WEB
from tasks.spotify.walk.api import Access
from tasks.standin.web.objects import IMAGE_URL
from warehouse import summaries
from warehouse.night import publishing, writing
from warehouse.reading import query


@stage("atlas")
def draw_atlas(night: Night) -> None:
    """Give every song its place on the map; songs whose neighbours all stayed as they were are not laid out again."""
    songs, near = query(night.build, "atlas/songs"), query(night.build, "atlas/neighbours", places=PULLS)
    previous = publishing.last_night(night.home, night.source)
    points = None if previous is None else _unmoved(previous, songs, near)
    if points is None:
        points = laid_out(songs.height, near)
    places = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]}).cast(pl.Float64)
    named = songs.select("track_id", *places, regions(songs, points))
    night.ledger.current.rows = writing.replace(night.build, "atlas", named)


def _unmoved(previous: Path, songs: pl.DataFrame, near: pl.DataFrame) -> Points | None:
    """Last night's places, if they were drawn from the same songs and neighbours; a file without a map has none."""
    atlas = summaries.atlas_of(previous)
    if atlas is None or not atlas["track_id"].equals(songs["track_id"]):
        return None
    same = query(previous, "atlas/neighbours", places=PULLS).equals(near)
    return atlas.select("x", "y").to_numpy().astype("float32") if same else None


@stage("report")
def draw_report(night: Night, access: Access) -> None:
    """Draw tonight's pages into the folder beside tonight's database; ``publish_pages`` puts them in their place.

    The gate has judged the night before, and what the night has booked of itself so far stands in its database.
    """
    booked = night.ledger.frame().filter(pl.col("stage") != "report")
    writing.record(night.build, "run_stages", booked)
    previous = publishing.last_night(night.home, night.source)
    draw_pages(
        night.build, pages_of(night), previous=previous, covers=night.home.posters, routes=_routes(night, access)
    )


def publish_pages(night: Night) -> None:
    """Put tonight's pages in place of the former ones. Call it right after the database is published."""
    drawn, reports = pages_of(night), night.home.reports
    former = reports.with_name(f"{reports.name}.former")
    rmtree(former, ignore_errors=True)
    if reports.exists():
        reports.rename(former)
    drawn.rename(reports)
    rmtree(former, ignore_errors=True)


def pages_of(night: Night) -> Path:
    """The folder of tonight's pages, beside tonight's database."""
    return night.build.with_suffix("")


def _routes(night: Night, access: Access) -> Mapping[str, str]:
    """Where covers are asked for: nowhere on a night of files or of a replay, on the demo where its stand-in really listens."""
    if night.source == "files" or "replayed" in night.facts:
        return {}
    return {IMAGE_URL: f"http://{urlsplit(access.api_url).netloc}/image"} if night.source == "demo" else WEB
