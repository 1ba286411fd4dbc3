"""The command that packs what a helper needs: bundle."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.doctor import examined
from flows.settings import Settings
from flows.talk import console

PERSONAL = {"client_id", "mail_to", "mail_from", "smtp_user"}
"""Settings that are no secrets, and nobody's business all the same."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(bundle)


def bundle(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the bundle goes; segue-bundle-….zip here when left out.")
    ] = None,
) -> None:
    """Pack versions, settings, accounting, logs and redacted pages into a zip for whoever helps.

    No secret, no name and no id is in it: they are replaced by digests that nobody can look up. Nothing is sent.
    """
    settings = Settings.from_env()
    from tasks.upkeep import bundle as packing
    from tasks.upkeep.standing import standing

    now = datetime.now(UTC).replace(tzinfo=None)
    target = out or Path(f"segue-bundle-{now:%Y%m%dT%H%M%S}.zip")
    hidden = {spec.name for spec in fields(Settings) if spec.metadata["secret"] or spec.name in PERSONAL}
    told = {
        spec.metadata["env"]: ("set" if getattr(settings, spec.name) else "")
        if spec.name in hidden
        else getattr(settings, spec.name)
        for spec in fields(Settings)
    }
    written = packing.bundle(
        settings.home,
        target,
        settings=told,
        never=[str(getattr(settings, name)) for name in hidden],
        findings=list(examined(online=False)),
        status=standing(
            settings.home,
            now,
            source=settings.source,
            client_id=settings.client_id,
            refresh_token=settings.refresh_token,
        ),
    )
    console.say(f"Packed {written:,} files; look through them before you send the bundle.")
    console.out.print(str(target), soft_wrap=True, markup=False)
