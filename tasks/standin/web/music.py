"""Tracks, albums and artists by id, one or many at a time, and Spotify's audio features."""

from collections.abc import Callable, Mapping
from typing import Any

from tasks.standin.catalogue.model import BASE62, Album, Track
from tasks.standin.service import Call, Refused
from tasks.standin.web.answers import Answer, api_error, as_json, bad_request, not_found
from tasks.standin.web.objects import Json
from tasks.standin.web.paging import offset_page


def track(call: Call) -> Answer:
    return as_json(served(call, known(call, "tracks")))


def album(call: Call) -> Answer:
    return as_json(call.service.objects.album(known(call, "albums")))


def artist(call: Call) -> Answer:
    return as_json(call.service.objects.artist(known(call, "artists")))


def album_tracks(call: Call) -> Answer:
    service = call.service
    tracks = service.catalogue.album_tracks[known(call, "albums").id]
    return as_json(offset_page(call, tracks, service.objects.simple_track))


def artist_albums(call: Call) -> Answer:
    """An artist's own albums of the asked groups; `album_group` is one of the old fields."""
    service = call.service
    groups = call.query.get("include_groups", "album,single,compilation,appears_on")
    albums = service.catalogue.artist_albums.get(known(call, "artists").id, [])

    def make(album: Album) -> Json:
        content = service.objects.simple_album(album)
        return content | {"album_group": group(album)} if service.profile.deprecated_fields else content

    page = offset_page(
        call,
        [album for album in albums if group(album) in groups.split(",")],
        make,
        default=service.profile.artist_albums_default,
        maximum=service.profile.artist_albums_limit,
        extra={"include_groups": groups},
    )
    return as_json(page)


def group(album: Album) -> str:
    """Where an artist's page shows an album: extended plays stand among the singles."""
    kind = album.type.lower()
    return "single" if kind == "ep" else kind


def artist_top_tracks(call: Call) -> Answer:
    """An artist's ten most popular tracks."""
    service = call.service
    asked = known(call, "artists")
    tracks = [
        track for track in service.catalogue.tracks.values() if asked.id in {artist.id for artist in track.artists}
    ]
    best = sorted(tracks, key=lambda track: (-track.popularity, track.id))[:10]
    return as_json({"tracks": [service.objects.track(track) for track in best]})


def many(kind: str, most: int) -> Callable[[Call], Answer]:
    """Make the endpoint that answers many ids at once, in their order, null for an id that nobody has."""

    def answer(call: Call) -> Answer:
        service = call.service
        make: dict[str, Callable[[Any], Json]] = {
            "tracks": lambda track: served(call, track),
            "albums": service.objects.album,
            "artists": service.objects.artist,
        }
        ids = asked_ids(call, most)
        found = [lookup(call, kind, id) for id in ids]
        return as_json({kind: [None if thing is None else make[kind](thing) for thing in found]})

    return answer


def audio_features(call: Call) -> Answer:
    """The features of one track; 404 for one that was never measured."""
    if not call.service.profile.audio_features:
        raise Refused(api_error(403))
    track = known(call, "tracks")
    if track.features is None:
        raise Refused(not_found())
    return as_json(features_of(call, track))


def many_audio_features(call: Call) -> Answer:
    """The features of up to a hundred tracks in their order, null for one that was never measured."""
    if not call.service.profile.audio_features:
        raise Refused(api_error(403))
    found = [lookup(call, "tracks", id) for id in asked_ids(call, 100)]
    return as_json(
        {"audio_features": [features_of(call, track) if track and track.features else None for track in found]}
    )


def gone(call: Call) -> Answer:
    """What was cut in November 2024 and answers 404 without a body."""
    return Answer(404)


def unmeasured(call: Call) -> Answer:
    """Audio analysis, of which it is assumed that it answers as audio features do."""
    return api_error(403)


def features_of(call: Call, track: Track) -> Json:
    return {
        **(track.features or {}),
        "type": "audio_features",
        "id": track.id,
        "uri": track.uri,
        "track_href": f"{call.service.api_url}/tracks/{track.id}",
        "analysis_url": f"{call.service.api_url}/audio-analysis/{track.id}",
        "duration_ms": track.duration_ms,
    }


def served(call: Call, track: Track) -> Json:
    """The full track; where old fields are sent, one that replaces another id says so."""
    service = call.service
    asked = next(
        (
            id
            for id in (*call.ids, *call.query.get("ids", "").split(","))
            if service.catalogue.relinked.get(id) == track.id
        ),
        None,
    )
    content = service.objects.track(track)
    if asked is None or not service.profile.deprecated_fields:
        return content
    names = {"type": "track", "id": asked, "uri": f"spotify:track:{asked}", "href": f"{service.api_url}/tracks/{asked}"}
    return {
        **content,
        "linked_from": {**names, "external_urls": {"spotify": f"https://open.spotify.com/track/{asked}"}},
    }


def known(call: Call, kind: str) -> Any:
    """The thing whose id is in the path; 400 for what is no id, 404 for an id that nobody has."""
    thing = lookup(call, kind, checked(call.ids[0]))
    if thing is None:
        raise Refused(not_found())
    return thing


def lookup(call: Call, kind: str, id: str) -> Any:
    catalogue = call.service.catalogue
    things: Mapping[str, Any] = getattr(catalogue, kind)
    return things.get(catalogue.relinked.get(id, id))


def asked_ids(call: Call, most: int) -> list[str]:
    """The ids of a batch. One that is no id spoils them all; the text for too many is an old one."""
    ids = [id for id in call.query.get("ids", "").split(",") if id]
    if not ids:
        raise Refused(bad_request("Missing required field: ids"))
    if len(ids) > most:
        raise Refused(bad_request("Too many ids requested"))
    return [checked(id) for id in ids]


def checked(id: str) -> str:
    if len(id) != 22 or not set(id) <= set(BASE62):
        raise Refused(bad_request("Invalid base62 id"))
    return id
