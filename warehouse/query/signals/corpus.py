"""Everything that the signals of a list are made of, with numbers for ids."""

from dataclasses import dataclass
from functools import cached_property
from math import log

import polars as pl

SOUNDS = {
    "danceability": pl.col("danceability"),
    "energy": pl.col("energy"),
    "loudness": pl.col("loudness"),
    "speechiness": (pl.col("speechiness") + 0.02).log(),
    "acousticness": pl.col("acousticness"),
    "instrumentalness": (pl.col("instrumentalness") + 0.02).log(),
    "liveness": (pl.col("liveness") + 0.02).log(),
    "valence": pl.col("valence"),
    "tempo": pl.col("tempo").log(),
}
"""Features that make a sound, straightened where they pile up near zero."""


@dataclass(frozen=True)
class Corpus:
    """The catalogue and its baskets.

    ``tracks``: track, track_id, song, album, year, popularity, n (baskets), and the standardised sound; ``places``: basket,
    track, place; ``heard``: basket, song, place, n, where versions of a song are one; ``baskets``: basket, basket_id, size;
    ``credits``: track, artist; ``genres``: track, genre, weight.
    """

    tracks: pl.DataFrame
    places: pl.DataFrame
    heard: pl.DataFrame
    baskets: pl.DataFrame
    credits: pl.DataFrame
    genres: pl.DataFrame

    @classmethod
    def of(cls, songs: pl.DataFrame, baskets: pl.DataFrame, sounds: pl.DataFrame) -> "Corpus":
        """From the tables ``songs``, ``baskets`` and ``audio_features``, or as much of them as may be known."""
        numbered = songs.sort("track_id").with_row_index("track")
        ids = numbered.select("track", "track_id")
        names = baskets.select("basket_id").unique().sort("basket_id").with_row_index("basket")
        places = (
            baskets.join(ids, on="track_id")
            .join(names, on="basket_id")
            .sort("basket", "position", "track")
            .select("basket", "track", place=pl.int_range(pl.len()).over("basket").cast(pl.Int32))
        )
        n = places.group_by("track").agg(n=pl.len().cast(pl.Float64))
        size = places.group_by("basket").agg(size=pl.len().cast(pl.Float64))
        standard = [
            ((value - value.mean()) / (value.std(ddof=0) + 1e-9)).clip(-3, 3).alias(name)
            for name, value in SOUNDS.items()
        ]
        sound = sounds.select("track_id", *standard)
        tracks = (
            numbered.select(
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
        artists = numbered.select("track", artist="artist_ids").explode("artist").drop_nulls().unique()
        genres = numbered.select("track", genre="genres").explode("genre").drop_nulls().unique()
        return cls(
            tracks=tracks,
            places=places,
            heard=heard,
            baskets=names.join(size, on="basket").sort("basket"),
            credits=artists.with_columns(pl.col("artist").rank("dense").cast(pl.UInt32)).sort("track", "artist"),
            genres=_weighed(genres.with_columns(pl.col("genre").rank("dense").cast(pl.UInt32)), songs.height),
        )

    @cached_property
    def rare(self) -> pl.DataFrame:
        """[track, n, rarity]: a song of few baskets tells more."""
        rarity = (1 + self.baskets.height / pl.max_horizontal(pl.col("n"), 1.0)).log()
        return self.tracks.select("track", "n", rarity=rarity)

    @cached_property
    def counted(self) -> pl.DataFrame:
        """``places`` with n of the track."""
        return self.places.join(self.tracks.select("track", "n"), on="track", maintain_order="left")

    @cached_property
    def rare_baskets(self) -> pl.DataFrame:
        """[basket, basket_rarity]: the rarity of its songs."""
        return self.places.join(self.rare, on="track").group_by("basket").agg(basket_rarity=pl.col("rarity").sum())

    @cached_property
    def casts(self) -> pl.DataFrame:
        """[basket, artist]: the artists of its songs."""
        return self.places.join(self.credits, on="track").select("basket", "artist").unique().sort("basket", "artist")

    @cached_property
    def rare_artists(self) -> pl.DataFrame:
        """[artist, nb, rarity]: in how many baskets an artist stands."""
        baskets = self.casts.group_by("artist").agg(nb=pl.len().cast(pl.Float64))
        return baskets.select("artist", "nb", rarity=(1 + self.baskets.height / pl.col("nb")).log())

    @cached_property
    def listed(self) -> pl.DataFrame:
        """[artist, listed]: how many songs of an artist stand in a basket."""
        standing = self.tracks.filter(pl.col("n") > 0).select("track").join(self.credits, on="track")
        return standing.group_by("artist").agg(listed=pl.len().cast(pl.Float64))

    @cached_property
    def rare_casts(self) -> pl.DataFrame:
        """[basket, basket_rarity]: the rarity of its artists."""
        return (
            self.casts.join(self.rare_artists, on="artist").group_by("basket").agg(basket_rarity=pl.col("rarity").sum())
        )


def _weighed(genres: pl.DataFrame, songs: int) -> pl.DataFrame:
    """Genres of each track as a unit vector in which a rare genre weighs more."""
    rarity = genres.group_by("genre").agg(weight=(log(max(songs, 1)) - pl.len().cast(pl.Float64).log()).clip(1e-6))
    weighed = genres.join(rarity, on="genre")
    return weighed.with_columns(pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("track")).sort(
        "track", "genre"
    )
