"""The two ways in which the Web API hands out long lists: by offset and by cursor. The lies of `Switches` live here."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tasks.standin.account import Play
from tasks.standin.service import Call, Refused
from tasks.standin.web.answers import bad_request
from tasks.standin.web.objects import Json, listed

FAR = 10_000_000


def offset_page(
    call: Call,
    things: Sequence[Any],
    make: Callable[[Any], Json | None],
    *,
    default: int = 20,
    maximum: int = 50,
    path: str | None = None,
    extra: dict[str, str] | None = None,
    total: int | None = None,
) -> Json:
    """Return the page of `things` for which `limit` and `offset` ask.

    `path` replaces the call's own in `href` and `next`; `extra` are further parameters there; `total` replaces the count.
    """
    switches = call.service.switches
    limit = call.number("limit", default, 1, maximum)
    offset = call.number("offset", 0, 0, FAR)
    if offset and switches.shift and call.path not in call.service.shifted:
        call.service.shifted.add(call.path)
        things = moved(things, switches.shift)
    page = things[offset : offset + limit]
    end = offset + limit
    base = call.service.api_url + (path or call.path)

    def url(start: int) -> str:
        return f"{base}?{urlencode({'offset': start, 'limit': limit, **(extra or {})}, quote_via=quote, safe=',:')}"

    following = url(end) if end < len(things) else None
    match switches.next_lie:
        case "nowhere":
            following = following and f"{call.service.api_url}/nowhere?offset={end}&limit={limit}"
        case "back":
            following = url(0)
        case "too_early":
            following = None
        case "endless":
            following = url(end)
    return {
        "href": url(offset),
        "items": listed(make, page),
        "limit": limit,
        "next": following,
        "offset": offset,
        "previous": url(max(0, offset - limit)) if offset else None,
        "total": (len(things) if total is None else total) + switches.total_lie,
    }


def moved(things: Sequence[Any], shift: int) -> Sequence[Any]:
    """The list a moment later, for good if it is the account's own: its first entry once more, or the first ones gone."""
    rest = [*[things[0]] * shift, *things] if shift > 0 and things else things[-shift:] if shift < 0 else things
    if isinstance(things, list):
        things[:] = rest
    return rest


def artists_page(call: Call) -> Json:
    """Followed artists, after the artist whose id is `after`; the only list that is wrapped in its own name."""
    service = call.service
    limit = call.number("limit", 20, 1, 50)
    followed = service.account.followed
    after = call.query.get("after")
    start = next((place + 1 for place, artist in enumerate(followed) if artist.id == after), 0)
    page = followed[start : start + limit]
    cursor = page[-1].id if start + limit < len(followed) else None
    match service.switches.next_lie:
        case "back":
            cursor = followed[min(limit, len(followed)) - 1].id if followed else None
        case "endless":
            cursor = page[-1].id if page else after
        case "too_early":
            cursor = None
    url = f"{service.api_url}/me/following?type=artist&limit={limit}"
    return {
        "artists": {
            "href": url,
            "items": listed(service.objects.artist, page),
            "limit": limit,
            "next": f"{url}&after={cursor}" if cursor else None,
            "cursors": {"after": cursor},
            "total": len(followed) + service.switches.total_lie,
        }
    }


def plays_page(call: Call) -> Json:
    """Recent plays, newest first: those before or after an instant in Unix milliseconds, which is itself left out."""
    service = call.service
    limit = call.number("limit", 20, 1, 50)
    if "after" in call.query and "before" in call.query:
        raise Refused(bad_request("Specify only one of after and before"))
    after = call.number("after", 0, 0, FAR**3)
    before = call.number("before", FAR**3, 0, FAR**3)
    known = service.account.plays[: service.switches.recent_window]
    page = [play for play in known if after < milliseconds(play) < before][:limit]
    url = f"{service.api_url}/me/player/recently-played"
    content: Json = {"items": [played(call, play) for play in page], "next": None, "cursors": None, "limit": limit}
    if page:
        oldest = milliseconds(page[-1])
        content["cursors"] = {"after": str(milliseconds(page[0])), "before": str(oldest)}
        if len(page) == limit:
            content["next"] = f"{url}?before={oldest}&limit={limit}"
    return {**content, "href": url}


def played(call: Call, play: Play) -> Json:
    service = call.service
    context = None
    if play.context:
        playlist = service.objects.playlist(play.context, None)
        context = {key: playlist[key] for key in ("external_urls", "href", "type", "uri")}
    at = play.played_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"track": service.objects.track(play.track), "played_at": at, "context": context}


def milliseconds(play: Play) -> int:
    return (play.played_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
