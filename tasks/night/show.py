"""The pages of a night (step): drawn beside its database, moved where people find them when it is published."""

from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

import polars as pl

from tasks.draw import draw_pages
from tasks.night.context import Access, Night
from tasks.night.ledger import stage
from tasks.standin.web.objects import IMAGE_PORT
from warehouse.night import writing


@stage("report")
def draw_report(night: Night, access: Access) -> None:
    """Draw tonight's pages into the folder beside tonight's database; ``publish_pages`` puts them in their place.

    What the night has booked of itself so far is written into its database first, so that the pages can tell it.
    """
    row = night.run_row()
    if row["verdict"] == "failed":  # what a night is called until it is published; its pages are only seen after that
        row["verdict"] = "published" if night.parked_until is None else "parked"
    writing.record(night.build, "runs", pl.DataFrame([row], infer_schema_length=None))
    writing.record(night.build, "run_stages", night.ledger.frame())
    previous = night.home.warehouse if night.home.warehouse.exists() else None
    rewrite = _stand_in_covers(access) if night.source == "demo" else None
    draw_pages(night.build, pages_of(night), previous=previous, covers=night.home.posters, rewrite=rewrite)


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


def _stand_in_covers(access: Access) -> tuple[str, str]:
    """The demo's cover addresses are fixed; this is where tonight's stand-in really listens."""
    return f"http://127.0.0.1:{IMAGE_PORT}", f"http://{urlsplit(access.api_url).netloc}"
