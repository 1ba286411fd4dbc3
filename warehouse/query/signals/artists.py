"""What artists say of songs for a list: those it shares, those in baskets like it, and how widely they are listed."""

import polars as pl

from warehouse.query.signals.chunk import Chunk, best

BASKETS = 200
"""A list listens to so many baskets with artists like its own, the likest ones."""

ARTISTS = 50
"""Songs of so many artists who stand in such baskets become candidates."""


def alike(chunk: Chunk) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Baskets with the list's artists: what they hold, and whom. [list, track, userart] and [list, artist, abask, abaskn]."""
    c = chunk.corpus
    mine = chunk.seeds.join(c.credits, on="track").select("list", "artist").unique().join(c.rare_artists, on="artist")
    of_list = mine.group_by("list").agg(own_rarity=pl.col("rarity").sum())
    baskets = (
        mine.join(c.casts, on="artist")
        .join(chunk.mine, on=["list", "basket"], how="anti")
        .group_by("list", "basket")
        .agg(pl.col("rarity").sum())
        .join(of_list, on="list")
        .join(c.rare_casts, on="basket")
        .select("list", "basket", alike=pl.col("rarity").pow(2) / (pl.col("own_rarity") * pl.col("basket_rarity")))
    )
    baskets = best(baskets, "alike", BASKETS, "basket")
    tracks = (
        baskets.join(c.places, on="basket", maintain_order="left")
        .group_by("list", "track", maintain_order=True)
        .agg(pl.col("alike").sum().alias("collaborative.userart"))
    )
    artists = (
        baskets.join(c.casts, on="basket", maintain_order="left")
        .group_by("list", "artist", maintain_order=True)
        .agg(pl.col("alike").sum().alias("abask"))
        .join(c.rare_artists, on="artist")
        .select("list", "artist", "abask", abaskn=pl.col("abask") / pl.col("nb").sqrt())
    )
    return tracks, artists


def songs_of(chunk: Chunk, artists: pl.DataFrame) -> pl.DataFrame:
    """Songs of the artists who stand in baskets like the list, the best known songs first among equals."""
    foremost = best(artists, "abask", ARTISTS, "artist")
    songs = foremost.join(chunk.corpus.credits, on="artist").join(chunk.corpus.tracks.select("track", "n"), on="track")
    return songs.group_by("list", "track").agg(
        (pl.col("abask").max() + pl.col("n").max() * 1e-9).alias("collaborative.abask")
    )


def by_artists(chunk: Chunk, pool: pl.DataFrame, artists: pl.DataFrame) -> pl.DataFrame:
    """The mean over a song's artists of how much they stand in baskets like the list."""
    credits = pool.select("list", "track").join(chunk.corpus.credits, on="track")
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
    known = chunk.seeds.join(c.credits, on="track").group_by("list", "artist").agg(count=pl.len().cast(pl.Float64))
    own = chunk.left(chunk.taken.select("list", "track")).filter(n=0).select("list", "track")
    lost = own.join(chunk.seeds, on=["list", "track"], how="anti")
    new = chunk.standing.filter(n=0).select("list", "track").join(own, on=["list", "track"], how="anti")
    change = pl.concat([lost.with_columns(more=pl.lit(-1.0)), new.with_columns(more=pl.lit(1.0))])
    change = change.join(c.credits, on="track").group_by("list", "artist").agg(pl.col("more").sum())
    listed = known.join(c.listed, on="artist", how="left").join(change, on=["list", "artist"], how="left")
    of_it = pl.col("listed").fill_null(0.0) + pl.col("more").fill_null(0.0) + 1
    return (
        listed.select("list", "artist", "count", held=pl.col("count") / of_it)
        .join(c.credits, on="artist")
        .group_by("list", "track")
        .agg(pl.col("count").sum().alias("metadata.artist_n"), pl.col("held").max().alias("metadata.artist_held"))
        .join(chunk.sizes, on="list")
        .select(
            "list",
            "track",
            "metadata.artist_n",
            (pl.col("metadata.artist_n") / pl.col("seeds")).alias("metadata.artist"),
            "metadata.artist_held",
        )
    )


def gaps(chunk: Chunk, pool: pl.DataFrame) -> pl.DataFrame:
    """[list, track, n_gap, artist_gap]: in how many baskets the song stands, and its artists do, against the list's songs.

    Some lists are of what everybody has and some of what nobody has. Both are differences of logarithms.
    """
    c = chunk.corpus
    taken = chunk.mine.join(c.casts, on="basket").group_by("list", "artist").agg(taken=pl.len().cast(pl.Float64))

    def known(songs: pl.DataFrame) -> pl.DataFrame:
        """[list, track, song, cast]: logarithms of the baskets of a song and, in the mean, of its artists."""
        stand = (pl.col("nb") - pl.col("taken").fill_null(0.0)).clip(0.0)
        casts = (
            songs.select("list", "track")
            .join(c.credits, on="track")
            .join(c.rare_artists.select("artist", "nb"), on="artist")
            .join(taken, on=["list", "artist"], how="left")
            .group_by("list", "track")
            .agg(cast=(1 + stand).log().mean())
        )
        told = songs.select("list", "track", song=(1 + pl.col("n")).log())
        return told.join(casts, on=["list", "track"], how="left").with_columns(pl.col("cast").fill_null(0.0))

    usual = known(chunk.standing).group_by("list").agg(song_mean=pl.col("song").mean(), cast_mean=pl.col("cast").mean())
    met = pl.col("n") > 0  # of a song that stands in no basket the baskets say nothing at all
    return (
        known(pool.filter(met).select("list", "track", "n"))
        .join(usual, on="list")
        .select(
            "list",
            "track",
            (pl.col("song") - pl.col("song_mean")).alias("collaborative.n_gap"),
            (pl.col("cast") - pl.col("cast_mean")).alias("collaborative.artist_gap"),
        )
    )
