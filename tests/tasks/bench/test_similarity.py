"""`segue bench similarity` on a tiny catalogue, with whichever peers are installed."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np

from tasks.bench.making import vectors
from tasks.bench.rivals import WAYS, left_out
from tasks.bench.similarity import recall


def test_every_way_is_tried_or_left_out_with_its_reason(
    segue: Callable[..., "CompletedProcess[str]"], tmp_path: Path
) -> None:
    done = segue(tmp_path / "home", "bench", "similarity", "--tracks", "300", "--dims", "6", "--top", "5", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    ways = {row["way"]: row for row in told["ways"]}
    assert set(ways) | set(told["left_out"]) == set(WAYS)
    about = {"segue, approximate", "FAISS IVF", "hnswlib"}
    assert {row["recall"] for name, row in ways.items() if name not in about} == {1.0}
    assert ways["segue, approximate"]["recall"] > 0.99
    assert all(reason.startswith(("faiss", "hnswlib")) for reason in told["left_out"].values())


def test_a_million_rows_are_left_to_those_who_need_not_look_at_every_pair() -> None:
    most = {name: reason for name, reason in left_out(1_000_000).items() if "installed" not in reason}
    assert most == {
        "DuckDB SQL": "only up to 5,000 tracks",
        "segue, exact": "only up to 200,000 tracks",
        "scikit-learn cosine brute": "only up to 200,000 tracks",
        "scikit-learn ArgKmin": "only up to 200,000 tracks",
        "FAISS flat": "only up to 200,000 tracks",
    }
    assert "FAISS flat" not in {name for name, reason in left_out(200_000).items() if "only" in reason}


def test_made_rows_are_unit_vectors_and_the_same_every_time() -> None:
    rows = vectors(200, 16)
    assert rows.shape == (200, 16)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(rows, vectors(200, 16))


def test_recall_counts_places_that_hold_a_true_neighbour() -> None:
    rows = np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32)
    right = np.array([[1, 2], [0, 2], [1, 0], [2, 1]])
    assert recall(rows, right, 2) == 1.0
    wrong = np.array([[3, 2], [0, 2], [3, 0], [2, 3]])  # 3 is far from 0, as near to 2 as 0 is, and 3 itself
    assert recall(rows, wrong, 2) == 6 / 8
    nothing = np.vstack([right[:-1], [[-1, -1]]])  # of so few rows an approximate search may find nothing for one
    assert recall(rows, nothing, 2) == 6 / 8
