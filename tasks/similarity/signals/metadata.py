"""What is written about tracks: artists, albums, genres, eras, scripts and words of titles, as terms that two songs may share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from schemas.values import SCRIPTS
from tasks.similarity.signals.rows import Terms, scaled

PARTS = ("artist", "album", "genre", "era", "script", "word")
"""Kinds of metadata: two songs have a cosine by each of them, 0 where either has none."""
ERA = 10
"""Years of an era; eras begin every half of it, so that songs five years apart share one of two."""


@dataclass(frozen=True)
class Metadata:
    """``rows`` [track, term] of length 1 (or 0) in each part, rare terms weighing more; ``terms`` [part, term, carriers] names
    the columns."""

    rows: csr_array
    terms: pl.DataFrame

    @classmethod
    def of(cls, tracks: pl.DataFrame, carriers: pl.DataFrame, total: int) -> "Metadata":
        """``carriers`` [part, term, carriers] counts who has a term among ``total`` tracks; a term that is not there comes last in its part."""
        places, named, width = [], [], 0
        for part, told in terms_of(tracks).items():
            known = carriers.filter(part=part).select("term", "carriers")
            new = told.select("term").join(known, on="term", how="anti").unique().sort("term")
            terms = pl.concat([known, new.with_columns(carriers=pl.lit(1, pl.UInt32))]).with_row_index("column", width)
            places.append(told.join(terms, on="term").select("row", "column"))
            named.append(terms.select(pl.lit(part).alias("part"), "term", "carriers"))
            width += terms.height
        terms = pl.concat(named)
        row, column = pl.concat(places).cast(pl.Int32).to_numpy().T
        rows = csr_array((np.ones(row.size), (row, column)), shape=(tracks.height, width))
        part = terms["part"].rle_id().to_numpy()[rows.indices]
        rarity = np.log1p(max(total, 1) / terms["carriers"].to_numpy())[rows.indices]
        piece = len(PARTS) * np.repeat(np.arange(tracks.height), np.diff(rows.indptr)) + part
        rows.data = rarity / np.sqrt(np.bincount(piece, rarity**2))[piece]
        return cls(rows, terms)

    @cached_property
    def parts(self) -> dict[str, csr_array]:
        """The rows of each part alone."""
        return {part: csr_array(self.rows[:, np.flatnonzero(self.terms["part"] == part)]) for part in PARTS}

    def named(self, part: str) -> Terms:
        """Who has which term of a part, all the same."""
        is_part = self.terms["part"] == part
        rows = csr_array(self.rows[:, np.flatnonzero(is_part)])
        rows.data[:] = 1.0
        return Terms(rows, self.terms["term"].filter(is_part))

    def weighed(self, weights: Mapping[str, float]) -> csr_array:
        """Rows whose product is the sum of the parts' products, each by its weight."""
        roots = self.terms["part"].replace_strict({part: weights[f"metadata.{part}"] ** 0.5 for part in PARTS})
        found = scaled(self.rows, columns=roots.to_numpy()).copy()
        found.eliminate_zeros()
        return found


def terms_of(tracks: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """[row, term] for each part: the metadata of each track; a term may be told twice."""
    title = pl.col("title_key")
    lists = {"artist": pl.col("artist_ids"), "genre": pl.col("genres"), "word": title.str.split(" ")}
    eras = [
        pl.format("{} {}", pl.lit(phase), (pl.col("released_on").dt.year() + phase) // ERA) for phase in (0, ERA // 2)
    ]
    told = {part: [tracks.select("row", term=terms).explode("term")] for part, terms in lists.items()}
    told |= {"album": [tracks.select("row", term="album_id")], "era": [tracks.select("row", term=era) for era in eras]}
    # a title of ASCII has letters of one script at most: nine searches less of most titles
    foreign = tracks.filter(title.str.len_bytes() > title.str.len_chars())
    told["script"] = [
        (tracks if name == "Latin" else foreign)
        .filter(title.str.contains("[" + "".join(rf"\p{{{kind}}}" for kind in kinds) + "]"))
        .select("row", term=pl.lit(name))
        for name, kinds in SCRIPTS.items()
    ]
    return {part: pl.concat(told[part]).drop_nulls() for part in PARTS}
