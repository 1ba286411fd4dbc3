"""What speaks for two songs to belong together: cosines of sound, metadata and baskets. Frames in, matrices and numbers out.

An engine that looks for neighbours asks two things: the scores of many pairs at once in single precision, by products of
matrices, and the exact addends of the few pairs that it chose. With a frozen ``Scale`` both depend on the two tracks alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, hstack

from schemas.catalogue import FEATURES
from tasks.similarity.company import Circles, Company, company

PARTS = ("artist", "album", "genre", "era", "script", "word")
"""Kinds of metadata: two songs have a cosine by each of them, 0 where either has none."""
SIGNALS = (
    "audio.cosine",
    *(f"metadata.{part}" for part in PARTS),
    "collaborative.together",
    "collaborative.alike",
    "collaborative.near",
    "collaborative.artists",
)
"""Everything that speaks for two songs, each a cosine or a share; a score weighs them and adds them up."""
ERA = 10
"""Years of an era; eras begin every half of it, so that songs five years apart share one of two."""
SCRIPTS = {
    "Latin": r"\p{Latin}",
    "Cyrillic": r"\p{Cyrillic}",
    "Greek": r"\p{Greek}",
    "Arabic": r"\p{Arabic}",
    "Hebrew": r"\p{Hebrew}",
    "Devanagari": r"\p{Devanagari}",
    "Thai": r"\p{Thai}",
    "Hangul": r"\p{Hangul}",
    "Japanese": r"\p{Hiragana}\p{Katakana}",
    "Han": r"\p{Han}",
}
"""Scripts of titles, and their letters."""
COMMON = 2_000
"""What more tracks than this, and than a sixteenth of them, have in common is kept in dense columns: cheaper to multiply."""


@dataclass(frozen=True)
class Scale:
    """What the signals take from the catalogue as a whole. Frozen, the score of two songs depends on these two alone.

    ``tracks`` and ``baskets`` are numbers; ``circles`` what baskets are to each other; ``mean`` and ``deviation`` one a column of the sound; ``carriers`` [part, term,
    carriers] counts the tracks that share a term of the metadata. A term that is not among them counts as one track's own.
    """

    tracks: int
    baskets: int
    mean: np.ndarray
    deviation: np.ndarray
    carriers: pl.DataFrame
    circles: Circles

    @classmethod
    def of(cls, songs: pl.DataFrame, features: pl.DataFrame, baskets: pl.DataFrame) -> "Scale":
        """As the tables ``songs``, ``audio_features`` and ``baskets`` are now."""
        ids = songs.select("track_id")
        mean, deviation = _moments(_sound_columns(ids.join(features, on="track_id"))[0])
        tracks = songs.sort("track_id").with_row_index("row")
        terms = _terms(tracks)
        credits = terms.filter(part="artist")
        artists = incidence(credits.select("row", value="term"), tracks.height)
        return cls(
            tracks=songs.height,
            baskets=baskets.join(ids, on="track_id", how="semi")["basket_id"].n_unique(),
            mean=mean,
            deviation=deviation,
            carriers=terms.group_by("part", "term")
            .agg(carriers=pl.len())
            .filter(pl.col("carriers") > 1)
            .sort("part", "term"),
            circles=Circles.of(_placed(baskets, tracks), artists, credits["term"].unique().sort()),
        )


@dataclass(frozen=True)
class Signals:
    """One row a track, in the order of ``tracks`` (row, and the table ``songs``, sorted by id).

    The score of seed i and another track j is, but for sounds that are known in part, ``dense[i] @ dense[j] + gives[i] @
    takes[j] + links[i, j]``: sound and what very many have in common, rare metadata and baskets, closeness in baskets.
    """

    tracks: pl.DataFrame
    scale: Scale
    songs: np.ndarray
    dense: np.ndarray
    gives: csr_array
    takes: csr_array
    links: csr_array
    _song: csr_array
    _sound: np.ndarray
    _audio: np.ndarray
    _is_known: np.ndarray
    _is_odd: np.ndarray
    _parts: dict[str, csr_array]
    _company: Company
    _metadata: csr_array
    _gives: csr_array
    _takes: csr_array
    _weights: Mapping[str, float]

    def scorer(self, others: np.ndarray | None = None) -> Callable[[np.ndarray], np.ndarray]:
        """A function from rows of seeds to their scores with ``others`` (all tracks): [seeds, others] in single precision.

        Exact up to that precision; minus infinity for the versions of a seed.
        """
        picked = np.arange(self.tracks.height) if others is None else others
        whole = others is None
        dense = self.dense if whole else self.dense[picked]
        takes = csr_array((self.takes if whole else self.takes[picked]).T)
        song = csr_array((self._song if whole else self._song[picked]).T)
        links = self.links if whole else csr_array(self.links[:, picked])
        odd = np.flatnonzero(self._is_odd[picked])

        def scores(seeds: np.ndarray) -> np.ndarray:
            told = self.dense[seeds] @ dense.T
            odd_seeds = np.flatnonzero(self._is_odd[seeds])
            if odd_seeds.size:
                told[odd_seeds] = self._dense_scores(seeds[odd_seeds], picked)
            if odd.size:
                told[:, odd] = self._dense_scores(seeds, picked[odd])
            for part in (self.gives[seeds] @ takes, links[seeds]):
                pairs = part.tocoo()
                told[pairs.row, pairs.col] += pairs.data
            versions = (self._song[seeds] @ song).tocoo()
            told[versions.row, versions.col] = -np.inf
            return told

        return scores

    def _dense_scores(self, seeds: np.ndarray, others: np.ndarray) -> np.ndarray:
        """What ``dense`` would say if it knew which features two tracks have in common."""
        width = self._audio.shape[1]
        one, two = self._audio[seeds].astype(np.float32), self._audio[others].astype(np.float32)
        known_one, known_two = self._is_known[seeds].astype(np.float32), self._is_known[others].astype(np.float32)
        lengths = np.sqrt((one**2 @ known_two.T) * (known_one @ (two**2).T))
        cosines = np.divide(one @ two.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return np.asarray(
            self._weights["audio.cosine"] * cosines + self.dense[seeds, width:] @ self.dense[others, width:].T
        )

    def addends(self, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
        """What each signal adds to the score of the pairs of rows (seed ``first``, song ``other``), in double precision.

        And ``together``: the baskets that hold both.
        """
        near = self._weights["collaborative.near"] * _at(self._company.near, first, other)
        return {
            "audio": self._weights["audio.cosine"] * self._sounds(first, other),
            "metadata": dots(self._metadata, self._metadata, first, other),
            "collaborative": dots(self._gives, self._takes, first, other) + near,
            "together": dots(self._company.held, self._company.held, first, other),
        }

    def cosines(self, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
        """Each of ``SIGNALS`` alone for the pairs of rows, before it is weighed."""
        heard = self._company
        told = {f"metadata.{name}": dots(part, part, first, other) for name, part in self._parts.items()}
        return told | {
            "audio.cosine": self._sounds(first, other),
            "collaborative.together": dots(heard.together, heard.held, first, other),
            "collaborative.alike": dots(heard.alike, heard.held, first, other),
            "collaborative.near": _at(heard.near, first, other),
            "collaborative.artists": dots(heard.artists, heard.artists, first, other),
        }

    def alone(self, name: str, seeds: np.ndarray) -> np.ndarray | csr_array:
        """What one of ``SIGNALS`` says of some rows and all tracks, before it is weighed; unknown features count as average."""
        kind, _, part = name.partition(".")
        if kind == "audio":
            return np.asarray(self._sound[seeds] @ self._sound.T)
        if kind == "metadata":
            return csr_array(self._parts[part][seeds] @ self._parts[part].T)
        if part == "near":
            return csr_array(self._company.near[seeds])
        given = getattr(self._company, part)
        return csr_array(given[seeds] @ (given if part == "artists" else self._company.held).T)

    @property
    def counts(self) -> np.ndarray:
        """The number of baskets of each track."""
        return self._company.baskets

    def company_prints(self, baskets: pl.DataFrame) -> np.ndarray:
        """A number for each row that changes when anything changes that baskets say of it; ``baskets`` as at the beginning."""
        names = baskets.join(self.tracks.select("track_id"), on="track_id", how="semi")["basket_id"].unique().sort()
        keys = (
            np.concatenate([names.hash(seed).to_numpy() for seed in (1, 2)]) if names.len() else np.zeros(2, np.uint64)
        )
        ids = self.tracks["track_id"].hash(3).to_numpy()
        # steps and not near: that another song became more common is that song's change, and not a change of this one
        found = _prints(self._gives, keys) + 3 * _prints(self._takes, keys) + 5 * _prints(self._company.steps, ids)
        return np.asarray(found.view(np.int64))

    def _sounds(self, first: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Cosines of pairs over the features that both tracks have; 0 where they share none."""
        cosine = np.einsum("ij,ij->i", self._sound[first], self._sound[other])
        odd = np.flatnonzero(self._is_odd[first] | self._is_odd[other])
        first, other = first[odd], other[odd]
        one, two = self._audio[first], self._audio[other]
        product = np.einsum("ij,ij->i", one, two)
        lengths = np.einsum("ij,ij->i", one**2, self._is_known[other]) * np.einsum(
            "ij,ij->i", two**2, self._is_known[first]
        )
        cosine[odd] = np.divide(product, np.sqrt(lengths), out=np.zeros_like(product), where=lengths > 0)
        return cosine


