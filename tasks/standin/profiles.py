"""What an app may see, by the kind of client id it has: the three worlds in which the Web API answers since 2026.

Sources: Spotify's changelog of February 2026, the postponement of 2026-03-09, and responses recorded as test fixtures of
client libraries. Where nothing is known of a profile, the choice is told beside the field.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of app.

    `playlist_keys` says under which names contents of playlists come: "old" (`tracks`, `track`), "new" (`items`,
    `item`) or "both" with equal content. What `dev_legacy` sends is not known; it is "old" here, so that the three
    profiles show the three forms.
    """

    name: Literal["extended", "dev_legacy", "dev_2026"]
    deprecated_fields: bool
    deprecated_endpoints: bool
    playlist_keys: Literal["old", "new", "both"]
    search_limit: int
    search_default: int
    artist_albums_limit: int
    artist_albums_default: int
    audio_features: bool


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("extended", True, True, "both", 50, 20, 50, 20, True),
        Profile("dev_legacy", True, True, "old", 50, 20, 50, 20, False),
        Profile("dev_2026", False, False, "new", 10, 5, 10, 5, False),
    )
}
