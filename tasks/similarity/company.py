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
    al., WWW 2014). ``steps`` [track, track] is how close two stand in baskets, ``near`` the same over how common they are.
    ``artists`` [track, basket] are rows of length 1 at most: the baskets in which the artists of a track stand.
    """

    held: csr_array
    together: csr_array
    alike: csr_array
    steps: csr_array
    near: csr_array
    artists: csr_array

    @property
    def baskets(self) -> np.ndarray:
        """The number of baskets of each track."""
        return np.diff(self.held.indptr).astype(np.float64)


@dataclass(frozen=True)
class Circles:
    """What baskets are to each other, to artists and to all tracks. Frozen, a song that joins one basket changes nobody
    outside of it.

    ``baskets`` [basket_id, size, carriers]: its songs, and the tracks whose artists stand in it; ``alike`` [basket_id,
    other_id, cosine]: for each the ``ALIKE`` likest, by the square of the cosine; ``artists`` [artist_id, basket_id]: who
    stands where. A basket that is not among them is taken as it is tonight, and listens to the others, but they not to it;
    so is an artist who stood nowhere.
    """

    baskets: pl.DataFrame
    alike: pl.DataFrame
    artists: pl.DataFrame

    @classmethod
    def of(cls, placed: pl.DataFrame, credits: csr_array, artists: pl.Series) -> "Circles":
        """As baskets are now; arguments as of ``company``."""
        held, names = _held(placed, credits.shape[0])
        size = np.asarray(held.sum(axis=0)).ravel()[: names.len()]
        told = _told(held, credits)
        carriers = np.bincount(csr_array(credits @ told).indices, minlength=held.shape[1])[: names.len()]
        pairs = _alike(held, np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1)).tocoo()
        alike = pl.DataFrame(
            {"basket_id": names.gather(pairs.row), "other_id": names.gather(pairs.col), "cosine": pairs.data}
        )
        baskets = pl.DataFrame({"basket_id": names, "size": size, "carriers": carriers.astype(np.float64)})
        stood = told.tocoo()
        stands = pl.DataFrame({"artist_id": artists.gather(stood.row), "basket_id": names.gather(stood.col)})
        return cls(baskets, alike.sort("basket_id", "other_id"), stands.sort("artist_id", "basket_id"))


def company(placed: pl.DataFrame, credits: csr_array, artists: pl.Series, tracks: int, circles: Circles) -> Company:
    """From the rows of ``baskets`` [row, basket_id, position, weight], sorted by basket and position.

    ``credits`` is [track, artist], a column for each of the ids ``artists``. A basket weighs its own weight over the root of
    its size. ``tracks`` is the size of the catalogue by which baskets are rare or common.
    """
    total = credits.shape[0]
    held, names = _held(placed, total)
    known = pl.DataFrame({"basket_id": names}).join(circles.baskets, on="basket_id", how="left", maintain_order="left")
    basket = placed["basket_id"].rank("dense").to_numpy().astype(np.int64) - 1
    now = np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1)
    size = _known(known["size"], now)
    own = np.ones(held.shape[1])
    own[basket] = placed["weight"].to_numpy()
    weight = own / np.sqrt(size)
    weighed = csr_array(held @ diags_array(weight))
    whole = np.asarray(weighed.sum(axis=1)).ravel()
    is_new = np.ones(held.shape[1])
    is_new[: names.len()] = known["size"].is_null().to_numpy()
    alike = csr_array(diags_array(is_new) @ _alike(held, now) + _frozen(circles.alike, names, held.shape[1]))
    alike.sort_indices()
    listens = csr_array(weighed @ alike @ diags_array(weight))
    steps, common = _steps(placed.select("row", "basket_id"), total), np.diff(held.indptr) + 1.0
    near = csr_array(diags_array(common**-0.75) @ steps @ diags_array(common**-0.25))
    near.sum_duplicates()  # in canonical form a pair is looked up by bisection
    told = _stood(circles.artists, artists, names, _told(held, credits))
    return Company(
        held=held,
        together=csr_array(diags_array(1 / (whole + THIN)) @ weighed),
        alike=csr_array(diags_array(_inverse(np.asarray(listens.sum(axis=1)).ravel())) @ listens),
        steps=steps,
        near=near,
        artists=_artists(told, credits, tracks, known["carriers"]),
    )


def heads(matrix: csr_array, most: int) -> csr_array:
    """The ``most`` largest values of each row; of equal ones those that come first."""
    length = np.diff(matrix.indptr)
    row = np.repeat(np.arange(matrix.shape[0]), length)
    long = np.flatnonzero(length[row] > most)  # most rows are short and stay as they are
    order = long[np.lexsort((matrix.indices[long], -matrix.data[long], row[long]))]
    place = np.arange(order.size) - np.searchsorted(row[order], row[order])
    kept = np.ones(row.size, dtype=bool)
    kept[order[place >= most]] = False
    return csr_array((matrix.data[kept], (row[kept], matrix.indices[kept])), shape=matrix.shape)


def _alike(held: csr_array, size: np.ndarray) -> csr_array:
    """[basket, basket]: the squared cosines of the ``ALIKE`` baskets most like each, itself left out."""
    shared = csr_array(held.T @ held).tocoo()
    apart = shared.row != shared.col
    one, two = shared.row[apart], shared.col[apart]
    cosine = shared.data[apart] ** 2 / (size[one] * size[two])
    return heads(csr_array((cosine, (one, two)), shape=shared.shape), ALIKE)


def _held(placed: pl.DataFrame, total: int) -> tuple[csr_array, pl.Series]:
    """[track, basket] of ones, and the ids of the baskets."""
    names = placed["basket_id"].unique().sort()
    basket = placed["basket_id"].rank("dense").to_numpy().astype(np.int64) - 1
    row = placed["row"].to_numpy().astype(np.int64)
    return csr_array((np.ones(row.size), (row, basket)), shape=(total, max(names.len(), 1))), names


def _known(frozen: pl.Series, now: np.ndarray) -> np.ndarray:
    """What is frozen of each basket; of the others what it is now."""
    told = now.astype(np.float64)
    told[: frozen.len()] = np.where(frozen.is_null(), told[: frozen.len()], frozen.fill_null(0).to_numpy())
    return told


def _frozen(alike: pl.DataFrame, names: pl.Series, width: int) -> csr_array:
    """[basket, basket] out of rows [basket_id, other_id, cosine]."""
    numbers = pl.DataFrame({"id": names, "number": np.arange(names.len())})
    pairs = alike.join(numbers, left_on="basket_id", right_on="id").join(
        numbers, left_on="other_id", right_on="id", suffix="_other"
    )
    places = (pairs["number"].to_numpy(), pairs["number_other"].to_numpy())
    return csr_array((pairs["cosine"].to_numpy(), places), shape=(width, width))


def _told(held: csr_array, credits: csr_array) -> csr_array:
    """[artist, basket] of ones: who stands where."""
    told = csr_array(credits.T @ held)
    told.data[:] = 1.0
    return told


def _stood(frozen: pl.DataFrame, artists: pl.Series, names: pl.Series, now: csr_array) -> csr_array:
    """[artist, basket] of ones: who stood where when that was frozen; ``now`` for those who stood nowhere."""
    numbers = pl.DataFrame({"artist_id": artists, "artist": np.arange(artists.len())})
    places = pl.DataFrame({"basket_id": names, "basket": np.arange(names.len())})
    known = frozen.join(numbers, on="artist_id").join(places, on="basket_id", how="left")
    is_new = np.ones(now.shape[0])
    is_new[known["artist"].to_numpy()] = 0
    held = known.drop_nulls("basket")
    where = (held["artist"].to_numpy(), held["basket"].to_numpy())
    stood = csr_array((np.ones(held.height), where), shape=now.shape)
    return csr_array(stood + diags_array(is_new) @ now)


def _artists(told: csr_array, credits: csr_array, tracks: int, frozen: pl.Series) -> csr_array:
    """[track, basket]: in which baskets the artists of a track stand, those of many tracks counting less."""
    profile = csr_array(credits @ told)
    profile.eliminate_zeros()
    profile.sort_indices()
    carriers = _known(frozen, np.bincount(profile.indices, minlength=profile.shape[1]))
    profile = csr_array(profile @ diags_array(np.log1p(tracks / np.maximum(carriers, 1))))
    length = np.sqrt(np.asarray(profile.power(2).sum(axis=1)).ravel())
    return heads(csr_array(diags_array(_inverse(length)) @ profile), PROFILE)


def _steps(placed: pl.DataFrame, total: int) -> csr_array:
    """[track, track]: over all baskets, 1 over the root of how many places apart two songs stand."""
    steps = csr_array((total, total))
    for apart in range(1, NEAR + 1):
        pairs = placed.select("row", other=pl.col("row").shift(-apart).over("basket_id")).drop_nulls()
        one, two = pairs["row"].to_numpy().astype(np.int64), pairs["other"].to_numpy().astype(np.int64)
        step = csr_array((np.full(one.size, apart**-0.5), (one, two)), shape=(total, total))
        steps = csr_array(steps + step + step.T)
    return steps


def _inverse(values: np.ndarray) -> np.ndarray:
    """1 over each value; 0 of 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
