"""Everything that the signals of a list are made of, with numbers for ids."""

from dataclasses import dataclass
from functools import cached_property
from math import log, tau
from typing import cast

import polars as pl

_TEMPO = pl.col("tempo").log(2) * tau
_KEY = pl.when(pl.col("key") >= 0).then(pl.col("key")) * 7 * tau / 12

SOUNDS = {
    "danceability": pl.col("danceability"),
    "energy": pl.col("energy"),
    "loudness": pl.col("loudness"),
    "speechiness": (pl.col("speechiness") + 0.02).log(),
    "acousticness": pl.col("acousticness"),
    "instrumentalness": (pl.col("instrumentalness") + 0.02).log(),
    "liveness": (pl.col("liveness") + 0.02).log(),
    "valence": pl.col("valence"),
    "tempo_x": _TEMPO.cos(),
    "tempo_y": _TEMPO.sin(),
    "key_x": _KEY.cos(),
    "key_y": _KEY.sin(),
    "mode": pl.col("mode").cast(pl.Float64),
}
"""Features that make a sound, straightened where they pile up near zero. Tempo is a circle of octaves, key one of fifths."""

SHARES = {name: 0.5 if name.endswith(("_x", "_y")) else 1.0 for name in SOUNDS}
"""How much of a fact each tells: both places on a circle are one."""


def at(values: pl.Series, number: str) -> pl.Expr:
    """Of ``values``, which has one for each number from zero, that of the row's ``number``."""
    return pl.lit(values).gather(number)


def numbered(frame: pl.DataFrame, ids: pl.Series, number: str) -> pl.DataFrame:
    """``frame`` with the ``number`` of each of its ids, their row in ``ids`` (sorted); those that are not there are passed over."""
    rows = frame.with_columns(ids.search_sorted(frame[ids.name], "left").alias(number))
    return rows.filter(pl.lit(ids).gather(number, null_on_oob=True) == pl.col(ids.name))


def by_number(frame: pl.DataFrame, number: str, count: int) -> pl.DataFrame:
    """``frame`` in the order of its ``number``, with a row of nulls for each below ``count`` that it lacks."""
    numbers = pl.select(pl.int_range(count, dtype=pl.UInt32).alias(number))
    return numbers.join(frame, on=number, how="left", maintain_order="left")


class Table:
    """``rows`` that are found by a number in one of their columns.

    A join of two frames passes over both; a list has few songs and baskets, a catalogue very many.
    """

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self._by: dict[str, pl.DataFrame] = {}

    def join(self, frame: pl.DataFrame, number: str, *names: str) -> pl.DataFrame:
        """``frame`` and the columns ``names`` of all rows with its ``number``: in its order, and in that of the rows."""
        if number not in self._by:
            self._by[number] = by_number(self.rows.group_by(number).agg(pl.all()), number, self.count(number))
        found = (pl.lit(self._by[number][name]).gather(number, null_on_oob=True) for name in names)
        return frame.with_columns(found).explode(names, keep_nulls=False)

    def count(self, number: str) -> int:
        """One more than the largest ``number``."""
        return 0 if self.rows.is_empty() else cast(int, self.rows[number].max()) + 1


