"""The sound of tracks as numbers that can be compared: standardised features, tempo and key as circles."""

import numpy as np
import polars as pl

from schemas.catalogue import FEATURES

Moments = tuple[np.ndarray, np.ndarray]
"""Mean and standard deviation of each column of the sound."""


def audio_features(features: pl.DataFrame, frozen: Moments | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Standardised features and where they are known. Tempo and key are circles: an octave of tempo is one tempo.

    Energy and loudness tell one fact and share its weight; a constant feature tells nothing. Mean and deviation are those of
    ``frozen``, or else of the features themselves.
    """
    values, share = columns(features)
    is_known = np.isfinite(values)
    mean, deviation = frozen or moments(values)
    centred = np.where(is_known, values - mean, 0)
    scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-12)
    return scaled * share, is_known.astype(np.float64)


def columns(features: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The columns of the sound as they are measured, NaN where unknown, and what share of a fact each tells."""
    turn = 2 * np.pi
    tempo, key = pl.col("tempo").log(2) * turn, pl.when(pl.col("key") >= 0).then(pl.col("key")) * 7 * turn / 12
    linear = [name for name in FEATURES if name not in ("tempo", "key", "time_signature")]
    told = {name: pl.col(name).cast(pl.Float64) for name in linear}
    told |= {"tempo_x": tempo.cos(), "tempo_y": tempo.sin(), "key_x": key.cos(), "key_y": key.sin()}
    values = features.select(**told).to_numpy()
    shared = {"energy", "loudness", "tempo_x", "tempo_y", "key_x", "key_y"}
    return values, np.array([0.5**0.5 if name in shared else 1.0 for name in told])


def moments(values: np.ndarray) -> Moments:
    """Mean and standard deviation of each column, as far as it is known."""
    is_known = np.isfinite(values)
    counts = np.maximum(is_known.sum(axis=0), 1)
    mean = np.where(is_known, values, 0).sum(axis=0) / counts
    centred = np.where(is_known, values - mean, 0)
    return mean, np.sqrt((centred**2).sum(axis=0) / counts)


def odd(is_known: np.ndarray) -> np.ndarray:
    """Tracks of whose sound something is known, but not what is known of most: their cosines are not products of unit rows."""
    has_any = np.asarray(is_known.any(axis=1))
    if not has_any.any():
        return has_any
    pattern = (is_known @ 2.0 ** np.arange(is_known.shape[1])).astype(np.int64)
    patterns, times = np.unique(pattern[has_any], return_counts=True)
    return np.asarray(has_any & (pattern != patterns[times.argmax()]))
