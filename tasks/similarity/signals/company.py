"""What baskets say of songs: who, whose artists or which genres stand in those of a seed, in baskets like them, a few places away.

Each is a share, a cosine, or nearly one, and a product of sparse rows: of a seed's row and of another song's. Songs that stand
in no basket have empty rows, but for what is said of their artists and genres.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, vstack

from tasks.similarity.signals import near
from tasks.similarity.signals.latent import GRAIN, Latent
from tasks.similarity.signals.prints import fitted, kept, met, stirred, sums
from tasks.similarity.signals.rows import Terms, heads, scaled, unit

ALIKE = 30
"""A basket listens to so many baskets that share songs with it, the likest ones."""
LIKER = 1.5
"""Exponent of the cosine by which it listens to them."""
UNLIKE = 0.1
"""Half of what all that says counts where the likeness of those baskets sums to so much: a basket that is like no other has
little to go by."""
PROFILE = 20
"""An artist is known by so many of the baskets that hold his songs, the most telling ones."""
PROLIFIC = 0.35
"""Exponent of the songs that an artist has in baskets at all, by which those in one of them count less."""
OWN = 0.83
"""So much of what the baskets of its artists say counts for a song that stands in some itself."""
GENRES = 30
"""A basket is known by so many genres, those that most of its songs have."""
FITTING = 10
"""A song's genres speak in so many baskets, those that they fit best."""
HEARSAY = 0.7
"""So much counts in a seed's baskets for a song that stands in none itself: the company of its artists and genres is not its own."""
CHUNK = 4_096
"""Kinds of genres that are compared with all baskets at a time."""
NEAR = (0.75, 0.25)
"""Exponents of how common a seed and another song are, by which their closeness counts less."""
THIN = 0.05
"""Half of what one basket of a hundred songs weighs: a song in few and large baskets speaks so much less."""


@dataclass(frozen=True)
class Company:
    """One row a track. ``held`` [track, basket] is 1; a row of it times a row of the next two is a share of baskets.

    ``together``: the weight of each of the seed's baskets among them all (asymmetric cosine: Aiolli, RecSys 2013);
    ``alike``: the weight of the baskets that share songs with those, among them all (a walk of two steps more: Cooper et
    al., WWW 2014), less where those share little; its product is a share whose root counts, as the first such basket says
    more than the tenth. ``near`` [track, track] is how close two stand in baskets over how common they are. ``artists``
    [track, basket] are rows of length 1 at most: the baskets in which the artists of a track stand. ``regulars`` and
    ``genres`` [track, basket], which a row of ``together`` multiplies, too: how much of a basket is by the track's artists
    (nearly the cosine with their places), and the cosine of its genres with the track's. ``latent`` [track, factor] are rows
    of length 1 at most: among whom a track stands. ``prints`` has a number for each track that changes when anything changes
    that baskets say of it, but not when another song becomes more common.
    """

    held: csr_array
    together: csr_array
    alike: csr_array
    near: csr_array
    artists: csr_array
    regulars: csr_array
    genres: csr_array
    latent: np.ndarray
    prints: np.ndarray

    @property
    def baskets(self) -> np.ndarray:
        """The number of baskets of each track."""
        return np.diff(self.held.indptr).astype(np.float64)

    def turned(self, near: csr_array, seeds: np.ndarray) -> csr_array:
        """How close all tracks as seeds are to ``seeds``, out of ``near``, how close those are to all: mutual but for how common
        each is."""
        common = _common(self.held) ** (NEAR[0] - NEAR[1])
        return scaled(near, common[seeds], 1 / common)


