"""Nights over the real stand-in, in a time of their own: nobody sleeps, every second that is waited is counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl
import pytest

from schemas.values import Home
from tasks.night.acquire import acquire_token, extract_pages, fetch_features, plan_extraction, probe_capabilities
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from tasks.spotify.extraction import Gathered, gathered
from tasks.spotify.plan import Plan
from tasks.spotify.walk.api import Access, Api
from tasks.spotify.walk.capabilities import probe
from tasks.spotify.walk.past import Past
from tasks.spotify.web.clock import Clock, utc_now
from tasks.standin import StandIn
from tasks.validate import check
from warehouse import reading
from warehouse.connection import writer
from warehouse.ddl import polars_schema
from warehouse.night import building, publishing, writing
from warehouse.rows import transaction

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC like the rest


class Time:
    """A clock that stands still but for those who sleep by it."""

    def __init__(self) -> None:
        self.began = utc_now().replace(microsecond=0)
        self.elapsed = 0.0
        self.naps: list[float] = []
        self._lock = Lock()

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.elapsed += max(seconds, 1e-6)
            self.naps.append(seconds)

    def pass_by(self, **span: float) -> None:
        """Let time go by between two nights."""
        self.elapsed += timedelta(**span).total_seconds()

    def unix(self) -> float:
        return (self.now - EPOCH).total_seconds()

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.elapsed, self.sleep)


@dataclass
class Told:
    """What is left of one night."""

    night: Night
    path: Path
    harvests: list[Any] = field(default_factory=list)

    def table(self, name: str, *columns: str) -> pl.DataFrame:
        """Rows of a table, of these columns, in order."""
        found = reading.table(self.path, name)
        return found.select(columns) if columns else found

    def rows(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        return self.table(name, *columns).sort(columns).rows()

    def stage(self, name: str) -> Any:
        return next(entry for entry in self.night.ledger.entries if entry.stage == name)

    @property
    def requests(self) -> int:
        return sum(entry.requests or 0 for entry in self.night.ledger.entries)


@dataclass
class Walked:
    """What a walk brought, checked but not stored."""

    night: Night
    found: Gathered

    def harvest(self, entity: str) -> Any:
        return next(harvest for harvest in self.found.harvests if harvest.entity == entity)

    def rows(self, entity: str, *columns: str) -> list[tuple[Any, ...]]:
        return check(self.harvest(entity)).rows.select(columns).sort(columns).rows()


class Nights:
    """Nights of one home, one after the other."""

    def __init__(self, home: Home, time: Time) -> None:
        self.home = home
        self.time = time
        self.count = 0

    def begin(self, *, full: bool = False, **wishes: Any) -> Night:
        night = self.begin_nothing(full=full, **wishes)
        night.build = building.start(self.home, night.run_id, "spotify")
        return night

    def begin_nothing(self, *, full: bool = False, **wishes: Any) -> Night:
        self.count += 1
        run_id = f"{self.time.now:%Y%m%dT%H%M%S}-{self.count:06d}"
        defaults = {"requests_per_second": 1000.0, "max_wait_seconds": 120.0, "landing_days": 14}
        return Night(run_id, "spotify", self.home, {**defaults, **wishes}, Ledger(run_id), self.time.now, full=full)

    def access(self, spotify: StandIn, **other: str) -> Access:
        found = {
            "api_url": spotify.api_url,
            "accounts_url": spotify.accounts_url,
            "reccobeats_url": spotify.reccobeats_url,
            "client_id": spotify.client_id,
            "client_secret": spotify.client_secret,
            "refresh_token": spotify.refresh_token,
        }
        return Access(**{**found, **other})

    def run(
        self,
        spotify: StandIn,
        *,
        publish: bool = True,
        full: bool = False,
        given: dict[str, str] | None = None,
        **wishes: Any,
    ) -> Told:
        """One night: asked, checked, stored and, unless it is to fail after that, published."""
        night = self.begin(full=full, **wishes)
        found: list[Any] = []
        with acquire_token.fn(night, self.access(spotify, **(given or {})), self.time.clock) as api:
            capabilities = probe_capabilities.fn(night, api)
            found += self._store(night, extract_pages.fn(night, api, capabilities).harvests)
            found += self._store(night, fetch_features.fn(night, api, capabilities))
        if not publish:
            return Told(night, night.build, found)
        night.verdict = "published"
        writing.record(night.build, "runs", pl.DataFrame([night.run_row()]))
        publishing.publish(self.home, night.build)
        return Told(night, self.home.warehouse, found)

    def _store(self, night: Night, harvests: list[Any]) -> list[Any]:
        with writer(night.build) as con:
            for harvest in harvests:
                with transaction(con):
                    writing.merge_into(con, check(harvest), night.run_id)
        return harvests

    def api(self, spotify: StandIn) -> Api:
        """Tonight's clients alone."""
        api: Api = acquire_token.fn(self.begin_nothing(), self.access(spotify), self.time.clock)
        return api

    def walk(self, spotify: StandIn, **wishes: Any) -> Walked:
        """Only the walk and what is read of it: no table, nothing stored."""
        return self._walk(self.begin_nothing(**wishes), self.access(spotify))

    def walk_as(self, spotify: StandIn, **credentials: str) -> Walked:
        """The same with other credentials than those of the stand-in."""
        return self._walk(self.begin_nothing(), self.access(spotify, **credentials))

    def _walk(self, night: Night, access: Access) -> Walked:
        with acquire_token.fn(night, access, self.time.clock) as api:
            nothing = [pl.DataFrame(schema=polars_schema(name)) for name in ("artists", "track_artists")]
            found = gathered(api, probe(api), Past(), *nothing, "spotify", self.time.now)
        return Walked(night, found)

    def plan(self, spotify: StandIn) -> Plan:
        return plan_extraction(self.begin(), self.access(spotify))


@pytest.fixture(scope="session")
def a_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Nights]:
    """Makes the nights of a new home, in a time of their own."""
    return lambda: Nights(Home(tmp_path_factory.mktemp("home") / "segue-data"), Time())


@pytest.fixture
def nights(a_home: Callable[[], Nights]) -> Nights:
    return a_home()


@pytest.fixture
def paths() -> Callable[[StandIn], list[str]]:
    """What was asked of the Web API, in order: path and query."""
    return lambda spotify: [
        f"{request.path}?{request.query}" for request in spotify.requests if request.path.startswith("/v1")
    ]
