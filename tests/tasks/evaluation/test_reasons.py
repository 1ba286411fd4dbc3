"""What is measured of the sentences that people are told, and that lists are asked for as songs are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tasks.evaluation.reasons import FEW, LISTS, measured, quality
from tasks.similarity.weights import STATED
from tests.warehouse.query.making import build, near, song
from warehouse.reading import table


def row(*said: tuple[str, float], score: float | None = None) -> dict[str, Any]:
    """A recommendation with these sentences and what each contributes."""
    reasons = [{"kind": "metadata", "text": text, "contribution": value, "evidence": []} for text, value in said]
    return {"score": sum(value for _, value in said) if score is None else score, "reasons": reasons}


def means(answers: Mapping[str, list[dict[str, Any]]]) -> dict[str, float]:
    return {metric: float(values.mean()) for metric, values in measured(answers).items()}


def test_contributions_that_do_not_sum_to_the_score_and_rows_without_a_sentence_are_found() -> None:
    told = means({"a": [row(("folk", 0.5)), row(("folk", 0.5), score=0.6), row(("", 0.5)), row(("but loud", -0.1))]})
    assert told["fidelity"] == 0.75
    assert told["coverage"] == 0.5


def test_repetition_counts_all_answers_and_repetition_10_each_alone() -> None:
    same, others = [row(("folk", 1.0))] * 4, [row((f"song {number}", 1.0)) for number in range(4)]
    told = means({"same": same, "others": others, "none": []})
    assert told["repetition"] == 4 / 8
    assert told["repetition@10"] == (4 / 4 + 1 / 4) / 2


def test_a_sentence_is_particular_if_no_other_row_of_its_answer_has_it_and_it_speaks_for_the_song() -> None:
    folk = ("folk", 1.0)
    told = means({"one": [row(folk, ("slow", 0.1)), row(folk, ("but loud", -0.1)), row(folk)], "other": [row(folk)]})
    assert told["particular"] == 2 / 4


def test_nothing_is_measured_without_an_answer() -> None:
    assert measured({}) == measured({"a": []}) == {}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A file with more lists than are asked for, of songs that lead to each other."""
    names = [f"t{number}" for number in range(8)]
    songs = [song(name, name.title(), [f"Artist {name}"]) for name in names]
    neighbours = [near(one, other, metadata=0.5) for one in names for other in names if one != other]
    return build(tmp_path, songs, neighbours, {f"playlist:{number}": names[:5] for number in range(LISTS + 5)})


def test_lists_are_asked_for_whole_and_by_a_few_of_their_songs(published: Path) -> None:
    frames = [table(published, name) for name in ("songs", "audio_features", "baskets")]
    told = quality(published, *frames, STATED)
    assert told.filter(metric="fidelity").select("task", "value").rows() == [("song", 1.0), ("list", 1.0)]
    rest_of_whole, rest_of_few = 8 - 5, 8 - FEW
    assert told.filter(task="list", metric="coverage")["cases"].to_list() == [LISTS * (rest_of_whole + rest_of_few)]
    assert told.filter(task="list", metric="repetition@10")["cases"].to_list() == [2 * LISTS]
    assert told.filter(task="list", metric="deletion").is_empty()


def test_of_a_night_without_lists_songs_are_measured_alone(published: Path) -> None:
    songs, sounds, baskets = (table(published, name) for name in ("songs", "audio_features", "baskets"))
    assert quality(published, songs, sounds, baskets.clear(), STATED)["task"].unique().to_list() == ["song"]
    assert quality(published, songs.clear(), sounds, baskets.clear(), STATED).is_empty()
