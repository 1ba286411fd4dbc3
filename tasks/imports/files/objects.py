"""JSON values one after another out of a text of any length (tool): an array, JSON lines, or plainly concatenated."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

CHUNK = 1 << 20
VALUE_LIMIT = 4 << 20
"""Characters that one value may have; what is longer counts as broken."""

BETWEEN = re.compile(r"[\s,\[\]]*")
NEXT_OBJECT = re.compile(r"(?:\}\s*,?|\n)\s*(?=\{)")


@dataclass(frozen=True)
class Broken:
    """A stretch of text that is no JSON value; ``text`` is its beginning."""

    text: str


def objects(text: TextIO, progress: Callable[[int], None] | None = None) -> Iterator[Any]:
    """Yield each value of a JSON array (or of JSON lines), and a `Broken` for each stretch that cannot be read.

    Only a window of the text is in memory. After a broken stretch reading goes on at the next object, so that one bad
    row costs itself alone. Control characters in strings and the non-standard ``NaN`` are let pass, as Python writes them.
    """
    decode = json.JSONDecoder(strict=False).raw_decode
    window, position, at_end = "", 0, False
    while True:
        while not at_end and len(window) - position < VALUE_LIMIT:
            chunk = text.read(CHUNK)
            window, position, at_end = window[position:] + chunk, 0, not chunk
            if chunk and progress:
                progress(len(chunk))
        position = BETWEEN.match(window, position).end()  # type: ignore[union-attr]  # it matches nothing, too
        if position == len(window):
            if at_end:
                return
            continue
        try:
            value, position = decode(window, position)
        except (json.JSONDecodeError, RecursionError):
            following = NEXT_OBJECT.search(window, position + 1)
            end = following.end() if following else len(window)
            yield Broken(window[position : min(end, position + 200)].strip())
            position = end
        else:
            yield value
