"""What speaks for two songs to belong together: cosines of sound, metadata and baskets. Frames in, matrices and numbers out.

An engine that looks for neighbours asks two things: the scores of many pairs at once in single precision, by products of
matrices, and the exact addends of the few pairs that it chose. With a frozen ``Scale`` both depend on the two tracks alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tasks.similarity.signals.company import Company, company
from tasks.similarity.signals.metadata import PARTS, Metadata
from tasks.similarity.signals.rows import add, at, beside, dots, rooted, scaled, single
from tasks.similarity.signals.scale import Scale, placed
from tasks.similarity.signals.sound import audio_features, odd

SIGNALS = (
    "audio.cosine",
    *(f"metadata.{part}" for part in PARTS),
    "collaborative.together",
    "collaborative.alike",
    "collaborative.near",
    "collaborative.artists",
    "collaborative.regulars",
    "collaborative.genres",
    "collaborative.latent",
)
"""Everything that speaks for two songs, each a cosine or a share; a score weighs them and adds them up."""
COMMON = 2_000
"""What more tracks than this, and than a sixteenth of them, have in common is kept in dense columns: cheaper to multiply."""


@dataclass(frozen=True)
class Signals:
    """One row a track, in the order of ``tracks`` (row, and the table ``songs``, sorted by id).

    The score of seed i and another track j is, but for sounds that are known in part, ``dense[i] @ dense[j] + gives[i] @
    takes[j] + sqrt(walks[i] @ holds[j]) + links[i, j]``: sound, what very many have in common and among whom they stand, rare
    metadata and baskets, baskets like those, closeness in baskets. ``songs`` and ``artists`` are numbers of the song of a track, and
    of the first artist of that song.
    """

    tracks: pl.DataFrame
    scale: Scale
    songs: np.ndarray
    artists: np.ndarray
    dense: np.ndarray
    gives: csr_array
    takes: csr_array
    walks: csr_array
    holds: csr_array
    links: csr_array
    _song: csr_array
    _sound: np.ndarray
    _audio: np.ndarray
    _is_known: np.ndarray
    _is_odd: np.ndarray
    _told: Metadata
    _company: Company
    _metadata: csr_array
    _takes: csr_array
    _kin: csr_array
    _weights: Mapping[str, float]

    def scorer(self) -> Callable[[np.ndarray], np.ndarray]:
        """A function from rows of seeds to their scores with all tracks: [seeds, tracks] in single precision.

        Exact up to that precision; minus infinity for the versions of a seed.
        """
        everybody, odd = np.arange(self.tracks.height), np.flatnonzero(self._is_odd)
        takes, holds, song = self._across

        def scores(seeds: np.ndarray) -> np.ndarray:
            told = self.dense[seeds] @ self.dense.T
            odd_seeds = np.flatnonzero(self._is_odd[seeds])
            if odd_seeds.size:
                told[odd_seeds] = self._dense_scores(seeds[odd_seeds], everybody)
            if odd.size:
                told[:, odd] = self._dense_scores(seeds, odd)
            for part in (self.gives[seeds] @ takes, rooted(self.walks[seeds] @ holds), self.links[seeds]):
                add(told, part)
            versions = (self._song[seeds] @ song).tocoo()
            told[versions.row, versions.col] = -np.inf
            return told

        return scores

    @cached_property
    def _across(self) -> tuple[csr_array, csr_array, csr_array]:
        """``takes``, ``holds`` and the songs of the tracks, turned over."""
        return csr_array(self.takes.T), csr_array(self.holds.T), csr_array(self._song.T)

    def reaching(self, seeds: np.ndarray, scores: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (place in ``seeds``, track) whose track as a seed may score ``bounds``, one a track, or more with that of ``seeds``.

        By ``scores``, those of the seeds with all, which are used up: all is mutual but what is given for baskets, of which no
        more than both is told, for baskets like theirs, and for closeness.
        """
        takes, gives, walks = self._turned
        links = self.links[seeds]
        closer = single(self._company.turned(links, seeds))
        closer.data -= links.data
        parts = (
            takes[seeds] @ gives,
            rooted(self.holds[seeds] @ walks),
            -rooted(self.walks[seeds] @ self._across[1]),
            closer,
        )
        for part in parts:
            add(scores, part)
        return np.divmod(np.flatnonzero(scores >= bounds), bounds.size)

    @cached_property
    def _turned(self) -> tuple[csr_array, csr_array, csr_array]:
        """What a track takes for a basket, and the tracks that give for one or come to one."""
        return (
            single(self._takes),
            csr_array(single(self._company.together).T),
            csr_array(self.walks.T),
        )

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
        near = self._weights["collaborative.near"] * at(self._company.near, first, other)
        alike = self._weights["collaborative.alike"] * self._alike(first, other)
        shared = dots(self._company.together, self._takes, first, other) + dots(self._kin, self._kin, first, other)
        among = self._weights["collaborative.latent"] * self._latent(first, other)
        return {
            "audio": self._weights["audio.cosine"] * self._sounds(first, other),
            "metadata": dots(self._metadata, self._metadata, first, other),
            "collaborative": shared + alike + near + among,
            "together": dots(self._company.held, self._company.held, first, other),
        }

    def cosines(self, first: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
        """Each of ``SIGNALS`` alone for the pairs of rows, before it is weighed."""
        heard = self._company
        told = {f"metadata.{name}": dots(part, part, first, other) for name, part in self._told.parts.items()}
        return told | {
            "audio.cosine": self._sounds(first, other),
            "collaborative.together": dots(heard.together, heard.held, first, other),
            "collaborative.alike": self._alike(first, other),
            "collaborative.near": at(heard.near, first, other),
            "collaborative.artists": dots(heard.artists, heard.artists, first, other),
            "collaborative.regulars": dots(heard.together, heard.regulars, first, other),
            "collaborative.genres": dots(heard.together, heard.genres, first, other),
            "collaborative.latent": self._latent(first, other),
        }

    def alone(self, name: str, seeds: np.ndarray) -> np.ndarray | csr_array:
        """What one of ``SIGNALS`` says of some rows and all tracks, before it is weighed; unknown features count as average."""
        kind, _, part = name.partition(".")
        if kind == "audio":
            return np.asarray(self._sound[seeds] @ self._sound.T)
        if kind == "metadata":
            told = self._told.parts[part]
            return csr_array(told[seeds] @ told.T)
        if part == "latent":
            return np.asarray(self._company.latent[seeds] @ self._company.latent.T)
        if part == "near":
            return csr_array(self._company.near[seeds])
        if part == "alike":
            return rooted(self._company.alike[seeds] @ self._company.held.T)
        gives = self._company.artists if part == "artists" else self._company.together
        takes = self._company.held if part == "together" else getattr(self._company, part)
        return csr_array(gives[seeds] @ takes.T)

    def of_one_artist(self, first: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Which pairs of rows are by the same artist."""
        return np.asarray(self.artists[first] == self.artists[other])

    @cached_property
    def by_artist(self) -> np.ndarray:
        """The rows in the order of their artists."""
        return np.argsort(self.artists, kind="stable")

    @property
    def counts(self) -> np.ndarray:
        """The number of baskets of each track."""
        return self._company.baskets

    @property
    def company_prints(self) -> np.ndarray:
        """A number for each row that changes when anything changes that baskets say of it."""
        return self._company.prints

    def _alike(self, first: np.ndarray, other: np.ndarray) -> np.ndarray:
        """The roots of the shares that pairs have by baskets like those of the seed."""
        return np.sqrt(dots(self._company.alike, self._company.held, first, other))

    def _latent(self, first: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Cosines of pairs by whom they stand among."""
        return np.asarray(np.einsum("ij,ij->i", self._company.latent[first], self._company.latent[other]))

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
        tracks.select("track_id").join(features, on="track_id", how="left", maintain_order="left"),
        (scale.mean, scale.deviation),
    )
    length = np.linalg.norm(audio, axis=1, keepdims=True)
    sound = np.divide(audio, length, out=np.zeros_like(audio), where=length > 0)
    song = tracks["song_id"].rank("dense").to_numpy().astype(np.int64) - 1
    told = Metadata.of(tracks, scale.carriers, scale.tracks)
    metadata = told.weighed(weights)
    is_common = told.terms["carriers"].to_numpy() > max(COMMON, scale.tracks // 16)
    rare = scaled(metadata, columns=~is_common).copy()
    rare.eliminate_zeros()
    common = metadata[:, np.flatnonzero(is_common)].toarray()
    heard = company(placed(baskets, tracks), told.named("artist"), told.named("genre"), scale.tracks, scale.circles)
    takes = csr_array(
        heard.held * weights["collaborative.together"]
        + heard.regulars * weights["collaborative.regulars"]
        + heard.genres * weights["collaborative.genres"]
    )
    takes.eliminate_zeros()
    kin = scaled(heard.artists, weights["collaborative.artists"] ** 0.5).copy()
    kin.eliminate_zeros()
    return Signals(
        tracks=tracks,
        scale=scale,
        songs=song,
        artists=_leads(tracks["artist_ids"].list.first(), song),
        dense=np.hstack(
            [
                sound * weights["audio.cosine"] ** 0.5,
                common,
                heard.latent * weights["collaborative.latent"] ** 0.5,
            ],
            dtype=np.float32,
            casting="same_kind",
        ),
        gives=beside([rare, heard.together, kin], np.float32),
        takes=beside([rare, takes, kin], np.float32),
        walks=_kept(heard.alike, weights["collaborative.alike"] ** 2),
        holds=single(heard.held),
        links=_kept(heard.near, weights["collaborative.near"]),
        _song=csr_array(
            (np.ones(song.size, dtype=np.float32), song, np.arange(song.size + 1)), shape=(song.size, song.size)
        ),
        _sound=sound,
        _audio=audio,
        _is_known=is_known,
        _is_odd=odd(is_known),
        _told=told,
        _company=heard,
        _metadata=metadata,
        _takes=takes,
        _kin=kin,
        _weights=weights,
    )


def _leads(names: pl.Series, song: np.ndarray) -> np.ndarray:
    """A number for each row: of the first of ``names`` that a version of its ``song`` has, or of the song where none has one."""
    kinds = names.drop_nulls().unique(maintain_order=True)
    # of a song the first version is written last, and stays
    known = np.flatnonzero(names.is_not_null().to_numpy())[::-1]
    leads = np.arange(kinds.len(), kinds.len() + song.max(initial=-1) + 1, dtype=np.int32)
    leads[song[known]] = names.cast(pl.Enum(kinds)).to_physical().gather(known).to_numpy()
    return np.asarray(leads[song])


def _kept(matrix: csr_array, weight: float) -> csr_array:
    """``matrix``, weighed, in single precision; of a signal that counts nothing, nothing."""
    return scaled(single(matrix), weight) if weight else csr_array(matrix.shape, dtype=np.float32)
