"""What makes text safe inside a page: script data, the content-security policy, links."""

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape


def script_json(value: Any) -> str:
    """Return JSON that may stand inside a script element: no text in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("</", "<\\/")
        .replace("<!--", "<\\u0021--")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def policy(*, scripts: Iterable[str], styles: Iterable[str], files: bool = False, pictures: Iterable[str] = ()) -> str:
    """Return a content-security policy that allows these inline texts by their hashes, pictures in data URLs, and nothing else.

    With `files` also scripts beside the page; `pictures` are places from which pictures may be shown.
    """
    beside = " 'self' file:" if files else ""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}{beside}; style-src {_hashes(styles)}; "
        f"img-src {' '.join(['data:', *pictures])}; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def web_link(url: str | None) -> str | None:
    """Return the address if it is one of the web, so that no `javascript:` address becomes a link."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def code(text: str) -> Markup:
    """'try `segue import`' -> the same with the words between the ticks set as code; everything is escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )
