"""Search: plain words and the field filters, most popular first, a short page for apps of today."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from tasks.standin.catalogue.model import Album, Artist, Track
from tasks.standin.service import Call, Refused
from tasks.standin.web.answers import Answer, as_json, bad_request, not_found
from tasks.standin.web.objects import Json
from tasks.standin.web.paging import offset_page

FILTER = re.compile(r'(artist|album|track|year|isrc|genre):("[^"]*"|\S+)', re.IGNORECASE)
REACH = 1000
"""Nothing is found beyond this offset."""


def search(call: Call) -> Answer:
    """Each of the asked types, wrapped in its own name. Search jitter changes `total` from page to page."""
    service = call.service
    query = call.query.get("q", "").strip()
    if not query:
        raise Refused(bad_request("No search query"))
    kinds = call.query.get("type", "").split(",")
    if not set(kinds) <= {"track", "album", "artist"}:
        raise Refused(bad_request("Bad search type field"))
    offset = call.number("offset", 0, 0, 10 * REACH)
    limit = call.number("limit", service.profile.search_default, 1, service.profile.search_limit)
    if offset + limit > REACH:
        raise Refused(not_found())
    filters = {name.lower(): value.strip('"').casefold() for name, value in FILTER.findall(query)}
    words = FILTER.sub("", query).casefold().split()
    makers: dict[str, tuple[Callable[[Any], Json], Iterable[Any], Callable[[Any], dict[str, str]]]] = {
        "track": (service.objects.track, service.catalogue.tracks.values(), track_text),
        "album": (service.objects.simple_album, service.catalogue.albums.values(), album_text),
        "artist": (service.objects.artist, service.catalogue.artists.values(), artist_text),
    }
    content = {}
    for kind in kinds:
        make, things, text = makers[kind]
        found = [thing for thing in things if fits(text(thing), filters, words)]
        found.sort(key=lambda thing: (-getattr(thing, "popularity", 0), thing.id))
        content[f"{kind}s"] = offset_page(
            call,
            found[:REACH],
            make,
            default=service.profile.search_default,
            maximum=service.profile.search_limit,
            extra={"query": query, "type": kind},
            total=len(found) + (offset // limit % 3 if service.switches.search_jitter else 0),
        )
    return as_json(content)


def fits(text: dict[str, str], filters: dict[str, str], words: list[str]) -> bool:
    """Whether every filter is in its field and every other word in any."""
    everything = " ".join(text.values()).casefold()
    return all(value in text.get(name, "").casefold() for name, value in filters.items()) and all(
        word in everything for word in words
    )


def track_text(track: Track) -> dict[str, str]:
    return {
        "track": track.name,
        "artist": " ".join(artist.name for artist in track.artists),
        "album": track.album.name,
        "isrc": track.isrc or "",
        "genre": " ".join(track.genres),
        "year": (track.album.released or "")[:4],
    }


def album_text(album: Album) -> dict[str, str]:
    artists = " ".join(artist.name for artist in album.artists)
    return {"album": album.name, "artist": artists, "year": (album.released or "")[:4]}


def artist_text(artist: Artist) -> dict[str, str]:
    return {"artist": artist.name, "genre": " ".join(artist.genres)}
