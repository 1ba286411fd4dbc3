"""What artists say of songs for a list: those it shares, those in baskets like it, and how widely they are listed."""

import polars as pl

from warehouse.query.signals.chunk import Chunk, best, held, less
from warehouse.query.signals.corpus import at

BASKETS = 200
"""A list listens to so many baskets with artists like its own, the likest ones."""

ARTISTS = 50
"""Songs of so many artists who stand in such baskets become candidates."""


def alike(chunk: Chunk) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Baskets with the list's artists: what they hold, and whom. [list, track, userart] and [list, artist, abask, abaskn]."""
    c = chunk.corpus
    mine = c.credits.join(chunk.seeds, "track", "artist").select("list", "artist").unique()
    mine = mine.with_columns(at(c.artists["rarity"], "artist"))
    of_list = mine.group_by("list").agg(own_rarity=pl.col("rarity").sum())
    baskets = (
        chunk.heard(c.casts.join(mine, "artist", "basket"))
        .group_by("list", "basket")
        .agg(pl.col("rarity").sum())
        .join(of_list, on="list")
        .with_columns(at(c.baskets["weight"], "basket"))
        .select(
            "list",
            "basket",
            alike=pl.col("weight") * pl.col("rarity").pow(2) / (pl.col("own_rarity") * at(c.cast_rarity, "basket")),
        )
    )
    baskets = best(baskets, "alike", BASKETS, "basket")
    tracks = (
        c.places.join(baskets, "basket", "track")
        .group_by("list", "track", maintain_order=True)
        .agg(pl.col("alike").sum().alias("collaborative.userart"))
    )
    artists = (
        c.casts.join(baskets, "basket", "artist")
        .group_by("list", "artist", maintain_order=True)
        .agg(abask=pl.col("alike").sum())
        .with_columns(abaskn=pl.col("abask") / at(c.artists["nb"], "artist").sqrt())
    )
    return tracks, artists


def songs_of(chunk: Chunk, artists: pl.DataFrame) -> pl.DataFrame:
    """Songs of the artists who stand in baskets like the list, the best known songs first among equals."""
    c = chunk.corpus
    songs = c.credits.join(best(artists, "abask", ARTISTS, "artist"), "artist", "track")
    songs = songs.group_by("list", "track").agg(pl.col("abask").max())
    known = (pl.col("abask") + at(c.tracks["n"], "track") * 1e-9).alias("collaborative.abask")
    return songs.select("list", "track", known)


def by_artists(chunk: Chunk, pool: pl.DataFrame, artists: pl.DataFrame) -> pl.DataFrame:
    """The mean over a song's artists of how much they stand in baskets like the list."""
    credits = chunk.corpus.credits.join(pool.select("list", "track"), "track", "artist")
    return (
        credits.join(artists, on=["list", "artist"], how="left")
        .group_by("list", "track")
        .agg(
            pl.col("abask").fill_null(0.0).mean().alias("collaborative.abask"),
            pl.col("abaskn").fill_null(0.0).mean().alias("collaborative.abaskn"),
        )
    )


def shared_artists(chunk: Chunk) -> pl.DataFrame:
    """Songs by artists of the list: how many of the list's songs they share, as a share and as a number.

    And how much the list holds of what other baskets and it hold of the artist, at most: three of four songs say more than
    three of a hundred. Songs that stand nowhere do not count, or the size of a catalogue would tell.
    """
    c = chunk.corpus
    known = (
        c.credits.join(chunk.seeds, "track", "artist").group_by("list", "artist").agg(count=pl.len().cast(pl.Float64))
    )
    own = chunk.taken.filter(pl.col("taken") == at(c.tracks["n"], "track")).select("list", "track")
    lost = own.join(chunk.seeds, on=["list", "track"], how="anti")
    new = chunk.seeds.filter(at(c.tracks["n"], "track") == 0)
    change = pl.concat([lost.with_columns(more=pl.lit(-1.0)), new.with_columns(more=pl.lit(1.0))])
    change = c.credits.join(change, "track", "artist").group_by("list", "artist").agg(pl.col("more").sum())
    listed = known.join(change, on=["list", "artist"], how="left")
    of_it = at(c.artists["listed"], "artist").fill_null(0.0) + pl.col("more").fill_null(0.0) + 1
    return (
        c.credits.join(listed.with_columns(held=pl.col("count") / of_it), "artist", "track")
        .group_by("list", "track")
        .agg(pl.col("count").sum().alias("metadata.artist_n"), pl.col("held").max().alias("metadata.artist_held"))
        .with_columns((pl.col("metadata.artist_n") / chunk.size).alias("metadata.artist"))
    )


def gaps(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """[list, track, n_gap, artist_gap]: in how many baskets the song stands, and its artists do, against the list's songs.

    Some lists are of what everybody has and some of what nobody has. Both are differences of logarithms.
    """
    c = chunk.corpus
    met = pool.filter(pl.col("n") > 0)  # of a song that stands in no basket the baskets say nothing at all
    songs = pl.concat([chunk.standing, met.select("list", "track", "n")])
    casts = c.credits.join(songs.select("list", "track"), "track", "artist")
    casts = less(
        casts.with_columns(at(c.artists["nb"], "artist").alias("n")), held(chunk.mine, c.casts, "artist"), "artist"
    )
    casts = casts.group_by("list", "track").agg(cast=(1 + pl.col("n")).log().mean())
    told = songs.select("list", "track", song=(1 + pl.col("n")).log())
    told = told.join(casts, on=["list", "track"], how="left", maintain_order="left")
    told = told.with_columns(pl.col("cast").fill_null(0.0))
    usual = (
        told.head(chunk.standing.height)
        .group_by("list")
        .agg(song_mean=pl.col("song").mean(), cast_mean=pl.col("cast").mean())
    )
    return (
        told.tail(met.height)
        .join(usual, on="list")
        .select(
            "list",
            "track",
            (pl.col("song") - pl.col("song_mean")).alias("collaborative.n_gap"),
            (pl.col("cast") - pl.col("cast_mean")).alias("collaborative.artist_gap"),
        )
    )
