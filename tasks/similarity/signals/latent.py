"""Where a song stands among all that baskets order: a few numbers out of the songs that stand next to it.

Songs that stand among the same songs have a high cosine, though they never met: factors of closeness in baskets, as words
have them of their neighbours in texts (Levy and Goldberg, NIPS 2014). A song that stands nowhere is placed by its artists.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from sklearn.utils.extmath import randomized_svd

from tasks.similarity.signals.rows import scaled

FACTORS = 16
"""Numbers of a song. A few more told no more, and each is a column that every pair multiplies."""
FACTOR_TYPES = {"factors": pl.Array(pl.Float64, FACTORS)}
DAMPING = 0.35
"""Exponent of what a song has next to it, by which common songs count less: half would make all songs count the same."""
HEARSAY = 0.5
"""Length of a song that is placed by its artists alone: what is known of them says less than what is known of itself."""
GRAIN = 1e6
"""Factors are whole parts of the largest one: what a machine rounds differently is not kept."""


@dataclass(frozen=True)
class Latent:
    """The factors when they were fitted. Frozen, a song's place follows from those who stand next to it, and from who they are.

    ``tracks`` [track_id, factors]: by what each counts for its neighbours; ``artists`` [artist_id, factors]: the direction of
    their songs. Who is in neither speaks of nobody.
    """

    tracks: pl.DataFrame
    artists: pl.DataFrame

    @classmethod
    def of(cls, steps: csr_array, tracks: pl.Series, credits: csr_array, artists: pl.Series) -> "Latent":
        """From ``steps`` [track, track], how close two stand in baskets, and ``credits`` [track, artist]; the ids of both."""
        total = np.asarray(steps.sum(axis=1)).ravel()
        stands = np.flatnonzero(total)
        damped = total[stands] ** -DAMPING
        middle = scaled(csr_array(steps[stands][:, stands]), damped, damped)
        factors = np.zeros((stands.size, FACTORS))
        if stands.size:
            found = randomized_svd(middle, min(FACTORS, stands.size), n_iter=4, random_state=0)[2].T * damped[:, None]
            factors[:, : found.shape[1]] = np.rint(found / np.abs(found).max() * GRAIN) / GRAIN
        counts = np.zeros((total.size, FACTORS))
        counts[stands] = factors
        songs = _directions(steps @ counts)
        known = np.flatnonzero(np.diff(csr_array(credits[stands].T).indptr))
        directions = np.rint(_directions(credits[:, known].T @ songs) * GRAIN) / GRAIN
        return cls(
            pl.DataFrame({"track_id": tracks.gather(stands), "factors": factors}, schema_overrides=FACTOR_TYPES),
            pl.DataFrame({"artist_id": artists.gather(known), "factors": directions}, schema_overrides=FACTOR_TYPES),
        )

    def places(self, steps: csr_array, tracks: pl.Series, credits: csr_array, artists: pl.Series) -> np.ndarray:
        """[track, factor]: rows of length 1 of who stands next to songs that are known, of the others ``HEARSAY`` at most."""
        told = _directions(steps @ _aligned(tracks, self.tracks))
        others = np.flatnonzero(~told.any(axis=1))
        told[others] = _directions(credits[others] @ _aligned(artists, self.artists)) * HEARSAY
        return told


def _aligned(ids: pl.Series, known: pl.DataFrame) -> np.ndarray:
    """The factors of ``ids``; zeros of who is not among ``known`` [id, factors]."""
    told = np.zeros((ids.len(), FACTORS))
    name = known.columns[0]
    met = pl.DataFrame({name: ids, "row": np.arange(ids.len())}).join(known, on=name)
    if met.height:
        told[met["row"].to_numpy()] = met["factors"].to_numpy()
    return told


def _directions(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1 (or 0)."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12)
