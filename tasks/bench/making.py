"""Data of any size that looks like music: drawn again from the bundled catalogue, and jittered."""

import numpy as np
import polars as pl
from scipy.sparse.linalg import svds

from tasks.similarity.signals import audio_features, incidence, unit
from tasks.standin.catalogue.bundle import bundled

SEED = 7


def vectors(tracks: int, dims: int) -> np.ndarray:
    """``tracks`` unit vectors of ``dims`` dimensions, single precision: sounds first, then what artists, genres and albums tell.

    A smoothed bootstrap of the 5,849 songs that ship: drawn with replacement, with normal noise of Scott's bandwidth
    (n to the power of -1/(dims + 4)), so that copies stand as far apart as songs do. The same numbers every time.
    """
    base = _real(dims)
    drawn = np.random.default_rng(SEED)
    picked = base[drawn.integers(0, len(base), tracks)]
    bandwidth = len(base) ** (-1 / (base.shape[1] + 4))
    jittered = picked + drawn.normal(size=picked.shape) * base.std(axis=0) * bandwidth
    return (jittered / np.linalg.norm(jittered, axis=1, keepdims=True)).astype(np.float32)


def _real(dims: int) -> np.ndarray:
    songs = list(bundled().tracks.values())
    sound, _ = audio_features(pl.DataFrame([dict(song.features or {}) for song in songs]))
    if dims <= sound.shape[1]:
        return sound[:, :dims]
    words = [[*song.genres, *(artist.id for artist in song.artists), song.album.id] for song in songs]
    told = pl.DataFrame({"value": words}).with_row_index("row").explode("value").unique(maintain_order=True)
    left, strength, _ = svds(unit(incidence(told, len(songs))), k=dims - sound.shape[1], v0=np.ones(len(songs)))
    latent = left * strength
    return np.hstack([sound, latent / latent.std(axis=0)])
