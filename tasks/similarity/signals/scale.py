"""What the signals take from a catalogue as a whole, to be kept while it changes a little."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.similarity.signals.company import Circles
from tasks.similarity.signals.metadata import terms_of
from tasks.similarity.signals.rows import Terms, incidence
from tasks.similarity.signals.sound import columns, moments


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
        mean, deviation = moments(columns(ids.join(features, on="track_id"))[0])
        tracks = songs.sort("track_id").with_row_index("row")
        terms = {part: told.unique() for part, told in terms_of(tracks).items()}
        artists, genres = (
            Terms(
                incidence(terms[part].select("row", value="term"), tracks.height), terms[part]["term"].unique().sort()
            )
            for part in ("artist", "genre")
        )
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
            circles=Circles.of(placed(baskets, tracks), artists, genres),
        )


def placed(baskets: pl.DataFrame, tracks: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``baskets`` with the rows of their tracks, in order."""
    return baskets.join(tracks.select("row", "track_id"), on="track_id").sort("basket_id", "position", "row")
