"""What a doctor looks at: installation, settings, home, disk, database, sign-in, clock, Prefect, and on request the network.

A check never raises: what it meets is its finding. Nothing is asked of anybody but by ``asked``, and that asks without a
token, so that no quota is touched.
"""

import stat
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryFile
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from packaging.requirements import Requirement

from schemas.errors import SegueError
from schemas.values import Home
from tasks.spotify.token_file import remembered, warning
from tasks.spotify.web.limits import http_moment
from tasks.upkeep.standing import ground, room_needed
from tasks.upkeep.stories import latest
from warehouse.night import publishing
from warehouse.night.books import fault
from warehouse.night.locking import holder
from warehouse.standing import verify

PYTHON = (3, 11)

SKEW = timedelta(minutes=2)
"""A clock that is wrong by more gets tokens that seem to have ended, and nights at odd times."""

TIMEOUT_SECONDS = (5.0, 10.0)


@dataclass(frozen=True)
class Finding:
    """What one check found: ``ok``, ``warn`` or ``fail``; ``remedy`` is empty when there is nothing to do."""

    check: str
    verdict: str
    told: str
    remedy: str = ""


def installation() -> Iterator[Finding]:
    """Python and every package that Segue needs, against the bounds of pyproject.toml."""
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        yield Finding("python", "fail", f"Python {running} is too old", "install Python 3.11 or newer")
    else:
        yield Finding("python", "ok", f"Python {running}")
    needed = [Requirement(line) for line in requires("segue") or ()]
    wrong = [told for requirement in needed if (told := _misfit(requirement))]
    if wrong:
        yield Finding("packages", "fail", "; ".join(wrong), "pip install -e . in Segue's own environment")
    else:
        yield Finding("packages", "ok", f"Segue {version('segue')} and {_number(needed)} packages within their bounds")
    try:
        ZoneInfo("Europe/Berlin")
        yield Finding("time zones", "ok", "the time zones of the world are known")
    except (OSError, KeyError):
        yield Finding("time zones", "fail", "the time zones are not known", "pip install tzdata")


def dotenv(path: Path) -> Iterator[Finding]:
    """Whether a ``.env`` with secrets can be read by others."""
    if not path.is_file():
        return
    holds_secrets = any(word in path.read_text(errors="replace") for word in ("SECRET", "TOKEN", "PASSWORD"))
    if holds_secrets and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(".env", "warn", f"{path} holds secrets and others may read it", f"chmod 600 {path}")
    else:
        yield Finding(".env", "ok", f"{path} is read for settings")


def folder(home: Home) -> Iterator[Finding]:
    """Whether the home can be written (or made), only by its owner, has room for a night, and who is at work in it."""
    place = ground(home)
    try:
        with TemporaryFile(dir=place):
            pass
    except OSError as error:
        yield Finding(
            "home", "fail", f"{place} cannot be written ({error.strerror})", "free or unlock it, or set SEGUE_HOME"
        )
        return
    if place == home.root:
        yield from _inside(home)
    else:
        yield Finding("home", "warn", f"{home.root} does not exist yet", "the first `segue refresh` makes it")
    free, wanted = disk_usage(place).free, room_needed(home)
    if free < wanted:
        yield Finding(
            "disk",
            "fail",
            f"{free / 2**20:,.0f} MB are free, a night wants {wanted / 2**20:,.0f}",
            "make room, or lower SEGUE_GENERATIONS and SEGUE_LANDING_DAYS",
        )
    else:
        yield Finding("disk", "ok", f"{free / 2**30:,.1f} GB are free, a night wants {wanted / 2**20:,.0f} MB")


def _inside(home: Home) -> Iterator[Finding]:
    """Who may read a home, and who is at work in it."""
    open_to_all = [path for path in (home.root, home.token, home.warehouse) if path.exists() and _is_open(path)]
    if open_to_all:
        names = " ".join(map(str, open_to_all))
        yield Finding("home", "warn", f"others may read {names}", f"chmod go-rwx {names}")
    else:
        yield Finding("home", "ok", f"{home.root} can be written, and read by its owner only")
    at_work = holder(home)
    yield Finding("lock", "ok", f"held by {at_work}" if at_work else "nobody is at work")


def database(home: Home) -> Iterator[Finding]:
    """Whether every block of the published file can be read."""
    if not home.warehouse.exists():
        yield Finding("database", "warn", f"there is no {home.warehouse} yet", "run `segue refresh`")
        return
    try:
        rows = verify(home.warehouse)
        yield Finding("database", "ok", f"every block of {len(rows)} tables was read, {sum(rows.values()):,} rows")
    except SegueError as error:
        yield Finding("database", "fail", str(error), "`segue rollback`, or `segue refresh`")


def damage(home: Home) -> Iterator[Finding]:
    """Whether damaged files lie in the history: they stay until somebody has looked whether anything is to be rescued from them."""
    if aside := publishing.asides(home):
        size = sum(path.stat().st_size for path in aside) / 2**20
        told = f"damaged and set aside in {home.history}: {', '.join(path.name for path in aside)} ({size:,.0f} MB)"
        yield Finding("history", "warn", told, "look after the disk; rescue from them what you miss, and delete them")


