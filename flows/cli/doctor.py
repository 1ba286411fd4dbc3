"""The command that checks whether Segue can work here: doctor."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import JsonOption
from flows.settings import Settings, prefect_environment
from flows.talk import console
from schemas.errors import SettingsError

if TYPE_CHECKING:
    from tasks.upkeep.checkup import Finding

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(doctor)


def doctor(
    online: Annotated[
        bool,
        typer.Option("--online", help="Also ask each service whether it answers (without a token: no quota is used)."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check installation, settings, home, disk, database, sign-in, clock and Prefect, a line each with its remedy.

    Exit code 1 when something keeps Segue from working; warnings do not.
    """
    found = list(examined(online=online))
    if as_json:
        console.print_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            remedy = f": {finding.remedy}" if finding.remedy else ""
            console.out.print(
                console.plain(
                    f"{MARKS[finding.verdict]} {finding.verdict:<5}{finding.check:<13}{finding.told}{remedy}"
                ),
                markup=False,
                soft_wrap=True,
            )
    if any(finding.verdict == "fail" for finding in found):
        raise typer.Exit(1)


def examined(*, online: bool) -> "Iterator[Finding]":
    """Every check in order; those that need settings are left out when the settings cannot be read."""
    from tasks.upkeep import checkup

    yield from checkup.installation()
    yield from checkup.dotenv(Path(".env"))
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        yield checkup.Finding("settings", "fail", str(error))
        return
    yield checkup.Finding("settings", "ok", f"can be used; nights read {settings.source}")
    yield from checkup.folder(settings.home)
    yield from checkup.database(settings.home)
    yield from checkup.damage(settings.home)
    yield from checkup.sign_in(
        settings.home,
        now(),
        source=settings.source,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        refresh_token=settings.refresh_token,
    )
    yield from checkup.clock(settings.home, now())
    yield from checkup.prefect(prefect_environment(settings.home))
    if online:
        services = {
            "web api": settings.api_url,
            "accounts": settings.accounts_url,
            "reccobeats": settings.reccobeats_url,
        }
        yield from checkup.asked({name: url for name, url in services.items() if url}, now)


def now() -> datetime:
    """This moment, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
