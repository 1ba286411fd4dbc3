"""What baskets say of songs: who stands in those of a seed, in baskets like them, a few places away, and next to its artists.

Each is a share or a cosine between 0 and 1, and a product of sparse rows: of a seed's row and of another song's. Songs that
stand in no basket have empty rows, so that nothing is said of them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

ALIKE = 30
"""A basket listens to so many baskets that share songs with it, the likest ones."""
NEAR = 10
"""Songs at most so many places apart in a basket stand close together."""
PROFILE = 20
"""An artist is known by so many of the baskets that hold his songs, the most telling ones."""
THIN = 0.05
"""Half of what one basket of a hundred songs weighs: a song in few and large baskets speaks so much less."""


@dataclass(frozen=True)
class Company:
    """One row a track. ``held`` [track, basket] is 1; a row of it times a row of the next two is a share of baskets.

    ``together``: the weight of each of the seed's baskets among them all (asymmetric cosine: Aiolli, RecSys 2013);
    ``alike``: the weight of the baskets that share songs with those, among them all (a walk of two steps more: Cooper et
    al., WWW 2014). ``near`` [track, track] is how close two stand in baskets, over how common they are. ``artists`` [track,
    basket] are rows of length 1 at most: the baskets in which the artists of a track stand.
    """

    held: csr_array
    together: csr_array
    alike: csr_array
    near: csr_array
    artists: csr_array

    @property
    def baskets(self) -> np.ndarray:
        """The number of baskets of each track."""
        return np.diff(self.held.indptr).astype(np.float64)


def company(placed: pl.DataFrame, credits: csr_array, tracks: int) -> Company:
    """From the rows of ``baskets`` [row, basket_id, position, weight], sorted by basket and position, and [track, artist].

    A basket weighs its own weight over the root of its size. ``tracks`` is the size of the catalogue by which baskets are
    rare or common.
    """
    total = credits.shape[0]
    basket = placed["basket_id"].rank("dense").to_numpy().astype(np.int64) - 1
    width = max(int(basket.max(initial=-1)) + 1, 1)
    row = placed["row"].to_numpy().astype(np.int64)
    held = csr_array((np.ones(row.size), (row, basket)), shape=(total, width))
    size = np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1)
    own = np.ones(width)
    own[basket] = placed["weight"].to_numpy()
    weight = own / np.sqrt(size)
    weighed = csr_array(held @ diags_array(weight))
    whole = np.asarray(weighed.sum(axis=1)).ravel()
    listens = csr_array(weighed @ _alike(held, size) @ diags_array(weight))
    return Company(
        held=held,
        together=csr_array(diags_array(1 / (whole + THIN)) @ weighed),
        alike=csr_array(diags_array(_inverse(np.asarray(listens.sum(axis=1)).ravel())) @ listens),
        near=_near(placed.select("row", "basket_id"), total, np.diff(held.indptr) + 1.0),
        artists=_artists(held, credits, tracks),
    )


def heads(matrix: csr_array, most: int) -> csr_array:
    """The ``most`` largest values of each row; of equal ones those that come first."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -matrix.data, row))
    place = np.arange(order.size) - matrix.indptr[row[order]]
    kept = order[place < most]
    return csr_array((matrix.data[kept], (row[kept], matrix.indices[kept])), shape=matrix.shape)


def _alike(held: csr_array, size: np.ndarray) -> csr_array:
    """[basket, basket]: the squared cosines of the ``ALIKE`` baskets most like each, itself left out."""
    shared = csr_array(held.T @ held).tocoo()
    apart = shared.row != shared.col
    one, two = shared.row[apart], shared.col[apart]
    cosine = shared.data[apart] ** 2 / (size[one] * size[two])
    return heads(csr_array((cosine, (one, two)), shape=shared.shape), ALIKE)


def _artists(held: csr_array, credits: csr_array, tracks: int) -> csr_array:
    """[track, basket]: in which baskets the artists of a track stand, those of many tracks counting less."""
    told = csr_array(credits.T @ held)
    told.data[:] = 1.0
    profile = csr_array(credits @ told)
    carriers = np.bincount(profile.indices, minlength=profile.shape[1])
    profile = csr_array(profile @ diags_array(np.log1p(tracks / np.maximum(carriers, 1))))
    length = np.sqrt(np.asarray(profile.power(2).sum(axis=1)).ravel())
    return heads(csr_array(diags_array(_inverse(length)) @ profile), PROFILE)


def _near(placed: pl.DataFrame, total: int, common: np.ndarray) -> csr_array:
    """[track, track]: over all baskets, 1 over the root of how many places apart two songs stand, over how common they are."""
    near = csr_array((total, total))
    for apart in range(1, NEAR + 1):
        pairs = placed.select("row", other=pl.col("row").shift(-apart).over("basket_id")).drop_nulls()
        one, two = pairs["row"].to_numpy().astype(np.int64), pairs["other"].to_numpy().astype(np.int64)
        step = csr_array((np.full(one.size, apart**-0.5), (one, two)), shape=(total, total))
        near = csr_array(near + step + step.T)
    near = csr_array(diags_array(common**-0.75) @ near @ diags_array(common**-0.25))
    near.sum_duplicates()  # in canonical form a pair is looked up by bisection
    return near


def _inverse(values: np.ndarray) -> np.ndarray:
    """1 over each value; 0 of 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
