"""The neighbours of every track: three cosines, weighed and summed, the best kept with their addends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, hstack

from schemas.catalogue import FEATURES

ALGORITHM = "cosines-1"
WEIGHTS = {"audio": 0.2, "metadata": 0.4, "collaborative": 0.4}
"""Stated defaults: the sound alone is a weak signal, artists and shared baskets carry the taste."""
SHRINKAGE = 10.0
"""Pairs that few baskets hold are worth less: their cosine is divided by one that has so many baskets more."""
PARTS = {"artist": 1.0, "album": 0.6, "genre": 0.5, "year": 0.3, "word": 0.2}
"""How much each kind of metadata counts among the others."""
BLOCK = 512
"""Rows of the square of cosines that are in memory at a time."""


@dataclass(frozen=True)
class Signals:
    """One row a track, in the order of ``tracks``: sound and what of it is known, metadata, baskets; all rows unit or zero."""

    tracks: pl.DataFrame
    audio: np.ndarray
    is_known: np.ndarray
    metadata: csr_array
    held: csr_array


def signals(songs: pl.DataFrame, features: pl.DataFrame, baskets: pl.DataFrame) -> Signals:
    """The signals of ``songs`` (a frame of the table of that name) from ``audio_features`` and ``baskets``."""
    tracks = songs.sort("track_id").with_row_index("row")
    audio, is_known = _audio(tracks.select("track_id").join(features, on="track_id", how="left", maintain_order="left"))
    return Signals(tracks, audio, is_known, _metadata(tracks), _held(tracks, baskets))


def neighbours(given: Signals, top: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``neighbours`` block by block, sorted by track_id and rank.

    Never another version of the track itself, never two versions of one song. score = audio + metadata + collaborative.
    """
    song = given.tracks["song_id"].rank("dense").to_numpy()
    ids = given.tracks["track_id"].to_numpy()
    support = np.asarray(given.held.sum(axis=1)).ravel()
    kept = min(ids.size, 2 * top + 50)
    for start in range(0, ids.size, BLOCK):
        rows = np.arange(start, min(start + BLOCK, ids.size))
        together = (given.held[rows] @ given.held.T).toarray()
        root = np.sqrt(np.outer(support[rows], support))
        addends = {
            "audio": WEIGHTS["audio"] * _sound(given, rows),
            "metadata": WEIGHTS["metadata"] * (given.metadata[rows] @ given.metadata.T).toarray(),
            "collaborative": WEIGHTS["collaborative"] * together / (root + SHRINKAGE),
        }
        score = sum(addends.values())
        score[song[rows][:, None] == song[None, :]] = -np.inf
        best = np.argpartition(-score, kept - 1, axis=1)[:, :kept]
        place = np.repeat(np.arange(rows.size), kept), best.ravel()
        frame = pl.DataFrame(
            {
                "track_id": ids[rows][place[0]],
                "neighbour_id": ids[place[1]],
                "score": score[place],
                "song": song[place[1]],
            }
            | {name: addend[place] for name, addend in addends.items()}
            | {
                "baskets_together": together[place],
                "baskets_expected": np.outer(support[rows], support)[place] / max(given.held.shape[1], 1),
            }
        )
        yield (
            frame.filter(pl.col("score") > 0)
            .sort("track_id", "score", "neighbour_id", descending=[False, True, False])
            .unique(["track_id", "song"], keep="first", maintain_order=True)
            .with_columns(rank=pl.int_range(1, pl.len() + 1).over("track_id"), adjustments=0.0)
            .filter(pl.col("rank") <= top)
            .with_columns(
                pl.when(pl.col("baskets_together") > 0).then(pl.col("baskets_together", "baskets_expected")),
            )
            .drop("song")
        )


def _sound(given: Signals, rows: np.ndarray) -> np.ndarray:
    """Cosines of the features that both tracks have; 0 where they share none."""
    product = given.audio[rows] @ given.audio.T
    square = given.audio**2
    lengths = (square[rows] @ given.is_known.T) * (given.is_known[rows] @ square.T)
    return np.divide(product, np.sqrt(lengths), out=np.zeros_like(product), where=lengths > 0)


def _audio(features: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Standardised features and where they are known. Tempo and key are circles: an octave of tempo is one tempo."""
    turn = 2 * np.pi
    tempo, key = pl.col("tempo").log(2) * turn, pl.when(pl.col("key") >= 0).then(pl.col("key")) * 7 * turn / 12
    linear = [name for name in FEATURES if name not in ("tempo", "key", "time_signature")]
    values = features.select(
        *(pl.col(name).cast(pl.Float64) for name in linear),
        tempo_x=tempo.cos(),
        tempo_y=tempo.sin(),
        key_x=key.cos(),
        key_y=key.sin(),
    ).to_numpy()
    is_known = np.isfinite(values)
    counts = np.maximum(is_known.sum(axis=0), 1)
    mean = np.where(is_known, values, 0).sum(axis=0) / counts
    centred = np.where(is_known, values - mean, 0)
    deviation = np.sqrt((centred**2).sum(axis=0) / counts)
    scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-12)
    return scaled, is_known.astype(np.float64)


def _metadata(tracks: pl.DataFrame) -> csr_array:
    """Unit rows of weighted parts, each part itself weighted by how rare its words are."""
    words = pl.col("title_key").str.split(" ").list.unique()
    year = (pl.col("released_on").dt.year() // 5).cast(pl.String)
    columns = {
        "artist": pl.col("artist_ids"),
        "album": pl.concat_list("album_id"),
        "genre": pl.col("genres"),
        "year": pl.concat_list(year),
        "word": words,
    }
    parts = [
        _unit(_incidence(tracks.select("row", value=column).explode("value").drop_nulls().unique(), tracks.height))
        * PARTS[name]
        for name, column in columns.items()
    ]
    return _unit(csr_array(hstack(parts)), idf=False)


def _held(tracks: pl.DataFrame, baskets: pl.DataFrame) -> csr_array:
    return _incidence(baskets.join(tracks, on="track_id").select("row", value="basket_id"), tracks.height)


def _incidence(pairs: pl.DataFrame, rows: int) -> csr_array:
    """[row, value] as a matrix of ones, a column a value."""
    column = pairs["value"].rank("dense").to_numpy().astype(np.int64) - 1
    width = int(column.max(initial=-1)) + 1
    return csr_array(
        (np.ones(column.size), (pairs["row"].to_numpy().astype(np.int64), column)), shape=(rows, max(width, 1))
    )


def _unit(matrix: csr_array, *, idf: bool = True) -> csr_array:
    """Rows of length 1 (or 0); columns weighted by their rarity before."""
    if idf:
        carriers = np.asarray(matrix.sum(axis=0)).ravel()
        matrix = csr_array(matrix @ diags_array(np.log1p(matrix.shape[0] / np.maximum(carriers, 1))))
    lengths = np.sqrt(np.asarray(matrix.power(2).sum(axis=1)).ravel())
    return csr_array(diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ matrix)


def weights(run_id: str) -> list[dict[str, Any]]:
    """The rows of ``models`` that tell tonight's weights."""
    return [
        {
            "model": "song",
            "algorithm": ALGORITHM,
            "signal": name,
            "step": 0,
            "lower": None,
            "upper": None,
            "value": value,
            "is_default": True,
            "run_id": run_id,
        }
        for name, value in WEIGHTS.items()
    ]
