"""From what services tell of songs to harvests of audio features and popularity."""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from schemas.values import Harvest
from tasks.spotify.parse.sound import audio_features, popularity
from tasks.spotify.parse.values import MOMENT, TEXT, frame
from tasks.spotify.walk.api import Api
from tasks.spotify.walk.capabilities import Capabilities
from tasks.spotify.walk.sound import (
    UNKNOWN_AGAIN,
    Heard,
    askable,
    reccobeats_features,
    reccobeats_tracks,
    spotify_features,
)

FETCH = {"entity": TEXT, "object_id": TEXT, "source": TEXT, "status": TEXT, "asked_at": MOMENT}


@dataclass
class Featured:
    """Harvests, rows of ``fetches``, the fewest requests for them, and the share of tracks with features after that."""

    harvests: list[Harvest] = field(default_factory=list)
    fetches: pl.DataFrame = field(default_factory=lambda: frame([], FETCH))
    problems: list[str] = field(default_factory=list)
    least: int = 0
    coverage: float = 0.0

    def take(self, heard: Heard, entity: str, service: str, now: datetime, harvest: Harvest) -> None:
        """Add what one service told, and remember whom it does not know."""
        told = {"entity": entity, "source": service, "status": "unknown", "asked_at": now}
        unknown = frame([{**told, "object_id": track_id} for track_id in heard.unknown], FETCH)
        self.least += heard.least
        self.harvests += [harvest] if harvest.received else []
        self.fetches = pl.concat([self.fetches, unknown])
        if heard.failed:
            self.problems.append(
                f"{heard.failed} tracks could not be asked for ({entity}); they are asked for on the next night"
            )


def featured(
    api: Api,
    capabilities: Capabilities,
    tracks: pl.DataFrame,
    features: pl.DataFrame,
    fetches: pl.DataFrame,
    source: str,
    now: datetime,
    *,
    again: bool = False,
) -> Featured:
    """Ask for the sound and the popularity of the tracks that have none, Spotify first, then ReccoBeats.

    ``tracks``, ``features`` and ``fetches`` are the tables under construction; ``again`` asks for every track of
    ``source``. A track that nobody knew is left alone for thirty days.
    """
    result = Featured()
    ours = askable(tracks).sort("track_id")
    is_asked_again = (pl.col("source") == source) if again else pl.lit(False)
    mute = ours.filter(is_asked_again | ~pl.col("track_id").is_in(features["track_id"].to_list()))["track_id"].to_list()
    unrated = ours.filter(is_asked_again | pl.col("popularity").is_null())
    reccobeats = "demo" if source == "demo" else "reccobeats"

    def fresh(ids: list[str], entity: str, service: str) -> list[str]:
        return ids if again else _not_lately_unknown(ids, fetches, entity, service, now)

    if capabilities.allows("audio_features"):
        heard = spotify_features(api, fresh(mute, "audio_features", source))
        result.take(heard, "audio_features", source, now, audio_features(heard.found, source, len(heard.unknown)))
        mute = [track_id for track_id in mute if track_id not in heard.found]
    if api.reccobeats is not None:
        heard = reccobeats_features(api, fresh(mute, "audio_features", reccobeats))
        result.take(
            heard, "audio_features", reccobeats, now, audio_features(heard.found, reccobeats, len(heard.unknown))
        )
        heard = reccobeats_tracks(api, fresh(unrated["track_id"].to_list(), "tracks", reccobeats))
        result.take(heard, "tracks", reccobeats, now, popularity(heard.found, unrated, reccobeats))
    new = sum(harvest.rows.height for harvest in result.harvests if harvest.entity == "audio_features")
    if tracks.height:
        result.coverage = round(min((features.height + new) / tracks.height, 1.0), 4)
    return result


def _not_lately_unknown(ids: list[str], fetches: pl.DataFrame, entity: str, service: str, now: datetime) -> list[str]:
    """``ids`` without those that the service did not know a while ago."""
    unknown = fetches.filter(
        pl.col("entity") == entity,
        pl.col("source") == service,
        pl.col("status") == "unknown",
        pl.col("asked_at") > now - UNKNOWN_AGAIN,
    )
    left_alone = set(unknown["object_id"].to_list())
    return [track_id for track_id in ids if track_id not in left_alone]