def signals(
    songs: pl.DataFrame,
    features: pl.DataFrame,
    baskets: pl.DataFrame,
    weights: Mapping[str, float],
    scale: Scale | None = None,
) -> Signals:
    """The signals of ``songs`` (a frame of the table of that name) from ``audio_features`` and ``baskets``.

    ``weights`` has one for each of ``SIGNALS``. ``scale`` is that of an earlier catalogue; left out, it is fitted to this one.
    """
    scale = scale or Scale.of(songs, features, baskets)
    tracks = songs.sort("track_id").with_row_index("row")
    audio, is_known = audio_features(
        tracks.select("track_id").join(features, on="track_id", how="left", maintain_order="left"), scale
    )
    length = np.linalg.norm(audio, axis=1, keepdims=True)
    sound = np.divide(audio, length, out=np.zeros_like(audio), where=length > 0)
    parts, carriers = _metadata(tracks, scale)
    metadata = csr_array(hstack([part * weights[f"metadata.{name}"] ** 0.5 for name, part in parts.items()]))
    metadata.eliminate_zeros()
    is_common = carriers > max(COMMON, scale.tracks // 16)
    rare = csr_array(metadata @ diags_array((~is_common).astype(float)))
    rare.eliminate_zeros()
    common = metadata[:, np.flatnonzero(is_common)].toarray()
    credits = csr_array((parts["artist"] > 0).astype(np.float64))
    artists = tracks["artist_ids"].explode().drop_nulls().unique().sort()
    heard = company(_placed(baskets, tracks), credits, artists, scale.tracks, scale.circles)
    gives, takes = _weighed(heard, weights)
    return Signals(
        tracks=tracks,
        scale=scale,
        songs=tracks["song_id"].rank("dense").to_numpy().astype(np.int64) - 1,
        dense=np.hstack([sound * weights["audio.cosine"] ** 0.5, common]).astype(np.float32),
        gives=_single(hstack([rare, gives])),
        takes=_single(hstack([rare, takes])),
        links=_single(heard.near * weights["collaborative.near"]),
        _song=_single(incidence(tracks.select("row", value="song_id"), tracks.height)),
        _sound=sound,
        _audio=audio,
        _is_known=is_known,
        _is_odd=_odd(is_known),
        _parts=parts,
        _company=heard,
        _metadata=metadata,
        _gives=gives,
        _takes=takes,
        _weights=weights,
    )


def _placed(baskets: pl.DataFrame, tracks: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``baskets`` with the rows of their tracks, in order."""
    return baskets.join(tracks.select("row", "track_id"), on="track_id").sort("basket_id", "position", "row")


def _odd(is_known: np.ndarray) -> np.ndarray:
    """Tracks of whose sound something is known, but not what is known of most: their cosines are not products of unit rows."""
    has_any = np.asarray(is_known.any(axis=1))
    if not has_any.any():
        return has_any
    pattern = (is_known @ 2.0 ** np.arange(is_known.shape[1])).astype(np.int64)
    patterns, times = np.unique(pattern[has_any], return_counts=True)
    return np.asarray(has_any & (pattern != patterns[times.argmax()]))


def _weighed(heard: Company, weights: Mapping[str, float]) -> tuple[csr_array, csr_array]:
    """What a seed gives for each basket, and in which a song takes it; closeness aside. Their product is weighed."""
    gives = heard.together * weights["collaborative.together"] + heard.alike * weights["collaborative.alike"]
    artists = heard.artists * weights["collaborative.artists"] ** 0.5
    both = csr_array(hstack([gives, artists])), csr_array(hstack([heard.held, artists]))
    for matrix in both:
        matrix.eliminate_zeros()
        matrix.sort_indices()
    return both


def dots(left: csr_array, right: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dot products of rows of ``left`` and rows of ``right``, pair by pair."""
    told = np.zeros(first.size)
    met = np.flatnonzero((np.diff(left.indptr)[first] > 0) & (np.diff(right.indptr)[other] > 0))
    told[met] = left[first[met]].multiply(right[other[met]]).sum(axis=1)
    return told


def _at(matrix: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The values of ``matrix`` at pairs of rows and columns; of no pairs none, for which scipy would give a matrix or an error."""
    return np.asarray(matrix[first, other]) if first.size else np.empty(0)


def _prints(matrix: csr_array, keys: np.ndarray) -> np.ndarray:
    """A number for each row that its values and the keys of their columns make, in any order."""
    entries = _stirred(keys[matrix.indices] ^ _stirred(matrix.data.astype(np.float64).view(np.uint64)))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(entries, dtype=np.uint64)])
    return np.asarray(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]])


def _stirred(bits: np.ndarray) -> np.ndarray:
    """Every bit of a number spread over all of them (the finalizer of MurmurHash3)."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(factor)
    return np.asarray(bits ^ (bits >> np.uint64(33)))


def _single(matrix: csr_array) -> csr_array:
    return csr_array(matrix).astype(np.float32)


def audio_features(features: pl.DataFrame, scale: Scale | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Standardised features and where they are known. Tempo and key are circles: an octave of tempo is one tempo.

    Energy and loudness tell one fact and share its weight; a constant feature tells nothing. Mean and deviation are those of
    ``scale``, or else of the features themselves.
    """
    values, share = _sound_columns(features)
    is_known = np.isfinite(values)
    mean, deviation = (scale.mean, scale.deviation) if scale else _moments(values)
    centred = np.where(is_known, values - mean, 0)
    scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-12)
    return scaled * share, is_known.astype(np.float64)


def _sound_columns(features: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The columns of the sound as they are measured, NaN where unknown, and what share of a fact each tells."""
    turn = 2 * np.pi
    tempo, key = pl.col("tempo").log(2) * turn, pl.when(pl.col("key") >= 0).then(pl.col("key")) * 7 * turn / 12
    linear = [name for name in FEATURES if name not in ("tempo", "key", "time_signature")]
    columns = {name: pl.col(name).cast(pl.Float64) for name in linear}
    columns |= {"tempo_x": tempo.cos(), "tempo_y": tempo.sin(), "key_x": key.cos(), "key_y": key.sin()}
    values = features.select(**columns).to_numpy()
    shared = {"energy", "loudness", "tempo_x", "tempo_y", "key_x", "key_y"}
    return values, np.array([0.5**0.5 if name in shared else 1.0 for name in columns])


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column, as far as it is known."""
    is_known = np.isfinite(values)
    counts = np.maximum(is_known.sum(axis=0), 1)
    mean = np.where(is_known, values, 0).sum(axis=0) / counts
    centred = np.where(is_known, values - mean, 0)
    return mean, np.sqrt((centred**2).sum(axis=0) / counts)


def _terms(tracks: pl.DataFrame) -> pl.DataFrame:
    """[row, part, term]: the metadata of each track, each term once."""
    columns = {
        "artist": pl.col("artist_ids"),
        "album": pl.concat_list("album_id"),
        "genre": pl.col("genres"),
        "era": pl.concat_list(
            pl.format("{} {}", pl.lit(phase), (pl.col("released_on").dt.year() + phase) // ERA)
            for phase in (0, ERA // 2)
        ),
        "script": _scripts(pl.col("title_key")),
        "word": pl.col("title_key").str.split(" "),
    }
    parts = [
        tracks.select("row", part=pl.lit(name), term=column).explode("term").drop_nulls().unique()
        for name, column in columns.items()
    ]
    return pl.concat(parts)


def _metadata(tracks: pl.DataFrame, scale: Scale) -> tuple[dict[str, csr_array], np.ndarray]:
    """Rows of length 1 (or 0) for each part, terms weighted by how rare they are; and the carriers of all their columns."""
    terms = (
        _terms(tracks)
        .join(scale.carriers, on=["part", "term"], how="left")
        .with_columns(pl.col("carriers").fill_null(1))
    )
    parts, carriers = {}, []
    for name in PARTS:
        held = terms.filter(part=name)
        columns = held.select("term", "carriers").unique().sort("term")["carriers"].to_numpy().astype(np.float64)
        ones = incidence(held.select("row", value="term"), tracks.height)
        count = np.ones(ones.shape[1]) if held.is_empty() else columns
        rarity = np.log1p(max(scale.tracks, 1) / count)
        parts[name] = unit(csr_array(ones @ diags_array(rarity)), idf=False)
        parts[name].sort_indices()
        carriers.append(count)
    return parts, np.concatenate(carriers)


def _scripts(titles: pl.Expr) -> pl.Expr:
    """The scripts in which a title is written, those of Japanese as one: what can be known of its language."""
    found = [pl.when(titles.str.contains(rf"[{letters}]")).then(pl.lit(name)) for name, letters in SCRIPTS.items()]
    return pl.concat_list(found).list.drop_nulls()


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
