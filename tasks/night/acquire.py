"""The steps that ask: a token, what the app may, every page that is new, and how the songs sound."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from schemas.errors import WarehouseError
from schemas.values import Harvest
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.spotify.extraction import gathered
from tasks.spotify.features import featured
from tasks.spotify.plan import Plan, planned
from tasks.spotify.walk.api import RECCOBEATS, RECCOBEATS_RATE, SPOTIFY, Access, Api, open_api, replayed
from tasks.spotify.walk.capabilities import Capabilities, probe
from tasks.spotify.walk.landing import Landing, Walk, open_landing, purge, replay
from tasks.spotify.walk.past import Past
from tasks.spotify.web.clock import Clock
from tasks.spotify.web.transport import Counts, Meter
from warehouse import reading
from warehouse.night import writing
from warehouse.night.publishing import withdrawn

log = logging.getLogger(__name__)

LOOPBACK_RATE = 2000.0
"""Requests a second to the demo's own stand-in, which nobody else has to share."""


@dataclass(frozen=True)
class Extraction:
    """What a walk brought, and until when the API wants to be left alone, if it does; iterates over the harvests."""

    harvests: list[Harvest]
    parked_until: datetime | None = None

    def __iter__(self) -> Iterator[Harvest]:
        return iter(self.harvests)


def plan_extraction(night: Night, access: Access) -> Plan:
    """What a night would ask for now; nothing is asked but what the probe needs, and nothing is kept.

    Raises:
        SignInError, ApiError: as the first two steps of a night.
        Parked: Spotify wants to be left alone.
    """
    walk = Walk(night.row_source, "", night.full, night.started_at)
    with _open(night, access, Landing(walk), Meter()) as api:
        if api.parks:
            raise next(iter(api.parks.values()))
        with api.meter.stage("probe"):
            capabilities = probe(api)
        past, tracks, features = Past(), pl.DataFrame(), pl.DataFrame()
        published = night.home.warehouse
        if published.is_file():
            tracks, features = (reading.table(published, name) for name in ("tracks", "audio_features"))
            tracks = tracks.filter(pl.col("source") == night.row_source)
            past = past if night.full else Past.of(reading.known(published, night.row_source))
        return planned(api, capabilities, past, tracks, features, night.started_at)


@stage("token")
def acquire_token(night: Night, access: Access, clock: Clock | None = None) -> Api:
    """Sign in with what there is and open tonight's clients; close them when the walk is over.

    ``clock`` is the time by which they wait.

    Raises:
        SignInError: there is nothing to sign in with, or it was refused.
        ApiError: the accounts service does not answer.
    """
    landing = open_landing(
        night.home,
        night.run_id,
        night.row_source,
        "demo" if night.source == "demo" else access.client_id,
        full=night.full,
        now=night.started_at,
        published=_published(night),
    )
    purge(night.home, night.wishes["landing_days"], night.started_at, keep=landing)
    meter = Meter()
    with meter.stage("token") as counts:
        api = _open(night, access, landing, meter, clock)
    for told in api.warnings:
        night.tell(told)
    _book(night, api, counts, 1)
    return api


@stage("replay")
def open_pages(night: Night) -> Api:
    """The pages of the latest walk in the place of the services, which are not asked; what did not land is left out and told.

    Raises:
        WarehouseError: no pages are kept.
    """
    landing = replay(night.home, night.row_source)
    night.full = landing.walk.full
    night.facts["replayed"] = landing.walk.runs[0]
    night.ledger.current.rows = landing.taken_over
    night.ledger.current.note = f"the pages of the walk that {landing.walk.runs[0]} began, nothing is asked"
    return replayed(night.home, landing, Meter())


@stage("probe")
def probe_capabilities(night: Night, api: Api) -> Capabilities:
    """Find out what the app may tonight, write it down, and tell what it could last night and cannot now.

    Raises:
        SignInError: the app or the person is refused altogether; the text has the remedy.
        ApiError: Spotify does not answer.
    """
    with api.meter.stage("probe") as counts:
        capabilities = probe(api)
    if night.build.is_file() and capabilities.is_probed:
        for lost in capabilities.lost_since(_last_capabilities(night)):
            what = capabilities.found[lost]
            night.tell(f"the API no longer gives {lost} to this app ({what.detail or 'gone'})")
        writing.record(night.build, "api_capabilities", capabilities.frame(night.run_id))
    for name, what in capabilities.found.items():
        if name.startswith("scope:") and not what.is_available:
            night.tell(
                f"{what.detail} are not read: the sign-in lacks {name.removeprefix('scope:')}; run `segue login`"
            )
    _book(night, api, counts, counts.requests - counts.retries)
    night.ledger.current.rows = len(capabilities.found)
    return capabilities


