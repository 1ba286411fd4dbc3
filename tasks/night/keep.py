"""Steps that keep rows: begin the night's database, check, store, fold in what was imported, profile."""

import json
import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from schemas.values import Checked, Harvest
from tasks.imports.importing import gathered
from tasks.imports.unify import NAMING, unified, unnamed
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.spotify.walk.landing import replay
from tasks.validate import check
from warehouse import imports, past, reading
from warehouse.night import building, profiling, retaining, writing

log = logging.getLogger(__name__)


@stage("open")
def open_building(night: Night, whole: bool = False, again: bool = False) -> None:
    """Begin tonight's database beside the published one, with the earlier rows that still count; ``whole`` with all of them.

    ``again`` begins where the night began whose pages are to be replayed.
    """
    before = replay(night.home, night.row_source).walk.runs[0] if again and night.source != "files" else None
    night.build = building.start(night.home, night.run_id, night.source, whole=whole, before=before)
    writing.record(night.build, "runs", pl.DataFrame([night.run_row()]))


@stage("validate")
def validate_harvests(night: Night, harvests: Iterable[Harvest]) -> list[Checked]:
    """Check what arrived against the models; bad rows go to quarantine, good ones go on."""
    checked = [check(harvest) for harvest in harvests]
    entry = night.ledger.current
    entry.rows = sum(batch.rows.height for batch in checked)
    rejected = Counter({batch.harvest.entity: 0 for batch in checked})
    for batch in checked:
        rejected[batch.harvest.entity] += batch.rejected.height
    told = ", ".join(f"{rows:,} of {entity}" for entity, rows in sorted(rejected.items()) if rows)
    if told:
        entry.verdict = "partial"
        entry.note = f"rows in quarantine: {told}"
        log.warning("rows in quarantine: %s; see the table rejected_rows", told)
    return checked


@stage("store")
def store_checked(night: Night, checked: Iterable[Checked]) -> None:
    """Merge checked rows into their tables, one transaction a table, every received row accounted for."""
    batches = list(checked)
    _book(night, [writing.merge(night.build, batch, night.run_id) for batch in batches])
    for batch in batches:
        if batch.harvest.entity == "tracks" and batch.harvest.source in retaining.SERVICES:
            writing.record(night.build, "fetches", retaining.seen(batch.rows, night.started_at))


@stage("retention")
def drop_stale(night: Night) -> None:
    """Drop what the API told and no longer tells, once the days of ``SEGUE_RETENTION_DAYS`` are over; 0 keeps it."""
    days = int(night.wishes.get("retention_days", 0))
    if days == 0 or night.source != "spotify":
        night.ledger.current.verdict = "skipped"
        return
    dropped = retaining.drop_stale(night.build, days, night.started_at)
    files = retaining.forget_history(night.home, days, night.started_at)
    night.facts["dropped"] = dropped
    told = [f"{rows:,} of {table}" for table, rows in dropped.items()] + [f"{files} former nights"] * bool(files)
    night.ledger.current.note = f"not seen for {days} days and dropped: {', '.join(told)}" if told else None


@stage("imports")
def fold_imports(night: Night) -> None:
    """Let the tables hold what ``segue import`` took, no more and no less.

    The demo leaves that out: its listener is another person, whose own history is read in its place.
    """
    known = {name: reading.table(night.build, name) for name in NAMING}
    if night.source == "demo":
        brought = [unnamed(harvest, known) for harvest in unified(_of_the_listener(), known)]
    else:
        brought = unified(imports.harvests(night.home), known)
    found = [harvest for harvest in brought if not harvest.rows.is_empty() or _holds(night, harvest)]
    _book(night, [writing.merge(night.build, check(harvest), night.run_id) for harvest in found])


@stage("profile")
def profile_tables(night: Night) -> None:
    """Note which lists changed, then describe every column of every table: nulls, different values, range, mean, quantiles."""
    past.remember(night.build, night.run_id)
    night.ledger.current.rows = profiling.profile(night.build)


def _of_the_listener() -> list[Harvest]:
    """The streaming history of the demo's listener: written as Spotify sends it, read as `segue import` reads it."""
    from tasks.standin.demo import write_demo_history

    with TemporaryDirectory(prefix="segue-") as folder:
        return gathered([write_demo_history(Path(folder) / "my_spotify_data.zip")], "demo")


def _holds(night: Night, harvest: Harvest) -> bool:
    """Whether the table has rows of the source, which then must go."""
    found = reading.query(night.build, "rows_of_source", table=harvest.entity, source=harvest.source)
    return bool(found["rows"].item())


def _book(night: Night, accounts: list[writing.Account]) -> None:
    """Write the sums of the accounts into the ledger and the log."""
    entry = night.ledger.current
    entry.rows = sum(account.stored for account in accounts)
    figures = {
        name: sum(getattr(account, name) for account in accounts)
        for name in ("received", "unchanged", "duplicate", "rejected", "skipped", "removed")
    }
    entry.note = f"{figures['received']:,} received, {entry.rows:,} stored" + "".join(
        f", {rows:,} {name}" for name, rows in figures.items() if name != "received" and rows
    )
    for account in accounts:
        log.info("%s from %s: %s", account.entity, account.source, json.dumps(vars(account)), extra={"event": "stored"})
