"""A night's evaluation: songs are hidden, everything is learned again from the rest, and asked for them.

Two tasks, each beside its peers of the same run: to continue a list, and to say what belongs with one of its songs. What the
list shows is known and is no answer, to either. Where plays have time, lists of later sessions are also continued with what
earlier sessions taught.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.evaluation.baselines import Fit, Peers
from tasks.evaluation.metrics import bounds, per_list, summary, variety, views, whole
from tasks.ranking import training
from tasks.ranking.stated import stated
from tasks.similarity import weights
from tasks.similarity.lists import best
from tasks.similarity.signals import signals as related
from tasks.similarity.signals.sound import audio_features
from warehouse.query.signals import Corpus, signals

SPLIT = "a fifth of each basket hidden"
LATER = "the last fifth of the sessions, known by earlier ones"
MOST = 500
"""Lists that are measured at most."""
ENOUGH = 20
"""Lists below which no verdict is given."""
PER = 120
"""Candidates from each signal: more than in training, as a hundred places are looked at."""
SEEDS, MOST_SEEDS = 5, 400
"""Songs of one list, and of all, that are asked for what belongs with them; at most."""
DEPTH = 300
"""Songs that are ranked for a seed; those that its list shows are taken out of them."""

Ranking = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Question:
    """What the hybrid and its peers were asked on one split, who knew the ``visible`` baskets, and what each of them found.

    By name of the algorithm ``rankings`` are [list_id, rank, track_id] and ``figures`` those of ``metrics.per_list``.
    """

    task: str
    split: str
    visible: pl.DataFrame
    rankings: dict[str, pl.DataFrame]
    figures: dict[str, pl.DataFrame]


def hold_out(baskets: pl.DataFrame, fifth: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Visible baskets, and the hidden part [list_id, track_id] of those that are measured.

    Which pair is hidden in which of five parts follows from its ids alone, and a hidden pair is in nothing that anything
    learns from.
    """
    held = training.cases(baskets, most=training.FOLDS * baskets["basket_id"].n_unique())
    is_asked = pl.col("is_hidden") & pl.col("list_id").str.ends_with(f"#{fifth}")
    hidden = held.filter(is_asked).select("basket_id", "track_id")
    visible = baskets.join(hidden, on=["basket_id", "track_id"], how="anti")
    chosen = hidden.select("basket_id").unique().sort(_lot("basket_id"), "basket_id").head(MOST)
    asked = hidden.join(chosen, on="basket_id", how="semi").sort("basket_id", "track_id")
    return visible, asked.rename({"basket_id": "list_id"})


