"""Tastes: the songs of a profile in groups that belong together (mathematics, no database).

Each song is described by the songs it belongs with (its neighbours), its genres and its artists; average linkage on the
cosine of these descriptions groups the strongest songs, and the silhouette says into how many groups (P. Rousseeuw,
J. Comput. Appl. Math. 20, 1987). Where little is known of the songs (a streaming history alone has neither genres nor
sound) nearly all of them are far from each other and silhouettes are small; there groups are told apart when hardly any
likeness crosses from one to another, by the assortativity coefficient (M. Newman, Phys. Rev. E 67, 2003). The others join
the group that they are nearest to. A listener of one taste has one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize

from tasks.imports.names import is_collective

CORE = 300
"""Songs that decide on the groups: the strongest that anything speaks for."""

MOST = 8
"""Tastes at most."""

LEAST_SONGS = 4
"""Fewer songs are one taste."""

CLEAR = 0.12
"""Silhouette from which on groups are told apart."""

APART = 0.9
"""Assortativity from which on they are where no silhouette is clear: 1 when songs are only like songs of their own group."""

SMALL = 0.05
"""A group with a smaller share of the core's evidence joins the nearest larger one."""

PARTS = {"neighbours": 0.5, "genres": 0.35, "artists": 0.15}
"""How much of the description comes from where (shares of the squared length)."""


def tastes(evidence: pl.DataFrame, songs: pl.DataFrame, neighbours: pl.DataFrame) -> pl.DataFrame:
    """``evidence`` with taste_id (0 is the weightiest) and taste (its name).

    ``songs`` (track_id, artists, artist_ids, genres) describes them; ``neighbours`` (track_id, neighbour_id, score) are those
    of the songs of the profile.
    """
    if evidence.is_empty():
        return evidence.with_columns(pl.lit(0, pl.Int32).alias("taste_id"), pl.lit("").alias("taste"))
    rows = evidence.join(
        songs.select("track_id", "artists", "artist_ids", "genres"), on="track_id", how="left", maintain_order="left"
    )
    weights = rows["weight"].to_numpy()
    described = descriptions(rows, neighbours)
    labels = _ordered(_groups(described, weights), weights)
    names = _names(rows, labels)
    return evidence.with_columns(
        pl.Series("taste_id", labels, pl.Int32), pl.Series("taste", [names[label] for label in labels], pl.String)
    )


def strongest(profile: pl.DataFrame, most: int) -> pl.DataFrame:
    """track_id of the songs that speak loudest in each taste: ``most`` for it, and as many against."""
    side = profile.with_columns(is_for=pl.col("weight") > 0).sort(
        pl.col("weight").abs(), "track_id", descending=[True, False]
    )
    return side.group_by("taste_id", "is_for", maintain_order=True).head(most).select("track_id")


def descriptions(rows: pl.DataFrame, neighbours: pl.DataFrame) -> sparse.csr_matrix:
    """A row of unit length a song (shape songs x things), zero where nothing is known of it."""
    places = {track_id: place for place, track_id in enumerate(rows["track_id"])}
    near = neighbours.filter(pl.col("track_id").is_in(rows["track_id"].implode()) & (pl.col("score") > 0))
    links = [
        (places[song], other, score)
        for song, other, score in near.select("track_id", "neighbour_id", "score").iter_rows()
    ]
    links += [(place, track_id, 1.0) for track_id, place in places.items()]
    parts = {
        "neighbours": links,
        "genres": _rare_first(rows["genres"].to_list()),
        "artists": _rare_first(rows["artist_ids"].to_list()),
    }
    scaled = [sqrt(PARTS[name]) * normalize(_matrix(entries, rows.height)) for name, entries in parts.items()]
    return sparse.csr_matrix(normalize(sparse.hstack(scaled).tocsr()))


def _rare_first(lists: Sequence[Sequence[str] | None]) -> list[tuple[int, str, float]]:
    """(row, word, weight): words weigh by how few songs have them (inverse document frequency)."""
    having = Counter(word for words in lists for word in set(words or ()))
    return [
        (place, word, 1 + log(len(lists) / having[word]))
        for place, words in enumerate(lists)
        for word in dict.fromkeys(words or ())
    ]


def _matrix(entries: Sequence[tuple[int, str, float]], height: int) -> sparse.csr_matrix:
    columns: dict[str, int] = {}
    for _, word, _ in entries:
        columns.setdefault(word, len(columns))
    values = [value for _, _, value in entries]
    indices = ([row for row, _, _ in entries], [columns[word] for _, word, _ in entries])
    return sparse.csr_matrix((values, indices), shape=(height, max(len(columns), 1)), dtype=float)


