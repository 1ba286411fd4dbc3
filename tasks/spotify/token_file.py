"""The stored sign-in: a refresh token, when the person agreed, and the six months that follow; one file, mode 0600."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from schemas.errors import HomeError
from schemas.values import Home
from tasks.spotify.web.tokens import App, RefreshGrant
from tasks.whole import write_whole

LASTS = timedelta(days=182)
"""Spotify ends a refresh token six months after the person agreed, however often it was used (June 2026)."""
WARN = timedelta(days=30)


@dataclass(frozen=True)
class StoredToken:
    """A sign-in. ``authorized_at`` is naive UTC, None when the token came from elsewhere and nobody knows.

    ``replaces`` is the digest of the SPOTIFY_REFRESH_TOKEN that this one came for, when Spotify gave a new one in its place.
    """

    client_id: str
    refresh_token: str = field(repr=False)
    authorized_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    replaces: str | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the person has to sign in again."""
        return self.authorized_at + LASTS if self.authorized_at else None


def grant(home: Home, stored: StoredToken, client_secret: str) -> RefreshGrant:
    """The way from a sign-in to access tokens: a new refresh token is stored, one that is good no more is forgotten.

    A sign-in of ours is PKCE and needs no secret; a token that came from elsewhere goes with the secret, if there is one.
    """
    latest = stored

    def keep(renewed: str) -> None:
        nonlocal latest
        latest = replace(latest, refresh_token=renewed)
        store(home, latest)

    def forget() -> None:
        if load(home) == latest:
            home.token.unlink(missing_ok=True)

    app = App(stored.client_id, client_secret if stored.replaces else "")
    return RefreshGrant(app, stored.refresh_token, keep, forget)


def remembered(home: Home, given: str, client_id: str) -> StoredToken | None:
    """The sign-in to use: ``given`` (SPOTIFY_REFRESH_TOKEN) or what Spotify gave in its place, else the stored one."""
    stored = load(home)
    if stored and stored.client_id != client_id:
        stored = None
    if not given:
        return stored
    if stored and stored.replaces == _digest(given):
        return stored
    return StoredToken(client_id, given, replaces=_digest(given))


def load(home: Home) -> StoredToken | None:
    """What is stored; None when there is nothing, or nothing that can be read."""
    try:
        told = json.loads(home.token.read_text())
        at = told.get("authorized_at")
        return StoredToken(
            told["client_id"],
            told["refresh_token"],
            at and datetime.fromisoformat(at),
            tuple(told.get("scopes", ())),
            told.get("replaces"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def store(home: Home, token: StoredToken) -> None:
    """Write the sign-in whole or not at all; only its owner may read it.

    Raises:
        HomeError: the folder cannot be written.
    """
    try:
        write_whole(home.token, json.dumps(asdict(token), indent=1, default=datetime.isoformat))
    except OSError as error:
        raise HomeError(
            f"the sign-in cannot be stored in {home.token} ({error.strerror}): make room or set SEGUE_HOME to another folder"
        ) from error


def warning(token: StoredToken, now: datetime) -> str | None:
    """What to tell the person from 30 days before the sign-in ends; None before that."""
    if token.ends_at is None or now < token.ends_at - WARN:
        return None
    if now >= token.ends_at:
        return f"the sign-in of {token.authorized_at:%Y-%m-%d} ended on {token.ends_at:%Y-%m-%d}: run `segue login`"
    days = (token.ends_at - now).days
    return f"the sign-in ends on {token.ends_at:%Y-%m-%d} (in {days} days), Spotify's six months: run `segue login` before that"


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:16]
