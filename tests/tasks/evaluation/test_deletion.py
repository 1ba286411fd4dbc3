"""Whether reasons are true: evidence that is really taken away tells the honest claim from the false one."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.evaluation.deletion import of_lists, of_songs
from tasks.similarity.signals import Scale, signals
from tasks.similarity.weights import STATED
from warehouse.query.model import ListModel, Shape

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
    told = of_songs(answers(honest=honest), songs, sounds, making.playlists(), STATED)
    assert told.size == 10
    assert told.mean() == pytest.approx(share, abs=0.1)


def test_nothing_is_deleted_where_nothing_was_said() -> None:
    songs, sounds = making.catalogue()
    assert of_songs({}, songs, sounds, making.playlists(), STATED).size == 0
    assert of_songs({"t000": {"track_id": "t001", "reasons": []}}, songs, sounds, pl.DataFrame(), STATED).size == 0


def test_of_songs_in_no_list_those_of_their_artists_are_taken_away() -> None:
    songs, sounds = making.catalogue()
    pair = songs.filter(pl.col("artist_ids").list.first() == songs["artist_ids"][0][0])["track_id"].head(2)
    elsewhere = making.playlists().filter(~pl.col("track_id").is_in(pair.implode()))
    weights = dict.fromkeys(STATED, 0.0) | {"collaborative.artists": 0.6, "metadata.artist": 0.3, "audio.cosine": 0.1}
    said = [{"kind": "collaborative", "contribution": 0.6}, {"kind": "metadata", "contribution": 0.3}]
    told = of_songs({pair[0]: {"track_id": pair[1], "reasons": said}}, songs, sounds, elsewhere, weights)
    assert told.tolist() == [1.0]


def model(**worth: float) -> ListModel:
    """What each signal is worth to a song of which it says anything."""
    steps = {"company": "collaborative.user", "kin": "collaborative.abaskn", "artist": "metadata.artist"}
    return ListModel(
        0.0, {steps[name]: Shape(pl.Series([0.0]), pl.Series([0.0, value]), 0.0) for name, value in worth.items()}
    )


def continued(evidence: list[str], **contributions: float) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """A list of two songs by the first artist, continued with a third one; what is said of it."""
    reasons = [
        {"kind": kind, "contribution": value, "evidence": evidence if kind == "collaborative" else []}
        for kind, value in contributions.items()
    ]
    return {"list": (["t000", "t001"], {"track_id": "t002", "reasons": reasons})}


def together(*lists: list[str]) -> pl.DataFrame:
    """These lists as baskets."""
    rows = [
        (f"playlist:{number}", "playlist", track_id, place, 1.0)
        for number, tracks in enumerate(lists)
        for place, track_id in enumerate(tracks)
    ]
    return pl.DataFrame(rows, schema=making.playlists().schema, orient="row")


@pytest.mark.parametrize(("said", "share"), [
    ({"collaborative": 2.0, "metadata": 1.0}, 1.0),
    ({"metadata": 2.0, "collaborative": 1.0}, 0.0),
])  # fmt: skip
def test_of_a_list_the_baskets_are_taken_away_that_a_sentence_names(said: dict[str, float], share: float) -> None:
    songs, sounds = making.catalogue()
    baskets = together(["t000", "t001", "t002", "t100"], ["t002", "t200"])
    shapes = model(company=2.0, artist=1.0)
    assert of_lists(shapes, continued(["playlist:0"], **said), songs, sounds, baskets).tolist() == [share]
    assert of_lists(shapes, continued(["playlist:1"], **said), songs, sounds, baskets).tolist() == [1 - share]


def test_of_a_list_the_songs_of_an_artist_are_taken_away_if_a_sentence_is_about_that_one() -> None:
    songs, sounds = making.catalogue()
    baskets = together(["t000", "t003", "t100"], ["t002", "t200"])
    said = {"collaborative": 2.0, "metadata": 1.0}
    shapes = model(kin=2.0, artist=1.0)
    assert of_lists(shapes, continued(["a0"], **said), songs, sounds, baskets).tolist() == [1.0]
    assert of_lists(shapes, continued(["a1"], **said), songs, sounds, baskets).tolist() == [0.0]


def test_a_song_with_one_reason_has_nothing_to_compare_it_with() -> None:
    songs, sounds = making.catalogue()
    told = of_lists(model(artist=1.0), continued([], metadata=1.0), songs, sounds, together(["t000", "t002"]))
    assert told.size == 0
