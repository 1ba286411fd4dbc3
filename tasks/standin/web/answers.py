"""An answer of the service and the error bodies, exactly as they are known from Spotify (spotify-facts, section 4.4)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)
NOT_REGISTERED = "Check settings on developer.spotify.com/dashboard, the user may not be registered."


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers; `delivery` tells how the body reaches the client.

    whole: as HTTP wants it · broken_off: the connection closes in the middle of the body · reset: it is reset before
    any answer · hang: nothing comes until the stand-in loses patience.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Literal["whole", "broken_off", "reset", "hang"] = "whole"


def as_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def api_error(
    status: int, message: str | None = None, reason: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """`{"error": {"status", "message", "reason"}}` with the keys that are given."""
    told = {"status": status, "message": message, "reason": reason}
    return as_json({"error": {key: value for key, value in told.items() if value is not None}}, status, headers)


def auth_error(error: str, description: str | None = None) -> Answer:
    """The flat form of RFC 6749, which the accounts service uses: `error` is text."""
    told = {"error": error, "error_description": description}
    return as_json({key: value for key, value in told.items() if value is not None}, 400)


def token_refused(error: str, description: str) -> Answer:
    """401 as it is today: one text for every fault of a token, the difference only in WWW-Authenticate."""
    challenge = f'Bearer realm="spotify", error="{error}", error_description="{description}"'
    return api_error(401, "Missing/invalid/expired access token", headers={"WWW-Authenticate": challenge})


def html(text: str, status: int) -> Answer:
    page = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def plain(text: str, status: int) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def redirect(location: str) -> Answer:
    return Answer(303, b"", {"Location": location})


def bad_request(message: str) -> Answer:
    return api_error(400, message)


def not_found() -> Answer:
    return api_error(404, "Resource not found")


def forbidden() -> Answer:
    return api_error(403, "Forbidden")
