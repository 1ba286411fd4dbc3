"""JSON values as rows of texts (tool): nested objects become columns, a playlist that holds its songs a row a song."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

LIST_SEPARATOR = "\x1f"

NO_SONG = "entry without a song"
"""Why a place of a playlist that holds nothing is skipped."""

LISTS = ("tracks", "songs", "items")
"""Under which a playlist holds its songs: the Million Playlist Dataset, the Web API, what people write themselves."""

INNER = ("track", "item")
"""Under which the place of a list holds its song, beside the day that it was added."""

LABELS = {
    "playlist_id": ("playlist_id", "pid", "id", "uri"),
    "playlist_name": ("playlist_name", "playlist", "name", "title"),
    "playlist_description": ("playlist_description", "description"),
}
"""What is said of a list beside its songs."""


def rows_of(item: Mapping[str, Any]) -> Iterator[dict[str, str | None] | None]:
    """The rows that an object stands for: one, or one a song when it is a playlist with its songs in it; null for a place without a song."""
    songs = songs_within(item)
    if songs is None:
        yield dict(flattened(item))
        return
    told = {name: [value for key in keys if (value := scalar_text(item.get(key)))] for name, keys in LABELS.items()}
    label = {name: values[0] for name, values in told.items() if values}
    for song in songs:
        if isinstance(song, str):
            yield {**label, "track_uri": scalar_text(song)}
            continue
        held = [song[key] for key in INNER if key in song] if song else [None]
        if held and not any(held):  # a song that the service does not offer any more
            yield None
            continue
        inner: Mapping[str, Any] = next((one for one in held if isinstance(one, Mapping)), {})
        yield {**dict(flattened(song)), **dict(flattened(inner)), **label}


def songs_within(item: Any) -> list[Any] | None:
    """The songs of an object that is a playlist with a name or an id, as objects or as references; null when it is none."""
    if not isinstance(item, Mapping) or item.get("type") == "album":  # the Web API tells of its songs alike
        return None
    if not any(item.get(key) for name in tuple(LABELS)[:2] for key in LABELS[name]):
        return None
    for key in LISTS:
        held = item.get(key)
        if isinstance(held, Mapping):  # the Web API pages what a playlist holds
            held = held.get("items")
        if isinstance(held, list) and all(song is None or isinstance(song, Mapping | str) for song in held):
            return held
    return None


def flattened(item: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """The values of an object as texts under joined names; of a list of objects, the list of each of their values."""
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flattened(value, f"{name}_")
        elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
            parts = [dict(flattened(part)) for part in value if isinstance(part, Mapping)]
            for inner in dict.fromkeys(key for part in parts for key in part):
                yield f"{name}_{inner}", LIST_SEPARATOR.join(part.get(inner) or "" for part in parts)
        elif isinstance(value, list):
            yield name, LIST_SEPARATOR.join(text for part in value if (text := scalar_text(part)) is not None)
        else:
            yield name, scalar_text(value)


def scalar_text(value: Any) -> str | None:
    """A JSON value as text: null stays null, true is ``true``, and halves of surrogate pairs become ``?``."""
    if value is None or isinstance(value, str):
        return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode()
    return json.dumps(value)
