"""Steps that relate songs: which tracks are one recording, which songs belong together, and how well that is known."""

from typing import Any

import polars as pl

from tasks.evaluation.measuring import measure
from tasks.evaluation.metrics import bounds
from tasks.evaluation.reasons import quality
from tasks.identity.grouping import identify
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.night.runner import work_at
from tasks.night.unchanged import made_from
from tasks.ranking import training
from tasks.ranking.stated import stated
from tasks.similarity import weights
from tasks.similarity.approximate import recall
from tasks.similarity.baskets import build_baskets
from tasks.similarity.lists import Lists
from tasks.similarity.memory import relate
from tasks.similarity.neighbours import neighbours
from tasks.similarity.signals import Signals
from tasks.similarity.weights import ALGORITHM
from warehouse.night import building, remembering, writing
from warehouse.reading import query, table

AS_LAST_NIGHT = "as last night: nothing that it follows from changed"
"""What a stage notes of figures that it took over."""


@stage("identity")
def identify_recordings(night: Night) -> None:
    """Group tracks into recordings and songs, and write the table by which songs are found and shown."""
    facts = (table(night.build, name) for name in ("tracks", "track_artists", "artists", "audio_features"))
    recordings = identify(*facts)
    writing.replace(night.build, "recordings", recordings)
    building.finish(night.build)
    night.ledger.current.rows = recordings.height
    songs = recordings["song_id"].n_unique()
    night.ledger.current.note = (
        f"{recordings.height:,} tracks are {recordings['recording_id'].n_unique():,} recordings of {songs:,} songs"
    )


@stage("similarity")
def relate_songs(night: Night) -> None:
    """Work out baskets, what speaks for a song on a list, and the neighbours of every track."""
    songs, sounds = _songs(night), _modelled(night, "audio_features")
    baskets = build_baskets(
        songs,
        playlist_tracks=_modelled(night, "playlist_tracks"),
        plays=_modelled(night, "plays"),
        saved_tracks=_modelled(night, "saved_tracks"),
        feedback=table(night.build, "feedback"),
    )
    writing.replace(night.build, "baskets", baskets)
    listed, notes = _list_model(night, songs, sounds, baskets)
    if unknown := query(night.build, "unknown_places").item():
        notes.append(f"{unknown:,} places of playlists name songs that no catalogue tells of: import one that does")
    top = night.wishes["neighbours"]
    work = work_at(night.wishes.get("dask_address", ""))
    past = None if night.full else remembering.remembered(night.home, night.source)
    found = relate(
        songs, sounds, baskets, top, past, lambda: weights.learn(songs, sounds, baskets), ALGORITHM, work=work
    )
    models = [weights.rows(found.weights, night.run_id, is_default=not found.is_learned), listed]
    writing.replace(night.build, "models", pl.concat(models, how="diagonal_relaxed"))
    remembering.remember(night.build, found.model, found.memory)
    night.ledger.current.rows = writing.replace(night.build, "neighbours", neighbours(found.given, found.lists, top))
    if songs.height:
        figure = recall_figure(found.given, found.lists, top)
        writing.record(night.build, "evaluation", figure.with_columns(run_id=pl.lit(night.run_id)))
        notes.append(f"recall {figure['value'][0]:.3f} against exact lists")
    night.ledger.current.note = "; ".join([found.note, *notes])
    night.facts["algorithm"] = ALGORITHM


