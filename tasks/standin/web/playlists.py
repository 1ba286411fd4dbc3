"""Playlists: the listener's list of them, one of them, and its rows under the old and the new path."""

from tasks.standin.account import SPOTIFY, Playlist
from tasks.standin.service import Call, Refused, Service
from tasks.standin.web.answers import Answer, as_json, forbidden, not_found
from tasks.standin.web.objects import Json
from tasks.standin.web.paging import offset_page


def playlists(call: Call) -> Answer:
    """The listener's lists; without the scope for collaborative ones those are left out, silently."""
    service = call.service
    shown = service.account.playlists
    if "playlist-read-collaborative" not in call.access.scopes:
        shown = [playlist for playlist in shown if not (playlist and playlist.collaborative)]
    path = "/me/playlists"
    if service.switches.playlists_next == "users":
        path = f"/users/{service.account.user.id}/playlists"
    return as_json(offset_page(call, shown, lambda playlist: listed_playlist(service, playlist), path=path))


def playlists_of_user(call: Call) -> Answer:
    """The same list under the path to which `next` leads; of other people nothing is known here."""
    if call.ids[0] != call.service.account.user.id:
        raise Refused(not_found())
    return playlists(call)


def listed_playlist(service: Service, playlist: Playlist) -> Json:
    """A playlist as it stands in a list: of its contents only where they are and how many."""
    href = f"{service.api_url}/playlists/{playlist.id}/{contents_path(service)}"
    return service.objects.playlist(playlist, {"href": href, "total": len(playlist.entries)})


def playlist(call: Call) -> Answer:
    """One playlist with its first hundred rows; without rows where the app may not see them."""
    service = call.service
    asked = known_playlist(call)
    contents = None
    if may_read(service, asked) and (call.access.is_user or service.profile.deprecated_endpoints):
        pages = Call(service, f"{call.path}/{contents_path(service)}", call.ids, {"limit": "100"}, call.access)
        contents = offset_page(pages, asked.entries, service.objects.entry, default=100, maximum=100)
    followers = {"followers": {"href": None, "total": 0}}
    return as_json({**service.objects.playlist(asked, contents), **followers})


def items(call: Call) -> Answer:
    """A playlist's rows, fifty a page at most."""
    return playlist_rows(call, default=20, maximum=50)


def tracks(call: Call) -> Answer:
    """A playlist's rows under the old path, a hundred a page at most."""
    return playlist_rows(call, default=100, maximum=100)


def playlist_rows(call: Call, default: int, maximum: int) -> Answer:
    service = call.service
    asked = known_playlist(call)
    if not may_read(service, asked):
        return forbidden()
    return as_json(offset_page(call, asked.entries, service.objects.entry, default=default, maximum=maximum))


def known_playlist(call: Call) -> Playlist:
    """The playlist that is asked for; Spotify's own lists do not exist for apps without the old access."""
    service = call.service
    for playlist in service.account.playlists:
        if playlist and playlist.id == call.ids[0] and (playlist.owner != SPOTIFY or service.profile.audio_features):
            return playlist
    raise Refused(not_found())


def may_read(service: Service, playlist: Playlist) -> bool:
    """Whether the app sees the rows: of any list where the old rules hold, else of owned and collaborative ones."""
    owned = playlist.owner == service.account.user or playlist.collaborative
    return owned or service.profile.deprecated_endpoints


def contents_path(service: Service) -> str:
    return "tracks" if service.profile.deprecated_endpoints else "items"
