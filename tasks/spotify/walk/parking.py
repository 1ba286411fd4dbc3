"""Until when a service wants to be left alone: remembered in SEGUE_HOME, so that a parked refresh asks nothing at all."""

import json
from datetime import datetime
from pathlib import Path

from schemas.errors import Parked
from schemas.values import Home
from tasks.whole import write_whole


def parking_of(home: Home) -> Path:
    """Where it is written down."""
    return home.landing / "parked.json"


def parked(home: Home, source: str, service: str, now: datetime) -> Parked | None:
    """The park of ``service`` that is still on; the demo's services are others than the real ones."""
    until = _read(home).get(f"{source}: {service}")
    if until is None or until <= now:
        return None
    return Parked(
        f"{service} asked to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC, so nothing is asked of it: "
        "run `segue refresh` after that, it goes on where it stopped",
        until,
    )


def park(home: Home, source: str, service: str, until: datetime, now: datetime) -> None:
    """Write down that ``service`` is not to be asked before ``until``; parks that are over are dropped."""
    _write(home, {**_read(home), f"{source}: {service}": until}, now)


def unpark(home: Home) -> None:
    """Forget every park: another account, or another app."""
    parking_of(home).unlink(missing_ok=True)


def _read(home: Home) -> dict[str, datetime]:
    try:
        told = json.loads(parking_of(home).read_text())
        return {service: datetime.fromisoformat(until).replace(tzinfo=None) for service, until in told.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return {}


def _write(home: Home, parks: dict[str, datetime], now: datetime) -> None:
    write_whole(
        parking_of(home),
        json.dumps({service: until.isoformat() for service, until in parks.items() if until > now}),
    )
