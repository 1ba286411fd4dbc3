"""Endpoints below `/me`, but for playlists: the listener, what is saved, played and followed."""

from tasks.standin.account import RANGES, Saved
from tasks.standin.catalogue.model import Album, Track
from tasks.standin.service import Call, Refused
from tasks.standin.web.answers import Answer, as_json, bad_request
from tasks.standin.web.objects import Json, images
from tasks.standin.web.paging import artists_page, offset_page, plays_page


def profile(call: Call) -> Answer:
    """The listener. `account_id` is opaque and never changes; the rest of the private fields is deprecated."""
    service = call.service
    user = service.account.user
    content = {
        **service.objects.user(user),
        "account_id": f"acct-{user.id}",
        "images": images(user.id),
    }
    if service.profile.deprecated_fields:
        content |= {
            "country": "DE",
            "email": f"{user.id}@example.org",
            "explicit_content": {"filter_enabled": False, "filter_locked": False},
            "followers": {"href": None, "total": 0},
            "product": "premium",
        }
    return as_json(content)


def saved_tracks(call: Call) -> Answer:
    objects = call.service.objects

    def row(saved: Saved[Track]) -> Json:
        return {"added_at": saved.added_at, "track": objects.track(saved.item)}

    return as_json(offset_page(call, call.service.account.saved, row))


def saved_albums(call: Call) -> Answer:
    objects = call.service.objects

    def row(saved: Saved[Album]) -> Json:
        return {"added_at": saved.added_at, "album": objects.album(saved.item)}

    return as_json(offset_page(call, call.service.account.saved_albums, row))


def top(call: Call) -> Answer:
    """The most played tracks or artists of four weeks, six months or a year."""
    service = call.service
    kind = call.ids[0]
    span = call.query.get("time_range", "medium_term")
    if span not in RANGES:
        raise Refused(bad_request("Invalid time range"))
    extra = {"time_range": span}
    if kind == "tracks":
        tracks = service.account.top_tracks.get(span, [])
        return as_json(offset_page(call, tracks, service.objects.track, extra=extra))
    artists = service.account.top_artists.get(span, [])
    return as_json(offset_page(call, artists, service.objects.artist, extra=extra))


def recently_played(call: Call) -> Answer:
    return as_json(plays_page(call))


def following(call: Call) -> Answer:
    if call.query.get("type") != "artist":
        raise Refused(bad_request("Invalid type"))
    return as_json(artists_page(call))


def contains(call: Call) -> Answer:
    """Whether each of at most forty URIs is in the library."""
    uris = [uri for uri in call.query.get("uris", "").split(",") if uri]
    if not 1 <= len(uris) <= 40:
        raise Refused(bad_request("Invalid uris"))
    account = call.service.account
    held = {saved.item.uri for saved in account.saved if saved} | {
        saved.item.uri for saved in account.saved_albums if saved
    }
    held |= {artist.uri for artist in account.followed}
    held |= {f"spotify:playlist:{playlist.id}" for playlist in account.playlists if playlist}
    return as_json([uri in held for uri in uris])
