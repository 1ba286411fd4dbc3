"""Which path is answered by what, for whom: the table of endpoints and the checks that stand before each of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tasks.standin.limits import Limits
from tasks.standin.service import Call, Refused, Service
from tasks.standin.web import me, music, playlists, search
from tasks.standin.web.answers import NOT_REGISTERED, PREMIUM, Answer, api_error, forbidden, plain, token_refused


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint below `/v1`; `{}` in its path is an id.

    `scope` implies that a token of the listener is needed. `cut`: answered 403 to apps without deprecated endpoints.
    """

    path: str
    endpoint: Callable[[Call], Answer]
    scope: str | None = None
    needs_user: bool = False
    cut: bool = False

    def ids(self, path: str) -> tuple[str, ...] | None:
        """Return the ids in `path` when it is one of this route, else None."""
        match = re.fullmatch(self.path.replace("{}", "([^/]+)"), path)
        return match.groups() if match else None


ROUTES = (
    Route("/me", me.profile, needs_user=True),
    Route("/me/playlists", playlists.playlists, "playlist-read-private"),
    Route("/me/tracks", me.saved_tracks, "user-library-read"),
    Route("/me/albums", me.saved_albums, "user-library-read"),
    Route("/me/top/(artists|tracks)", me.top, "user-top-read"),
    Route("/me/player/recently-played", me.recently_played, "user-read-recently-played"),
    Route("/me/following", me.following, "user-follow-read"),
    Route("/me/library/contains", me.contains, "user-library-read"),
    Route("/playlists/{}", playlists.playlist),
    Route("/playlists/{}/items", playlists.items, "playlist-read-private"),
    Route("/playlists/{}/tracks", playlists.tracks, "playlist-read-private", cut=True),
    Route("/users/{}/playlists", playlists.playlists_of_user, "playlist-read-private", cut=True),
    Route("/tracks/{}", music.track),
    Route("/albums/{}", music.album),
    Route("/albums/{}/tracks", music.album_tracks),
    Route("/artists/{}", music.artist),
    Route("/artists/{}/albums", music.artist_albums),
    Route("/artists/{}/top-tracks", music.artist_top_tracks, cut=True),
    Route("/artists/{}/related-artists", music.gone),
    Route("/tracks", music.many("tracks", 50), cut=True),
    Route("/albums", music.many("albums", 20), cut=True),
    Route("/artists", music.many("artists", 50), cut=True),
    Route("/search", search.search),
    Route("/audio-features/{}", music.audio_features),
    Route("/audio-features", music.many_audio_features),
    Route("/audio-analysis/{}", music.unmeasured),
    Route("/recommendations", music.gone),
    Route("/browse/featured-playlists", music.gone),
)


class WebApi:
    """The Web API of one stand-in: token, limits and rules of the app first, then the endpoint."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.limits = Limits(service.switches, service.clock)
        self._requests_of_first_token = 0

    def answer(self, path: str, query: Mapping[str, str], authorization: str | None) -> Answer:
        """Answer a GET of `path`, which is given without `/v1`."""
        switches = self.service.switches
        if not authorization:
            return token_refused("missing_token", "No token provided")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return api_error(400, "Only valid bearer authentication supported")
        access = self.service.grants.access(token)
        if access is None or (access.is_first and self._first_token_is_spent()):
            return token_refused("invalid_token", "Invalid access token")
        if over_limit := self.limits.check():
            return over_limit
        if not switches.premium_owner:
            return api_error(403, PREMIUM)
        if access.is_user and not switches.user_allowlisted:
            return plain(NOT_REGISTERED, 403)
        for route in ROUTES:
            ids = route.ids(path)
            if ids is not None:
                break
        else:
            return api_error(404, "Service not found")
        if route.cut and not self.service.profile.deprecated_endpoints:
            return forbidden()
        if not access.is_user and (route.needs_user or route.scope):
            return api_error(401, "Valid user authentication required")
        if route.scope and route.scope not in access.scopes:
            return api_error(403, "Insufficient client scope")
        try:
            return route.endpoint(Call(self.service, path, ids, query, access))
        except Refused as refusal:
            return refusal.answer

    def _first_token_is_spent(self) -> bool:
        most = self.service.switches.expire_token_after
        self._requests_of_first_token += 1
        return most is not None and self._requests_of_first_token > most
