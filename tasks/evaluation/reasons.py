"""Are the reasons true? Measured each night on a sample of what a person would be told.

fidelity: the contributions sum to the score. coverage: a recommendation has a sentence about something that speaks for it.
repetition: the share of recommendations on which the commonest sentence with its evidence stands. deletion: without the evidence of the reason
that counts most, the score falls by more than without that of another one, drawn by lot; songs and baskets are really taken
away, and everything is worked out again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tasks.evaluation.metrics import bounds
from tasks.ranking import training
from tasks.similarity.signals import Scale, signals
from warehouse import query

SPLIT = "reasons of a sample"
SEEDS = 100
"""Songs that are asked for what belongs with them."""
PLACES = 10
"""Places of each answer that are looked at."""
DELETED = 40
"""Seeds whose first answers lose their evidence."""
EXACT = 1e-6
KINDS = ("audio", "metadata", "collaborative")


def quality(
    build: Path, songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame, weights: Mapping[str, float]
) -> pl.DataFrame:
    """Rows of ``evaluation`` but for the run, for the songs that the file ``build`` recommends; empty without songs.

    The frames are the tables ``songs``, ``audio_features`` and ``baskets``, ``weights`` those of the song model.
    """
    seeds = songs.select("track_id").sort(pl.col("track_id").map_elements(training.lot, return_dtype=pl.Int64))
    told = {seed: query.recommend(build, [seed], PLACES).to_dicts() for seed in seeds["track_id"].head(SEEDS)}
    rows = [row for answer in told.values() for row in answer]
    if not rows:
        return pl.DataFrame()
    texts = Counter(
        (reason["text"], tuple(reason.get("evidence") or ()))
        for row in rows
        for reason in row["reasons"]
        if reason["text"]
    )
    sums = [abs(fsum(reason["contribution"] for reason in row["reasons"]) - row["score"]) <= EXACT for row in rows]
    figures: dict[str, np.ndarray] = {
        "fidelity": np.array(sums, dtype=float),
        "coverage": np.array([bool(_texts(row)) for row in rows], dtype=float),
        "repetition": np.array([max(texts.values(), default=0) / len(rows)]),
    }
    firsts = {seed: answer[0] for seed, answer in list(told.items())[:DELETED] if answer}
    deleted = deletion(firsts, songs, sounds, baskets, weights)
    if deleted.size:
        figures["deletion"] = deleted
    table = []
    for metric, values in figures.items():
        low, high = bounds(values)
        table.append((metric, float(values.mean()), low, high, len(rows) if values.size == 1 else values.size))
    schema = {"metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "cases": pl.Int64}
    return pl.DataFrame(table, schema=schema, orient="row").with_columns(
        task=pl.lit("song"), split=pl.lit(SPLIT), algorithm=pl.lit("hybrid"), view=pl.lit("all")
    )


def _texts(row: Mapping[str, Any]) -> list[str]:
    """The sentences about what speaks for a song."""
    return [reason["text"] for reason in row["reasons"] if reason["text"] and reason["contribution"] > 0]


def deletion(
    firsts: Mapping[str, Mapping[str, Any]],
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
    pairs = []
    for seed, row in firsts.items():
        kinds = [reason["kind"] for reason in sorted(row["reasons"], key=lambda reason: -reason["contribution"])]
        kinds = [kind for kind in kinds if kind in KINDS]
        if len(kinds) > 1:
            other = kinds[1 + training.lot(f"{seed}|{row['track_id']}") % (len(kinds) - 1)]
            pairs.append((seed, row["track_id"], kinds[0], other))
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
    return np.array([float(falls[top][place] > falls[other][place]) for place, (_, _, top, other) in enumerate(pairs)])


def _unwritten(songs: pl.DataFrame, lost: pl.Expr) -> pl.DataFrame:
    """``songs``, of those ``lost`` nothing but which song they are."""
    return songs.with_columns(
        *(
            pl.when(~lost).then(name).otherwise(pl.lit([], pl.List(pl.String))).alias(name)
            for name in ("artist_ids", "genres")
        ),
        *(pl.when(~lost).then(name).alias(name) for name in ("album_id", "released_on")),
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
