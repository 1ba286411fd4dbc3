"""The command that says how things stand: status."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from flows.cli.options import JsonOption
from flows.settings import Settings
from flows.talk import console

MARKS = {
    "published": "✓",
    "forced": "!",
    "withdrawn": "↩",
    "lost": "✗",
    "parked": "⏸",
    "refused": "✗",
    "failed": "✗",
    "stopped": "✗",
}

FIGURES = (("seconds", ",.0f", 8), ("requests", ",", 9), ("stored", ",", 9), ("rejected", ",", 9), ("ndcg", ".3f", 8))
"""Columns of the history with their form and width."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(status)


def status(
    history: Annotated[bool, typer.Option("--history", help="List the past nights with verdict and figures.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell in one screen how things stand: verdict, tables, next run, what waits, what to do.

    The exit code is for a monitor: 0 all is well (a parked night is), 1 something needs you, and `To do` says what.
    """
    settings = Settings.from_env()
    from tasks.upkeep import standing

    if history:
        nights = standing.history(settings.home)
        if as_json:
            console.print_json(nights.to_dicts())
        else:
            _print(past(nights.iter_rows(named=True)))
        return
    found = standing.standing(
        settings.home,
        datetime.now(UTC).replace(tzinfo=None),
        source=settings.source,
        client_id=settings.client_id,
        refresh_token=settings.refresh_token,
    )
    if as_json:
        console.print_json(found)
    else:
        _print(screen(found))
    if found["to_do"]:
        raise typer.Exit(1)


def screen(found: dict[str, Any]) -> Iterator[str]:
    """The standing in lines of a terminal, fewer than 24 with every table of Segue in them."""
    now, published, latest = found["at"], found["published"], found["latest_night"]
    if latest:
        began = datetime.fromisoformat(latest["started_at"])
        told = f"{MARKS.get(found['verdict'], '•')} {found['verdict']}, {latest['source']} night of {_local(began)}, "
        yield f"{'Last night':<12}{told}{_lasted(began, latest['ended_at'])} ({latest['run_id']})"
        if latest["note"] and not any(latest["note"] in line for line in found["to_do"]):
            yield f"{'':<12}{latest['note']}"
    if published and (not latest or latest["run_id"] != published["run_id"]):
        how = "" if published["verdict"] == "published" else f"{published['verdict']}, "
        yield f"{'Published':<12}{how}{published['source']} night of {_local(published['started_at'])} ({published['run_id']})"
    if found["at_work"]:
        yield f"{'At work':<12}{found['at_work']}"
    yield f"{'Next run':<12}{_next_run(found, now)}"
    yield f"{'Parked':<12}{_until(found['parked_until'], now) if found['parked_until'] else 'no'}"
    if found["sign_in_ends_at"]:
        yield f"{'Sign-in':<12}ends {_until(found['sign_in_ends_at'], now)}"
    disk = found["disk"]
    parts = ", ".join(
        f"{part} {_megabytes(size)}" for part, size in disk.items() if part not in ("total", "free") and size
    )
    taken = f"{_megabytes(disk['total'])} in {found['home']} ({parts})" if parts else f"nothing in {found['home']} yet"
    yield f"{'Disk':<12}{taken}; {_megabytes(disk['free'])} free"
    yield from _tables(found["tables"], now)
    for number, line in enumerate(found["to_do"] or ["nothing"]):
        yield f"{'' if number else 'To do':<12}{line}"


def past(nights: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Past nights, a line each."""
    yield f"{'night':<24}{'verdict':<11}{'seconds':>8}{'requests':>9}{'stored':>9}{'rejected':>9}{'nDCG@10':>8}  note"
    for night in nights:
        figures = "".join(f"{_figure(night[name], form):>{width}}" for name, form, width in FIGURES)
        yield f"{night['run_id']:<24}{night['verdict']:<11}{figures}  {night['note'] or ''}".rstrip()


def _lasted(began: datetime, ended_at: str | None) -> str:
    return f"{(datetime.fromisoformat(ended_at) - began).total_seconds():.0f} s" if ended_at else "broken off"


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def _next_run(found: dict[str, Any], now: datetime) -> str:
    if found["next_run_at"]:
        return f"{_until(found['next_run_at'], now)} (`segue schedule`: {found['schedule']})"
    if found["schedule"]:
        return f"none: nobody serves the schedule {found['schedule']} now (`segue schedule` does)"
    return "not by `segue schedule`; cron, systemd or you start it"


def _tables(tables: list[dict[str, Any]], now: datetime) -> Iterator[str]:
    """Two tables a line: name, rows, and how long ago rows came for it and changed it."""
    if not tables:
        return
    cells = [
        f"{table['table_name'][:16]:<16}{table['rows']:>9,} {_ago(table['seen_at'], now):>4}{_ago(table['changed_at'], now):>8}"
        for table in tables
    ]
    lines = -(-len(cells) // 2)
    head = f"{'table':<16}{'rows':>9} {'seen':>4}{'changed':>8}"
    yield f"{head}   {head}"
    for line in range(lines):
        yield "   ".join(cells[line::lines]).rstrip()


def _ago(moment: datetime | None, now: datetime) -> str:
    """An age in two or three characters: 5m, 7h, 12d."""
    if moment is None:
        return "-"
    minutes = max(0, int((now - moment) / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"


def _until(moment: datetime, now: datetime) -> str:
    """A moment to come with how long it is until then."""
    seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return f"{_local(moment)} (over)"
    left = f"{seconds / 3600:.0f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"
    return f"{_local(moment)}, in {left if seconds < 72 * 3600 else f'{seconds / 86_400:.0f} days'}"


def _local(moment: datetime) -> str:
    """A moment on the clock of this machine, which is the one on the wall."""
    return f"{moment.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}"


def _megabytes(size: int) -> str:
    return f"{size / 2**30:,.1f} GB" if size >= 10 * 2**30 else f"{size / 2**20:,.0f} MB"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        console.out.print(console.plain_lines(line), markup=False, soft_wrap=True)