@stage("extract")
def extract_pages(night: Night, api: Api, capabilities: Capabilities) -> Extraction:
    """Walk what is new in the person's library; every page lands on disk before it is read.

    A park or a fault ends it early, with what is there by then; nothing but a refusal of the whole app is raised.
    """
    past = Past() if night.full else Past.of(reading.known(night.build, night.row_source))
    with api.meter.stage("extract") as counts:
        artists, credits = (reading.table(night.build, name) for name in ("artists", "track_artists"))
        found = gathered(api, capabilities, past, artists, credits, night.row_source, _asked_at(night, api))
    api.left_out = not found.is_complete
    writing.record(night.build, "fetches", found.fetches)
    for problem in found.problems:
        night.tell(problem)
    _book(night, api, counts, found.least, notes=found.notes, is_partial=not found.is_complete)
    night.ledger.current.rows = sum(harvest.received for harvest in found.harvests)
    return Extraction(found.harvests, night.parked_until)


@stage("features")
def fetch_features(night: Night, api: Api, capabilities: Capabilities) -> list[Harvest]:
    """Audio features and popularity of the tracks under construction that have none: Spotify where it may, else ReccoBeats."""
    with api.meter.stage("features") as counts:
        found = featured(
            api,
            capabilities,
            reading.table(night.build, "tracks"),
            reading.table(night.build, "audio_features"),
            reading.table(night.build, "fetches"),
            night.row_source,
            _asked_at(night, api),
            again=night.full,
        )
    if not api.parks:
        api.landing.end(api.clock.now(), is_whole=not (api.left_out or found.problems))
    writing.record(night.build, "fetches", found.fetches)
    for problem in found.problems:
        night.tell(problem)
    services = [SPOTIFY, RECCOBEATS] if capabilities.allows("audio_features") else [RECCOBEATS]
    _book(night, api, counts, found.least, is_partial=bool(found.problems), asked=services)
    night.ledger.current.rows = sum(harvest.rows.height for harvest in found.harvests)
    night.facts["feature_coverage"] = found.coverage
    return found.harvests


def _open(night: Night, access: Access, landing: Landing, meter: Meter, clock: Clock | None = None) -> Api:
    is_demo = night.source == "demo"
    return open_api(
        access,
        night.home,
        landing,
        meter,
        rate=LOOPBACK_RATE if is_demo else night.wishes["requests_per_second"],
        reccobeats_rate=LOOPBACK_RATE if is_demo else RECCOBEATS_RATE,
        max_wait_seconds=night.wishes["max_wait_seconds"],
        clock=clock,
    )


def _asked_at(night: Night, api: Api) -> datetime:
    """The beginning of the night; in a replay of the one that asked, because what is asked for depends on it."""
    return api.landing.walk.started_at if api.landing.is_replay else night.started_at


def _published(night: Night) -> list[str]:
    """The nights that came out, and one that was withdrawn since: what it asked is not to be taken for tonight's answers."""
    runs: list[str] = []
    for path in (night.home.warehouse, withdrawn(night.home)):
        with suppress(WarehouseError):  # not there, or one that cannot be read
            runs += reading.table(path, "runs")["run_id"].to_list()
    return runs


def _last_capabilities(night: Night) -> pl.DataFrame:
    """What the API answered on the latest earlier night of the same source."""
    runs = reading.table(night.build, "runs").filter(pl.col("source") == night.source)["run_id"].to_list()
    earlier = reading.table(night.build, "api_capabilities").filter(pl.col("run_id").is_in(runs))
    return earlier.filter(pl.col("run_id") == pl.col("run_id").max())


def _book(
    night: Night,
    api: Api,
    counts: Counts,
    least: int,
    *,
    notes: Sequence[str] = (),
    is_partial: bool = False,
    asked: Sequence[str] = (SPOTIFY,),
) -> None:
    """The figures of a stage into the ledger, and the earliest moment at which coming back is of use into the night."""
    entry = night.ledger.current
    entry.requests = counts.requests
    entry.requests_least = min(least, counts.requests)
    entry.retries = counts.retries
    entry.waited_seconds = counts.waited_seconds
    entry.note = "; ".join([*([counts.described()] if counts.troubles else []), *notes]) or None
    if is_partial:
        entry.verdict = "partial"
    if any(service in api.parks for service in asked):
        entry.verdict = "parked"
    if api.parks:
        night.parked_until = api.parked_until
        for told in map(str, api.parks.values()):
            if told not in night.problems:
                night.tell(told)
