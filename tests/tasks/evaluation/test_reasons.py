"""Whether reasons are true: evidence that is really taken away tells the honest claim from the false one."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.evaluation.reasons import deletion
from tasks.similarity.signals import Scale, signals
from tasks.similarity.weights import STATED

SPEC = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "ranking" / "test_training.py")
assert SPEC is not None and SPEC.loader is not None
making = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(making)

KINDS = ("audio", "metadata", "collaborative")


def answers(*, honest: bool) -> dict[str, dict[str, Any]]:
    """Ten songs with one that belongs with each, and what each signal is said to have contributed."""
    songs, sounds = making.catalogue()
    given = signals(songs, sounds, making.playlists(), STATED, Scale.of(songs, sounds, making.playlists()))
    first, other = np.arange(0, 100, 10), np.arange(1, 101, 10)
    addends = given.addends(first, other)
    sign = 1 if honest else -1
    return {
        f"t{seed:03}": {
            "track_id": f"t{song:03}",
            "reasons": [{"kind": kind, "contribution": sign * addends[kind][place]} for kind in KINDS],
        }
        for place, (seed, song) in enumerate(zip(first, other, strict=True))
    }


@pytest.mark.parametrize(("honest", "share"), [(True, 1.0), (False, 0.0)])
def test_the_score_falls_most_without_what_is_said_to_count_most(honest: bool, share: float) -> None:
    songs, sounds = making.catalogue()
    told = deletion(answers(honest=honest), songs, sounds, making.playlists(), STATED)
    assert told.size == 10
    assert told.mean() == pytest.approx(share, abs=0.1)


def test_nothing_is_deleted_where_nothing_was_said() -> None:
    songs, sounds = making.catalogue()
    assert deletion({}, songs, sounds, making.playlists(), STATED).size == 0
    assert deletion({"t000": {"track_id": "t001", "reasons": []}}, songs, sounds, pl.DataFrame(), STATED).size == 0


def test_of_songs_in_no_list_those_of_their_artists_are_taken_away() -> None:
    songs, sounds = making.catalogue()
    pair = songs.filter(pl.col("artist_ids").list.first() == songs["artist_ids"][0][0])["track_id"].head(2)
    elsewhere = making.playlists().filter(~pl.col("track_id").is_in(pair.implode()))
    weights = dict.fromkeys(STATED, 0.0) | {"collaborative.artists": 0.6, "metadata.artist": 0.3, "audio.cosine": 0.1}
    said = [{"kind": "collaborative", "contribution": 0.6}, {"kind": "metadata", "contribution": 0.3}]
    told = deletion({pair[0]: {"track_id": pair[1], "reasons": said}}, songs, sounds, elsewhere, weights)
    assert told.tolist() == [1.0]
