"""From a walk to harvests: what was walked tonight, read into the rows of our tables, and what to remember of it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from schemas.values import Harvest
from tasks.spotify.parse.library import contents, playlist_tracks, playlists, plays, saved_tracks, top_tracks
from tasks.spotify.parse.music import music, not_a_song
from tasks.spotify.parse.values import MOMENT, TEXT, Json, frame, identifier, objects
from tasks.spotify.walk.api import SPOTIFY, Api
from tasks.spotify.walk.capabilities import Capabilities
from tasks.spotify.walk.library import REFUSED_AGAIN, Library, stored_versions, walk_library
from tasks.spotify.walk.lists import Listing, Memory
from tasks.spotify.walk.objects import Asked, artists_to_ask, ask_artists
from tasks.spotify.walk.past import Past

log = logging.getLogger(__name__)

FETCH = {"entity": TEXT, "object_id": TEXT, "source": TEXT, "status": TEXT, "detail": TEXT, "asked_at": MOMENT}
GENRES = ("fields", "artist.genres")
"""Under this entity and id it is remembered that artists come without genres."""


@dataclass
class Gathered:
    """The harvests of a walk, and rows of ``fetches``: what to remember of it.

    ``is_complete``: nothing is left to be asked; ``least``: the fewest requests that could have brought the same.
    """

    harvests: list[Harvest] = field(default_factory=list)
    fetches: pl.DataFrame = field(default_factory=lambda: frame([], FETCH))
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    least: int = 0
    is_complete: bool = False


def gathered(
    api: Api,
    capabilities: Capabilities,
    past: Past,
    artists: pl.DataFrame,
    credits: pl.DataFrame,
    source: str,
    now: datetime,
) -> Gathered:
    """Walk what is new and read it.

    ``artists`` and ``credits`` (rows of artists and track_artists) are what the night under construction has already,
    ``source`` what stands in the rows, ``now`` the beginning of the night, naive UTC.

    Raises:
        SignInError: the app or the person is refused altogether.
    """
    if not capabilities.is_probed:
        return Gathered()
    if not capabilities.allows("me"):
        return Gathered(
            problems=[
                "nobody is signed in, the app speaks only for itself: no personal list is read; run `segue login`"
            ],
            is_complete=True,
        )
    library = walk_library(api, capabilities, past, now)
    read = {id: listing for id, listing in library.items.items() if _is_worth_reading(id, listing, past)}
    rankings = {span: listing.entries for span, listing in library.top.items() if listing.is_whole}
    tracks = [
        *(track for listing in read.values() for track in contents(listing.entries)),
        *contents(library.saved.entries),
        *(item for entries in rankings.values() for item in entries if not_a_song(item) is None),
        *contents(library.plays.entries),
    ]
    albums = [album for entry in objects(library.albums.entries) for album in objects([entry.get("album")])]
    followed = objects(library.followed.entries)
    asked = _ask_artists(api, capabilities, past, artists, credits, tracks, followed, now)
    harvests = [
        *music(tracks, albums, [*followed, *asked.found], source),
        playlists(
            library.playlists.entries, stored_versions(library, past), source, is_whole=library.playlists.is_whole
        ),
        playlist_tracks({id: listing.entries for id, listing in read.items()}, _replaced(library, past), source),
        saved_tracks(library.saved.entries, source, is_whole=library.saved.is_whole),
        top_tracks(rankings, source),
        plays(library.plays.entries, source),
    ]
    return Gathered(
        harvests,
        _fetches(library, asked, followed, source, past, now),
        list(_problems(library, asked)),
        list(_notes(library)),
        library.least + asked.least,
        is_complete=all(listing.is_settled for listing in library.listings) and not (asked.is_parked or asked.failed),
    )


def _is_worth_reading(playlist_id: str, listing: Listing, past: Past) -> bool:
    """A list of which only a part came is worth reading when nothing of it is stored; else the stored version stays."""
    return listing.is_whole or (listing.state == "partial" and past.snapshots.get(playlist_id) is None)


def _replaced(library: Library, past: Past) -> list[str]:
    """Playlists whose stored rows give way: those that were read whole, and those that are gone."""
    whole = [playlist_id for playlist_id, listing in library.items.items() if listing.is_whole]
    if not library.playlists.is_whole:
        return whole
    present = {identifier(entry) for entry in library.playlists.entries}
    return [*whole, *(playlist_id for playlist_id in past.snapshots if playlist_id not in present)]


def _ask_artists(
    api: Api,
    capabilities: Capabilities,
    past: Past,
    artists: pl.DataFrame,
    credits: pl.DataFrame,
    tracks: Sequence[Json],
    followed: Sequence[Json],
    now: datetime,
) -> Asked:
    """The artists of tonight's and earlier tracks of whom only the name is known."""
    in_batches = capabilities.allows("batch_artists")
    is_untold = any("genres" not in artist for artist in followed) or past.was(
        *GENRES, "unknown", since=now - REFUSED_AGAIN
    )
    if SPOTIFY in api.parks or (is_untold and not in_batches):
        return Asked()
    named = [identifier(artist) for track in tracks for artist in objects(track.get("artists"))]
    tonight = pl.DataFrame({"artist_id": named}, schema={"artist_id": TEXT})
    told = artists.filter(pl.col("genres").is_not_null())["artist_id"].to_list()
    full = [artist_id for artist_id in map(identifier, followed) if artist_id]
    ids = artists_to_ask(pl.concat([tonight, credits.select("artist_id")]), [*told, *full], past, now)
    return ask_artists(api, ids, in_batches=in_batches)


