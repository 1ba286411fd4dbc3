"""What a person is told of a night: a few lines, a document for machines, and one line of what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.upkeep.stories import OUT

TO_DO = {
    "published": "nothing",
    "parked": "nothing: the next night after {parked_until} UTC goes on where this one stopped",
    "forced": "look at the report; `segue rollback` brings the night before back",
    "rehearsed": "nothing: it was a dry run",
    "refused": "look at the gate's words in `segue status`; if it is right as it is, `segue refresh --force`",
    "stopped": "run `segue refresh`: it goes on from what has landed",
    "failed": "run `segue doctor`, then `segue refresh`: it goes on from what has landed",
}
"""One line for each verdict of a night."""


@dataclass(frozen=True)
class Notice:
    """How a night went; ``is_problem`` when something did not go as it should, published or not."""

    text: str
    document: dict[str, Any]
    is_problem: bool


def notice(summary: Mapping[str, Any]) -> Notice:
    """The notice of a night: ``summary`` is a row of ``runs`` with ``problems``, ``report`` and, if published, ``changes``."""
    verdict, problems = summary["verdict"], list(summary["problems"])
    seconds = (summary["ended_at"] - summary["started_at"]).total_seconds()
    until = summary["parked_until"]
    to_do = TO_DO[verdict].format(parked_until=until and f"{until:%Y-%m-%d %H:%M}")
    if verdict == "published" and problems:
        to_do = "read what it had to cope with"
    changes = summary.get("changes")
    head = f"Segue: {summary['source']} night {verdict} after {seconds:.0f} s" + (f": {changes}" if changes else "")
    lines = [head, *(f"- {problem}" for problem in problems), f"To do: {to_do}."]
    if verdict in OUT:
        lines.append(f"Report: {summary['report']}")
    document = {
        **{name: summary[name] for name in ("run_id", "source", "verdict")},
        "started_at": summary["started_at"].isoformat(timespec="seconds") + "Z",
        "ended_at": summary["ended_at"].isoformat(timespec="seconds") + "Z",
        "parked_until": until and until.isoformat(timespec="seconds") + "Z",
        "changes": changes,
        "problems": problems,
        "to_do": to_do,
        "report": summary["report"],
    }
    return Notice("\n".join(lines), document, verdict not in ("published", "rehearsed") or bool(problems))
