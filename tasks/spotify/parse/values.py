"""Single values as the Web API writes them, and rows of them as frames that validation can judge."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

Json = dict[str, Any]

TEXT, WHOLE, NUMBER, TRUTH = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
MOMENT, DAY, TEXTS = pl.Datetime("us"), pl.Date(), pl.List(pl.String())

MEDIUM = 200
"""Pixels a side from which a picture does for a place where a song is shown large; Spotify's medium ones have 300."""


def frame(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """``rows`` with the columns of ``kinds``.

    A column in which something is not of its kind becomes text as a whole, so that nothing is lost before validation
    names the value and the rule that it broke.
    """
    return pl.DataFrame([_column(name, [row.get(name) for row in rows], kind) for name, kind in kinds.items()])


def _column(name: str, values: list[Any], kind: pl.DataType) -> pl.Series:
    try:
        if kind in (WHOLE, NUMBER) and any(isinstance(value, bool | str) for value in values):
            raise TypeError
        return pl.Series(name, values, kind, strict=True)
    except (TypeError, OverflowError, UnicodeEncodeError, pl.exceptions.PolarsError):
        return pl.Series(name, [_as_text(value) for value in values], TEXT)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def objects(values: Any) -> list[Json]:
    """The objects of a list; anything else in it, and anything else than a list, is nothing."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def inner(value: Any, *names: str) -> Any:
    """What stands under ``names``, one in the other; ``None`` when any of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def identifier(thing: Any) -> str | None:
    """The id of an object; ``None`` when it has none."""
    found = inner(thing, "id")
    return found if isinstance(found, str) and found else None


def spotify_url(thing: Json) -> str | None:
    """Page of the object on Spotify."""
    found = inner(thing, "external_urls", "spotify")
    return found if isinstance(found, str) and found else None


def moment(text: Any) -> datetime | None:
    """An ISO 8601 moment as naive UTC; ``None`` for what is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # no moment, or one beyond the calendar
        return None


def release(album: Json) -> tuple[Any, str | None, date | None]:
    """``release_date``, its precision by its own length, and the first day that it allows.

    A time of day is cut off. What is no date at all stays as it is, for validation to judge.
    """
    told = album.get("release_date")
    if not isinstance(told, str) or not told:
        return told or None, None, None
    text = told[:10] if len(told) > 10 and told[10] in "T " else told
    precision = {4: "year", 7: "month", 10: "day"}.get(len(text))
    try:
        first = date.fromisoformat(text + "-01-01"[len(text) - 4 :]) if precision else None
    except ValueError:
        first = None
    return text, precision, first


def pictures(thing: Json) -> tuple[str | None, str | None, str | None]:
    """URLs of the largest, a medium and the smallest picture; where widths are not told, of the first, the first and the last.

    The medium one is the smallest of those that are at least ``MEDIUM`` pixels wide, else the largest.
    """
    found = [image for image in objects(thing.get("images")) if isinstance(image.get("url"), str) and image["url"]]
    if not found:
        return None, None, None
    wide = found[:1]
    widths = [image.get("width") for image in found]
    if all(isinstance(width, int) for width in widths):
        found.sort(key=lambda image: -image["width"])
        wide = [image for image in found if image["width"] >= MEDIUM] or found[:1]
    return found[0]["url"], wide[-1]["url"], found[-1]["url"]


def counted(reasons: Iterable[str]) -> dict[str, int]:
    """How often each reason occurs."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return counts