@dataclass(frozen=True)
class Circles:
    """What baskets are to each other, to artists, to genres and to all tracks. Frozen, a song that joins one basket changes
    nobody outside of it.

    ``baskets`` [basket_id, size, carriers]: its songs, and the tracks whose artists stand in it; ``alike`` [basket_id,
    other_id, cosine]: for each the ``ALIKE`` likest, by a power of the cosine; ``artists`` [artist_id, basket_id, songs]: who
    stands where with how many; ``genres`` [genre, basket_id, share]: rows of length 1 at most for each basket; ``latent``:
    among whom. A basket that is not among them is taken as it is tonight, and listens to the others, but they not to it; so
    is an artist who stood nowhere. Of genres such a basket says nothing.
    """

    baskets: pl.DataFrame
    alike: pl.DataFrame
    artists: pl.DataFrame
    genres: pl.DataFrame
    latent: Latent

    @classmethod
    def of(cls, placed: pl.DataFrame, artists: Terms, genres: Terms) -> "Circles":
        """As baskets are now; arguments as of ``company``."""
        credits = artists.rows
        held, names = _held(placed, credits.shape[0])
        size = np.asarray(held.sum(axis=0)).ravel()
        told = _told(held, credits)
        carriers = np.bincount(csr_array(credits @ told).indices, minlength=held.shape[1])[: names.len()]
        pairs = _alike(held, np.maximum(size, 1), np.arange(names.len(), dtype=np.int32)).tocoo()
        alike = pl.DataFrame(
            {"basket_id": names.gather(pairs.row), "other_id": names.gather(pairs.col), "cosine": pairs.data}
        )
        baskets = pl.DataFrame(
            {"basket_id": names, "size": size[: names.len()], "carriers": carriers.astype(np.float64)}
        )
        stood = told.tocoo()
        stands = pl.DataFrame(
            {"artist_id": artists.ids.gather(stood.row), "basket_id": names.gather(stood.col), "songs": stood.data}
        )
        shares = heads(unit(csr_array(held.T @ unit(genres.rows, idf=False)), idf=False), GENRES).tocoo()
        profiles = pl.DataFrame(
            {"genre": genres.ids.gather(shares.col), "basket_id": names.gather(shares.row), "share": shares.data}
        )
        row, basket = near.places(placed)
        steps = near.steps(row, basket, credits.shape[0])
        return cls(
            baskets,
            alike.sort("basket_id", "other_id"),
            stands.sort("artist_id", "basket_id"),
            profiles.sort("genre", "basket_id"),
            Latent.of(steps, _ids(placed, credits.shape[0]), credits, artists.ids),
        )

    def without(self, baskets: pl.Series) -> "Circles":
        """The same, as far as it does not tell of ``baskets`` (ids)."""
        stays = ~pl.col("basket_id").is_in(baskets.implode())
        return Circles(
            self.baskets.filter(stays),
            self.alike.filter(stays, ~pl.col("other_id").is_in(baskets.implode())),
            self.artists.filter(stays),
            self.genres.filter(stays),
            self.latent,
        )


def company(placed: pl.DataFrame, artists: Terms, genres: Terms, tracks: int, circles: Circles) -> Company:
    """From the rows of ``baskets`` [row, track_id, basket_id, position, weight], sorted by basket and position.

    A basket weighs its own weight over the root of its size. ``tracks`` is the size of the catalogue by which baskets are rare
    or common.
    """
    credits = artists.rows
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
    new = np.flatnonzero(known["size"].is_null().to_numpy()).astype(np.int32)
    alike = csr_array(_alike(held, now, new) + _frozen(circles.alike, names, held.shape[1]))
    # a basket that has much in common with others speaks louder than one that has little, but not in proportion
    likeness = np.asarray(alike.sum(axis=1)).ravel()
    alike = scaled(alike, _inverse(np.sqrt(likeness)), weight)
    asked = scaled(held, columns=own / size)
    listens = csr_array(asked @ alike)
    listens.sort_indices()
    likeness = (asked @ likeness) * _inverse(np.asarray(asked.sum(axis=1)).ravel())
    common = _common(held)
    steps = near.steps(row, basket, total)
    stood = _stood(circles.artists, artists.ids, names, _told(held, credits))
    # tracks of the same artists have the same row: it is worked out once
    same = _same(credits)
    _, firsts, same, times = np.unique(same, return_index=True, return_inverse=True, return_counts=True)
    stands = csr_array((np.ones(stood.nnz), stood.indices, stood.indptr), shape=stood.shape)
    profile = csr_array(credits[firsts] @ stands)
    profile.sort_indices()
    carriers = np.bincount(profile.indices, times[_rows(profile)], minlength=held.shape[1])
    rarity = np.log1p(tracks / np.maximum(_known(known["carriers"], carriers), 1))
    faithful = scaled(stood, _inverse(np.asarray(stood.sum(axis=1)).ravel() ** PROLIFIC), 1 / np.sqrt(size))
    regulars = scaled(csr_array(credits[firsts] @ faithful), 1 / np.maximum(np.diff(credits.indptr)[firsts], 1))
    regulars.sort_indices()
    stands_itself = np.diff(held.indptr) > 0
    hearsay = np.where(stands_itself, 1.0, HEARSAY)
    fitting = _fitting(genres.rows, _profiles(circles.genres, genres.ids, names, held.shape[1]))
    said = met(names, credits, faithful, rarity) + stirred(fitted(names, fitting))
    return Company(
        held=held,
        together=scaled(weighed, 1 / (whole + THIN)),
        alike=scaled(listens, likeness / (likeness + UNLIKE) * _inverse(np.asarray(listens.sum(axis=1)).ravel())),
        near=scaled(steps, common ** -NEAR[0], common ** -NEAR[1]),
        artists=scaled(_artists(scaled(profile, columns=rarity))[same], np.where(stands_itself, OWN, 1.0)),
        regulars=scaled(heads(regulars, PROFILE)[same], hearsay),
        genres=scaled(fitting, hearsay),
        latent=circles.latent.places(steps, _ids(placed, total), credits, artists.ids),
        prints=(kept(placed, names, held, weight, alike) + stirred(said)).view(np.int64),
    )


