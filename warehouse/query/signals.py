"""What speaks for a song on a list: the signals of the list model. Frames in, frames out; no database.

Training, evaluation and serving all call ``signals``, so that a model is always asked what it has learned from. Every
signal is a number that grows with fitness (but ``n``, ``popularity`` and the gaps) and null where nothing is known. The
baskets of a list's own (those inside of it, or those that the caller names) never speak for it.

The family of weighted baskets is that of item- and user-based neighbours with cosine, after Sarwar et al. (WWW 2001); the
likelihood of a sound compares a shrunk normal of the list with that of the catalogue.
"""

from collections.abc import Iterator
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

NEAR = 10
"""Songs at most so many places apart in a basket are near."""

BASKETS = 200
"""A list listens to so many baskets with artists like its own, the likest ones."""

ARTISTS = 50
"""Songs of so many artists who stand in such baskets become candidates."""

PER = 80
"""The best songs by each signal that finds some become candidates: so many, unless told."""

CHUNK = 8_000
"""Songs of lists that are worked on at once (and the rest of the last list); bounds the memory."""


@dataclass(frozen=True)
class Corpus:
    """Everything that signals are made of, with numbers for ids.

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


def signals(
    lists: pl.DataFrame,
    corpus: Corpus,
    own: pl.DataFrame | None = None,
    *,
    per: int = PER,
    more: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Candidates for each list with their signals: list_id, track_id, and a Float64 column a signal; sorted.

    ``lists`` [list_id, track_id] are the seeds; unknown ids are passed over. ``own`` [list_id, basket_id] names the baskets
    that must not speak for a list: to train, the basket that a list was cut from, hidden songs and all. Without it they are
    the baskets that lie wholly inside the list. ``per`` candidates come from each signal that finds some; ``more``
    [list_id, track_id] adds others. No candidate is a version of a seed.
    """
    parts = list(chunks(lists, corpus, own, per=per, more=more))
    return pl.concat(parts) if parts else lists.select("list_id", "track_id").clear()


def inside(lists: pl.DataFrame, corpus: Corpus) -> pl.DataFrame:
    """[list_id, basket_id]: the baskets that lie wholly inside of a list."""
    held = lists.unique().join(corpus.tracks.select("track", "track_id"), on="track_id").join(corpus.places, on="track")
    counted = held.group_by("list_id", "basket").agg(held=pl.len().cast(pl.Float64)).join(corpus.baskets, on="basket")
    return counted.filter(pl.col("held") == pl.col("size")).select("list_id", "basket_id")


def chunks(
    lists: pl.DataFrame,
    corpus: Corpus,
    own: pl.DataFrame | None = None,
    *,
    per: int = PER,
    more: pl.DataFrame | None = None,
) -> Iterator[pl.DataFrame]:
    """As ``signals``, some lists at a time, so that memory does not grow with their number."""
    names = lists.select("list_id").unique().sort("list_id").with_row_index("list")
    ids = corpus.tracks.select("track", "track_id")
    seeds = (
        lists.join(names, on="list_id").join(ids, on="track_id").select("list", "track").unique().sort("list", "track")
    )
    own = inside(lists.select("list_id", "track_id"), corpus) if own is None else own
    mine = own.join(names, on="list_id").join(corpus.baskets, on="basket_id").select("list", "basket").unique()
    extra = (
        None
        if more is None
        else more.join(names, on="list_id").join(ids, on="track_id").select("list", "track").unique()
    )
    sizes = seeds.group_by("list").len().sort("list")
    bounds = sizes.group_by((pl.col("len").cum_sum() - pl.col("len")) // CHUNK, maintain_order=True).agg(
        first=pl.col("list").min(), last=pl.col("list").max()
    )
    for first, last in bounds.select("first", "last").iter_rows():
        part = pl.col("list").is_between(first, last)
        chosen = seeds.filter(part)
        one = _Chunk(chosen, corpus, mine.filter(part))
        found = one.signals(per, None if extra is None else extra.filter(part))
        named = found.join(names, on="list").join(ids, on="track").drop("list", "track")
        yield named.select("list_id", "track_id", pl.exclude("list_id", "track_id")).sort("list_id", "track_id")