@dataclass(frozen=True)
class Corpus:
    """The catalogue and its baskets. Numbers count from zero; that of a track or a basket is its row.

    ``tracks``: track, track_id, song, album, year, popularity, n (baskets), and the standardised sound; ``places``: basket,
    track, place among the songs that are known, position among all, n; ``heard``: basket, song, place, n, where versions of a
    song are one; ``baskets``: basket, basket_id, size, weight; ``credits``: track, artist; ``genres``: track, genre, weight.
    """

    tracks: pl.DataFrame
    places: Table
    heard: Table
    baskets: pl.DataFrame
    credits: Table
    genres: Table

    @classmethod
    def of(cls, songs: pl.DataFrame, baskets: pl.DataFrame, sounds: pl.DataFrame) -> "Corpus":
        """From the tables ``songs``, ``baskets`` and ``audio_features``, or as much of them as may be known."""
        catalogue = songs.sort("track_id").with_row_index("track")
        held = baskets.join(catalogue.select("track", "track_id"), on="track_id")
        names = held.select("basket_id").unique().sort("basket_id").with_row_index("basket")
        places = (
            held.join(names, on="basket_id")
            .sort("basket", "position", "track")
            .select("basket", "track", "position", place=pl.int_range(pl.len()).over("basket").cast(pl.Int32))
            .with_columns(n=pl.len().over("track").cast(pl.Float64))
        )
        n = places.select("track", "n").unique()
        told = held.group_by("basket_id").agg(pl.col("weight").first(), size=pl.len().cast(pl.Float64))
        standard = [
            ((value - value.mean()) / (value.std(ddof=0) + 1e-9)).clip(-3, 3).alias(name)
            for name, value in SOUNDS.items()
        ]
        sound = sounds.select("track_id", *standard)
        tracks = (
            catalogue.select(
                "track",
                "track_id",
                song=pl.col("song_id").rank("dense").cast(pl.UInt32),
                album=pl.col("album_id").rank("dense").cast(pl.UInt32),
                year=pl.col("released_on").dt.year().cast(pl.Float64),
                popularity=pl.col("popularity").cast(pl.Float64),
            )
            .join(n, on="track", how="left")
            .join(sound, on="track_id", how="left")
            .with_columns(pl.col("n").fill_null(0.0))
            .sort("track")
        )
        heard = (
            places.join(tracks.select("track", "song"), on="track", maintain_order="left")
            .unique(["basket", "song"], keep="first", maintain_order=True)
            .select("basket", "song", place=pl.int_range(pl.len()).over("basket").cast(pl.Int32))
            .with_columns(n=pl.len().over("song").cast(pl.Float64))
        )
        artists = catalogue.select("track", artist="artist_ids").explode("artist").drop_nulls().unique()
        genres = catalogue.select("track", genre="genres").explode("genre").drop_nulls().unique()
        return cls(
            tracks=tracks,
            places=Table(places),
            heard=Table(heard),
            baskets=names.join(told, on="basket_id").sort("basket"),
            credits=Table(artists.with_columns(pl.col("artist").rank("dense").cast(pl.UInt32)).sort("track", "artist")),
            genres=Table(_weighed(genres.with_columns(pl.col("genre").rank("dense").cast(pl.UInt32)), songs.height)),
        )

    @cached_property
    def rarity(self) -> pl.Series:
        """Of each track: a song of few baskets tells more."""
        rarity = (1 + self.baskets.height / pl.max_horizontal(pl.col("n"), 1.0)).log()
        return self.tracks.select(rarity=rarity)["rarity"]

    @cached_property
    def basket_rarity(self) -> pl.Series:
        """Of each basket: the rarity of its songs."""
        return self._of_baskets(self.places.rows.with_columns(at(self.rarity, "track")))

    @cached_property
    def casts(self) -> Table:
        """basket, artist: the artists of its songs."""
        by = self.credits.join(self.places.rows.select("basket", "track"), "track", "artist")
        return Table(by.select("basket", "artist").unique().sort("basket", "artist"))

    @cached_property
    def cast_rarity(self) -> pl.Series:
        """Of each basket: the rarity of its artists; null where nobody is known to have made any of its songs."""
        return self._of_baskets(self.casts.rows.with_columns(at(self.artists["rarity"], "artist")))

    @cached_property
    def artists(self) -> pl.DataFrame:
        """artist, nb, rarity, listed: in how many baskets an artist stands, and how many of its songs do; null for none."""
        baskets = self.casts.rows.group_by("artist").agg(nb=pl.len().cast(pl.Float64))
        standing = self.credits.join(self.tracks.filter(pl.col("n") > 0).select("track"), "track", "artist")
        listed = standing.group_by("artist").agg(listed=pl.len().cast(pl.Float64))
        both = by_number(baskets.join(listed, on="artist"), "artist", self.credits.count("artist"))
        return both.with_columns(rarity=(1 + self.baskets.height / pl.col("nb")).log())

    def _of_baskets(self, rows: pl.DataFrame) -> pl.Series:
        """The sum of ``rarity`` over the rows of each basket."""
        sums = rows.group_by("basket").agg(pl.col("rarity").sum())
        return by_number(sums, "basket", self.baskets.height)["rarity"].alias("basket_rarity")


def _weighed(genres: pl.DataFrame, songs: int) -> pl.DataFrame:
    """Genres of each track as a unit vector in which a rare genre weighs more."""
    rarity = genres.group_by("genre").agg(weight=(log(max(songs, 1)) - pl.len().cast(pl.Float64).log()).clip(1e-6))
    weighed = genres.join(rarity, on="genre")
    return weighed.with_columns(pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("track")).sort(
        "track", "genre"
    )
