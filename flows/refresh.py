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

from flows.aftermath import aftermath
from flows.ending import ended_in_time
from flows.settings import Settings
from flows.stages import FIRST, REPLAY, Stage, chosen
from flows.talk.console import talk
from flows.timing import spoken, superfluous
from schemas.errors import SettingsError
from tasks.night.acquire import (
    acquire_token,
    extract_pages,
    fetch_features,
    open_pages,
    plan_extraction,
    probe_capabilities,
)
from tasks.night.context import Night, access_to, tonight
from tasks.night.fold import fold_feedback, publish_lists
from tasks.night.keep import drop_stale, fold_imports, open_building, profile_tables, store_checked, validate_harvests
from tasks.night.ledger import Ledger
from tasks.night.relate import evaluate_night, identify_recordings, relate_songs
from tasks.night.release import judge, publish_night, rehearse_night
from tasks.night.show import draw_atlas, draw_report, publish_pages
from tasks.spotify.plan import Plan
from tasks.spotify.walk.api import Access, Api


@flow(name="refresh", flow_run_name="{source} night", validate_parameters=False, persist_result=False)
def refresh(
    source: str = "",
    full: bool = False,
    from_stage: str = "",
    only: str = "",
    force: bool = False,
    dry_run: bool = False,
) -> Any:
    """Run one night and return its summary.

    ``source`` is demo, spotify or files (the setting when empty); ``full`` asks for everything again; ``from_stage`` begins
    at that stage with last night's tables; ``only`` does that one stage again on them; ``force`` publishes against the gate;
    ``dry_run`` publishes nothing and says what would change.
    """
    settings = Settings.from_env()
    source = source or settings.source
    stages = chosen(from_stage, only)
    if why := superfluous(settings.home, source):
        return Completed(name="Skipped", message=why)
    with spoken(settings.log, settings.home), aftermath(settings, source) as after:
        wishes = asdict(settings)
        with (
            tonight(settings.home, source, wishes, full=full, force=force, dry_run=dry_run) as night,
            ended_in_time(),  # in here, so that the night's story tells of a signal and not of what it broke
            access_to(night) as access,
        ):
            after.night, talk.run_id = night, night.run_id
            open_building(night, whole=bool(only) or stages[0] not in (FIRST, REPLAY), again=stages[0] == REPLAY)
            for stage in stages:
                STAGES[stage](night, access)
            judge(night)
            if dry_run:
                rehearse_night(night)
            else:
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
        keep_all(night, api)


def replay(night: Night) -> None:
    """As ``gather``, from the pages that the latest walk left on disk, with nobody asked."""
    if night.source == "files":
        return
    with open_pages(night) as api:
        keep_all(night, api)


def keep_all(night: Night, api: Api) -> None:
    """Everything that the walk brings, checked and stored."""
    capabilities = probe_capabilities(night, api)
    store_checked(night, validate_harvests(night, extract_pages(night, api, capabilities)))
    store_checked(night, validate_harvests(night, fetch_features(night, api, capabilities)))


STAGES: dict[Stage, Callable[[Night, Access], Any]] = {
    Stage.extract: gather,
    Stage.validate: lambda night, _: replay(night),
    Stage.imports: lambda night, _: fold_imports(night),
    Stage.feedback: lambda night, _: fold_feedback(night),
    Stage.retention: lambda night, _: drop_stale(night),
    Stage.identity: lambda night, _: identify_recordings(night),
    Stage.similarity: lambda night, _: relate_songs(night),
    Stage.atlas: lambda night, _: draw_atlas(night),
    Stage.evaluate: lambda night, _: evaluate_night(night),
    Stage.for_you: lambda night, _: publish_lists(night),
    Stage.profile: lambda night, _: profile_tables(night),
}
"""The work of each stage."""
