"""What speaks for two songs to belong together: cosines of sound, metadata and baskets. Frames in, matrices and numbers out.

An engine that looks for neighbours asks two things: the scores of many pairs at once in single precision, by products of
matrices, and the exact addends of the few pairs that it chose. With a frozen ``Scale`` both depend on the two tracks alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, hstack

from schemas.catalogue import FEATURES
from tasks.similarity.company import Circles, Company, company, scaled

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
        terms = {part: told.unique() for part, told in _terms(tracks).items()}
        artists = terms["artist"]["term"].unique().sort()
        credits = incidence(terms["artist"].select("row", value="term"), tracks.height)
        return cls(
            tracks=songs.height,
            baskets=baskets.join(ids, on="track_id", how="semi")["basket_id"].n_unique(),
            mean=mean,
            deviation=deviation,
            carriers=pl.concat(
                held.group_by(pl.lit(part).alias("part"), "term").agg(carriers=pl.len()) for part, held in terms.items()
            )
            .filter(pl.col("carriers") > 1)
            .sort("part", "term"),
            circles=Circles.of(_placed(baskets, tracks), credits, artists),
        )


@dataclass(frozen=True)
class Metadata:
    """``rows`` [track, term] of length 1 (or 0) in each part, rare terms weighing more; ``terms`` [part, term, carriers] names
    the columns."""

    rows: csr_array
    terms: pl.DataFrame

    @classmethod
    def of(cls, tracks: pl.DataFrame, scale: Scale) -> "Metadata":
        """As ``scale`` knows the terms; those that it does not know come last in their part."""
        places, named, width = [], [], 0
        for part, told in _terms(tracks).items():
            known = scale.carriers.filter(part=part).select("term", "carriers")
            new = told.select("term").join(known, on="term", how="anti").unique().sort("term")
            terms = pl.concat([known, new.with_columns(carriers=pl.lit(1, pl.UInt32))]).with_row_index("column", width)
            places.append(told.join(terms, on="term").select("row", "column"))
            named.append(terms.select(pl.lit(part).alias("part"), "term", "carriers"))
            width += terms.height
        terms = pl.concat(named)
        row, column = pl.concat(places).cast(pl.Int32).to_numpy().T
        rows = csr_array((np.ones(row.size), (row, column)), shape=(tracks.height, width))
        part = terms["part"].rle_id().to_numpy()[rows.indices]
        rarity = np.log1p(max(scale.tracks, 1) / terms["carriers"].to_numpy())[rows.indices]
        piece = len(PARTS) * np.repeat(np.arange(tracks.height), np.diff(rows.indptr)) + part
        rows.data = rarity / np.sqrt(np.bincount(piece, rarity**2))[piece]
        return cls(rows, terms)

    @cached_property
    def parts(self) -> dict[str, csr_array]:
        """The rows of each part alone."""
        return {part: csr_array(self.rows[:, np.flatnonzero(self.terms["part"] == part)]) for part in PARTS}

    def weighed(self, weights: Mapping[str, float]) -> csr_array:
        """Rows whose product is the sum of the parts' products, each by its weight."""
        roots = self.terms["part"].replace_strict({part: weights[f"metadata.{part}"] ** 0.5 for part in PARTS})
        found = scaled(self.rows, columns=roots.to_numpy()).copy()
        found.eliminate_zeros()
        return found


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
    _told: Metadata
    _company: Company
    _metadata: csr_array
    _gives: csr_array
    _kin: csr_array
    _weights: Mapping[str, float]

    def scorer(self) -> Callable[[np.ndarray], np.ndarray]:
        """A function from rows of seeds to their scores with all tracks: [seeds, tracks] in single precision.

        Exact up to that precision; minus infinity for the versions of a seed.
        """
        everybody, odd = np.arange(self.tracks.height), np.flatnonzero(self._is_odd)
        takes, song = self._across

        def scores(seeds: np.ndarray) -> np.ndarray:
            told = self.dense[seeds] @ self.dense.T
            odd_seeds = np.flatnonzero(self._is_odd[seeds])
            if odd_seeds.size:
                told[odd_seeds] = self._dense_scores(seeds[odd_seeds], everybody)
            if odd.size:
                told[:, odd] = self._dense_scores(seeds, odd)
            for part in (self.gives[seeds] @ takes, self.links[seeds]):
                pairs = part.tocoo()
                told[pairs.row, pairs.col] += pairs.data
            versions = (self._song[seeds] @ song).tocoo()
            told[versions.row, versions.col] = -np.inf
            return told

        return scores

    @cached_property
    def _across(self) -> tuple[csr_array, csr_array]:
        """``takes`` and the songs of the tracks, turned over."""
        return csr_array(self.takes.T), csr_array(self._song.T)

    def given_back(self, seeds: np.ndarray) -> csr_array:
        """What all tracks as seeds give to ``seeds`` for baskets, which is not mutual: [seeds, tracks].

        With the scores of the seeds it sums to no less than the scores of the others with them: all else is mutual.
        """
        held, gives, links = self._turned
        return csr_array(held[seeds] @ gives + links[seeds])

    @cached_property
    def _turned(self) -> tuple[csr_array, csr_array, csr_array]:
        """The baskets that a track is in, the tracks that give for a basket, and the tracks that are linked to one."""
        held, gives = self._company.held.astype(np.float32), self._gives.astype(np.float32)
        return held, csr_array(gives.T), csr_array(self.links.T)

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
        shared = dots(self._gives, self._company.held, first, other) + dots(self._kin, self._kin, first, other)
        return {
            "audio": self._weights["audio.cosine"] * self._sounds(first, other),
            "metadata": dots(self._metadata, self._metadata, first, other),
            "collaborative": shared + near,
            "together": dots(self._company.held, self._company.held, first, other),
        }

    def cosines(self, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
        """Each of ``SIGNALS`` alone for the pairs of rows, before it is weighed."""
        heard = self._company
        told = {f"metadata.{name}": dots(part, part, first, other) for name, part in self._told.parts.items()}
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
            told = self._told.parts[part]
            return csr_array(told[seeds] @ told.T)
        if part == "near":
            return csr_array(self._company.near[seeds])
        given = getattr(self._company, part)
        return csr_array(given[seeds] @ (given if part == "artists" else self._company.held).T)

    @property
    def counts(self) -> np.ndarray:
        """The number of baskets of each track."""
        return self._company.baskets

    @property
    def company_prints(self) -> np.ndarray:
        """A number for each row that changes when anything changes that baskets say of it."""
        return self._company.prints

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
    song = tracks["song_id"].rank("dense").to_numpy().astype(np.int64) - 1
    told = Metadata.of(tracks, scale)
    metadata = told.weighed(weights)
    is_common = told.terms["carriers"].to_numpy() > max(COMMON, scale.tracks // 16)
    rare = scaled(metadata, columns=~is_common).copy()
    rare.eliminate_zeros()
    common = metadata[:, np.flatnonzero(is_common)].toarray()
    is_artist = told.terms["part"] == "artist"
    credits = csr_array(told.rows[:, np.flatnonzero(is_artist)])
    credits.data[:] = 1.0
    artists = told.terms["term"].filter(is_artist)
    heard = company(_placed(baskets, tracks), credits, artists, scale.tracks, scale.circles)
    gives = heard.together * weights["collaborative.together"] + heard.alike * weights["collaborative.alike"]
    gives.eliminate_zeros()
    kin = scaled(heard.artists, weights["collaborative.artists"] ** 0.5).copy()
    kin.eliminate_zeros()
    return Signals(
        tracks=tracks,
        scale=scale,
        songs=song,
        dense=np.hstack([sound * weights["audio.cosine"] ** 0.5, common]).astype(np.float32),
        gives=csr_array(hstack([part.astype(np.float32) for part in (rare, gives, kin)])),
        takes=csr_array(hstack([part.astype(np.float32) for part in (rare, heard.held, kin)])),
        links=(heard.near * weights["collaborative.near"]).astype(np.float32),
        _song=csr_array(
            (np.ones(song.size, dtype=np.float32), (np.arange(song.size), song)), shape=(song.size, song.size)
        ),
        _sound=sound,
        _audio=audio,
        _is_known=is_known,
        _is_odd=_odd(is_known),
        _told=told,
        _company=heard,
        _metadata=metadata,
        _gives=gives,
        _kin=kin,
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


def dots(left: csr_array, right: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dot products of rows of ``left`` and rows of ``right``, pair by pair."""
    told = np.zeros(first.size)
    met = np.flatnonzero((np.diff(left.indptr)[first] > 0) & (np.diff(right.indptr)[other] > 0))
    told[met] = left[first[met]].multiply(right[other[met]]).sum(axis=1)
    return told


def _at(matrix: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The values of ``matrix`` at pairs of rows and columns; of no pairs none, for which scipy would give a matrix or an error."""
    return np.asarray(matrix[first, other]) if first.size else np.empty(0)


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


def _terms(tracks: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """[row, term] for each part: the metadata of each track; a term may be told twice."""
    title = pl.col("title_key")
    lists = {"artist": pl.col("artist_ids"), "genre": pl.col("genres"), "word": title.str.split(" ")}
    eras = [
        pl.format("{} {}", pl.lit(phase), (pl.col("released_on").dt.year() + phase) // ERA) for phase in (0, ERA // 2)
    ]
    scripts = [pl.when(title.str.contains(rf"[{letters}]")).then(pl.lit(name)) for name, letters in SCRIPTS.items()]
    single: dict[str, list[pl.Expr]] = {"album": [pl.col("album_id")], "era": eras, "script": [*scripts]}
    told = {part: [tracks.select("row", term=terms).explode("term")] for part, terms in lists.items()}
    told |= {part: [tracks.select("row", term=term) for term in terms] for part, terms in single.items()}
    return {part: pl.concat(told[part]).drop_nulls() for part in PARTS}


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
