"""The walk of a night: every list of the person's, the rows of the playlists that changed, the artists not yet known."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tasks.spotify.parse.values import identifier, inner, moment
from tasks.spotify.walk.api import Api
from tasks.spotify.walk.capabilities import Capabilities
from tasks.spotify.walk.lists import Listing, Memory, only_news, unchanged, walk_cursor_list, walk_list
from tasks.spotify.walk.past import Past

log = logging.getLogger(__name__)

RANGES = ("short_term", "medium_term", "long_term")
THREADS = 4
REFUSED_AGAIN = timedelta(days=30)
"""A playlist whose rows were refused is asked for again after so long, or when it changed hands."""
PLAYS_ARE_FRESH = timedelta(hours=1)


@dataclass
class Library:
    """What came of the walk. ``items`` are the rows of the playlists that were asked for, by playlist_id."""

    playlists: Listing
    items: dict[str, Listing]
    saved: Listing
    albums: Listing
    plays: Listing
    top: dict[str, Listing]
    followed: Listing

    @property
    def listings(self) -> list[Listing]:
        """All lists that were asked for."""
        return [
            self.playlists,
            self.saved,
            self.albums,
            self.plays,
            self.followed,
            *self.top.values(),
            *self.items.values(),
        ]

    @property
    def least(self) -> int:
        """The fewest requests that could have brought the same."""
        return sum(listing.least for listing in self.listings)


def walk_library(api: Api, capabilities: Capabilities, past: Past, now: datetime) -> Library:
    """Walk everything that the sign-in opens, several lists at a time.

    Nothing is raised for a park, a refusal or a fault: see the state of each `Listing`.

    Raises:
        SignInError: the app or the person is refused altogether.
    """

    def memory(name: str) -> Memory | None:
        return past.memory(name, now)

    walks: dict[str, tuple[str, Callable[[], Listing]]] = {
        "plays": ("user-read-recently-played", lambda: walk_plays(api, past.last_played_at, now)),
        "playlists": ("playlist-read-private", lambda: walk_list(api, "playlists", "/me/playlists")),
        "saved_tracks": (
            "user-library-read",
            lambda: walk_list(
                api, "saved_tracks", "/me/tracks", enough=only_news(memory("saved_tracks"), past.saved_newest_at)
            ),
        ),
        "saved_albums": (
            "user-library-read",
            lambda: walk_list(api, "saved_albums", "/me/albums", enough=unchanged(memory("saved_albums"))),
        ),
        "followed": (
            "user-follow-read",
            lambda: walk_cursor_list(
                api,
                "followed",
                "/me/following",
                {"type": "artist"},
                cursor="after",
                enough=unchanged(memory("followed")),
            ),
        ),
        **{
            f"top {span}": (
                "user-top-read",
                partial(walk_list, api, f"top {span}", "/me/top/tracks", {"time_range": span}),
            )
            for span in RANGES
        },
    }

    def guarded(name: str) -> Listing:
        scope, walk = walks[name]
        if capabilities.refuses(f"scope:{scope}"):
            return Listing(name, "refused", said=f"the sign-in lacks the scope {scope}")
        return walk()

    with ThreadPoolExecutor(THREADS, thread_name_prefix="walk") as pool:
        found = dict(zip(walks, pool.map(guarded, walks), strict=True))
        changed = changed_playlists(found["playlists"].entries, past, now)
        if changed:
            log.info("%d playlists changed since they were last read", len(changed), extra={"event": "progress"})
        rows = _PlaylistRows(api, found["playlists"].entries)
        items = dict(zip(changed, pool.map(rows.walk, changed), strict=True))
    return Library(
        found["playlists"],
        items,
        found["saved_tracks"],
        found["saved_albums"],
        found["plays"],
        {span: found[f"top {span}"] for span in RANGES},
        found["followed"],
    )


def walk_plays(api: Api, since: datetime | None, now: datetime) -> Listing:
    """Plays after ``since``; Spotify knows the last fifty only.

    In a walk that was taken up again the landed ones may be old: what was played since then is asked for as well.
    """
    listing = _plays_after(api, since)
    newest = max((at for entry in listing.entries if (at := moment(inner(entry, "played_at")))), default=None)
    if newest is None or now - api.landing.walk.started_at < PLAYS_ARE_FRESH:
        return listing
    later = _plays_after(api, newest)
    return replace(later, entries=[*later.entries, *listing.entries], least=later.least + listing.least)


def _plays_after(api: Api, since: datetime | None) -> Listing:
    first = None if since is None else str(_milliseconds(since))
    return walk_cursor_list(api, "plays", "/me/player/recently-played", cursor="after", first=first, onward="before")


def changed_playlists(entries: Iterable[Any], past: Past, now: datetime) -> list[str]:
    """Ids of the playlists whose rows have to be asked for, in list order: the stored version is another one, or none.

    A list that says nothing of any contents, and one whose rows were refused a while ago in this very version, are left
    alone.
    """
    changed = []
    for entry in entries:
        playlist_id = identifier(entry)
        if playlist_id is None or playlist_id in changed:
            continue
        snapshot = entry.get("snapshot_id")
        is_stored = isinstance(snapshot, str) and past.snapshots.get(playlist_id) == snapshot
        is_refused = past.was("playlist_tracks", playlist_id, "refused", since=now - REFUSED_AGAIN)
        if not is_stored and not is_refused:
            changed.append(playlist_id)
    return changed


class _PlaylistRows:
    """Rows of playlists: under the old path, a hundred a page, where the old keys are sent, else under the new one."""

    def __init__(self, api: Api, entries: Sequence[Any]) -> None:
        self._api = api
        self._is_old = any("tracks" in entry for entry in entries if isinstance(entry, dict))

    def walk(self, playlist_id: str) -> Listing:
        name = f"playlist {playlist_id}"
        if self._is_old:
            listing = walk_list(self._api, name, f"/playlists/{playlist_id}/tracks", limit=100)
            if listing.state != "refused":
                return listing
        newer = walk_list(self._api, name, f"/playlists/{playlist_id}/items")
        if newer.state == "complete":
            self._is_old = False  # it was the path that was refused, not the list
        return newer


def stored_versions(library: Library, past: Past) -> dict[str, str | None]:
    """The snapshot whose rows are stored after tonight, by playlist_id; null where they are not, or not all of them."""
    versions: dict[str, str | None] = {}
    for entry in library.playlists.entries:
        playlist_id = identifier(entry)
        if playlist_id is None:
            continue
        told = entry.get("snapshot_id")
        listing = library.items.get(playlist_id)
        is_read = listing is None or listing.state == "complete"
        is_same = past.snapshots.get(playlist_id) == told
        if is_read and (listing is not None or is_same):
            versions[playlist_id] = told if isinstance(told, str) else None
        else:
            versions[playlist_id] = past.snapshots.get(playlist_id)
    return versions


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)  # noqa: DTZ001 - naive UTC like the rest
