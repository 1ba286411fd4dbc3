"""The neighbours of every track: cosines of sound, metadata and baskets, weighed and summed, the best kept with their addends.

The square of all pairs never stands in memory. Block by block a first score in single precision, of all that is sparse or
cheap, names the candidates; they are then scored in full and in double precision.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, hstack

from schemas.catalogue import FEATURES

ALGORITHM = "cosines-3"
WEIGHTS = {"audio": 0.1, "metadata": 0.8, "collaborative": 0.1}
"""Stated weights, the best of several on two sets of real lists: given one song, its artist says most of what follows."""
NEARNESS = 0.3
"""Share of the collaborative signal that songs have by standing close together in a basket."""
NEAR = 10
"""Songs at most so many places apart in a basket stand close together."""
SHRINKAGE = 1.0
"""Songs in few baskets are worth less: their number of baskets counts so many more."""
DAMPING = 0.25
"""Power by which a common song is marked down; the root of a cosine (0.5) drowns what everybody likes."""
PARTS = {"artist": 1.0, "album": 0.3, "genre": 0.5, "year": 0.3, "word": 0.2}
"""How much each kind of metadata counts among the others."""
COMMON = 2_000
"""What more tracks than this have in common (a large genre, a year) names no candidates, it only counts in full scores."""
BLOCK = 512
"""Rows of the square of cosines that are in memory at a time."""
THREADS = 2
"""Blocks at work at once; each holds its rows of the square, in single precision."""
STRETCH = 64
"""Columns, at most, of which only the best is looked at to find where the candidates begin."""
HUB = 5
"""No track stands in more than so many times N lists of N neighbours, as far as others can take its place."""


@dataclass(frozen=True)
class Signals:
    """One row a track, in the order of ``tracks``. Rows of ``metadata`` are of length 1 or 0.

    ``audio`` are standardised features, 0 where ``is_known`` is 0; ``sound`` the same in single precision, in length such that
    a product is what the sound adds; ``rare`` what of the metadata names candidates; ``song`` [track, song]; ``held`` [track, basket] is 1 over the fourth root of the
    basket's size, so that a product of two tracks weighs each shared basket by the root; ``near`` [track, track] adds up how
    close two songs stand; ``baskets`` is the number of baskets of each.
    """

    tracks: pl.DataFrame
    audio: np.ndarray
    is_known: np.ndarray
    sound: np.ndarray
    metadata: csr_array
    rare: csr_array
    song: csr_array
    held: csr_array
    near: csr_array
    baskets: np.ndarray


def signals(songs: pl.DataFrame, features: pl.DataFrame, baskets: pl.DataFrame) -> Signals:
    """The signals of ``songs`` (a frame of the table of that name) from ``audio_features`` and ``baskets``."""
    tracks = songs.sort("track_id").with_row_index("row")
    audio, is_known = audio_features(
        tracks.select("track_id").join(features, on="track_id", how="left", maintain_order="left")
    )
    metadata = _metadata(tracks)
    carriers = np.bincount(metadata.indices, minlength=metadata.shape[1])
    rare = csr_array(metadata @ diags_array((carriers <= COMMON).astype(float)))
    rare.eliminate_zeros()
    placed = baskets.join(tracks.select("row", "track_id"), on="track_id").sort("basket_id", "position", "row")
    held = incidence(placed.select("row", value="basket_id"), tracks.height)
    count = np.asarray(held.sum(axis=1)).ravel()
    size = np.asarray(held.sum(axis=0)).ravel()
    weighed = csr_array(held @ diags_array(np.maximum(size, 1) ** -0.25))
    length = np.linalg.norm(audio, axis=1, keepdims=True)
    sound = np.divide(audio * WEIGHTS["audio"] ** 0.5, length, out=np.zeros_like(audio), where=length > 0)
    song = incidence(tracks.select("row", value="song_id"), tracks.height)
    near = _near(placed, tracks.height)
    single = sound.astype(np.float32)
    return Signals(tracks, audio, is_known, single, metadata, rare, song, weighed, near, count)


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
    company, near = _at(given.held[start:stop] @ given.held.T, row, other), _at(given.near[start:stop], row, other)
    addends = {
        "audio": WEIGHTS["audio"] * _sound(given, first, other),
        "metadata": WEIGHTS["metadata"] * _dots(given.metadata, first, other),
        "collaborative": WEIGHTS["collaborative"] * _together(given, first, other, company, near),
    }
    is_held = csr_array((np.ones(given.held.nnz), given.held.indices, given.held.indptr), shape=given.held.shape)
    together = _at(is_held[start:stop] @ is_held.T, row, other)
    expected = given.baskets[first] * given.baskets[other] / given.held.shape[1]
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

    The first score takes an unknown feature for an average one and leaves out what is common in the metadata.
    """
    total = given.tracks.height
    stretch = max(1, min(STRETCH, total // (8 * most)))
    score = np.full((stop - start, -(-total // stretch) * stretch), -np.inf, dtype=np.float32)
    base = score[:, :total]
    np.matmul(given.sound[start:stop], given.sound.T, out=base)
    company, near = csr_array(given.held[start:stop] @ given.held.T), csr_array(given.near[start:stop])
    metadata = csr_array(given.rare[start:stop] @ given.rare.T) * WEIGHTS["metadata"]
    for part, kind in ((metadata, "metadata"), (company, "company"), (near, "near")):
        told = part.tocoo()
        first, other = told.row + start, told.col
        if kind != "metadata":
            data, none = told.data, np.zeros(told.data.size)
            pair = (data, none) if kind == "company" else (none, data)
            told.data = WEIGHTS["collaborative"] * _together(given, first, other, *pair)
        base[told.row, other] += told.data.astype(np.float32)
    versions = csr_array(given.song[start:stop] @ given.song.T).tocoo()
    base[versions.row, versions.col] = -np.inf
    best = score.reshape(stop - start, -1, stretch).max(axis=2)
    bound = np.full(stop - start, np.finfo(np.float32).min)
    if best.shape[1] > most:
        bound = np.maximum(bound, np.partition(best, -most, axis=1)[:, -most])
    row, other = np.divmod(np.flatnonzero(base >= bound[:, None]), total)
    return row, other


def _together(
    given: Signals, first: np.ndarray, other: np.ndarray, company: np.ndarray, near: np.ndarray
) -> np.ndarray:
    """The collaborative signal of pairs: shared baskets, and closeness in them, over how common both are."""
    common = np.sqrt(given.baskets[first] + SHRINKAGE) * (given.baskets[other] + SHRINKAGE) ** DAMPING
    return ((1 - NEARNESS) * company + NEARNESS * near) / common


def _sound(given: Signals, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Cosines of pairs over the features that both tracks have; 0 where they share none."""
    one, two = given.audio[first], given.audio[other]
    product = np.einsum("ij,ij->i", one, two)
    lengths = np.einsum("ij,ij->i", one**2, given.is_known[other]) * np.einsum(
        "ij,ij->i", two**2, given.is_known[first]
    )
    return np.divide(product, np.sqrt(lengths), out=np.zeros_like(product), where=lengths > 0)


def _dots(matrix: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dot products of pairs of rows."""
    return np.asarray(matrix[first].multiply(matrix[other]).sum(axis=1)).ravel()


def _at(matrix: csr_array, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values of a sparse matrix at pairs; 0 where nothing is stored."""
    ordered = csr_array(matrix)
    ordered.sort_indices()
    width = ordered.shape[1]
    stored = np.repeat(np.arange(ordered.shape[0]), np.diff(ordered.indptr)).astype(np.int64) * width + ordered.indices
    asked = row.astype(np.int64) * width + column
    if stored.size == 0:
        return np.zeros(asked.size)
    found = np.searchsorted(stored, asked).clip(max=stored.size - 1)
    return np.where(stored[found] == asked, ordered.data[found], 0.0)


def _near(placed: pl.DataFrame, total: int) -> csr_array:
    """[track, track]: over all baskets, 1 over the root of how many places apart two songs stand, up to ``NEAR``."""
    near = csr_array((total, total))
    for apart in range(1, NEAR + 1):
        pairs = placed.select("row", other=pl.col("row").shift(-apart).over("basket_id")).drop_nulls()
        one, two = pairs["row"].to_numpy().astype(np.int64), pairs["other"].to_numpy().astype(np.int64)
        step = csr_array((np.full(one.size, apart**-0.5), (one, two)), shape=(total, total))
        near = csr_array(near + step + step.T)
    return near


def audio_features(features: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Standardised features and where they are known. Tempo and key are circles: an octave of tempo is one tempo.

    Energy and loudness tell one fact and share its weight; a constant feature tells nothing.
    """
    turn = 2 * np.pi
    tempo, key = pl.col("tempo").log(2) * turn, pl.when(pl.col("key") >= 0).then(pl.col("key")) * 7 * turn / 12
    linear = [name for name in FEATURES if name not in ("tempo", "key", "time_signature")]
    columns = {name: pl.col(name).cast(pl.Float64) for name in linear}
    columns |= {"tempo_x": tempo.cos(), "tempo_y": tempo.sin(), "key_x": key.cos(), "key_y": key.sin()}
    values = features.select(**columns).to_numpy()
    shared = {"energy", "loudness", "tempo_x", "tempo_y", "key_x", "key_y"}
    share = np.array([0.5**0.5 if name in shared else 1.0 for name in columns])
    is_known = np.isfinite(values)
    counts = np.maximum(is_known.sum(axis=0), 1)
    mean = np.where(is_known, values, 0).sum(axis=0) / counts
    centred = np.where(is_known, values - mean, 0)
    deviation = np.sqrt((centred**2).sum(axis=0) / counts)
    scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-12)
    return scaled * share, is_known.astype(np.float64)


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
        unit(incidence(tracks.select("row", value=column).explode("value").drop_nulls().unique(), tracks.height))
        * PARTS[name]
        for name, column in columns.items()
    ]
    return unit(csr_array(hstack(parts)), idf=False)


def incidence(pairs: pl.DataFrame, rows: int) -> csr_array:
    """[row, value] as a matrix of ones, a column a value."""
    column = pairs["value"].rank("dense").to_numpy().astype(np.int64) - 1
    width = int(column.max(initial=-1)) + 1
    return csr_array(
        (np.ones(column.size), (pairs["row"].to_numpy().astype(np.int64), column)), shape=(rows, max(width, 1))
    )


def unit(matrix: csr_array, *, idf: bool = True) -> csr_array:
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