def _alike(held: csr_array, size: np.ndarray, asked: np.ndarray) -> csr_array:
    """[basket, basket]: a power of the cosines of the ``ALIKE`` baskets most like each of ``asked``, itself left out."""
    shared = csr_array(held[:, asked].T @ held).tocoo()
    one, two = asked[shared.row], shared.col
    cosine = np.where(one != two, (shared.data**2 / (size[one] * size[two])) ** (LIKER / 2), 0)
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


def _common(held: csr_array) -> np.ndarray:
    """How common each track is: one more than its baskets."""
    return np.diff(held.indptr) + 1.0


def _known(frozen: pl.Series, now: np.ndarray) -> np.ndarray:
    """What is frozen of each basket; of the others what it is now."""
    told = now.astype(np.float64)
    told[: frozen.len()] = np.where(frozen.is_null(), told[: frozen.len()], frozen.fill_null(0).to_numpy())
    return told


def _frozen(alike: pl.DataFrame, names: pl.Series, width: int) -> csr_array:
    """[basket, basket] out of rows [basket_id, other_id, cosine]."""
    numbers = _numbered(names, "id", "number")
    pairs = alike.join(numbers, left_on="basket_id", right_on="id").join(
        numbers, left_on="other_id", right_on="id", suffix="_other"
    )
    places = (pairs["number"].to_numpy(), pairs["number_other"].to_numpy())
    return csr_array((pairs["cosine"].to_numpy(), places), shape=(width, width))


def _numbered(ids: pl.Series, name: str, number: str) -> pl.DataFrame:
    """[name, number]: ids and their places, in the type of the places of matrices: a larger one would make all that comes of them
    as large."""
    return pl.DataFrame({name: ids, number: np.arange(ids.len(), dtype=np.int32)})


def _told(held: csr_array, credits: csr_array) -> csr_array:
    """[artist, basket]: who stands where, with how many songs."""
    return csr_array(credits.T @ held)


def _stood(frozen: pl.DataFrame, artists: pl.Series, names: pl.Series, now: csr_array) -> csr_array:
    """[artist, basket]: with how many songs who stood where when that was frozen; ``now`` for those who stood nowhere."""
    numbers, places = _numbered(artists, "artist_id", "artist"), _numbered(names, "basket_id", "basket")
    known = frozen.join(numbers, on="artist_id").join(places, on="basket_id", how="left")
    is_new = np.ones(now.shape[0])
    is_new[known["artist"].to_numpy()] = 0
    held = known.drop_nulls("basket")
    where = (held["artist"].to_numpy(), held["basket"].to_numpy())
    stood = csr_array((held["songs"].to_numpy(), where), shape=now.shape)
    return csr_array(stood + diags_array(is_new) @ now)


def _same(terms: csr_array) -> np.ndarray:
    """A number for each row that rows of the same columns share; none is stirred to 0, which is that of an empty row."""
    return sums(terms, stirred(terms.indices.astype(np.uint64) + np.uint64(1)))


def _profiles(frozen: pl.DataFrame, genres: pl.Series, names: pl.Series, width: int) -> csr_array:
    """[basket, genre] out of rows [genre, basket_id, share]."""
    numbers, places = _numbered(genres, "genre", "column"), _numbered(names, "basket_id", "row")
    known = frozen.join(numbers, on="genre").join(places, on="basket_id")
    where = (known["row"].to_numpy(), known["column"].to_numpy())
    return csr_array((known["share"].to_numpy(), where), shape=(width, genres.len()))


def _fitting(genres: csr_array, profiles: csr_array) -> csr_array:
    """[track, basket]: the cosines of a track's genres with the baskets that they fit best."""
    # tracks of the same genres have the same row: it is worked out once
    same = _same(genres)
    _, firsts, same = np.unique(same, return_index=True, return_inverse=True)
    own, other = unit(csr_array(genres[firsts]), idf=False), csr_array(profiles.T)
    parts = [_fits(own[start : start + CHUNK], other) for start in range(0, firsts.size, CHUNK)]
    return csr_array(csr_array(vstack(parts))[same]) if parts else csr_array((genres.shape[0], profiles.shape[0]))


def _fits(own: csr_array, profiles: csr_array) -> csr_array:
    found = csr_array(own @ profiles)
    found.data = np.rint(found.data * GRAIN) / GRAIN  # an order of genres that sums differently is no change
    found.sort_indices()
    return heads(found, FITTING)


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