def _fetches(
    library: Library, asked: Asked, followed: Sequence[Json], source: str, past: Past, now: datetime
) -> pl.DataFrame:
    """What to remember: how the lists were, which playlists refuse their rows, which artists were asked for."""
    rows: list[dict[str, Any]] = []

    def remember(entity: str, object_id: str, status: str, detail: str | None = None) -> None:
        row = (entity, object_id, source, status, detail, now)
        rows.append(dict(zip(FETCH, row, strict=True)))

    for listing in (library.saved, library.albums, library.followed):
        memory = Memory.of(listing)
        if memory and (listing.is_whole or memory != past.memory(listing.name, now)):
            remember("lists", listing.name, "found", str(memory))
    for playlist_id, listing in library.items.items():
        if listing.state == "refused":
            remember("playlist_tracks", playlist_id, "refused")
    if library.followed.is_whole:
        for artist in followed:
            if artist_id := identifier(artist):
                remember("artists", artist_id, "found")
    for artist_id, status in asked.status.items():
        remember("artists", artist_id, status)
    if asked.found and all("genres" not in artist for artist in asked.found):
        remember(*GENRES, "unknown")
    return frame(rows, FETCH)


def _problems(library: Library, asked: Asked) -> Iterable[str]:
    """What a person should know: lists that broke off by a fault, or that this app is refused."""
    broken = [
        listing for listing in library.listings if listing.state in ("partial", "failed") and not listing.is_parked
    ]
    if broken:
        names = ", ".join(listing.name for listing in broken[:5]) + (", ..." if len(broken) > 5 else "")
        yield f"{len(broken)} lists could not be read to their end ({names}): {broken[0].said}"
    for listing in library.listings:
        if listing.state == "refused" and not listing.name.startswith("playlist "):
            yield f"{listing.name} cannot be read: {listing.said}"
    if asked.failed:
        yield f"{asked.failed} artists could not be asked for; they are asked for again on the next night"


def _notes(library: Library) -> Iterable[str]:
    refused = sum(listing.state == "refused" for listing in library.items.values())
    if refused:
        yield f"{refused} playlists keep their rows to their owners"
    for listing in library.listings:
        for note in listing.notes:
            yield f"{listing.name}: {note}"