def _groups(described: sparse.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """A group for every row; rows come strongest first."""
    core = np.flatnonzero(weights > 0)[:CORE]
    if len(core) < 2 * LEAST_SONGS:
        return np.zeros(len(weights), int)
    heart = described[core].toarray()
    distances = np.clip(1 - heart @ heart.T, 0, 2)
    np.fill_diagonal(distances, 0)
    best, labels = CLEAR, np.zeros(len(core), int)
    apart, unclear = APART, labels
    for count in range(2, min(MOST, len(core) // LEAST_SONGS) + 1):
        tried = AgglomerativeClustering(count, metric="precomputed", linkage="average").fit_predict(distances)
        tried = _without_small(tried, distances, weights[core])
        if len(set(tried)) > 1:
            clearness = silhouette_score(distances, tried, metric="precomputed")
            if clearness > best + 1e-9:
                best, labels = clearness, tried
            if (assortment := _assortativity(1 - distances, tried)) > apart + 1e-9:
                apart, unclear = assortment, tried
    if best == CLEAR:
        labels = unclear
    found = sorted(set(labels))
    centres = normalize(np.vstack([heart[labels == label].mean(axis=0) for label in found]))
    nearest = np.asarray(described @ centres.T).argmax(axis=1)
    groups = np.asarray(found)[nearest]
    groups[core] = labels
    return groups


def _without_small(labels: np.ndarray, distances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Small groups joined to the larger group that is nearest on average."""
    labels = labels.copy()
    mass = {label: weights[labels == label].sum() / weights.sum() for label in set(labels)}
    large = [label for label in sorted(mass) if mass[label] >= SMALL and (labels == label).sum() >= LEAST_SONGS]
    if not large:
        return np.zeros_like(labels)
    homes = {label: np.flatnonzero(labels == label) for label in large}
    for place in np.flatnonzero(~np.isin(labels, large)):
        labels[place] = min(large, key=lambda label: (distances[place, homes[label]].mean(), label))
    return labels


def _assortativity(likeness: np.ndarray, labels: np.ndarray) -> float:
    """How much of all likeness between two songs lies within groups, against chance: 0 as by chance, 1 all of it."""
    member = (labels[:, None] == np.unique(labels)).astype(float)
    between = member.T @ (likeness - np.diag(np.diag(likeness))) @ member
    shares = between / max(between.sum(), 1e-12)
    chance = float((shares.sum(axis=1) ** 2).sum())
    return float((np.trace(shares) - chance) / max(1 - chance, 1e-12))


def _ordered(labels: np.ndarray, weights: np.ndarray) -> list[int]:
    """Groups numbered by their weight, the weightiest 0."""
    mass = {label: weights[(labels == label) & (weights > 0)].sum() for label in set(labels.tolist())}
    place = {label: rank for rank, label in enumerate(sorted(mass, key=lambda label: (-mass[label], label)))}
    return [place[label] for label in labels.tolist()]


def _names(rows: pl.DataFrame, labels: Sequence[int]) -> Mapping[int, str]:
    """Each taste by the two genres that set it apart, else by its two weightiest artists; no two alike."""
    genres = _weighed(rows, labels, "genres")
    artists = _weighed(rows.with_columns(_persons(rows["artists"])), labels, "artists")
    names: dict[int, str] = {}
    for label in sorted(set(labels)):
        told = _telling(genres, label) or [name for name, _ in artists[label].most_common(2)] or [f"taste {label + 1}"]
        name = ", ".join(told)
        if name in names.values():
            name = ", ".join([name, *[artist for artist, _ in artists[label].most_common(1)]])
        names[label] = name if name not in names.values() else f"{name} ({label + 1})"
    return names


def _persons(artists: pl.Series) -> pl.Series:
    """Lists of artists without those that are nobody, such as Various Artists."""
    return pl.DataFrame([artists]).select(pl.col("artists").list.filter(~is_collective(pl.element()))).to_series()


def _weighed(rows: pl.DataFrame, labels: Sequence[int], column: str) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {label: Counter() for label in labels}
    for label, words, weight in zip(labels, rows[column], rows["weight"], strict=True):
        for word in words if words is not None and weight > 0 else ():
            found[label][word] += weight
    return {
        label: Counter(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
        for label, counts in found.items()
    }


def _telling(genres: Mapping[int, Counter[str]], label: int) -> list[str]:
    """The two genres of a taste that weigh much in it and little in the others."""
    own = genres[label]
    whole = own.total()
    elsewhere = Counter[str]()
    for other, counts in genres.items():
        if other != label:
            elsewhere.update(counts)
    rest = elsewhere.total() or 1.0

    def lead(genre: str) -> float:
        return own[genre] / whole - elsewhere[genre] / rest

    best = sorted((genre for genre in own if own[genre] >= 0.1 * whole), key=lambda genre: (-lead(genre), genre))
    return [genre for genre in best if lead(genre) > 0][:2]