class _Chunk:
    """The signals of some lists: ``seeds`` [list, track]; ``mine`` [list, basket] says nothing."""

    def __init__(self, seeds: pl.DataFrame, corpus: Corpus, mine: pl.DataFrame) -> None:
        self.corpus = corpus
        self.seeds = seeds
        self.sizes = seeds.group_by("list").agg(seeds=pl.len().cast(pl.Float64)).sort("list")
        met = seeds.join(corpus.places, on="track")
        self.met = met.join(mine, on=["list", "basket"], how="anti")
        self.mine = mine
        self.taken = (
            mine.join(corpus.places, on="basket").group_by("list", "track").agg(taken=pl.len().cast(pl.Float64))
        )
        self.standing = self._left(seeds)

    def signals(self, per: int, more: pl.DataFrame | None) -> pl.DataFrame:
        """[list, track] and every signal of every candidate."""
        company = self._company()
        near = self._near()
        alike, artists = self._alike()
        shared = self._artists()
        drawn = [
            _best(self._fresh(frame, name), name, per, "track").select("list", "track")
            for frame, name in (
                (company, "collaborative.user2"),
                (company, "collaborative.item"),
                (near, "collaborative.near"),
                (alike, "collaborative.userart"),
                (self._songs_of(artists), "collaborative.abask"),
                (shared, "metadata.artist"),
            )
        ]
        pool = pl.concat(drawn if more is None else [*drawn, more]).unique()
        tracks = self.corpus.tracks
        songs = self.seeds.join(tracks.select("track", "song"), on="track").select("list", "song").unique()
        pool = pool.join(tracks, on="track").join(songs, on=["list", "song"], how="anti").join(self.sizes, on="list")
        n = self._left(pool.select("list", "track"))
        pool = pool.drop("n").join(n, on=["list", "track"]).sort("list", "track")
        for frame in (company, near, alike, self._by_artists(pool, artists), shared):
            pool = pool.join(frame, on=["list", "track"], how="left", maintain_order="left")
        pool = pool.join(self._nearsong(), on=["list", "song"], how="left", maintain_order="left")
        pool = self._with_counts(pool)
        for frame in (self._gaps(pool), self._albums(pool), self._genres(pool)):
            pool = pool.join(frame, on=["list", "track"], how="left", maintain_order="left")
        pool = self._with_places(self._with_sound(pool))
        told = pool.select("list", "track", pl.col("^(audio|metadata|collaborative)\\..*$"))
        # nine digits, so that the order of a sum cannot turn a tie; plus zero, so that there is no minus zero
        return told.with_columns(pl.exclude("list", "track").round(9) + 0.0)

    def _fresh(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """[list, track, ``name``] of the songs that ``name`` speaks for and that are no seeds."""
        return (
            frame.select("list", "track", name)
            .filter(pl.col(name) > 0)
            .join(self.seeds, on=["list", "track"], how="anti")
        )

    def _company(self) -> pl.DataFrame:
        """Baskets with songs in common: how like they are to the list, summed over the baskets of each song."""
        from warehouse.query import ridge  # and with it numpy, which a question about one song does without

        c = self.corpus
        met = self.met.join(c.rare, on="track").join(self.taken, on=["list", "track"], how="left")
        met = met.with_columns(n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(1.0))
        of_list = self.seeds.join(c.rare, on="track").group_by("list").agg(own_rarity=pl.col("rarity").sum())
        baskets = (
            met.group_by("list", "basket")
            .agg(
                overlap=pl.len().cast(pl.Float64), thin=pl.col("n").sqrt().pow(-1).sum(), rarity=pl.col("rarity").sum()
            )
            .join(self.sizes, on="list")
            .join(c.baskets.select("basket", "size"), on="basket")
            .join(of_list, on="list")
            .join(c.rare_baskets, on="basket")
        )
        baskets = (
            baskets.join(ridge.weights(baskets, c.places), on=["list", "basket"], how="left")
            .select(
                "list",
                "basket",
                "thin",
                pl.col("ridge").fill_null(0.0),
                user=pl.col("overlap") / (pl.col("seeds") * pl.col("size")).sqrt(),
                rare=(pl.col("rarity") / (pl.col("own_rarity") * pl.col("basket_rarity")).sqrt()).pow(1.5),
            )
            .sort("list", "basket")
        )
        return (
            baskets.join(c.places, on="basket", maintain_order="left")
            .group_by("list", "track", maintain_order=True)
            .agg(
                pl.col("user").sum().alias("collaborative.user"),
                pl.col("user").pow(2).sum().alias("collaborative.user2"),
                pl.col("thin").sum().alias("collaborative.item"),
                pl.col("rare").sum().alias("collaborative.useridf"),
                pl.col("ridge").sum().alias("collaborative.ridge"),
            )
            .join(c.tracks.select("track", "n"), on="track")
            .join(self.taken, on=["list", "track"], how="left")
            .join(self.sizes, on="list")
            .with_columns(n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(1.0))
            .select(
                "list",
                "track",
                "collaborative.user",
                "collaborative.user2",
                pl.col("collaborative.item") / pl.col("n").sqrt() / pl.col("seeds"),
                "collaborative.useridf",
                "collaborative.ridge",
                (pl.col("collaborative.user") / (pl.col("n") + 2).sqrt()).alias("collaborative.lift"),
            )
        )

    def _near(self) -> pl.DataFrame:
        """[list, track, near]: songs a few places away from a seed in a basket, weighed down by how common both are."""
        return self._close(self.seeds, self.corpus.counted, "track").rename({"close": "collaborative.near"})

    def _nearsong(self) -> pl.DataFrame:
        """[list, song, nearsong]: the same where all versions of a song are one."""
        songs = self.corpus.tracks.select("track", "song")
        seeds = self.seeds.join(songs, on="track").select("list", "song").unique()
        return self._close(seeds, self.corpus.heard, "song").rename({"close": "collaborative.nearsong"})

    def _close(self, seeds: pl.DataFrame, places: pl.DataFrame, key: str) -> pl.DataFrame:
        """[list, ``key``, close] from ``seeds`` [list, key] and ``places`` [basket, key, place, n]."""
        own = self.mine.join(places, on="basket").group_by("list", key).agg(taken=pl.len().cast(pl.Float64))
        left = pl.col("n") - pl.col("taken").fill_null(0.0) + 1
        met = (
            seeds.join(places, on=key)
            .join(self.mine, on=["list", "basket"], how="anti")
            .join(own, on=["list", key], how="left")
            .select("list", "basket", "place", weight=left.sqrt().pow(-1))
            .sort("list", "basket", "place")
        )
        steps = [distance for distance in range(-NEAR, NEAR + 1) if distance]
        apart = pl.DataFrame({"apart": steps}, schema={"apart": pl.Int32})
        return (
            met.join(apart, how="cross", maintain_order="left")
            .with_columns(place=pl.col("place") + pl.col("apart"))
            .join(places, on=["basket", "place"], maintain_order="left")
            .group_by("list", key, maintain_order=True)
            .agg(pl.col("n").first(), close=(pl.col("weight") / pl.col("apart").abs().sqrt()).sum())
            .join(own, on=["list", key], how="left")
            .join(self.sizes, on="list")
            .select("list", key, pl.col("close") / (left * pl.col("seeds")).sqrt())
        )

    def _alike(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Baskets with the list's artists: what they hold, and whom. [list, track, userart] and [list, artist, abask, abaskn]."""
        c = self.corpus
        mine = (
            self.seeds.join(c.credits, on="track").select("list", "artist").unique().join(c.rare_artists, on="artist")
        )
        of_list = mine.group_by("list").agg(own_rarity=pl.col("rarity").sum())
        baskets = (
            mine.join(c.casts, on="artist")
            .join(self.mine, on=["list", "basket"], how="anti")
            .group_by("list", "basket")
            .agg(pl.col("rarity").sum())
            .join(of_list, on="list")
            .join(c.rare_casts, on="basket")
            .select("list", "basket", alike=pl.col("rarity").pow(2) / (pl.col("own_rarity") * pl.col("basket_rarity")))
        )
        baskets = _best(baskets, "alike", BASKETS, "basket")
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

    def _songs_of(self, artists: pl.DataFrame) -> pl.DataFrame:
        """Songs of the artists who stand in baskets like the list, the best known songs first among equals."""
        best = _best(artists, "abask", ARTISTS, "artist")
        songs = best.join(self.corpus.credits, on="artist").join(self.corpus.tracks.select("track", "n"), on="track")
        return songs.group_by("list", "track").agg(
            (pl.col("abask").max() + pl.col("n").max() * 1e-9).alias("collaborative.abask")
        )

    def _by_artists(self, pool: pl.DataFrame, artists: pl.DataFrame) -> pl.DataFrame:
        """The mean over a song's artists of how much they stand in baskets like the list."""
        credits = pool.select("list", "track").join(self.corpus.credits, on="track")
        return (
            credits.join(artists, on=["list", "artist"], how="left")
            .group_by("list", "track")
            .agg(
                pl.col("abask").fill_null(0.0).mean().alias("collaborative.abask"),
                pl.col("abaskn").fill_null(0.0).mean().alias("collaborative.abaskn"),
            )
        )

    def _artists(self) -> pl.DataFrame:
        """Songs by artists of the list: how many of the list's songs they share, as a share and as a number.

        And how much the list holds of what other baskets and it hold of the artist, at most: three of four songs say more than
        three of a hundred. Songs that stand nowhere do not count, or the size of a catalogue would tell.
        """
        c = self.corpus
        known = self.seeds.join(c.credits, on="track").group_by("list", "artist").agg(count=pl.len().cast(pl.Float64))
        own = self._left(self.taken.select("list", "track")).filter(n=0).select("list", "track")
        lost = own.join(self.seeds, on=["list", "track"], how="anti")
        new = self.standing.filter(n=0).select("list", "track").join(own, on=["list", "track"], how="anti")
        change = pl.concat([lost.with_columns(more=pl.lit(-1.0)), new.with_columns(more=pl.lit(1.0))])
        change = change.join(c.credits, on="track").group_by("list", "artist").agg(pl.col("more").sum())
        listed = known.join(c.listed, on="artist", how="left").join(change, on=["list", "artist"], how="left")
        of_it = pl.col("listed").fill_null(0.0) + pl.col("more").fill_null(0.0) + 1
        return (
            listed.select("list", "artist", "count", held=pl.col("count") / of_it)
            .join(c.credits, on="artist")
            .group_by("list", "track")
            .agg(pl.col("count").sum().alias("metadata.artist_n"), pl.col("held").max().alias("metadata.artist_held"))
            .join(self.sizes, on="list")
            .select(
                "list",
                "track",
                "metadata.artist_n",
                (pl.col("metadata.artist_n") / pl.col("seeds")).alias("metadata.artist"),
                "metadata.artist_held",
            )
        )

    def _left(self, songs: pl.DataFrame) -> pl.DataFrame:
        """``songs`` [list, track] with n, the baskets that hold a song besides those that say nothing."""
        counted = songs.join(self.corpus.tracks.select("track", "n"), on="track")
        counted = counted.join(self.taken, on=["list", "track"], how="left")
        return counted.select("list", "track", n=(pl.col("n") - pl.col("taken").fill_null(0.0)).clip(0.0))

    def _gaps(self, pool: pl.DataFrame) -> pl.DataFrame:
        """[list, track, n_gap, artist_gap]: in how many baskets the song stands, and its artists do, against the list's songs.

        Some lists are of what everybody has and some of what nobody has. Both are differences of logarithms.
        """
        c = self.corpus
        taken = self.mine.join(c.casts, on="basket").group_by("list", "artist").agg(taken=pl.len().cast(pl.Float64))

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

        usual = (
            known(self.standing).group_by("list").agg(song_mean=pl.col("song").mean(), cast_mean=pl.col("cast").mean())
        )
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

    def _with_counts(self, pool: pl.DataFrame) -> pl.DataFrame:
        """Absent sums are zero; but of a song that stands in no basket the baskets say nothing at all."""
        sums = [name for name in pool.columns if name.startswith(("collaborative.", "metadata."))]
        known = pl.col("n") > 0
        return pool.with_columns(pl.col(sums).fill_null(0.0)).with_columns(
            *(pl.when(known).then(pl.col(name)).alias(name) for name in sums if name.startswith("collaborative.")),
            pl.when(known).then((1 + pl.col("n")).log()).alias("collaborative.n"),
        )

    def _albums(self, pool: pl.DataFrame) -> pl.DataFrame:
        albums = self.corpus.tracks.select("track", "album").drop_nulls()
        known = self.seeds.join(albums, on="track").group_by("list", "album").agg(count=pl.len().cast(pl.Float64))
        return (
            pool.select("list", "track", "album")
            .drop_nulls()
            .join(known, on=["list", "album"], how="left")
            .select("list", "track", pl.col("count").fill_null(0.0).alias("metadata.album"))
        )

    def _genres(self, pool: pl.DataFrame) -> pl.DataFrame:
        """Cosine of the genres of the list, rare ones weighing more, and of the song."""
        genres = self.corpus.genres
        known = self.seeds.join(genres, on="track").group_by("list", "genre").agg(pl.col("weight").sum())
        known = known.with_columns(own=pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("list")).drop(
            "weight"
        )
        return (
            pool.select("list", "track")
            .join(known.select("list").unique(), on="list", how="semi")
            .join(genres, on="track")
            .join(known, on=["list", "genre"], how="left")
            .group_by("list", "track")
            .agg((pl.col("weight") * pl.col("own").fill_null(0.0)).sum().alias("metadata.genre"))
        )

    def _with_sound(self, pool: pl.DataFrame) -> pl.DataFrame:
        """Likelihood of the song's sound under the list's normal against the catalogue's, and cosine with the list's mean."""
        names = list(SOUNDS)
        heard = self.seeds.join(self.corpus.tracks.select("track", *names), on="track")
        length = pl.sum_horizontal(pl.col(name).pow(2) for name in names).sqrt()
        unit = heard.with_columns(length=length).with_columns(
            (pl.col(name) / (pl.col("length") + 1e-9)).alias(f"{name}_unit") for name in names
        )
        parts = []
        for name in names:
            known = pl.col(name).count().cast(pl.Float64)
            parts += [
                (pl.col(name).mean() * known / (known + 2)).alias(f"{name}_mean"),
                ((pl.col(name).var(ddof=0) * known + 5) / (known + 5)).sqrt().alias(f"{name}_deviation"),
                pl.col(f"{name}_unit").mean().alias(f"{name}_way"),
            ]
        both = pool.join(unit.group_by("list").agg(parts), on="list", how="left", maintain_order="left")
        terms, products = [], []
        for name in names:
            value, deviation = pl.col(name), pl.col(f"{name}_deviation")
            off = (value - pl.col(f"{name}_mean")) / deviation
            terms.append(((value.pow(2) - off.pow(2) - 2 * deviation.log()) / 2).alias(f"{name}_term"))
            products.append(value * pl.col(f"{name}_way"))
        is_known = pl.any_horizontal(pl.col(f"{name}_term").is_not_null() for name in names)
        return both.with_columns(terms).with_columns(
            pl.when(is_known).then(pl.sum_horizontal(f"{name}_term" for name in names)).alias("audio.likelihood"),
            pl.when(is_known).then(pl.sum_horizontal(products) / (length + 1e-9)).alias("audio.cosine"),
        )

    def _with_places(self, pool: pl.DataFrame) -> pl.DataFrame:
        """Era and popularity: how far the song is from what the list mostly is, in deviations."""
        told = (
            self.seeds.join(self.corpus.tracks.select("track", "year", "popularity"), on="track")
            .group_by("list")
            .agg(
                year_mean=pl.col("year").mean(),
                year_var=pl.col("year").var(ddof=0),
                pop_mean=pl.col("popularity").mean(),
                pop_var=pl.col("popularity").var(ddof=0),
            )
        )
        return pool.join(told, on="list", how="left", maintain_order="left").with_columns(
            (-(pl.col("year") - pl.col("year_mean")).abs() / (pl.col("year_var") + 9).sqrt()).alias("metadata.era"),
            ((pl.col("popularity") - pl.col("pop_mean")) / (pl.col("pop_var") + 100).sqrt()).alias(
                "metadata.popularity_gap"
            ),
            pl.col("popularity").alias("metadata.popularity"),
        )


def _weighed(genres: pl.DataFrame, songs: int) -> pl.DataFrame:
    """Genres of each track as a unit vector in which a rare genre weighs more."""
    rarity = genres.group_by("genre").agg(weight=(log(max(songs, 1)) - pl.len().cast(pl.Float64).log()).clip(1e-6))
    weighed = genres.join(rarity, on="genre")
    return weighed.with_columns(pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("track")).sort(
        "track", "genre"
    )


def _best(frame: pl.DataFrame, name: str, per: int, key: str) -> pl.DataFrame:
    """The ``per`` rows of each list with the highest ``name``, best first, ties by ``key``."""
    least = frame.group_by("list").agg(least=pl.col(name).top_k(per).min())
    few = frame.join(least, on="list").filter(pl.col(name) >= pl.col("least"))  # to sort all of them takes longest
    ordered = few.drop("least").sort("list", name, key, descending=[False, True, False])
    return ordered.group_by("list", maintain_order=True).head(per)
