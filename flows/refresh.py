"""One night: from a token to a published warehouse.

Reads: the Web API (or the demo's stand-in), ``imports.duckdb``, the feedback journal, the published file of last night.
Writes: a new database beside the published one, then, in one rename, the published one; the report beside it.
On repeat: the same rows. Nothing is published unless the gate agrees.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.states import Completed

from flows.settings import Settings
from schemas.errors import SettingsError
from tasks.night.acquire import acquire_token, extract_pages, fetch_features, plan_extraction, probe_capabilities
from tasks.night.context import Night, access_to, tonight
from tasks.night.fold import fold_feedback, publish_lists
from tasks.night.keep import drop_stale, fold_imports, open_building, profile_tables, store_checked, validate_harvests
from tasks.night.ledger import Ledger
from tasks.night.relate import evaluate_night, identify_recordings, relate_songs
from tasks.night.release import judge, publish_night
from tasks.night.show import draw_atlas, draw_report, publish_pages
from tasks.spotify.plan import Plan
from tasks.spotify.walk.api import Access


@flow(name="refresh", flow_run_name="{source} night", validate_parameters=False, persist_result=False)
def refresh(source: str = "", full: bool = False, from_stage: str = "", force: bool = False) -> Any:
    """Run one night and return its summary.

    ``source`` is demo, spotify or files (the setting when empty); ``full`` asks for everything again; ``from_stage`` begins
    at that stage with last night's tables; ``force`` publishes against the gate.
    """
    settings = Settings.from_env()
    first = begin_at(from_stage)
    with (
        tonight(settings.home, source or settings.source, asdict(settings), full=full, force=force) as night,
        access_to(night) as access,
    ):
        open_building(night, whole=first > 0)
        for stage in list(STAGES)[first:]:
            STAGES[stage](night, access)
        judge(night)
        draw_report(night, access)
        publish_night(night)
        publish_pages(night)
    summary = night.summary()
    return (
        summary
        if night.parked_until is None
        else Completed(name="Parked", message=f"until {night.parked_until}", data=summary)
    )


def plan_night(settings: Settings, *, full: bool = False) -> Plan:
    """What the API allows this app, and what a night would ask of it; asks no more than the probe and keeps nothing."""
    now = datetime.now(UTC).replace(tzinfo=None)
    night = Night("plan", settings.source, settings.home, asdict(settings), Ledger("plan"), now, full=full)
    if night.source == "files":
        raise SettingsError("a night from files asks nothing of anybody: --plan is for --source demo or spotify")
    with access_to(night) as access:
        return plan_extraction(night, access)


def gather(night: Night, access: Access) -> None:
    """From the API into checked tables: token, probe, pages, rules, rows, sound."""
    if night.source == "files":
        return
    with acquire_token(night, access) as api:
        capabilities = probe_capabilities(night, api)
        store_checked(night, validate_harvests(night, extract_pages(night, api, capabilities)))
        store_checked(night, validate_harvests(night, fetch_features(night, api, capabilities)))


STAGES: dict[str, Callable[[Night, Access], Any]] = {
    "extract": gather,
    "imports": lambda night, _: fold_imports(night),
    "feedback": lambda night, _: fold_feedback(night),
    "retention": lambda night, _: drop_stale(night),
    "identity": lambda night, _: identify_recordings(night),
    "similarity": lambda night, _: relate_songs(night),
    "atlas": lambda night, _: draw_atlas(night),
    "evaluate": lambda night, _: evaluate_night(night),
    "for_you": lambda night, _: publish_lists(night),
    "profile": lambda night, _: profile_tables(night),
}
"""What a night works out, in order; ``segue refresh --from`` takes these names. Gate, report and publish always follow."""


def begin_at(stage: str) -> int:
    """Place of ``stage`` in the night; 0 when it is empty. Raises SettingsError for a name that is none."""
    if stage and stage not in STAGES:
        raise SettingsError(f"there is no stage {stage!r} to begin at: choose one of {', '.join(STAGES)}")
    return list(STAGES).index(stage) if stage else 0