def _list_model(
    night: Night, songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Rows of ``models`` for lists, those of last night where it learned from the same; and what is to be told of them."""
    made = made_from(songs, sounds, baskets)
    if found := _as_last_night(night, "models", made):
        rows, _ = found
        notes = [f"list model {AS_LAST_NIGHT}"]
    else:
        learned = training.learn(songs, baskets, sounds)
        rows = training.steps(learned or stated(baskets), night.run_id, is_default=not learned)
        rows, notes = rows.with_columns(made_from=pl.lit(made)), []
    if rows["is_default"].all():
        instead = "the neighbours are summed" if rows.is_empty() else "the stated one holds"
        notes.append(f"too few baskets to learn a list model from: {instead}")
    return rows, notes


def _as_last_night(night: Night, table: str, made: str) -> tuple[pl.DataFrame, str] | None:
    """Rows of ``table`` that this stage made from the same last night, as tonight's, and its note; ``None`` when there are none,
    or all is to be done anew."""
    if night.full:
        return None
    found = remembering.made(night.home, night.source, table, night.ledger.current.stage, made)
    if found.is_empty():
        return None
    return found.drop("note").with_columns(run_id=pl.lit(night.run_id)), found["note"][0]


def recall_figure(given: Signals, lists: Lists, top: int) -> pl.DataFrame:
    """The row of ``evaluation``, but for the run, that tells how much of the true neighbours the lists hold."""
    shares = recall(given, lists, top)
    low, high = bounds(shares)
    told: dict[str, Any] = {
        "task": "song",
        "split": "exact lists of a sample",
        "algorithm": "neighbours",
        "view": "all",
    }
    told |= {"metric": f"recall@{top}", "value": float(shares.mean()), "low": low, "high": high, "cases": shares.size}
    return pl.DataFrame([told])


@stage("evaluate")
def evaluate_night(night: Night) -> None:
    """Measure tonight's way of recommending on songs hidden from it, beside its peers."""
    songs, sounds, baskets = _songs(night), _modelled(night, "audio_features"), table(night.build, "baskets")
    figures, verdict = _measured(night, songs, sounds, baskets)
    learned = dict(table(night.build, "models").filter(model="song").select("signal", "value").iter_rows())
    quality_of_reasons = quality(night.build, songs, sounds, baskets, learned)
    figures = pl.concat([figures, quality_of_reasons, _reach(night)], how="diagonal")
    night.ledger.current.note = verdict
    night.facts["evaluation"] = verdict
    night.ledger.current.rows = figures.height
    if not figures.is_empty():
        writing.record(night.build, "evaluation", figures.with_columns(run_id=pl.lit(night.run_id)))


def _measured(
    night: Night, songs: pl.DataFrame, sounds: pl.DataFrame, baskets: pl.DataFrame
) -> tuple[pl.DataFrame, str]:
    """Rows of ``evaluation`` on hidden songs and the verdict, those of last night where it measured on the same."""
    made = made_from(songs, sounds, baskets)
    if found := _as_last_night(night, "evaluation", made):
        figures, verdict = found
        return figures, f"{verdict.removesuffix(f'; {AS_LAST_NIGHT}')}; {AS_LAST_NIGHT}"
    figures, verdict = measure(songs, sounds, baskets)
    return figures.with_columns(made_from=pl.repeat(made, pl.len())), verdict


def _reach(night: Night) -> pl.DataFrame:
    """Rows of ``evaluation`` on the published neighbours: hubness, the most lists that show one track over their length, and
    the share of songs that stand in none."""
    told = query(night.build, "evaluation/reach").row(0, named=True)
    if not told["songs"]:
        return pl.DataFrame()
    figures = {"hubness": told["most"] / told["places"], "never_recommended": told["never"] / told["songs"]}
    return pl.DataFrame({"metric": list(figures), "value": list(figures.values())}).with_columns(
        task=pl.lit("song"),
        split=pl.lit("published neighbours"),
        algorithm=pl.lit("hybrid"),
        view=pl.lit("all"),
        cases=pl.lit(told["songs"], pl.Int64),
    )


def _modelled(night: Night, name: str) -> pl.DataFrame:
    """Rows of a table that the models may learn from: those of SEGUE_MODEL_SOURCES, all when it is empty."""
    rows, sources = table(night.build, name), night.wishes["model_sources"]
    return rows.filter(pl.col("source").is_in(sources)) if sources else rows


def _songs(night: Night) -> pl.DataFrame:
    return table(night.build, "songs").join(_modelled(night, "tracks"), on="track_id", how="semi")
