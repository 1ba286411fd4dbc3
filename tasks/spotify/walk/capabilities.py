"""What the Web API lets this app do tonight, found out in a few requests, most of which the walk needs anyway."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from schemas.errors import ApiError, Parked
from tasks.spotify.parse.library import contents
from tasks.spotify.parse.values import inner
from tasks.spotify.walk.api import SPOTIFY, Api, Params
from tasks.spotify.web.paging import entries_of

log = logging.getLogger(__name__)

SCOPES: Mapping[str, str] = {
    "playlist-read-private": "private playlists",
    "playlist-read-collaborative": "collaborative playlists",
    "user-library-read": "saved tracks and albums",
    "user-top-read": "top tracks",
    "user-read-recently-played": "plays",
    "user-follow-read": "followed artists",
}
"""The least that a sign-in has to ask for, and what each scope opens."""

SOME_TRACK, SOME_ARTIST = "11dFghVXANMlKmJXsNCbNl", "0TnOYISbd1XYRBk9myaseg"
"""Ids out of Spotify's own documentation: whether a batch endpoint answers does not depend on whom it knows."""

FIRST_PAGE: Params = {"limit": 50, "offset": 0}


@dataclass(frozen=True)
class Capability:
    """One thing that the API did or did not answer; ``status`` is null for fields and scopes."""

    is_available: bool
    status: int | None = None
    detail: str | None = None


@dataclass
class Capabilities:
    """Everything that was found out."""

    found: dict[str, Capability] = field(default_factory=dict)
    is_probed: bool = True

    def allows(self, capability: str) -> bool:
        """Whether it answered; what was not tried is not allowed."""
        return capability in self.found and self.found[capability].is_available

    def refuses(self, capability: str) -> bool:
        """Whether it was tried and did not answer."""
        return capability in self.found and not self.found[capability].is_available

    def frame(self, run_id: str) -> pl.DataFrame:
        """Rows of ``api_capabilities``."""
        rows = [
            {
                "run_id": run_id,
                "capability": name,
                "is_available": it.is_available,
                "status": it.status,
                "detail": it.detail,
            }
            for name, it in sorted(self.found.items())
        ]
        return pl.DataFrame(rows, schema=ROWS)

    def lost_since(self, last: pl.DataFrame) -> list[str]:
        """Capabilities that ``last`` (rows of one earlier night) had and that are refused now."""
        had = set(last.filter("is_available")["capability"].to_list())
        return sorted(name for name in had if self.refuses(name))


ROWS: dict[str, Any] = {
    "run_id": pl.String,
    "capability": pl.String,
    "is_available": pl.Boolean,
    "status": pl.Int32,
    "detail": pl.String,
}


def probe(api: Api) -> Capabilities:
    """Ask what this app may: who the person is, the first page of two lists, and one batch of each contested endpoint.

    The pages are the first ones of the walk and are not asked for again. When Spotify is parked, nothing is known.

    Raises:
        SignInError: the app or the person is refused altogether.
        ApiError: Spotify does not answer at all.
    """
    capabilities = Capabilities()
    if SPOTIFY in api.parks:
        return replace(capabilities, is_probed=False)
    try:
        _probe(api, capabilities)
    except Parked:
        capabilities.is_probed = False
    return capabilities


def _probe(api: Api, capabilities: Capabilities) -> None:
    found = capabilities.found
    if api.is_user:
        api.ask("/me")
        found["me"] = Capability(True, 200)
        scopes = api.spotify.scopes
        for scope in SCOPES if scopes else ():
            found[f"scope:{scope}"] = Capability(scope in scopes, None, SCOPES[scope])
        _try(api, found, "playlists", "/me/playlists", FIRST_PAGE, scope="playlist-read-private")
        page = _try(api, found, "saved_tracks", "/me/tracks", FIRST_PAGE, scope="user-library-read")
        _fields(found, contents(entries_of(page or {})))
    _try(api, found, "batch_artists", "/artists", {"ids": SOME_ARTIST})
    _try(api, found, "audio_features", "/audio-features", {"ids": SOME_TRACK})


def _try(
    api: Api, found: dict[str, Capability], name: str, path: str, params: Params, scope: str | None = None
) -> dict[str, Any] | None:
    if scope and f"scope:{scope}" in found and not found[f"scope:{scope}"].is_available:
        found[name] = Capability(False, None, f"needs the scope {scope}")
        return None
    try:
        body = api.ask(path, params)
    except ApiError as error:
        if error.status is None or error.status >= 500:
            log.warning("%s", error)
        found[name] = Capability(False, error.status, str(error)[:200])
        return None
    found[name] = Capability(True, 200, f"limit {inner(body, 'limit')}" if "limit" in body else None)
    return body


def _fields(found: dict[str, Capability], tracks: Iterable[dict[str, Any]]) -> None:
    """Which of the contested fields tracks come with."""
    for track in list(tracks)[:1]:
        for name in ("popularity", "available_markets", "external_ids"):
            found[f"field:track.{name}"] = Capability(name in track)