def sign_in(
    home: Home, now: datetime, *, source: str, client_id: str, client_secret: str, refresh_token: str
) -> Iterator[Finding]:
    """Whether a night of ``source`` has something to sign in with, as far as this machine can know."""
    if source != "spotify":
        yield Finding("sign-in", "ok", f"a night from {source} needs none")
        return
    token = remembered(home, refresh_token, client_id)
    if not client_id:
        yield Finding(
            "sign-in", "fail", "SPOTIFY_CLIENT_ID is not set", "make an app on developer.spotify.com/dashboard"
        )
    elif token is None and not client_secret:
        yield Finding("sign-in", "fail", "nobody is signed in", "run `segue login`")
    elif token is None:
        yield Finding("sign-in", "warn", "only the app can sign in: no playlists, plays or likes", "run `segue login`")
    elif told := warning(token, now):
        yield Finding("sign-in", "warn", told, "run `segue login`")
    else:
        yield Finding(
            "sign-in", "ok", f"signed in until {token.ends_at:%Y-%m-%d}" if token.ends_at else "a refresh token is set"
        )


def clock(home: Home, now: datetime) -> Iterator[Finding]:
    """Whether the clock went back behind the last night."""
    last = latest(home)
    if last and datetime.fromisoformat(last["started_at"]) > now + SKEW:
        yield Finding(
            "clock",
            "warn",
            f"it is {now:%Y-%m-%d %H:%M} UTC here, and the last night began at {last['started_at'][:16]}",
            "set the clock (timedatectl set-ntp true)",
        )
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC, not before the last night")


def prefect(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Which Prefect API nights report to, and that none of them tells Prefect's makers; ``environ`` as nights see it."""
    try:
        name, profile = _profile(environ)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield Finding("prefect", "fail", f"its profiles.toml cannot be read ({error})", "mend it or move it away")
        return
    environ = {**profile, **environ}
    address = environ.get("PREFECT_API_URL", "")
    by = f" (profile {name})" if profile else ""
    if address and urlsplit(address).hostname not in ("127.0.0.1", "::1", "localhost"):
        yield Finding("prefect", "ok", f"nights report to the Prefect server at {urlsplit(address).hostname}{by}")
    elif address:
        yield Finding("prefect", "ok", f"nights report to the Prefect server at {address}{by}")
    elif why := fault(Path(environ["PREFECT_HOME"]).expanduser()):
        told = f"its books in {environ['PREFECT_HOME']} cannot be used ({why})"
        yield Finding("prefect", "warn", told, "nothing: the next night sets them aside and begins new ones")
    else:
        yield Finding("prefect", "ok", f"no server: each night keeps its own books in {environ['PREFECT_HOME']}{by}")
    chatty = [
        name
        for name, quiet in (("PREFECT_SERVER_ANALYTICS_ENABLED", "false"), ("DO_NOT_TRACK", "1"))
        if environ.get(name, "").lower() not in (quiet, "0" if quiet == "false" else "true")
    ]
    if chatty:
        yield Finding("telemetry", "warn", f"Prefect may report its use: {' '.join(chatty)} is changed", "unset it")
    else:
        yield Finding("telemetry", "ok", "off")


def asked(urls: Mapping[str, str], now: Callable[[], datetime]) -> Iterator[Finding]:
    """Whether each service (name -> base address) answers at all, and how far its clock is from ours; no token is sent.

    Any HTTP status is an answer: without a token a service that lives says 401 or 404.
    """
    skews = []
    for name, url in urls.items():
        try:
            answer = requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True)
            answer.close()
        except (requests.RequestException, ValueError) as error:  # ValueError: what is no name of a host
            host = urlsplit(url).netloc
            yield Finding(name, "fail", f"{host} does not answer ({type(error).__name__})", "look at network and proxy")
            continue
        yield Finding(name, "ok", f"{urlsplit(url).netloc} answers")
        if moment := http_moment(answer.headers.get("Date", "")):
            skews.append(now() - moment)
    if skews:
        skew = min(skews, key=abs)
        seconds = f"{skew.total_seconds():+.0f} s from the services' clock"
        if abs(skew) > SKEW:
            yield Finding("clock", "fail", f"this clock is {seconds}", "set the clock (timedatectl set-ntp true)")
        else:
            yield Finding("clock", "ok", f"this clock is {seconds}")


def _profile(environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Name and settings of the Prefect profile in use; no settings when there is none."""
    path = Path(environ.get("PREFECT_HOME", "~/.prefect")).expanduser() / "profiles.toml"
    if not path.is_file():
        return "", {}
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    name = environ.get("PREFECT_PROFILE") or told.get("active", "")
    return name, {key: str(value) for key, value in told.get("profiles", {}).get(name, {}).items()}


def _misfit(requirement: Requirement) -> str | None:
    """What is wrong with an installed package; None when it fits, or is not needed here."""
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return None
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is not installed"
    return (
        None if requirement.specifier.contains(found) else f"{requirement.name} {found} is not {requirement.specifier}"
    )


def _number(needed: list[Requirement]) -> int:
    return sum(1 for requirement in needed if not requirement.marker or requirement.marker.evaluate({"extra": ""}))


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
