"""The map of the catalogue (tool): songs that belong together lie together, and its regions have names.

The layout follows UMAP (McInnes, Healy & Melville 2018, https://arxiv.org/abs/1802.03426) with a = b = 1: each song is drawn to
its neighbours and pushed away from songs taken at random; it begins from the leading eigenvectors of the neighbour graph.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from sklearn.cluster import KMeans
from sklearn.utils.extmath import randomized_svd

from reports.numbers import mean

Points = NDArray[np.float32]

PULLS = 12
"""Neighbours that draw a song."""
PUSHES = 3
"""Songs taken at random that push a song away, for each that draws it."""
STEPS = 4_000_000
"""Moves of single songs in all: small catalogues are worked over more often than large ones."""
ROUNDS = (15, 60)
"""Least and most rounds over all songs."""
REGIONS = 16
SET_OFF = 0.25
"""Standard deviations from all songs at which a sound is worth a word."""

WORDS = {
    "energy": ("calm", "loud"),
    "acousticness": ("electric", "acoustic"),
    "valence": ("dark", "bright"),
    "danceability": ("loose", "danceable"),
    "instrumentalness": ("sung", "instrumental"),
    "speechiness": ("melodic", "spoken"),
    "tempo": ("slow", "fast"),
}
"""Feature -> what a region is called that has less or more of it than the other songs."""


def laid_out(songs: int, neighbours: pl.DataFrame) -> Points:
    """Return a place in the unit square for each of `songs` songs, as an array of (songs, 2).

    `neighbours` has the columns seed and neighbour (numbers below `songs`) and is sorted by seed and rank.
    """
    chance = np.random.default_rng(0)
    ranked = neighbours.select("seed", "neighbour", rank=pl.int_range(pl.len()).over("seed")).filter(
        pl.col("rank") < PULLS
    )
    if ranked.is_empty():
        return chance.random((songs, 2), dtype=np.float32)
    points = _begun(songs, ranked, chance)
    circles = [
        (part["seed"].to_numpy(), part["neighbour"].to_numpy())
        for part in ranked.partition_by("rank", maintain_order=True)
    ]
    rounds = int(np.clip(STEPS / (songs * len(circles)), *ROUNDS))
    for round_ in range(rounds):
        speed = np.float32(1 - round_ / rounds)
        for seeds, others in circles:
            _pull(points, seeds, others, speed)
            for _ in range(PUSHES):
                _push(points, seeds, chance.integers(0, songs, len(seeds)), speed)
    return _squared(points)


def _begun(songs: int, ranked: pl.DataFrame, chance: np.random.Generator) -> Points:
    """Second and third eigenvector of the normalised neighbour graph, with a little noise against songs on one spot."""
    seeds, others = ranked["seed"].to_numpy(), ranked["neighbour"].to_numpy()
    one_way = coo_array((np.ones(len(seeds), np.float32), (seeds, others)), shape=(songs, songs)).tocsr()
    graph = one_way + one_way.T
    degree = np.sqrt(np.maximum(graph.sum(axis=1), 1))
    graph = graph.multiply(1 / degree[:, None]).multiply(1 / degree[None, :]).tocsr()
    count = min(3, songs)
    vectors, _, _ = randomized_svd(graph, count, n_iter=12, random_state=0)
    spread = np.zeros((songs, 2), np.float32)
    spread[:, : max(0, count - 1)] = vectors[:, 1:count]
    ranks = np.argsort(np.argsort(spread, axis=0, kind="stable"), axis=0, kind="stable") / max(1, songs - 1)
    return (8 * ranks - 4 + chance.normal(0, 0.1, (songs, 2))).astype(np.float32)


def _pull(points: Points, seeds: NDArray[np.int32], others: NDArray[np.int32], speed: np.float32) -> None:
    """Move each seed towards its neighbour, and the neighbour towards the seed."""
    gap = points[seeds] - points[others]
    move = np.clip(2 * gap / (1 + np.sum(gap**2, axis=1, keepdims=True)), -4, 4) * speed
    points[seeds] -= move
    for axis in (0, 1):  # a song may be the neighbour of many
        points[:, axis] += np.bincount(others, move[:, axis], len(points)).clip(-4, 4).astype(np.float32)


def _push(points: Points, seeds: NDArray[np.int32], others: NDArray[np.int64], speed: np.float32) -> None:
    """Move each seed away from a song taken at random."""
    gap = points[seeds] - points[others]
    square = np.sum(gap**2, axis=1, keepdims=True)
    points[seeds] += np.clip(2 * gap / ((0.001 + square) * (1 + square)), -4, 4) * speed


def _squared(points: Points) -> Points:
    """Fit the points into the unit square, half by where they lie and half by their rank: voids shrink, crowds get room."""
    low, high = np.percentile(points, 0.5, axis=0), np.percentile(points, 99.5, axis=0)
    lies = np.clip((points - low) / np.maximum(high - low, 1e-6), 0, 1)
    ranks = np.argsort(np.argsort(points, axis=0, kind="stable"), axis=0, kind="stable") / max(1, len(points) - 1)
    return (0.02 + 0.96 * (lies + ranks) / 2).astype(np.float32)


def regions(songs: pl.DataFrame, points: Points) -> pl.Series:
    """Return the name of the region that each song lies in, null where there are too few songs for regions, or nothing to call one by.

    A region is called by its commonest genre, told apart by the sound that sets it off; where no genre is known, by its sound
    and its commonest artist. Of regions with one name all but the largest are called by their commonest artist, if any is known.
    `songs` has genre, artists and the audio features, in the order of `points`.
    """
    count = min(REGIONS, songs.height // 12)
    if count < 2:
        return pl.Series("region", [None] * songs.height, dtype=pl.String)
    groups = KMeans(count, n_init=1, random_state=0).fit(points[:: max(1, len(points) // 20_000)])
    placed = songs.with_columns(
        pl.Series("group", groups.predict(points)),
        pl.col("artists").list.first().alias("artist"),
        *(((pl.col(name) - pl.col(name).mean()) / pl.col(name).std()).fill_nan(0.0) for name in WORDS),
    )
    names: dict[str, int] = {}
    for part in sorted(placed.partition_by("group"), key=lambda part: (-part.height, part["group"][0])):
        name, artist = _named(part)
        if name not in names or artist:
            names.setdefault(name if name not in names else f"around {artist}", part["group"][0])
    told = {group: name for name, group in names.items()}
    return placed["group"].replace_strict(told, default=None, return_dtype=pl.String).alias("region")


def _named(part: pl.DataFrame) -> tuple[str, str | None]:
    """Return what a region is called, and its commonest artist."""
    means = {name: mean(part[name]) for name in WORDS}
    feature = max(means, key=lambda name: abs(means[name]))
    sound = WORDS[feature][means[feature] > 0] if abs(means[feature]) >= SET_OFF else ""
    genre, artist = _commonest(part["genre"]), _commonest(part["artist"])
    subject = genre or (f"around {artist}" if artist else "")
    return f"{sound} {subject}".strip() or "mixed", artist


def _commonest(names: pl.Series) -> str | None:
    counts = names.drop_nulls().value_counts().sort("count", names.name, descending=[True, False])
    return counts[names.name][0] if counts.height else None
