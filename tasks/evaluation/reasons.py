"""Are the reasons true? Measured each night on a sample of what a person would be told, of songs and of lists.

fidelity: the contributions sum to the score. coverage: a recommendation has a sentence about something that speaks for it.
repetition: the share of recommendations on which the commonest sentence with its evidence stands. Who reads an answer has only its
rows before him, so two figures look at each answer alone: repetition@10, the same share among its rows, and particular, whether a
recommendation is told something that is told of no other one there. deletion: without the evidence of the reason that counts most,
the score falls by more than without that of another one, drawn by lot.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tasks.evaluation import deletion
from tasks.evaluation.metrics import bounds
from tasks.ranking import training
from warehouse import query
from warehouse.connection import reader
from warehouse.query.model import learned

SPLIT = "reasons of a sample"
SEEDS = 100
"""Songs that are asked for what belongs with them."""
LISTS = 8
"""Lists that are asked for what continues them, each twice: whole, and by a few of its songs."""
FEW = 3
"""Songs that somebody who has no list names."""
PLACES = 10
"""Places of each answer that are looked at."""
DELETED = 40
"""Answers of which the first song loses its evidence."""
EXACT = 1e-6

Row = Mapping[str, Any]
Answers = Mapping[str, Sequence[Row]]
"""What was asked, and the recommendations for it."""


def quality(
    build: Path, songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame, weights: Mapping[str, float]
) -> pl.DataFrame:
    """Rows of ``evaluation`` but for the run, for the songs that the file ``build`` recommends; empty without songs.

    The frames are the tables ``songs``, ``audio_features`` and ``baskets``, ``weights`` those of the song model.
    """
    seeds = songs.select("track_id").sort(_lot("track_id"))["track_id"].head(SEEDS)
    of_songs = {seed: query.recommend(build, [seed], PLACES).to_dicts() for seed in seeds}
    lists = _lists(baskets.join(songs, on="track_id", how="semi"))
    of_lists = {name: query.recommend(build, tracks, PLACES).to_dicts() for name, tracks in lists.items()}
    fallen = deletion.of_songs(_firsts(of_songs), songs, sounds, baskets, weights)
    with reader(build) as con:
        known = learned(con, build) if lists else None
    firsts = {name: (lists[name], row) for name, row in _firsts(of_lists).items()}
    lists_fallen = deletion.of_lists(known.model, firsts, songs, sounds, baskets) if known else np.empty(0)
    return pl.concat([_figures("song", of_songs, fallen), _figures("list", of_lists, lists_fallen)])


def _lists(baskets: pl.DataFrame) -> dict[str, list[str]]:
    """Songs of some baskets of a fitting size, all of them and a few; which ones follows from their ids alone."""
    sized = baskets.filter(pl.len().over("basket_id").is_between(training.SMALLEST, training.LARGEST))
    chosen = sized.select("basket_id").unique().sort(_lot("basket_id"), "basket_id").head(LISTS)
    pair = pl.concat_str("basket_id", "track_id", separator="|").alias("pair")
    songs = sized.join(chosen, on="basket_id", how="semi").with_columns(pair).sort(_lot("pair"), "pair")
    lists: dict[str, list[str]] = {}
    for (name,), part in songs.group_by("basket_id", maintain_order=True):
        tracks = part["track_id"].to_list()
        lists |= {f"{name}|whole": tracks, f"{name}|few": tracks[:FEW]}
    return lists


def _firsts(answers: Answers) -> dict[str, Row]:
    """The best recommendation of some answers."""
    return {asked: answer[0] for asked, answer in list(answers.items())[:DELETED] if answer}


def _figures(task: str, answers: Answers, deleted: np.ndarray) -> pl.DataFrame:
    """Rows of ``evaluation`` about the ``answers`` to a task; none without answers."""
    values = measured(answers)
    cases = {metric: each.size for metric, each in values.items()} | {"repetition": sum(map(len, answers.values()))}
    if deleted.size:
        values, cases = values | {"deletion": deleted}, cases | {"deletion": deleted.size}
    table = [(metric, float(each.mean()), *bounds(each), cases[metric]) for metric, each in values.items()]
    schema = {"metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "cases": pl.Int64}
    return pl.DataFrame(table, schema=schema, orient="row").with_columns(
        task=pl.lit(task), split=pl.lit(SPLIT), algorithm=pl.lit("hybrid"), view=pl.lit("all")
    )


def measured(answers: Answers) -> dict[str, np.ndarray]:
    """By metric a value of each recommendation, of each answer (repetition@10), or a single one (repetition)."""
    full = [answer for answer in answers.values() if answer]
    rows = [row for answer in full for row in answer]
    if not rows:
        return {}
    sums = [abs(fsum(reason["contribution"] for reason in row["reasons"]) - row["score"]) <= EXACT for row in rows]
    said = [Counter(sentence for row in answer for sentence in _said(row)) for answer in full]
    own = [
        any(counted[sentence] == 1 for sentence in _said(row, speaking_for_it=True))
        for answer, counted in zip(full, said, strict=True)
        for row in answer
    ]
    return {
        "fidelity": np.array(sums, dtype=float),
        "coverage": np.array([bool(_said(row, speaking_for_it=True)) for row in rows], dtype=float),
        "particular": np.array(own, dtype=float),
        "repetition": np.array([_most(sum(said, Counter())) / len(rows)]),
        "repetition@10": np.array([_most(counted) / len(answer) for counted, answer in zip(said, full, strict=True)]),
    }


def _said(row: Row, *, speaking_for_it: bool = False) -> set[tuple[str, ...]]:
    """The sentences of a recommendation with their evidence: all, or those about what speaks for it."""
    reasons = [reason for reason in row["reasons"] if reason["contribution"] > 0 or not speaking_for_it]
    return {(reason["text"], *(reason.get("evidence") or ())) for reason in reasons if reason["text"]}


def _most(counted: Counter[tuple[str, ...]]) -> int:
    return max(counted.values(), default=0)


def _lot(name: str) -> pl.Expr:
    return pl.col(name).map_elements(training.lot, return_dtype=pl.Int64)
