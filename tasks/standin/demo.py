"""The demo: real songs, a simulated listener, and a service that misbehaves a little on purpose."""

from datetime import UTC, datetime, timedelta

from tasks.standin.account import FRIEND, RANGES, SPOTIFY, Account, Entry, Playlist, Saved, artists_of, instant
from tasks.standin.catalogue.model import Catalogue, Track
from tasks.standin.dirt import episode, local_file, null_row
from tasks.standin.faults import Fault, on, rate_limited, server_error
from tasks.standin.listening import Listening, listened
from tasks.standin.taste import THEMES, Taste

DEMO_AT = datetime(2026, 9, 1, 6, tzinfo=UTC)
"""The morning after the last play. Fixed, so that every run of the demo sees the same account."""
SEED = "segue"
BY_DAY, BY_NIGHT = ("heavy", "arena"), ("late house", "sun house")
RANGE_DAYS = dict(zip(RANGES, (28, 183, 365), strict=True))
DEMO_FAULTS: tuple[Fault, ...] = (
    on("/v1/me/tracks", rate_limited(1), nth=2),
    on("/v1/playlists/*/items", server_error(503), nth=9),
)
EXPIRE_TOKEN_AFTER = 40


def demo_account(catalogue: Catalogue, at: datetime = DEMO_AT, seed: str = SEED) -> Account:
    """Return the demo's listener as of the instant `at`: some 35 themed lists, a shelf for each genre, a year of plays.

    The shelves hold every song of the catalogue once, so that all of them can be asked for.
    """
    account, _ = demo(catalogue, at, seed)
    return account


def demo_listening(catalogue: Catalogue, at: datetime = DEMO_AT, seed: str = SEED) -> Listening:
    """Return what the demo's listener did in the year before `at`: rows of a streaming history, plays and likes."""
    _, listening = demo(catalogue, at, seed)
    return listening


def demo(catalogue: Catalogue, at: datetime, seed: str) -> tuple[Account, Listening]:
    taste = Taste(catalogue, seed)
    themed = {
        theme.name: [themed_playlist(title, tracks, at) for title, tracks in taste.playlists(theme).items()]
        for theme in THEMES
    }
    by_day = [playlist for name in BY_DAY for playlist in themed[name]]
    by_night = [playlist for name in BY_NIGHT for playlist in themed[name]]
    others = [playlist for name, lists in themed.items() if name not in BY_DAY + BY_NIGHT for playlist in lists]
    listening = listened(by_day, by_night, others, at, seed)
    spoil(themed)
    best = {span: listening.ranking(at - timedelta(days=days)) for span, days in RANGE_DAYS.items()}
    account = Account(
        playlists=[*(playlist for lists in themed.values() for playlist in lists), *followed(by_day[0]), *shelves(catalogue, at)],
        saved=[Saved(track, instant(when)) for track, when in reversed(listening.likes.values())],
        saved_albums=[Saved(album, instant(at - timedelta(days=place))) for place, album in enumerate(loved_albums(best["long_term"]))],
        top_tracks={span: tracks[:100] for span, tracks in best.items()},
        top_artists={span: artists_of(tracks)[:50] for span, tracks in best.items()},
        plays=listening.plays[::-1],
        followed=[artist for artist in catalogue.artists.values() if artist.genres],
    )
    return account, listening
