"""Cover pictures for the pages (tool): fetched by the addresses that extraction stored, kept in a folder, handed on as data URLs."""

import base64
import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from time import monotonic

import requests

log = logging.getLogger(__name__)

USER_AGENT = "segue (personal music warehouse)"
TIMEOUT_SECONDS = (3.05, 10)
"""To connect, and between two bytes."""
LARGEST_BYTES = 200_000
"""A picture of 64 pixels has a few thousand; what is larger is no small cover."""
PATIENCE_SECONDS = 30.0
"""After so long the rest is left to the next night; the pages have typographic covers for it."""
AT_ONCE = 4

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
"""Media type -> the bytes with which such a file begins. Nothing else is embedded; SVG can hold scripts."""

WEB = {"https://": "https://"}
"""The routes of a night that may ask whoever has the cover."""


def posters(urls: Iterable[str], cache: Path, *, routes: Mapping[str, str]) -> dict[str, str]:
    """Return a data URL for each address whose picture could be had; pictures in `cache` are not asked for again.

    `routes` says which addresses are asked, and where: beginning of the address -> what to ask instead of it. The demo's
    addresses are fixed, and its stand-in listens somewhere else each night; a night without a network has no routes. A picture
    that cannot be had is left out: it costs the page a cover, never the night.
    """
    wanted = sorted(set(urls))
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = monotonic() + PATIENCE_SECONDS
    with requests.Session() as session, ThreadPoolExecutor(AT_ONCE) as pool:
        session.headers["User-Agent"] = USER_AGENT
        found = pool.map(lambda url: _picture(session, url, cache, routes, deadline), wanted)
        return {url: picture for url, picture in zip(wanted, found, strict=True) if picture}


def _picture(
    session: requests.Session, url: str, cache: Path, routes: Mapping[str, str], deadline: float
) -> str | None:
    kept = cache / sha256(url.encode()).hexdigest()[:40]
    content = kept.read_bytes() if kept.exists() else None
    if content is None:
        start = next((start for start in routes if url.startswith(start)), None)
        if start is None or monotonic() > deadline:
            return None
        content = _fetched(session, routes[start] + url.removeprefix(start))
        if content is None or _kind(content) is None:
            return None
        part = kept.with_suffix(".part")
        part.write_bytes(content)
        part.replace(kept)
    kind = _kind(content)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if kind else None


def _fetched(session: requests.Session, url: str) -> bytes | None:
    try:
        with session.get(url, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                log.debug("no cover: status %s", answer.status_code)
                return None
            content = b""
            for chunk in answer.iter_content(65_536):
                content += chunk
                if len(content) > LARGEST_BYTES:
                    return None
            return content
    except (requests.RequestException, ValueError) as error:
        log.debug("no cover: %s", type(error).__name__)
        return None


def _kind(content: bytes) -> str | None:
    return next((kind for kind, start in KINDS.items() if content.startswith(start)), None)
