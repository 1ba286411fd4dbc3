"""The peers that a hybrid must beat, each a single signal, all asked in the same run on the same visible songs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from tasks.similarity.signals.rows import incidence, unit
from tasks.similarity.signals.sound import audio_features

SHRINKAGE = 10.0
"""Of item-kNN: pairs in few baskets are worth less."""
RIDGE = 50.0
"""Of EASE; the best of 1, 10, 50 and 200 on most of the sets that we tried."""
MOST_BASKETS = 3_000
"""EASE inverts a matrix of baskets by baskets; above this it would cost more than the night."""
BLOCK = 64


Score = Callable[[csr_array], np.ndarray]
"""From the songs of some lists [list, track] to the score of every track for them."""
Fit = Callable[[csr_array], Score]
"""From the visible baskets [basket, track] to a peer."""


@dataclass(frozen=True)
class Peers:
    """The peers that know ``visible`` baskets: ``scores`` of every track (sorted as ``track_ids``) for some lists, by name."""

    track_ids: pl.Series
    scores: dict[str, Score]

    @classmethod
    def of(
        cls, songs: pl.DataFrame, sounds: pl.DataFrame, visible: pl.DataFrame, more: Mapping[str, Fit] | None = None
    ) -> "Peers":
        """From the tables ``songs`` and ``audio_features`` and the rows of ``baskets`` that may be known; ``more`` are further peers."""
        tracks = songs.sort("track_id").with_row_index("row")
        held = visible.join(tracks.select("row", "track_id"), on="track_id")
        placed = csr_array(incidence(held.select("row", value="basket_id"), tracks.height).T)
        others = {name: fit(placed) for name, fit in (more or {}).items()}
        return cls(tracks["track_id"], _scores(tracks, sounds, placed) | others)

    def rankings(
        self, asked: pl.DataFrame, shown: pl.DataFrame, depth: int = 100
    ) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the name of each peer and its ranking [list_id, rank, track_id] for the lists in ``asked``.

        ``asked`` [list_id, track_id] are the songs that speak, ``shown`` those that must not come back. All tracks are
        ranked; ties go to the smaller id.
        """
        lists = asked["list_id"].unique().sort()
        speaks, barred = self._matrix(asked, lists), self._matrix(shown, lists)
        for name, score in self.scores.items():
            yield name, _ranked(score, speaks, barred, self.track_ids, lists, depth)

    def _matrix(self, pairs: pl.DataFrame, lists: pl.Series) -> csr_array:
        """[list, track] of ones."""
        known = pairs.filter(pl.col("track_id").is_in(self.track_ids.implode())).unique()
        row = lists.search_sorted(known["list_id"]).to_numpy().astype(np.int64)
        column = self.track_ids.search_sorted(known["track_id"]).to_numpy().astype(np.int64)
        return csr_array((np.ones(row.size), (row, column)), shape=(lists.len(), self.track_ids.len()))


def _scores(tracks: pl.DataFrame, sounds: pl.DataFrame, placed: csr_array) -> dict[str, Score]:
    """Score of every track for some lists [list, track], by name of the peer.

    EASE (Steck, WWW 2019) is exact: it is solved in the space of baskets.
    """
    count = np.asarray(placed.sum(axis=0)).ravel()
    chance = np.random.default_rng(0).random(tracks.height)
    credits = tracks.select("row", value="artist_ids").explode("value").drop_nulls().unique()
    artists = unit(incidence(credits, tracks.height), idf=False)
    sound, _ = audio_features(tracks.select("track_id").join(sounds, on="track_id", how="left", maintain_order="left"))
    length = np.linalg.norm(sound, axis=1, keepdims=True)
    sound = np.divide(sound, length, out=np.zeros_like(sound), where=length > 0)
    together = csr_array(placed.T @ placed).tocoo()
    common = np.sqrt(count[together.row] * count[together.col]) + SHRINKAGE
    items = csr_array((together.data / common, (together.row, together.col)), shape=together.shape)
    peers: dict[str, Score] = {
        "random": lambda lists: np.tile(chance, (lists.shape[0], 1)),
        "popularity": lambda lists: np.tile(count, (lists.shape[0], 1)),
        "audio": lambda lists: (lists @ sound) @ sound.T,
        "artist": lambda lists: ((lists @ artists) @ artists.T).toarray(),
        "item-knn": lambda lists: (lists @ items).toarray(),
    }
    size = np.asarray(placed.sum(axis=1)).ravel()
    like = csr_array(diags_array(1 / np.sqrt(np.maximum(size, 1))) @ placed)
    peers["user-knn"] = lambda lists: ((lists @ placed.T) @ like).toarray()
    if 0 < placed.shape[0] <= MOST_BASKETS:
        inverse = np.linalg.inv((placed @ placed.T).toarray() + RIDGE * np.eye(placed.shape[0]))
        lever = np.asarray(placed.multiply(inverse @ placed).sum(axis=0)).ravel()
        peers["ease"] = lambda lists: (((lists @ placed.T) @ inverse) @ placed) / (1 - lever)
    return peers


def _ranked(
    score: Score, speaks: csr_array, barred: csr_array, ids: pl.Series, lists: pl.Series, depth: int
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema={"list_id": pl.String, "rank": pl.Int64, "track_id": pl.String})]
    for start in range(0, speaks.shape[0], BLOCK):
        told = np.array(score(speaks[start : start + BLOCK]), dtype=np.float64)
        told[barred[start : start + BLOCK].toarray() > 0] = -np.inf
        kept = min(depth, told.shape[1])
        best = _best(told, kept)
        is_open = np.isfinite(np.take_along_axis(told, best, axis=1)).ravel()
        names = lists.slice(start, BLOCK)
        parts.append(
            pl.DataFrame(
                {
                    "list_id": names.gather(np.repeat(np.arange(names.len()), kept)),
                    "rank": np.tile(np.arange(1, kept + 1), names.len()),
                    "track_id": ids.gather(best.ravel()),
                }
            ).filter(pl.Series(is_open))
        )
    return pl.concat(parts)


def _best(told: np.ndarray, kept: int) -> np.ndarray:
    """Columns of the ``kept`` largest values of each row, in order; of equal ones the first."""
    best = np.empty((told.shape[0], kept), dtype=np.int64)
    stretch = max(1, told.shape[1] // (8 * max(kept, 1)))
    cut = told.shape[1] - told.shape[1] % stretch
    for row, values in enumerate(told):
        peaks = (
            values[:cut].reshape(-1, stretch).max(axis=1)
        )  # so many values are as large as the last peak kept, or more
        least = np.partition(peaks, -kept)[-kept] if kept else 0.0
        good = np.flatnonzero(values >= least)
        best[row] = good[np.argsort(-values[good], kind="stable")[:kept]]
    return best
