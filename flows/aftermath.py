"""After a night: its artifacts in Prefect's UI and its notices to the person, however it ended."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.settings import Settings
from schemas.errors import GateError, SegueError
from tasks.night.context import Night
from tasks.night.release import figures
from tasks.notify.notice import TO_DO, notice
from tasks.notify.sending import send
from tasks.upkeep.stories import OUT

log = logging.getLogger(__name__)

Summary = dict[str, Any]

MEANINGS = {
    "accounting": "Where every received row went",
    "metrics": "How well the night recommends, beside its baselines",
}
"""What the tables of a night's figures tell."""


@dataclass
class Aftermath:
    """What is known of the night when it ends; ``night`` is set as soon as there is one."""

    night: Night | None = None


@contextmanager
def aftermath(settings: Settings, source: str) -> Iterator[Aftermath]:
    """Leave artifacts and notices when the block ends, unless a signal ended it, which leaves no time."""
    began = _now()
    after = Aftermath()
    try:
        yield after
    except Exception as error:
        summary = after.night.summary() if after.night else _stillborn(settings, source, began, error)
        _leave(summary, after.night)
        send(notice(summary), settings.receivers)
        raise
    assert after.night is not None
    _leave(after.night.summary(), after.night)
    if not after.night.dry_run:
        after.night.problems += send(notice(after.night.summary()), settings.receivers)


def summary_page(summary: Summary) -> str:
    """The night as a page of Markdown."""
    seconds = (summary["ended_at"] - summary["started_at"]).total_seconds()
    until = summary["parked_until"]
    to_do = TO_DO[summary["verdict"]].format(parked_until=until and f"{until:%Y-%m-%d %H:%M}")
    lines = [f"# {summary['source'].capitalize()} night {summary['verdict']}", ""]
    lines += [f"{summary['run_id']}, {seconds:.0f} s. **To do:** {to_do}.", ""]
    if "changes" in summary:
        lines += [f"**Changed:** {_safe(summary['changes'])}.", ""]
    if summary["problems"]:
        lines += ["**Coped with:**", "", *(f"- {_safe(problem)}" for problem in summary["problems"]), ""]
    if "gate" in summary:
        lines += ["| gate | verdict | found |", "| --- | --- | --- |"]
        lines += [
            f"| {found['rule']} | {'kept' if found['is_kept'] else 'broken'} | {_safe(found['text'])} |"
            for found in summary["gate"]
        ] + [""]
    if summary["verdict"] in OUT:
        lines.append(f"[The report](file://{summary['report']}) lies at `{summary['report']}`.")
    return "\n".join(lines)


def _leave(summary: Summary, night: Night | None) -> None:
    """The artifacts; a Prefect server that does not take them is no fault of the night."""
    try:
        create_markdown_artifact(summary_page(summary), key="night", description="How the night went")
        if night is None:
            return
        stages = night.ledger.frame().select("stage", "verdict", "seconds", "rows", "requests", "retries", "note")
        _table("stages", stages.with_columns(pl.col("seconds").round(1)), "What each stage took")
        for name, frame in figures(night).items():
            _table(name, frame, MEANINGS[name])
    except Exception as error:
        log.warning("Prefect did not take the artifacts of this night (%s)", type(error).__name__)


def _table(key: str, frame: pl.DataFrame, description: str) -> None:
    create_table_artifact(frame.to_dicts(), key=key, description=description)


def _stillborn(settings: Settings, source: str, began: datetime, error: Exception) -> Summary:
    """A night that ended before it began, such as one that found the home locked."""
    return {
        "run_id": "none",
        "source": source,
        "started_at": began,
        "ended_at": _now(),
        "verdict": "refused" if isinstance(error, GateError) else "failed",
        "parked_until": None,
        "problems": [str(error) if isinstance(error, SegueError) else type(error).__name__],
        "report": str(settings.home.reports / "index.html"),
    }


def _safe(text: str) -> str:
    """Text that is no Markdown, whatever names stand in it."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
