"""Everything about a stand-in that can be set, with what it means: `StandIn(profile="extended", token_ttl=60)`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.standin.faults import Fault

SCOPES = (
    "playlist-read-private playlist-read-collaborative user-library-read user-top-read "
    "user-read-recently-played user-follow-read user-read-private user-read-email"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the service behaves. The defaults are a healthy service for an app registered today."""

    profile: Literal["extended", "dev_legacy", "dev_2026"] = "dev_2026"
    playlist_keys: Literal["old", "new", "both"] | None = None
    """Contents of playlists under `tracks`/`track`, `items`/`item`, or both; None: as the profile does."""
    audio_features: bool | None = None
    """Whether the app kept access to audio features (and to Spotify's own playlists) in 2024; None: as the profile."""
    genres: Literal["present", "empty", "absent"] = "present"
    """`genres` of artists: flagged deprecated, seen filled, empty and missing."""
    premium_owner: bool = True
    user_allowlisted: bool = True

    scopes: str = SCOPES
    """What `refresh_token` was granted."""
    token_ttl: float = 3600
    """Seconds for which an access token is good."""
    expire_token_after: int | None = None
    """The first access token is refused after so many API requests, whatever its age."""
    rotate_refresh: bool = False
    """Answer a refresh with a new refresh token and revoke the old one."""
    refresh_expired: bool = False
    """The six months are over: every refresh answers `invalid_grant`."""
    redirect_uris: Sequence[str] | None = None
    """Registered redirect URIs; None: any that the general rules allow."""
    deny: bool = False
    """The person at the sign-in page says no."""
    tamper_state: bool = False
    """The redirect comes back with another `state` than was sent."""

    rate_limit: tuple[int, float] | None = None
    """So many API requests in so many seconds, rolling; then 429."""
    retry_after: float = 1
    """Seconds of a rate limit's first block."""
    retry_after_form: Literal["seconds", "date", "missing"] = "seconds"
    penalty_growth: float = 1
    """Each request made while blocked starts the block anew, this many times longer than the last."""
    quota: int | None = None
    """So many API requests a day, then 429 QUOTA_EXCEEDED without Retry-After."""

    faults: Sequence[Fault] = ()
    """Scripted trouble, see `tasks.standin.faults`."""
    hang_seconds: float = 60
    """How long a hanging request is held before its connection closes; closing the stand-in frees it at once."""

    recent_window: int = 50
    """How many of the newest plays `/me/player/recently-played` knows."""
    playlists_next: Literal["users", "me"] = "users"
    """Path of `next` in `/me/playlists`: Spotify sends `/users/{id}/playlists`, which `dev_2026` then refuses."""
    total_lie: int = 0
    """Added to every `total`."""
    next_lie: Literal["nowhere", "back", "too_early", "endless"] | None = None
    """`next` (and the cursor of followed artists) leads to a path that is not there, back to an earlier page, is null
    after one page, or never ends."""
    shift: int = 0
    """Once in each list, when its second page is asked for, the list moves: +1 its first entry is put in front once
    more, -1 that entry is removed. For other changes in mid-walk see `tasks.standin.faults.meanwhile`."""
    search_jitter: bool = False
    """`total` differs between pages of one search."""

    features_over_limit: Literal["refuse", "drop"] = "refuse"
    """What ReccoBeats does with more than 40 ids; sources differ."""
    features_unknown: Collection[str] = ()
    """Track ids that ReccoBeats does not know."""
