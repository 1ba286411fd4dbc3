"""Covers: the picture where there is one, else a typographic one of the song's own letters."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b

STYLES = 8
"""Number of colourings of the typographic cover; the style sheets have as many classes ``c0``, ``c1``, …"""


@dataclass(frozen=True)
class Cover:
    """What stands where a poster stands: `picture` is a data URL, or None; then `letters` on the colouring `style`."""

    picture: str | None
    letters: str
    style: int


def cover(picture: str | None, key: str, name: str) -> Cover:
    """Return the cover of something called `name`; equal keys (such as the album's id or name) look alike."""
    return Cover(picture, initials(name), blake2b(key.encode(), digest_size=1).digest()[0] % STYLES)


def initials(name: str) -> str:
    """'OK Computer' -> 'OC', '夜に駆ける' -> '夜', '!!!' -> '!': the first letters of the first two words."""
    words = re.findall(r"[^\W_]\S*", name) or name.split()
    firsts = [_first(word) for word in words[:2]]
    if firsts and unicodedata.east_asian_width(firsts[0][0]) in "WF":
        firsts = firsts[:1]
    return "".join(firsts).upper() or "♪"


def _first(word: str) -> str:
    """Return the first letter with the marks and joiners that belong to it."""
    end = 1
    while end < len(word) and (
        unicodedata.category(word[end])[0] == "M" or word[end] == "\u200d" or word[end - 1] == "\u200d"
    ):
        end += 1
    return word[:end]
