"""Steps that relate songs: which tracks are one recording, which songs belong together, and how well that is known."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from tasks.evaluation.measuring import measure
from tasks.evaluation.metrics import bounds
from tasks.evaluation.reasons import quality
from tasks.identity.grouping import identify
from tasks.night.context import Night
from tasks.night.ledger import stage
from tasks.night.runner import work_at
from tasks.ranking import training
from tasks.ranking.additive import Shape
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
    learned = training.learn(songs, baskets, sounds)
    shapes = learned or stated(baskets)
    notes = [] if learned else [f"too few baskets to learn a list model from: {_instead(shapes)}"]
    if unknown := query(night.build, "unknown_places").item():
        notes.append(f"{unknown:,} places of playlists name songs that no catalogue tells of: import one that does")
    top = night.wishes["neighbours"]
    work = work_at(night.wishes.get("dask_address", ""))
    past = None if night.full else remembering.remembered(night.home, night.source)
    found = relate(
        songs, sounds, baskets, top, past, lambda: weights.learn(songs, sounds, baskets), ALGORITHM, work=work
    )
    models = [
        weights.rows(found.weights, night.run_id, is_default=not found.is_learned),
        training.steps(shapes, night.run_id, is_default=not learned),
    ]
    writing.replace(night.build, "models", pl.concat(models, how="diagonal_relaxed"))
    remembering.remember(night.build, found.model, found.memory)
    night.ledger.current.rows = writing.replace(night.build, "neighbours", neighbours(found.given, found.lists, top))
    if songs.height:
        figure = recall_figure(found.given, found.lists, top)
        writing.record(night.build, "evaluation", figure.with_columns(run_id=pl.lit(night.run_id)))
        notes.append(f"recall {figure['value'][0]:.3f} against exact lists")
    night.ledger.current.note = "; ".join([found.note, *notes])
    night.facts["algorithm"] = ALGORITHM


def _instead(shapes: Mapping[str, Shape]) -> str:
    return "the stated one holds" if shapes else "the neighbours are summed"


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
    figures, verdict = measure(songs, sounds, baskets)
    learned = dict(table(night.build, "models").filter(model="song").select("signal", "value").iter_rows())
    quality_of_reasons = quality(night.build, songs, sounds, baskets, learned)
    figures = pl.concat([figures, quality_of_reasons, _reach(night)], how="diagonal")
    night.ledger.current.note = verdict
    night.facts["evaluation"] = verdict
    night.ledger.current.rows = figures.height
    if not figures.is_empty():
        writing.record(night.build, "evaluation", figures.with_columns(run_id=pl.lit(night.run_id)))


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
