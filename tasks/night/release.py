"""Steps that end a night: the gate, and the one rename that publishes."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Literal, cast

import polars as pl

from schemas.errors import GateError
from tasks.night.context import Night
from tasks.night.ledger import stage
from warehouse import reading
from warehouse.night import publishing, writing
from warehouse.night.changes import changes
from warehouse.night.judging import Thresholds, findings

log = logging.getLogger(__name__)

Verdict = Literal["published", "forced", "parked", "rehearsed"]

DEMANDS = {
    "accounting": "every received row is stored, unchanged, duplicate, rejected or skipped",
    "collapse": "a table that had {few} rows or more keeps at least {share:.0%} of them",
    "coverage": "at least {coverage:.0%} of the comparable tracks",
    "evaluation": "no 95 % interval lies wholly below last night's",
}
"""What each rule of the gate demands, for the books."""


def thresholds(wishes: Mapping[str, Any]) -> Thresholds:
    """What the settings ``gate_share``, ``gate_few`` and ``gate_coverage`` demand; the defaults where they say nothing."""
    told = {spec.name: wishes.get(f"gate_{spec.name}") for spec in fields(Thresholds)}
    return Thresholds(**{name: value for name, value in told.items() if value is not None})


@stage("gate")
def judge(night: Night) -> Verdict:
    """Judge the finished night by the rules of the gate; ``night.verdict`` says how it may be published.

    Raises:
        GateError: a rule is broken and the person did not force it; what is published stays.
    """
    demanded = thresholds(night.wishes)
    found = findings(
        night.build,
        night.run_id,
        publishing.last_night(night.home, night.source),
        demanded,
        model_sources=tuple(night.wishes.get("model_sources", ())),
        dropped=night.facts.get("dropped", {}),
    )
    night.facts["gate"] = [asdict(finding) for finding in found]
    broken = [finding for finding in found if not finding.is_kept]
    night.ledger.current.note = "; ".join(f"{finding.rule}: {finding.text}" for finding in broken or found)
    for finding in found:
        found_so = "kept" if finding.is_kept else "forced" if night.force else "broken"
        demand = DEMANDS[finding.rule].format(**asdict(demanded))
        night.ledger.note(f"gate: {finding.rule}", found_so, f"{finding.text}; demanded: {demand}")
    if broken and not night.force and not night.dry_run:
        raise GateError(
            f"the night was built but is not published, last night's tables stay. {'; '.join(f'{finding.rule}: {finding.text}' for finding in broken)}. "
            "If it is right as it is, publish with `segue refresh --force`"
        )
    for finding in broken:
        night.tell(f"{'forced past the gate' if night.force else 'the gate would refuse it'}: {finding.text}")
    if night.dry_run:
        night.verdict = "rehearsed"
    else:
        night.verdict = "forced" if broken else "published" if night.parked_until is None else "parked"
    _record(night)
    return cast("Verdict", night.verdict)


@stage("publish")
def publish_night(night: Night) -> None:
    """Make tonight's database the published one; its story goes in with it, with the time of this stage as far as it has come."""
    night.facts["changes"] = _changes(night)
    night.facts["song_to_try"] = next(iter(reading.query(night.build, "song_to_try")["name"]), None)
    _record(night)
    publishing.publish(
        night.home,
        night.build,
        keep=int(night.wishes.get("generations", publishing.KEEP)),
        keep_bytes=int(night.wishes.get("generations_bytes", publishing.KEEP_BYTES)),
    )
    log.info("published %s", night.home.warehouse, extra={"event": "published", "verdict": night.verdict})


@stage("rehearse")
def rehearse_night(night: Night) -> None:
    """End a dry run: say what publishing would change, and leave nothing but the pages that landed."""
    night.facts["changes"] = _changes(night)
    night.facts["is_publishable"] = night.force or all(finding["is_kept"] for finding in night.facts["gate"])
    night.build.unlink(missing_ok=True)


def figures(night: Night) -> dict[str, pl.DataFrame]:
    """What the night's file tells of it, published or not: ``accounting`` of all rows, ``metrics`` (nDCG@10) beside their baselines.

    Empty while there is no file.
    """
    path = night.build if night.build.is_file() else night.home.warehouse
    if not path.is_file():
        return {}
    measured = reading.query(path, "latest_evaluation").filter(pl.col("metric") == "ndcg@10")
    return {"accounting": reading.query(path, "accounting"), "metrics": measured}


def _changes(night: Night) -> str:
    last = publishing.last_night(night.home, night.source)
    return "; ".join(map(str, changes(night.build, last))) or "nothing changed"


def _record(night: Night) -> None:
    """Let the tables ``runs`` and ``run_stages`` tell the night as far as it has come."""
    writing.record(night.build, "runs", pl.DataFrame([night.run_row()]))
    writing.record(night.build, "run_stages", night.ledger.frame())
