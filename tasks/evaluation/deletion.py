"""Does the score fall most without what is said to count most? The evidence is really taken away, and all is worked out again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from tasks.ranking import training
from tasks.similarity.signals import Scale, signals
from warehouse.query.model import ListModel, kind_of
from warehouse.query.signals import Corpus
from warehouse.query.signals import signals as list_signals

KINDS = ("audio", "metadata", "collaborative")

Row = Mapping[str, Any]
"""A recommendation with its reasons, as ``warehouse.query.recommend`` tells it."""


def of_songs(
    firsts: Mapping[str, Row],
    songs: pl.DataFrame,
    sounds: pl.DataFrame,
    baskets: pl.DataFrame,
    weights: Mapping[str, float],
) -> np.ndarray:
    """1 for each pair whose score falls more without its first reason's evidence than without another one's, else 0.

    Of the songs only those count that share a basket with one of the pairs, or with an artist of one that stands in none: the
    others have no say in their scores, or little. Who the artists of a song are is evidence of two kinds: when what is written
    goes, baskets still know them.
    """
    pairs = [
        (seed, row["track_id"], *kinds) for seed, row in firsts.items() if (kinds := _first_and_another(seed, row))
    ]
    if not pairs:
        return np.empty(0)
    named = pl.Series([track for pair in pairs for track in pair[:2]]).unique()
    is_alone = pl.col("track_id").is_in(named.filter(~named.is_in(baskets["track_id"].implode())).implode())
    asked = pl.concat([named, _kin(songs, is_alone)["track_id"]])
    met = baskets.filter(pl.col("track_id").is_in(asked.implode()).any().over("basket_id"))
    around = pl.concat([named, met["track_id"]]).unique()
    songs, sounds = (frame.filter(pl.col("track_id").is_in(around.implode())) for frame in (songs, sounds))
    lost = pl.col("track_id").is_in(pl.Series([song for _, song, _, _ in pairs]).implode())
    scale = Scale.of(songs, sounds, met)
    without = {
        "nothing": (songs, sounds, met, scale),
        "audio": (songs, sounds.filter(~lost), met, scale),
        "metadata": (_unwritten(songs, lost), sounds, met, scale),
        "collaborative": (
            songs,
            sounds,
            met.join(_kin(songs, lost), on="track_id", how="anti"),
            _forgetful(scale, songs.filter(lost)),
        ),
    }
    scores: dict[str, np.ndarray] = {}
    whole: dict[str, np.ndarray] = {}
    for kind, (those, heard, held, known) in without.items():
        given = signals(those, heard, held, weights, known)
        first, other = (
            given.tracks["track_id"]
            .search_sorted(pl.Series([pair[place] for pair in pairs]))
            .to_numpy()
            .astype(np.int64)
            for place in (0, 1)
        )
        addends = given.addends(first, other)
        whole = whole or addends
        scores[kind] = np.sum([(addends if name == kind else whole)[name] for name in KINDS], axis=0)
    falls = {kind: scores["nothing"] - left for kind, left in scores.items()}
    return _is_deeper(falls, [pair[2:] for pair in pairs])


def of_lists(
    model: ListModel,
    firsts: Mapping[str, tuple[Sequence[str], Row]],
    songs: pl.DataFrame,
    sounds: pl.DataFrame,
    baskets: pl.DataFrame,
) -> np.ndarray:
    """The same for songs that continue lists, by the list ``model``; ``firsts`` are the seeds of each list, and a song for it.

    Of what baskets say, the places of the song in those that its sentence names are taken away; where it names none, all songs
    by its artists.
    """
    kinds = {name: found for name, (_, row) in firsts.items() if (found := _first_and_another(name, row))}
    if not kinds:
        return np.empty(0)
    seeds = [(name, track_id) for name in kinds for track_id in firsts[name][0]]
    asked = pl.DataFrame(seeds, schema={"list_id": pl.String, "track_id": pl.String}, orient="row")
    rows = {name: firsts[name][1] for name in kinds}
    told = pl.DataFrame({"list_id": list(rows), "track_id": [row["track_id"] for row in rows.values()]})
    lost = pl.col("track_id").is_in(told["track_id"].implode())
    whole = Corpus.of(songs, baskets, sounds)
    without = {
        "nothing": whole,
        "audio": Corpus.of(songs, baskets, sounds.filter(~lost)),
        "metadata": Corpus.of(_unwritten(songs, lost), baskets, sounds),
        "collaborative": Corpus.of(
            songs, baskets.join(_told(rows.values(), songs, baskets), on=["basket_id", "track_id"], how="anti"), sounds
        ),
    }
    given = {}
    for kind, corpus in without.items():
        addends = model.addends(list_signals(asked, corpus, per=1, more=told), "hybrid")
        given[kind] = told.join(addends, on=["list_id", "track_id"], how="left", maintain_order="left")
    falls = {}
    for kind in KINDS:
        of_kind = [name for name in given[kind].columns if kind_of(name) == kind]
        lost_each = ((given["nothing"][name] - given[kind][name]).to_numpy() for name in of_kind)
        falls[kind] = sum(lost_each, start=np.zeros(told.height))
    return _is_deeper(falls, list(kinds.values()))


def _told(rows: Iterable[Row], songs: pl.DataFrame, baskets: pl.DataFrame) -> pl.DataFrame:
    """[basket_id, track_id]: the places that the sentences about baskets rest on."""
    said = [
        (row["track_id"], name)
        for row in rows
        for reason in row["reasons"]
        if reason["kind"] == "collaborative"
        for name in reason["evidence"]
    ]
    told = pl.DataFrame(said, schema={"track_id": pl.String, "name": pl.String}, orient="row")
    by_them = songs.select("track_id", name="artist_ids").explode("name").join(told, on="name", how="semi")
    of_them = baskets.join(by_them, on="track_id", how="semi")
    return pl.concat([told.select("track_id", basket_id="name"), of_them.select("track_id", "basket_id")])


def _first_and_another(name: str, row: Row) -> tuple[str, str] | None:
    """The kind of the reason that counts most in the answer to ``name``, and that of another one, drawn by lot."""
    kinds = [reason["kind"] for reason in sorted(row["reasons"], key=lambda reason: -reason["contribution"])]
    kinds = [kind for kind in kinds if kind in KINDS]
    if len(kinds) < 2:
        return None
    return kinds[0], kinds[1 + training.lot(f"{name}|{row['track_id']}") % (len(kinds) - 1)]


def _is_deeper(falls: Mapping[str, np.ndarray], kinds: Sequence[tuple[str, ...]]) -> np.ndarray:
    return np.array([float(falls[top][place] > falls[other][place]) for place, (top, other) in enumerate(kinds)])


def _unwritten(songs: pl.DataFrame, lost: pl.Expr) -> pl.DataFrame:
    """``songs``, of those ``lost`` nothing but which song they are."""
    return songs.with_columns(
        *(
            pl.when(~lost).then(name).otherwise(pl.lit([], pl.List(pl.String))).alias(name)
            for name in ("artist_ids", "genres")
        ),
        *(pl.when(~lost).then(name).alias(name) for name in ("album_id", "released_on", "popularity")),
        pl.when(~lost).then("title_key").otherwise(pl.lit("")).alias("title_key"),
    )


def _forgetful(scale: Scale, songs: pl.DataFrame) -> Scale:
    """``scale`` that does not know where the artists and genres of ``songs`` stood, nor among whom."""
    of_others = ~pl.col("artist_id").is_in(songs["artist_ids"].explode().drop_nulls().implode())
    circles = scale.circles
    latent = replace(circles.latent, artists=circles.latent.artists.filter(of_others))
    genres = circles.genres.filter(~pl.col("genre").is_in(songs["genres"].explode().drop_nulls().implode()))
    known = replace(circles, artists=circles.artists.filter(of_others), genres=genres, latent=latent)
    return replace(scale, circles=known)


def _kin(songs: pl.DataFrame, lost: pl.Expr) -> pl.DataFrame:
    """[track_id]: the songs in question and all others by their artists, for baskets speak of artists, too."""
    credits = songs.select("track_id", artist="artist_ids").explode("artist")
    by_them = credits.join(credits.filter(lost).select("artist").drop_nulls().unique(), on="artist", how="semi")
    return pl.concat([by_them.select("track_id"), songs.filter(lost).select("track_id")]).unique()