def later(baskets: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The sessions before a moment, and of those after it what is shown and what is hidden [list_id, track_id].

    Only sessions have time; all others are left out, for nobody knows when their songs came to them.
    """
    sessions = baskets.filter(kind="session")
    names = sessions["basket_id"].unique().sort()
    after = sessions.filter(pl.col("basket_id") >= names[int(0.8 * names.len())]) if names.len() else sessions
    before = sessions.join(after, on="basket_id", how="anti")
    shown, hidden = hold_out(after)
    asked = shown.filter(pl.col("basket_id").is_in(hidden["list_id"].unique().implode()))
    return before, asked.select(list_id="basket_id", track_id="track_id"), hidden


def measure(songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Rows of ``evaluation`` but for the run, and the verdict in words.

    The frames are the tables ``songs``, ``audio_features`` and ``baskets``.
    """
    asked = of_a_fifth(songs, sounds, baskets)
    if not asked:
        return pl.DataFrame(), "not enough data to tell: no basket has five songs"
    words = f"{verdict(asked[0].figures)}; song to song: {verdict(asked[1].figures)}"
    sessions, count = of_later_sessions(songs, sounds, baskets)
    if sessions is not None:
        asked.append(sessions)
        words += f"; later sessions: {verdict(sessions.figures)}"
    elif count:
        words += f"; later sessions: not enough data to tell: {count} of them hide a song, {ENOUGH} are needed"
    return pl.concat([_rows(question, songs, sounds) for question in asked], how="diagonal"), words


def of_a_fifth(
    songs: pl.DataFrame,
    sounds: pl.DataFrame,
    baskets: pl.DataFrame,
    more: Mapping[str, Fit] | None = None,
    *,
    fifth: int = 0,
) -> list[Question]:
    """A fifth of each basket is hidden: which songs continue it, and which belong with one of its songs; empty without baskets
    of five songs. ``more`` are peers beside those of every night.
    """
    visible, hidden = hold_out(baskets, fifth)
    if hidden.is_empty():
        return []
    peers = Peers.of(songs, sounds, visible, more)
    shown = visible.join(hidden.select(basket_id="list_id").unique(), on="basket_id", how="semi")
    shown = shown.select(list_id="basket_id", track_id="track_id")
    right = views(hidden, visible)
    lists = _ranked(_continuing(songs, sounds, visible), peers, shown, shown)
    told = {name: per_list(ranking, right) for name, ranking in lists.items()}

    seeds = _seeds(shown)
    asked, beside = (
        seeds.select("list_id", "track_id"),
        seeds.select("list_id", list="of").join(shown.rename({"list_id": "list"}), on="list"),
    )
    pairs = _ranked(_relating(songs, sounds, visible, beside), peers, asked, beside.select("list_id", "track_id"))
    wanted = right.rename({"list_id": "of"}).join(seeds.select("of", "list_id"), on="of").drop("of")
    of_song = {name: _by_list(per_list(ranking, wanted), seeds) for name, ranking in pairs.items()}
    return [Question("list", SPLIT, visible, lists, told), Question("song", SPLIT, visible, pairs, of_song)]


def of_later_sessions(
    songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame, more: Mapping[str, Fit] | None = None
) -> tuple[Question | None, int]:
    """How later sessions go on, by what earlier ones taught, and how many of them hide a song; null where these are too few."""
    before, asked, hidden = later(baskets)
    count = hidden["list_id"].n_unique()
    if count < ENOUGH:
        return None, count
    peers, right = Peers.of(songs, sounds, before, more), views(hidden, before)
    lists = _ranked(_continuing(songs, sounds, before), peers, asked, asked)
    told = {name: per_list(ranking, right) for name, ranking in lists.items()}
    return Question("list", LATER, before, lists, told), count


def verdict(told: dict[str, pl.DataFrame]) -> str:
    """What the warm nDCG@10 of the hybrid against its best peer means, by a paired bootstrap over the lists.

    ``told``: figures per list (``metrics.per_list``) of ``hybrid`` and the peers.
    """
    warm = {
        name: figures.filter(view="warm", metric="ndcg@10").select("list_id", value="value")
        for name, figures in told.items()
    }
    peers = {name: figures for name, figures in warm.items() if name != "hybrid" and not figures.is_empty()}
    mine = warm.get("hybrid")
    if mine is None:
        return "not enough data to tell: too few baskets to learn a list model from"
    if mine.height < ENOUGH:
        return f"not enough data to tell: {mine.height} lists hide a song that another one shows, {ENOUGH} are needed"
    best_peer = max(peers, key=lambda name: (_mean(peers[name]), name))
    pairs = mine.join(peers[best_peer], on="list_id", suffix="_peer")
    low, high = bounds((pairs["value"] - pairs["value_peer"]).to_numpy())
    figures = (
        f"warm nDCG@10 {_mean(mine):.3f} against {_mean(peers[best_peer]):.3f} of {best_peer} on {mine.height} lists"
    )
    if low is not None and low > 0:
        return f"better than every single signal: {figures}"
    if high is not None and high < 0:
        return f"worse than {best_peer}: {figures}"
    return f"not enough data to tell it from {best_peer}: {figures}"


def _continuing(songs: pl.DataFrame, sounds: pl.DataFrame, visible: pl.DataFrame) -> Ranking | None:
    """How the list model that ``visible`` teaches, or else the stated one, ranks songs for lists; null where neither holds."""
    shapes = training.learn(songs, visible, sounds) or stated(visible)
    if not shapes:
        return None
    corpus = Corpus.of(songs, visible, sounds)

    def ranking(asked: pl.DataFrame) -> pl.DataFrame:
        found = signals(asked, corpus, per=PER)
        score = pl.Series(training.scores(shapes, found), dtype=pl.Float64)
        return _first_hundred(found.select("list_id", "track_id", score=score), songs)

    return ranking


def _relating(songs: pl.DataFrame, sounds: pl.DataFrame, visible: pl.DataFrame, beside: pl.DataFrame) -> Ranking:
    """How the song model that ``visible`` teaches ranks songs for single ones; ``beside`` [list_id, track_id] is left out."""
    learned = weights.learn(songs, sounds, visible) or weights.STATED
    given = related(songs, sounds, visible, learned)
    ids = given.tracks["track_id"]

    def ranking(asked: pl.DataFrame) -> pl.DataFrame:
        tracks = asked["track_id"].unique().sort()
        lists = best(given, ids.search_sorted(tracks).to_numpy().astype(np.int64), DEPTH, given.scorer())
        row, place = np.nonzero(lists.others >= 0)
        found = pl.DataFrame(
            {
                "seed": tracks.gather(row),
                "track_id": ids.gather(lists.others[row, place]),
                "score": lists.scores[row, place],
            }
        )
        of_seed = asked.select("list_id", seed="track_id").join(found, on="seed").drop("seed")
        return _first_hundred(of_seed.join(beside, on=["list_id", "track_id"], how="anti"), songs)

    return ranking


def _first_hundred(scored: pl.DataFrame, songs: pl.DataFrame) -> pl.DataFrame:
    """Ranking [list_id, rank, track_id] of [list_id, track_id, score]: one version of a song, a hundred places."""
    return (
        scored.join(songs.select("track_id", "song_id"), on="track_id")
        .sort("list_id", "score", "track_id", descending=[False, True, False])
        .unique(["list_id", "song_id"], keep="first", maintain_order=True)
        .select("list_id", rank=pl.int_range(1, pl.len() + 1).over("list_id"), track_id="track_id")
        .filter(pl.col("rank") <= 100)
    )


def _ranked(mine: Ranking | None, peers: Peers, asked: pl.DataFrame, shown: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rankings by name: the hybrid, where there is one, and every peer."""
    return ({} if mine is None else {"hybrid": mine(asked)}) | dict(peers.rankings(asked, shown))


def _rows(question: Question, songs: pl.DataFrame, sounds: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``evaluation`` for a question: figures per list in three views, and figures of the lists together."""
    tracks = songs.select("track_id").sort("track_id")
    heard, _ = audio_features(tracks.join(sounds, on="track_id", how="left", maintain_order="left"))
    tables = []
    for name, ranking in question.rankings.items():
        told_of = pl.concat([question.figures[name], variety(ranking, tracks["track_id"], heard)], how="diagonal")
        both = [summary(told_of), whole(ranking, songs.height, question.visible)]
        tables.append(pl.concat(both, how="diagonal").with_columns(algorithm=pl.lit(name)))
    return pl.concat(tables, how="diagonal").with_columns(task=pl.lit(question.task), split=pl.lit(question.split))


def _seeds(shown: pl.DataFrame) -> pl.DataFrame:
    """[list_id, of, track_id]: songs that are asked alone, of which list; chosen by their ids."""
    pair = pl.concat_str("list_id", "track_id", separator="|").alias("pair")
    return (
        shown.with_columns(pair)
        .sort(_lot("pair"), "pair")
        .group_by("list_id", maintain_order=True)
        .head(SEEDS)
        .sort(_lot("pair"), "pair")
        .head(MOST_SEEDS)
        .select(list_id="pair", of="list_id", track_id="track_id")
    )


def _by_list(figures: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    """The means over the seeds of each list: seeds of one list are not independent."""
    return (
        figures.join(seeds.select("list_id", "of"), on="list_id")
        .group_by("view", "of", "metric")
        .agg(pl.col("value").mean())
        .select("view", "metric", "value", list_id="of")
        .sort("view", "metric", "list_id")
    )


def _lot(name: str) -> pl.Expr:
    return pl.col(name).map_elements(training.lot, return_dtype=pl.Int64)


def _mean(figures: pl.DataFrame) -> float:
    return float(np.mean(figures["value"].to_numpy()))
