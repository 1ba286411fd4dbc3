"""The peers that a hybrid must beat, each a single signal, all asked in the same run on the same visible songs."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from tasks.similarity.signals import audio_features, incidence, unit

SHRINKAGE = 10.0
"""Of item-kNN: pairs in few baskets are worth less."""
RIDGE = 50.0
"""Of EASE; the best of 1, 10, 50 and 200 on most of the sets that we tried."""
MOST_BASKETS = 3_000
"""EASE inverts a matrix of baskets by baskets; above this it would cost more than the night."""
BLOCK = 64


def rankings(
    songs: pl.DataFrame, sounds: pl.DataFrame, visible: pl.DataFrame, lists: list[str], depth: int = 100
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the name of each peer and its ranking [list_id, rank, track_id] for ``lists``, which are ids of visible baskets.

    Full ranking of all ``songs``; what a list holds is left out; ties go to the smaller id. EASE (Steck, WWW 2019) is exact:
    it is solved in the space of baskets.
    """
    tracks = songs.sort("track_id").with_row_index("row")
    held = visible.join(tracks.select("row", "track_id"), on="track_id").sort("basket_id", "row")
    names = held["basket_id"].unique().sort()
    placed = csr_array(incidence(held.select("row", value="basket_id"), tracks.height).T)
    asked = placed[names.search_sorted(pl.Series(lists, dtype=pl.String)).to_numpy()] if lists else placed[:0]
    for name, score in _peers(tracks, sounds, placed).items():
        yield name, _ranked(score, asked, tracks["track_id"], lists, depth)


def _peers(
    tracks: pl.DataFrame, sounds: pl.DataFrame, placed: csr_array
) -> dict[str, Callable[[csr_array], np.ndarray]]:
    """Score of every track for some lists [list, track], by name of the peer."""
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
    peers: dict[str, Callable[[csr_array], np.ndarray]] = {
        "random": lambda lists: np.tile(chance, (lists.shape[0], 1)),
        "popularity": lambda lists: np.tile(count, (lists.shape[0], 1)),
        "audio": lambda lists: (lists @ sound) @ sound.T,
        "artist": lambda lists: ((lists @ artists) @ artists.T).toarray(),
        "item-knn": lambda lists: (lists @ items).toarray(),
    }
    size = np.asarray(placed.sum(axis=1)).ravel()
    like = csr_array(diags_array(1 / np.sqrt(np.maximum(size, 1))) @ placed)
    peers["user-knn"] = lambda lists: ((lists @ like.T) @ like).toarray()
    if 0 < placed.shape[0] <= MOST_BASKETS:
        inverse = np.linalg.inv((placed @ placed.T).toarray() + RIDGE * np.eye(placed.shape[0]))
        lever = np.asarray(placed.multiply(inverse @ placed).sum(axis=0)).ravel()
        peers["ease"] = lambda lists: (((lists @ placed.T) @ inverse) @ placed) / (1 - lever)
    return peers


def _ranked(
    score: Callable[[csr_array], np.ndarray], asked: csr_array, ids: pl.Series, lists: list[str], depth: int
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema={"list_id": pl.String, "rank": pl.Int64, "track_id": pl.String})]
    for start in range(0, asked.shape[0], BLOCK):
        block = asked[start : start + BLOCK]
        told = np.asarray(score(block), dtype=np.float64)
        told[block.toarray() > 0] = -np.inf
        kept = min(depth, told.shape[1])
        best = np.argsort(-told, axis=1, kind="stable")[:, :kept]
        is_open = np.isfinite(np.take_along_axis(told, best, axis=1)).ravel()
        parts.append(
            pl.DataFrame(
                {
                    "list_id": np.repeat(np.array(lists[start : start + BLOCK], dtype=object), kept).astype(str),
                    "rank": np.tile(np.arange(1, kept + 1), block.shape[0]),
                    "track_id": ids.gather(best.ravel()),
                }
            ).filter(pl.Series(is_open))
        )
    return pl.concat(parts)
