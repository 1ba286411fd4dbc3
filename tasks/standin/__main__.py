"""A stand-in to try things on by hand: `python -m tasks.standin` serves until it is interrupted.

    python -m tasks.standin --profile dev_legacy --dirty --set quota=40 --set rotate_refresh=true > .env

stdout gets the settings by which Segue finds it, stderr one line for each request. It listens on loopback only.
"""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from threading import Event
from typing import Any

from tasks.standin import StandIn, bundled, sample_account, sample_catalogue
from tasks.standin.demo import demo_account
from tasks.standin.dirt import dirtied
from tasks.standin.profiles import PROFILES
from tasks.standin.server import Request
from tasks.standin.switches import Switches

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve what the command line asks for."""
    asked = parsed(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    catalogue = sample_catalogue() if asked.sample else bundled()
    account = sample_account(catalogue) if asked.sample else demo_account(catalogue)
    if asked.dirty:
        catalogue, account = dirtied(catalogue, account)
    stand_in = StandIn(
        catalogue, account, port=asked.port, on_request=said, **{"profile": asked.profile, **dict(asked.set)}
    )
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores the first unless told
        signal.signal(number, signal.default_int_handler)
    with stand_in as spotify:
        for name, value in settings(spotify).items():
            print(f"{name}={value}", flush=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            log.info("%d requests", len(spotify.requests))


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    description, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tasks.standin",
        description=description,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--profile", choices=list(PROFILES), default="dev_2026")
    parser.add_argument("--port", type=int, default=0, help="taken when it is free, else any other")
    parser.add_argument("--sample", action="store_true", help="eight songs instead of the demo's 5,849")
    parser.add_argument("--dirty", action="store_true", help="with every known kind of dirty data")
    names = ", ".join(field.name for field in fields(Switches) if field.name not in ("profile", "faults"))
    parser.add_argument(
        "--set", type=switch, action="append", default=[], metavar="SWITCH=JSON", help=f"one of {names}"
    )
    return parser.parse_args(arguments)


def switch(text: str) -> tuple[str, Any]:
    """Read `name=value`; the value is JSON, or text as it stands."""
    name, _, value = text.partition("=")
    if name not in {field.name for field in fields(Switches)} - {"profile", "faults"}:
        raise argparse.ArgumentTypeError(f"there is no switch {name!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def settings(spotify: StandIn) -> dict[str, str]:
    """The settings by which Segue finds this stand-in and is let in."""
    return {
        "SPOTIFY_API_URL": spotify.api_url,
        "SPOTIFY_ACCOUNTS_URL": spotify.accounts_url,
        "RECCOBEATS_API_URL": spotify.reccobeats_url,
        "SPOTIFY_CLIENT_ID": spotify.client_id,
        "SPOTIFY_CLIENT_SECRET": spotify.client_secret,
        "SPOTIFY_REFRESH_TOKEN": spotify.refresh_token,
    }


def said(request: Request) -> None:
    """Tell of a request without its query: codes and ids are nobody's business on a terminal that is shown around."""
    log.info("%s %s %d", request.method, request.path, request.status)


if __name__ == "__main__":
    main()
