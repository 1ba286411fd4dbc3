"""What must not leave the machine, taken out of texts and pages; what is equal stays equal, so that a fault can still be seen.

A value becomes a digest with a salt that is made anew for every bundle and kept nowhere: nobody can look it up in a
catalogue, and two bundles cannot be compared.
"""

import re
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

VERBATIM = frozenset(
    {
        "type", "album_type", "album_group", "release_date", "release_date_precision", "service", "added_at", "played_at",
        "market", "time_range", "rule", "entity", "source", "walk", "market_code", "reason", "product",
    }
)  # fmt: skip
"""Fields whose texts are of a kind and not of a person."""

PATHS = frozenset(
    {
        "v1", "me", "tracks", "albums", "artists", "playlists", "items", "top", "short_term", "medium_term", "long_term",
        "player", "recently-played", "audio-features", "track", "search", "image",
    }
)  # fmt: skip
"""Words of a service's paths; whatever else stands in one belongs to somebody."""

PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
NUMBER = re.compile(r"-?\d{1,9}")
ID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{22}(?![0-9A-Za-z])")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
WORD = re.compile(r"\w+")
SHORTEST_NAME = 4
"""A name of fewer letters stays in a text: it says nothing, and half of all words hold it."""

Json = Any


class Redactor:
    """Takes ``names`` and secrets (``never``) out; ``keep`` are words of our own that are no names even if a song has them."""

    def __init__(self, names: Iterable[str] = (), never: Iterable[str] = (), keep: Iterable[str] = ()) -> None:
        self._salt = secrets.token_bytes(16)
        self._never = sorted({value for value in never if value}, key=len, reverse=True)
        kept = set(keep)
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(set(names) - kept, key=len, reverse=True):
            if len(name) >= SHORTEST_NAME and (start := WORD.search(name)):
                self._by_start.setdefault(start.group(), []).append(name)

    def digest(self, value: str) -> str:
        """What stands in place of ``value``."""
        return f"~{blake2b(value.encode(), digest_size=5, key=self._salt).hexdigest()}"

    def text(self, told: str) -> str:
        """A text of ours, without secrets, addresses, ids and names in it."""
        for secret in self._never:
            told = told.replace(secret, "***")
        told = MAIL.sub(lambda found: self.digest(found.group()), told)
        told = ID.sub(lambda found: self.digest(found.group()), told)
        for start in {word for word in WORD.findall(told) if word in self._by_start}:
            for name in self._by_start[start]:
                if name in told:
                    told = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", self.digest(name), told)
        return told

    def page(self, value: Json, key: str = "") -> Json:
        """A page of a service, or a row: its structure, its numbers, and a digest for every text that is of a person."""
        if isinstance(value, dict):
            return {self._key(name): self.page(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.page(inner, key) for inner in value]
        if not isinstance(value, str) or not value or key in VERBATIM or NUMBER.fullmatch(value):
            return value
        return self.digest(value)

    def path(self, path: str) -> str:
        """The path of a request: its words, with a digest for whatever is none."""
        return "/".join(part if part in PATHS or not part else self.digest(part) for part in path.split("/"))

    def answer(self, told: str) -> str:
        """The words of a refusal, in which the path of the request may stand."""
        return self.text(re.sub(r"/[^\s:]+", lambda found: self.path(found.group()), told))

    def _key(self, name: str) -> str:
        return name if PLAIN_KEY.fullmatch(name) else self.digest(name)
