"""Steps that end a night: the gate, and the one rename that publishes."""

import logging
from dataclasses import asdict
from typing import Literal

import polars as pl

from schemas.errors import GateError
from tasks.night.context import Night
from tasks.night.ledger import stage
from warehouse import reading
from warehouse.night import publishing, writing
from warehouse.night.changes import changes
from warehouse.night.judging import findings

log = logging.getLogger(__name__)

Verdict = Literal["published", "forced", "parked"]


@stage("gate")
def judge(night: Night) -> Verdict:
    """Judge the finished night by the rules of the gate; ``night.verdict`` says how it may be published.

    Raises:
        GateError: a rule is broken and the person did not force it; what is published stays.
    """
    found = findings(
        night.build,
        night.run_id,
        publishing.last_night(night.home, night.source),
        model_sources=tuple(night.wishes.get("model_sources", ())),
        dropped=night.facts.get("dropped", {}),
    )
    night.facts["gate"] = [asdict(finding) for finding in found]
    broken = [finding for finding in found if not finding.is_kept]
    night.ledger.current.note = "; ".join(f"{finding.rule}: {finding.text}" for finding in broken or found)
    if broken and not night.force:
        raise GateError(
            f"the night was built but is not published, last night's tables stay. {'; '.join(f'{finding.rule}: {finding.text}' for finding in broken)}. "
            "If it is right as it is, publish with `segue refresh --force`"
        )
    for finding in broken:
        night.tell(f"forced past the gate: {finding.text}")
    verdict: Verdict = "forced" if broken else "published" if night.parked_until is None else "parked"
    night.verdict = verdict
    _record(night)
    return verdict


@stage("publish")
def publish_night(night: Night) -> None:
    """Make tonight's database the published one; its story goes in with it."""
    _record(night)
    night.facts["changes"] = (
        "; ".join(map(str, changes(night.build, publishing.last_night(night.home, night.source)))) or "nothing changed"
    )
    night.facts["song_to_try"] = next(iter(reading.query(night.build, "song_to_try")["name"]), None)
    publishing.publish(night.home, night.build, keep=int(night.wishes.get("generations", publishing.KEEP)))
    log.info("published %s", night.home.warehouse, extra={"event": "published", "verdict": night.verdict})


def _record(night: Night) -> None:
    """Let the tables ``runs`` and ``run_stages`` tell the night as far as it has come."""
    writing.record(night.build, "runs", pl.DataFrame([night.run_row()]))
    writing.record(night.build, "run_stages", night.ledger.frame())
