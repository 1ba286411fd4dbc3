"""The account of the demo's listener: themed lists, shelves that hold the whole catalogue, a year of plays, and some dirt."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tasks.standin.account import FRIEND, RANGES, SPOTIFY, Account, Entry, Playlist, Saved, artists_of, instant
from tasks.standin.catalogue.bundle import bundled
from tasks.standin.catalogue.model import Album, Catalogue, Track
from tasks.standin.demo.history import write_history
from tasks.standin.demo.listening import DAYS, Listening, listened
from tasks.standin.demo.taste import THEMES, Taste
from tasks.standin.dirt import episode, local_file, null_row
from tasks.standin.faults import Fault, on, rate_limited, server_error

DEMO_AT = datetime(2026, 9, 1, 6, tzinfo=UTC)
"""The morning after the last play. Fixed, so that every run of the demo sees the same account."""
SEED = "segue"
BY_DAY, BY_NIGHT = ("heavy",), ("late house", "sun house")
HISTORY_DAYS = 90
"""So much of the year stands in the history that a demo night reads: more would make that night longer, and no truer."""
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
    themed = themed_lists(catalogue, at, seed)
    listening = heard(themed, at, seed)
    spoil(themed)
    best = {span: listening.ranking(at - timedelta(days=days)) for span, days in RANGE_DAYS.items()}
    return Account(
        playlists=[
            *(playlist for lists in themed.values() for playlist in lists),
            *followed(themed["heavy"][0]),
            *shelves(catalogue, at),
        ],
        saved=[Saved(track, instant(when)) for track, when in reversed(listening.likes.values())],
        saved_albums=[
            Saved(album, instant(at - timedelta(days=place)))
            for place, album in enumerate(loved_albums(best["long_term"]))
        ],
        top_tracks={span: tracks[:100] for span, tracks in best.items()},
        top_artists={span: artists_of(tracks)[:50] for span, tracks in best.items()},
        plays=listening.plays[::-1],
        followed=[artist for artist in catalogue.artists.values() if artist.genres],
    )


def demo_listening(
    catalogue: Catalogue, at: datetime = DEMO_AT, seed: str = SEED, *, days: int = DAYS, sessions: int = 4
) -> Listening:
    """Return what the demo's listener did before `at`: rows of a streaming history, plays and likes.

    Of up to `sessions` a day, for so many `days`; the defaults give the year that the account knows of, some 6,000 rows.
    """
    return heard(themed_lists(catalogue, at, seed), at, seed, days, sessions)


def write_demo_history(target: Path) -> Path:
    """Write the latest `HISTORY_DAYS` of the listener's extended streaming history and return `target`."""
    since = instant(DEMO_AT - timedelta(days=HISTORY_DAYS))
    return write_history(target, [row for row in demo_listening(bundled()).rows if row["ts"] >= since])


def themed_lists(catalogue: Catalogue, at: datetime, seed: str) -> dict[str, list[Playlist]]:
    """The listener's own lists by the name of their theme, clean."""
    taste = Taste(catalogue, seed)
    return {
        theme.name: [themed_playlist(title, tracks, at) for title, tracks in taste.playlists(theme).items()]
        for theme in THEMES
    }


def heard(
    themed: Mapping[str, list[Playlist]], until: datetime, seed: str, days: int = DAYS, sessions: int = 4
) -> Listening:
    """Simulate the listening to these lists: one taste by day, the other by night, the rest now and then."""
    by_day = [playlist for name in BY_DAY for playlist in themed[name]]
    by_night = [playlist for name in BY_NIGHT for playlist in themed[name]]
    others = [playlist for name, lists in themed.items() if name not in BY_DAY + BY_NIGHT for playlist in lists]
    return listened(by_day, by_night, others, until, seed, days=days, sessions=sessions)


def themed_playlist(title: str, tracks: Sequence[Track], at: datetime) -> Playlist:
    """A list that grew by a handful of songs a week until lately; no two lists were begun on the same day."""
    chance = Random(f"{title}|dates")
    newest = at - timedelta(days=int(chance.random() * 60), minutes=int(chance.random() * 1440))
    entries = []
    for track in reversed(tracks):
        entries.append(Entry(track, instant(newest)))
        newest -= timedelta(hours=int(chance.random() * 96), minutes=int(chance.random() * 60))
    return Playlist(title, entries[::-1])


def shelves(catalogue: Catalogue, at: datetime) -> list[Playlist]:
    """A list for each genre with the songs whose first genre it is, all put there on one day."""
    genres = sorted({track.genres[0] for track in catalogue.tracks.values()})
    filled = instant(at - timedelta(days=400))
    return [
        Playlist(
            f"Shelf: {genre}",
            [Entry(track, filled) for track in catalogue.tracks.values() if track.genres[0] == genre],
            description="Every song of the demo's catalogue stands on one shelf.",
        )
        for genre in genres
    ]


def followed(model: Playlist) -> list[Playlist]:
    """Two lists of others, whose rows an app of today may not see: a friend's (403), and one of Spotify's own (404)."""
    songs = [Entry(entry.item, entry.added_at, FRIEND.id) for entry in model.entries[:20]]
    return [
        Playlist("A friend's loud list", songs, owner=FRIEND),
        Playlist("Discover, weekly", songs[:10], owner=SPOTIFY, public=None),
    ]


def spoil(themed: dict[str, list[Playlist]]) -> None:
    """Put what real lists have between the songs: gone tracks, a file from a disk, a podcast, and songs twice."""
    for theme, place, strange in (
        ("heavy", 7, null_row()),
        ("road", 3, null_row()),
        ("road", 30, Entry(episode("On Rain"), "2026-02-11T18:04:09Z")),
        ("campfire", 12, Entry(local_file("Untitled Tape", "Old Friend", "Basement"), "2025-11-02T21:40:00Z")),
        ("party rap", 0, Entry(local_file("Demo 3 (rough mix)", "Next Door"), "2026-01-20T09:12:30Z")),
    ):
        themed[theme][0].entries.insert(place, strange)
    for theme in ("arena", "late house", "drops"):
        rows = themed[theme][0].entries
        rows.insert(25, Entry(rows[4].item, rows[24].added_at))


def loved_albums(ranking: Sequence[Track], most: int = 24) -> list[Album]:
    """The albums of the songs that were played most, each once."""
    return list({track.album.id: track.album for track in ranking}.values())[:most]
