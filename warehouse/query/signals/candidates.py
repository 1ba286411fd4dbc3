"""What speaks for a song on a list: the signals of the list model. Frames in, frames out; no database.

Training, evaluation and serving all call ``signals``, so that a model is always asked what it has learned from. Every
signal is a number that grows with fitness (but ``n``, ``popularity`` and the gaps) and null where nothing is known. The
baskets of a list's own (those inside of it, or those that the caller names) never speak for it.

The family of weighted baskets is that of item- and user-based neighbours with cosine, after Sarwar et al. (WWW 2001); the
likelihood of a sound compares a shrunk normal of the list with that of the catalogue.
"""

from collections.abc import Callable, Iterator
from functools import partial

import polars as pl

from warehouse.query.signals.artists import alike, by_artists, gaps, shared_artists, songs_of
from warehouse.query.signals.chunk import Chunk, best
from warehouse.query.signals.company import company, near, near_versions
from warehouse.query.signals.corpus import Corpus, at, numbered
from warehouse.query.signals.facts import albums, genres, with_places
from warehouse.query.signals.sound import with_sound

PER = 80
"""The best songs by each signal that finds some become candidates: so many, unless told or a long list is asked for."""

CHUNK = 8_000
"""Songs of lists that are worked on at once (and the rest of the last list); bounds the memory."""


def candidates_of(limit: int) -> int:
    """How many candidates each signal gives to a list of ``limit`` songs."""
    return max(PER, limit // 2)


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


def signals_of(
    seeds: pl.Series,
    corpus: Corpus,
    whole: pl.Series | None = None,
    *,
    per: int = PER,
    more: Callable[[], pl.Series],
) -> pl.DataFrame:
    """As ``signals`` for a single list, with the numbers of tracks for their ids: track, and a Float64 column a signal; sorted.

    Baskets that lie inside of the ``whole``, of which the ``seeds`` are a part if it is given, do not speak for the list.
    ``more`` is only called when it is needed, so that somebody may look for them meanwhile.
    """

    def listed(tracks: pl.Series) -> pl.DataFrame:
        return tracks.unique().to_frame("track").select(pl.lit(0, pl.UInt32).alias("list"), "track")

    songs = listed(seeds).sort("track")
    mine = inside(songs if whole is None else listed(whole), corpus)
    return _signals(Chunk(songs, corpus, mine), per, lambda: listed(more())).drop("list")


def inside(songs: pl.DataFrame, corpus: Corpus) -> pl.DataFrame:
    """[list, basket]: the baskets that lie wholly inside of a list of ``songs`` [list, track]."""
    held = corpus.places.join(songs, "track", "basket").group_by("list", "basket").len("held")
    return held.filter(pl.col("held") == at(corpus.baskets["size"], "basket")).select("list", "basket")


def chunks(
    lists: pl.DataFrame,
    corpus: Corpus,
    own: pl.DataFrame | None = None,
    *,
    per: int = PER,
    more: pl.DataFrame | None = None,
) -> Iterator[pl.DataFrame]:
    """As ``signals``, some lists at a time, so that memory does not grow with their number."""
    names, ids = lists["list_id"].unique().sort(), corpus.tracks["track_id"]

    def songs(of: pl.DataFrame) -> pl.DataFrame:
        return numbered(numbered(of, names, "list"), ids, "track").select("list", "track").unique()

    seeds = songs(lists).sort("list", "track")
    if own is None:
        mine = inside(seeds, corpus)
    else:
        mine = numbered(numbered(own, names, "list"), corpus.baskets["basket_id"], "basket")
        mine = mine.select("list", "basket").unique()
    extra = None if more is None else songs(more)
    sizes = seeds.group_by("list").len().sort("list")
    bounds = sizes.group_by((pl.col("len").cum_sum() - pl.col("len")) // CHUNK, maintain_order=True).agg(
        first=pl.col("list").min(), last=pl.col("list").max()
    )
    for first, last in bounds.select("first", "last").iter_rows():
        part = pl.col("list").is_between(first, last)
        chosen = seeds.filter(part)
        chunk = Chunk(chosen, corpus, mine.filter(part))
        found = _signals(chunk, per, None if extra is None else partial(extra.filter, part))
        yield found.select(at(names, "list"), at(ids, "track"), pl.exclude("list", "track"))


def _signals(chunk: Chunk, per: int, more: Callable[[], pl.DataFrame] | None) -> pl.DataFrame:
    """[list, track] and every signal of every candidate, ``more`` [list, track] among them."""
    together, close, shared = company(chunk), near(chunk), shared_artists(chunk)
    like, artists = alike(chunk)
    drawn = [
        best(fresh.filter(pl.col(name) > 0), name, per, "track").select("list", "track")
        for frame, names in (
            (together, ("collaborative.user2", "collaborative.item")),
            (close, ("collaborative.near",)),
            (like, ("collaborative.userart",)),
            (songs_of(chunk, artists), ("collaborative.abask",)),
            (shared, ("metadata.artist",)),
        )
        for fresh in (frame.join(chunk.seeds, on=["list", "track"], how="anti"),)
        for name in names
    ]
    pool = pl.concat(drawn if more is None else [*drawn, more()]).unique()
    tracks = chunk.corpus.tracks
    songs = chunk.seeds.select("list", at(tracks["song"], "track"))
    pool = pool.select("list").hstack(tracks[pool["track"]]).join(songs, on=["list", "song"], how="anti")
    pool = chunk.left(pool.sort("list", "track"))
    for frame in (together, close, like, by_artists(chunk, pool, artists), shared):
        pool = pool.join(frame, on=["list", "track"], how="left", maintain_order="left")
    pool = pool.join(near_versions(chunk), on=["list", "song"], how="left", maintain_order="left")
    pool = _with_counts(pool)
    for frame in (gaps(chunk, pool), albums(chunk, pool), genres(chunk, pool)):
        pool = pool.join(frame, on=["list", "track"], how="left", maintain_order="left")
    pool = with_places(chunk, with_sound(chunk, pool))
    told = pool.select("list", "track", pl.col("^(audio|metadata|collaborative)\\..*$"))
    # nine digits, so that the order of a sum cannot turn a tie; plus zero, so that there is no minus zero
    return told.with_columns(pl.exclude("list", "track").round(9) + 0.0)


def _with_counts(pool: pl.DataFrame) -> pl.DataFrame:
    """Absent sums are zero; but of a song that stands in no basket the baskets say nothing at all."""
    sums = [name for name in pool.columns if name.startswith(("collaborative.", "metadata."))]
    known = pl.col("n") > 0
    return pool.with_columns(pl.col(sums).fill_null(0.0)).with_columns(
        *(pl.when(known).then(pl.col(name)).alias(name) for name in sums if name.startswith("collaborative.")),
        pl.when(known).then((1 + pl.col("n")).log()).alias("collaborative.n"),
    )
