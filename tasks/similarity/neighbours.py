"""The neighbours of every track: cosines of sound, metadata and baskets, weighed and summed, the best kept with their addends.

The square of all pairs never stands in memory. Block by block a first score in single precision, of all that is sparse or
cheap, names the candidates; they are then scored in full and in double precision.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from tasks.similarity.signals import Signals

BLOCK = 512
"""Rows of the square of cosines that are in memory at a time."""
THREADS = 2
"""Blocks at work at once; each holds its rows of the square, in single precision."""
STRETCH = 64
"""Columns, at most, of which only the best is looked at to find where the candidates begin."""
HUB = 5
"""No track stands in more than so many times N lists of N neighbours, as far as others can take its place."""


def neighbours(given: Signals, top: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``neighbours`` in parts, sorted by track_id and rank; at most ``top`` a track.

    Never another version of the track itself, never two versions of one song. score = audio + metadata + collaborative.
    A hub, which stands in more than ``HUB * top`` lists, keeps those where it scores best.
    """
    spare = top + max(top // 5, 5)
    if given.tracks.is_empty():
        return
    with ThreadPoolExecutor(THREADS) as pool:
        blocks = range(0, given.tracks.height, BLOCK)
        lists = pl.concat(pool.map(lambda start: _block(given, start, spare), blocks))
    in_lists = pl.col("score").rank("ordinal", descending=True).over("neighbour")
    lists = lists.with_columns(place=in_lists).with_columns(
        rank=pl.when(pl.col("place") <= HUB * top).then(1).cum_sum().over("row")
    )
    kept = lists.filter((pl.col("rank") <= top) & (pl.col("place") <= HUB * top))
    ids = given.tracks["track_id"]
    for part in kept.iter_slices(200_000):
        yield part.select(
            track_id=ids.gather(part["row"]),
            rank=pl.col("rank").cast(pl.Int32),
            neighbour_id=ids.gather(part["neighbour"]),
            score="score",
            audio="audio",
            metadata="metadata",
            collaborative="collaborative",
            adjustments=pl.lit(0.0),
            baskets_together=pl.when(pl.col("together") > 0).then("together").cast(pl.Int32),
            baskets_expected=pl.when(pl.col("together") > 0).then("expected"),
        )


def _block(given: Signals, start: int, top: int) -> pl.DataFrame:
    """The best ``top`` songs for each track of a block, in numbers: row, neighbour, score, its addends and its evidence."""
    stop = min(start + BLOCK, given.tracks.height)
    row, other = _candidates(given, start, stop, 2 * top + 50)
    first = row + start
    addends = given.addends(first, other)
    together, expected = given.evidence(first, other)
    frame = pl.DataFrame({"row": first, "neighbour": other, **addends, "together": together, "expected": expected})
    song = given.tracks["song_id"].rank("dense")
    ids = given.tracks["track_id"].rank("ordinal")
    return (
        frame.with_columns(
            score=pl.sum_horizontal(*addends), song=song.gather(frame["neighbour"]), id=ids.gather(frame["neighbour"])
        )
        .filter(pl.col("score") > 0)
        .sort("row", "score", "id", descending=[False, True, False])
        .unique(["row", "song"], keep="first", maintain_order=True)
        .filter(pl.int_range(pl.len()).over("row") < top)
        .drop("song", "id")
    )


def _candidates(given: Signals, start: int, stop: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (row of the block, track) that are among the ``most`` best of their row by the first score, ties included.

    The first score is that of ``Signals``.
    """
    total = given.tracks.height
    stretch = max(1, min(STRETCH, total // (8 * most)))
    score = np.full((stop - start, -(-total // stretch) * stretch), -np.inf, dtype=np.float32)
    base = score[:, :total]
    np.matmul(given.sound[start:stop], given.sound.T, out=base)
    for part in (given.gives[start:stop] @ given.takes.T, given.links[start:stop]):
        told = part.tocoo()
        base[told.row, told.col] += told.data
    versions = (given.song[start:stop] @ given.song.T).tocoo()
    base[versions.row, versions.col] = -np.inf
    best = score.reshape(stop - start, -1, stretch).max(axis=2)
    bound = np.full(stop - start, np.finfo(np.float32).min)
    if best.shape[1] > most:
        bound = np.maximum(bound, np.partition(best, -most, axis=1)[:, -most])
    row, other = np.divmod(np.flatnonzero(base >= bound[:, None]), total)
    return row, other
