"""Audio features and popularity, of Spotify where it still tells them, else of ReccoBeats."""

from collections.abc import Mapping

import polars as pl

from schemas.catalogue import FEATURES
from schemas.values import Harvest
from tasks.spotify.parse.values import NUMBER, TEXT, WHOLE, Json, frame, objects

WHOLE_FEATURES = ("key", "mode", "time_signature")
FEATURE = {"track_id": TEXT} | {name: WHOLE if name in WHOLE_FEATURES else NUMBER for name in FEATURES}


def reccobeats_objects(body: Json) -> dict[str, Json]:
    """Objects of a ReccoBeats answer by the Spotify id at the end of their ``href``: their order means nothing."""
    found: dict[str, Json] = {}
    for thing in objects(body.get("content")):
        href = thing.get("href")
        if isinstance(href, str) and href:
            found.setdefault(href.rstrip("/").rpartition("/")[2], thing)
    return found


def spotify_objects(body: Json) -> dict[str, Json]:
    """Features of Spotify's batch by track id; null for a track without features."""
    return {thing["id"]: thing for thing in objects(body.get("audio_features")) if isinstance(thing.get("id"), str)}


def audio_features(found: Mapping[str, Json], source: str, unknown: int) -> Harvest:
    """Features by track id; ``unknown`` counts the tracks that were asked for and are not known."""
    rows = [{"track_id": track_id, **_features(thing)} for track_id, thing in found.items()]
    return Harvest("audio_features", source, frame(rows, FEATURE), {"unknown": unknown} if unknown else {})


def _features(thing: Json) -> Json:
    values: Json = {name: thing.get(name) for name in FEATURES}
    for name in WHOLE_FEATURES:
        value = values[name]
        values[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    if values["tempo"] == 0:  # nothing was detected
        values["tempo"] = None
    return values


def popularity(found: Mapping[str, Json], tracks: pl.DataFrame, source: str) -> Harvest:
    """The rows of ``tracks`` that are in ``found``, with the popularity that stands there."""
    told = [{"track_id": track_id, "popularity": thing["popularity"]} for track_id, thing in found.items()]
    rated = frame(told, {"track_id": TEXT, "popularity": WHOLE})
    rows = tracks.drop("popularity", "source").join(rated, on="track_id", maintain_order="left")
    return Harvest("tracks", source, rows)
