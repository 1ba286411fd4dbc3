"""What baskets say of songs: who or whose artists stand in those of a seed, in baskets like them, a few places away.

Each is a share or a cosine between 0 and 1, and a product of sparse rows: of a seed's row and of another song's. Songs that
stand in no basket have empty rows, but for what is said of their artists.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from tasks.similarity.signals import near
from tasks.similarity.signals.latent import Latent
from tasks.similarity.signals.prints import kept, met, stirred, sums
from tasks.similarity.signals.rows import heads, scaled

ALIKE = 30
"""A basket listens to so many baskets that share songs with it, the likest ones."""
PROFILE = 20
"""An artist is known by so many of the baskets that hold his songs, the most telling ones."""
HEARSAY = 0.7
"""So much of that counts for a song that stands in no basket itself: its artists' company is not its own."""
THIN = 0.05
"""Half of what one basket of a hundred songs weighs: a song in few and large baskets speaks so much less."""


@dataclass(frozen=True)
class Company:
    """One row a track. ``held`` [track, basket] is 1; a row of it times a row of the next two is a share of baskets.

    ``together``: the weight of each of the seed's baskets among them all (asymmetric cosine: Aiolli, RecSys 2013);
    ``alike``: the weight of the baskets that share songs with those, among them all (a walk of two steps more: Cooper et
    al., WWW 2014). ``near`` [track, track] is how close two stand in baskets over how common they are. ``artists`` [track,
    basket] are rows of length 1 at most: the baskets in which the artists of a track stand. ``regulars`` [track, basket], which
    a row of ``together`` multiplies, too: the cosine of a basket with the places of the track's artists. ``latent`` [track,
    factor] are rows of length 1 at most: among whom a track stands. ``prints`` has a number for each track that changes when
    anything changes that baskets say of it, but not when another song becomes more common.
    """

    held: csr_array
    together: csr_array
    alike: csr_array
    near: csr_array
    artists: csr_array
    regulars: csr_array
    latent: np.ndarray
    prints: np.ndarray

    @property
    def baskets(self) -> np.ndarray:
        """The number of baskets of each track."""
        return np.diff(self.held.indptr).astype(np.float64)


@dataclass(frozen=True)
class Circles:
    """What baskets are to each other, to artists and to all tracks. Frozen, a song that joins one basket changes nobody
    outside of it.

    ``baskets`` [basket_id, size, carriers]: its songs, and the tracks whose artists stand in it; ``alike`` [basket_id,
    other_id, cosine]: for each the ``ALIKE`` likest, by the square of the cosine; ``artists`` [artist_id, basket_id,
    songs]: who stands where with how many; ``latent``: among whom. A basket that is not among them is taken as it is
    tonight, and listens to the others, but they not to it; so is an artist who stood nowhere.
    """

    baskets: pl.DataFrame
    alike: pl.DataFrame
    artists: pl.DataFrame
    latent: Latent

    @classmethod
    def of(cls, placed: pl.DataFrame, credits: csr_array, artists: pl.Series) -> "Circles":
        """As baskets are now; arguments as of ``company``."""
        held, names = _held(placed, credits.shape[0])
        size = np.asarray(held.sum(axis=0)).ravel()
        told = _told(held, credits)
        carriers = np.bincount(csr_array(credits @ told).indices, minlength=held.shape[1])[: names.len()]
        pairs = _alike(held, np.maximum(size, 1), np.arange(names.len())).tocoo()
        alike = pl.DataFrame(
            {"basket_id": names.gather(pairs.row), "other_id": names.gather(pairs.col), "cosine": pairs.data}
        )
        baskets = pl.DataFrame(
            {"basket_id": names, "size": size[: names.len()], "carriers": carriers.astype(np.float64)}
        )
        stood = told.tocoo()
        stands = pl.DataFrame(
            {"artist_id": artists.gather(stood.row), "basket_id": names.gather(stood.col), "songs": stood.data}
        )
        row, basket = near.places(placed)
        latent = Latent.of(near.steps(row, basket, credits.shape[0]), _ids(placed, credits.shape[0]), credits, artists)
        return cls(baskets, alike.sort("basket_id", "other_id"), stands.sort("artist_id", "basket_id"), latent)


