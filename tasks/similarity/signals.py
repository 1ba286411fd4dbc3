"""What speaks for two songs to belong together: cosines of sound, metadata and baskets. Frames in, matrices and numbers out.

An engine that looks for neighbours asks two things: a cheap first score of many pairs at once, by products of matrices, and
the exact addends of the few pairs that it chose.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, hstack

from schemas.catalogue import FEATURES
from tasks.similarity.weights import WEIGHTS

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
"""What more tracks than this have in common (a large genre, a year) is not in a first score, it only counts in addends."""


@dataclass(frozen=True)
class Signals:
    """One row a track, in the order of ``tracks`` (row, and the table ``songs``); [track, song] says whose versions they are.

    The first score of seed i and another track j is ``sound[i] @ sound[j] + gives[i] @ takes[j] + links[i, j]``: what is
    unknown of a sound counts as average, and what very many tracks have in common does not count. All in single precision.
    """

    tracks: pl.DataFrame
    song: csr_array
    sound: np.ndarray
    gives: csr_array
    takes: csr_array
    links: csr_array
    _audio: np.ndarray
    _is_known: np.ndarray
    _metadata: csr_array
    _held: csr_array
    _near: csr_array
    _baskets: np.ndarray

    def addends(self, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
        """What each signal adds to the score of the pairs of rows (seed ``first``, song ``other``), in double precision."""
        seed, song = (self._baskets[rows] + SHRINKAGE for rows in (first, other))
        company = (1 - NEARNESS) * dots(self._held, first, other) + NEARNESS * self._near[first, other]
        return {
            "audio": WEIGHTS["audio"] * self._sounds(first, other),
            "metadata": WEIGHTS["metadata"] * dots(self._metadata, first, other),
            "collaborative": WEIGHTS["collaborative"] * company / (np.sqrt(seed) * song**DAMPING),
        }

    def evidence(self, first: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Baskets that hold both songs of each pair of rows, and how many chance would give."""
        held = self._held
        ones = csr_array((np.ones(held.nnz), held.indices, held.indptr), shape=held.shape)
        return dots(ones, first, other), self._baskets[first] * self._baskets[other] / held.shape[1]

    def _sounds(self, first: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Cosines of pairs over the features that both tracks have; 0 where they share none."""
        one, two = self._audio[first], self._audio[other]
        product = np.einsum("ij,ij->i", one, two)
        lengths = np.einsum("ij,ij->i", one**2, self._is_known[other]) * np.einsum(
            "ij,ij->i", two**2, self._is_known[first]
        )
        return np.divide(product, np.sqrt(lengths), out=np.zeros_like(product), where=lengths > 0)


def signals(songs: pl.DataFrame, features: pl.DataFrame, baskets: pl.DataFrame) -> Signals:
    """The signals of ``songs`` (a frame of the table of that name) from ``audio_features`` and ``baskets``."""
    tracks = songs.sort("track_id").with_row_index("row")
    audio, is_known = audio_features(
        tracks.select("track_id").join(features, on="track_id", how="left", maintain_order="left")
    )
    length = np.linalg.norm(audio, axis=1, keepdims=True)
    sound = np.divide(audio * WEIGHTS["audio"] ** 0.5, length, out=np.zeros_like(audio), where=length > 0)
    metadata = _metadata(tracks)
    carriers = np.bincount(metadata.indices, minlength=metadata.shape[1])
    rare = csr_array(metadata @ diags_array((carriers <= COMMON).astype(float)))
    rare.eliminate_zeros()
    placed = baskets.join(tracks.select("row", "track_id"), on="track_id").sort("basket_id", "position", "row")
    ones = incidence(placed.select("row", value="basket_id"), tracks.height)
    count = np.asarray(ones.sum(axis=1)).ravel()
    size = np.asarray(ones.sum(axis=0)).ravel()
    held = csr_array(ones @ diags_array(np.maximum(size, 1) ** -0.25))
    near = _near(placed, tracks.height)
    seed, song = diags_array((count + SHRINKAGE) ** -0.5), diags_array((count + SHRINKAGE) ** -DAMPING)
    share = WEIGHTS["collaborative"]
    return Signals(
        tracks=tracks,
        song=incidence(tracks.select("row", value="song_id"), tracks.height),
        sound=sound.astype(np.float32),
        gives=_single(hstack([rare * WEIGHTS["metadata"], seed @ held * (share * (1 - NEARNESS))])),
        takes=_single(hstack([rare, song @ held])),
        links=_single(seed @ near @ song * (share * NEARNESS)),
        _audio=audio,
        _is_known=is_known,
        _metadata=metadata,
        _held=held,
        _near=near,
        _baskets=count,
    )


def dots(matrix: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dot products of pairs of rows."""
    return np.asarray(matrix[first].multiply(matrix[other]).sum(axis=1)).ravel()


def _single(matrix: csr_array) -> csr_array:
    return csr_array(matrix).astype(np.float32)


def _near(placed: pl.DataFrame, total: int) -> csr_array:
    """[track, track]: over all baskets, 1 over the root of how many places apart two songs stand, up to ``NEAR``."""
    near = csr_array((total, total))
    for apart in range(1, NEAR + 1):
        pairs = placed.select("row", other=pl.col("row").shift(-apart).over("basket_id")).drop_nulls()
        one, two = pairs["row"].to_numpy().astype(np.int64), pairs["other"].to_numpy().astype(np.int64)
        step = csr_array((np.full(one.size, apart**-0.5), (one, two)), shape=(total, total))
        near = csr_array(near + step + step.T)
    near.sum_duplicates()  # in canonical form a pair is looked up by bisection
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