def company(placed: pl.DataFrame, credits: csr_array, artists: pl.Series, tracks: int, circles: Circles) -> Company:
    """From the rows of ``baskets`` [row, track_id, basket_id, position, weight], sorted by basket and position.

    ``credits`` is [track, artist], a column for each of the ids ``artists``. A basket weighs its own weight over the root of
    its size. ``tracks`` is the size of the catalogue by which baskets are rare or common.
    """
    total = credits.shape[0]
    held, names = _held(placed, total)
    known = pl.DataFrame({"basket_id": names}).join(circles.baskets, on="basket_id", how="left", maintain_order="left")
    row, basket = near.places(placed)
    now = np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1)
    own = np.ones(held.shape[1])
    own[basket] = placed["weight"].to_numpy()
    size = _known(known["size"], now)
    weight = own / np.sqrt(size)
    weighed = scaled(held, columns=weight)
    whole = np.asarray(weighed.sum(axis=1)).ravel()
    new = np.flatnonzero(known["size"].is_null().to_numpy())
    alike = csr_array(_alike(held, now, new) + _frozen(circles.alike, names, held.shape[1]))
    # a basket that has much in common with others speaks louder than one that has little, but not in proportion
    alike = scaled(alike, _inverse(np.sqrt(np.asarray(alike.sum(axis=1)).ravel())), weight)
    listens = csr_array(scaled(held, columns=own / size) @ alike)
    listens.sort_indices()
    common = np.diff(held.indptr) + 1.0
    steps = near.steps(row, basket, total)
    stood = _stood(circles.artists, artists, names, _told(held, credits))
    # tracks of the same artists have the same row: it is worked out once
    same = sums(credits, stirred(credits.indices.astype(np.uint64)))
    _, firsts, same, times = np.unique(same, return_index=True, return_inverse=True, return_counts=True)
    stands = csr_array((np.ones(stood.nnz), stood.indices, stood.indptr), shape=stood.shape)
    profile = csr_array(credits[firsts] @ stands)
    profile.sort_indices()
    carriers = np.bincount(profile.indices, times[_rows(profile)], minlength=held.shape[1])
    rarity = np.log1p(tracks / np.maximum(_known(known["carriers"], carriers), 1))
    faithful = scaled(stood, _inverse(np.sqrt(np.asarray(stood.sum(axis=1)).ravel())), 1 / np.sqrt(size))
    regulars = scaled(csr_array(credits[firsts] @ faithful), 1 / np.maximum(np.diff(credits.indptr)[firsts], 1))
    regulars.sort_indices()
    prints = kept(placed, names, held, weight, alike) + stirred(met(names, credits, faithful, rarity))
    return Company(
        held=held,
        together=scaled(weighed, 1 / (whole + THIN)),
        alike=scaled(listens, _inverse(np.asarray(listens.sum(axis=1)).ravel())),
        near=scaled(steps, common**-0.75, common**-0.25),
        artists=_artists(scaled(profile, columns=rarity))[same],
        regulars=scaled(heads(regulars, PROFILE)[same], np.where(np.diff(held.indptr) > 0, 1.0, HEARSAY)),
        latent=circles.latent.places(steps, _ids(placed, total), credits, artists),
        prints=prints.view(np.int64),
    )


def _alike(held: csr_array, size: np.ndarray, asked: np.ndarray) -> csr_array:
    """[basket, basket]: the squared cosines of the ``ALIKE`` baskets most like each of ``asked``, itself left out."""
    shared = csr_array(held[:, asked].T @ held).tocoo()
    one, two = asked[shared.row], shared.col
    cosine = np.where(one != two, shared.data**2 / (size[one] * size[two]), 0)
    found = csr_array((cosine, (one, two)), shape=(held.shape[1], held.shape[1]))
    found.eliminate_zeros()
    return heads(found, ALIKE)


def _ids(placed: pl.DataFrame, total: int) -> pl.Series:
    """The id of each track that stands in a basket, in its row; null of the others."""
    told = placed.select(pl.col("row").cast(pl.Int64), "track_id").unique()
    rows = pl.DataFrame({"row": np.arange(total)})
    return rows.join(told, on="row", how="left", maintain_order="left")["track_id"]


def _held(placed: pl.DataFrame, total: int) -> tuple[csr_array, pl.Series]:
    """[track, basket] of ones, and the ids of the baskets."""
    names = placed["basket_id"].unique(maintain_order=True)
    row, basket = near.places(placed)
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
    """[artist, basket]: who stands where, with how many songs."""
    return csr_array(credits.T @ held)


def _stood(frozen: pl.DataFrame, artists: pl.Series, names: pl.Series, now: csr_array) -> csr_array:
    """[artist, basket]: with how many songs who stood where when that was frozen; ``now`` for those who stood nowhere."""
    numbers = pl.DataFrame({"artist_id": artists, "artist": np.arange(artists.len())})
    places = pl.DataFrame({"basket_id": names, "basket": np.arange(names.len())})
    known = frozen.join(numbers, on="artist_id").join(places, on="basket_id", how="left")
    is_new = np.ones(now.shape[0])
    is_new[known["artist"].to_numpy()] = 0
    held = known.drop_nulls("basket")
    where = (held["artist"].to_numpy(), held["basket"].to_numpy())
    stood = csr_array((held["songs"].to_numpy(), where), shape=now.shape)
    return csr_array(stood + diags_array(is_new) @ now)


def _artists(profile: csr_array) -> csr_array:
    """Rows of length 1 (or 0), the most telling baskets of each; ``profile`` is sorted."""
    length = np.sqrt(np.bincount(_rows(profile), profile.data**2, minlength=profile.shape[0]))
    return heads(scaled(profile, _inverse(length)), PROFILE)


def _rows(matrix: csr_array) -> np.ndarray:
    """The row of each value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _inverse(values: np.ndarray) -> np.ndarray:
    """1 over each value; 0 of 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
