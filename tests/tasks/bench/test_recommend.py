"""`segue bench recommend` on a small home, with implicit ALS where it is installed."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from scipy.sparse import csr_array

from tasks.bench.recommend import als
from tests.warehouse.query.making import build, song


def test_the_published_lists_are_measured_beside_every_peer(
    segue: Callable[..., "CompletedProcess[str]"], tmp_path: Path
) -> None:
    """Forty lists of ten songs, each of one half of sixty songs."""
    rng = np.random.default_rng(3)
    songs = [song(f"t{number:02}", f"Song {number}", [f"Artist {number // 6}"]) for number in range(60)]
    lists = {
        f"playlist:{number:02}": [f"t{place + 30 * (number % 2):02}" for place in rng.choice(30, 10, replace=False)]
        for number in range(40)
    }
    build(tmp_path, songs, [], lists).rename(tmp_path / "warehouse.duckdb")

    done = segue(tmp_path, "bench", "recommend", "--fifths", "2", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    night = {"hybrid", "random", "popularity", "audio", "artist", "item-knn", "user-knn", "ease"}
    for task in ("list", "song"):
        rows = [row for row in told["figures"] if row["task"] == task and row["view"] == "warm"]
        assert {row["algorithm"] for row in rows} | set(told["left_out"]) == night | {"als"}
        assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
        values = {row["algorithm"]: row["value"] for row in rows}
        found = {row["algorithm"]: row["ratio"] for row in rows if row["algorithm"] != "hybrid"}
        assert found == pytest.approx({name: values["hybrid"] / values[name] for name in found})
        assert all(row["ratio_low"] < row["ratio"] < row["ratio_high"] for row in rows if row["ratio_low"] is not None)
    assert set(told["left_out"]) == (set() if find_spec("implicit") else {"als"})
    assert "warm nDCG@10" in told["verdict"]


def test_als_finds_the_taste_of_a_list() -> None:
    pytest.importorskip("implicit")
    rng = np.random.default_rng(3)
    held = np.zeros((40, 60))
    for basket in range(40):
        held[basket, rng.choice(30, 10, replace=False) + 30 * (basket % 2)] = 1
    asked = np.zeros((2, 60))
    asked[0, [1, 4, 7]] = asked[1, [31, 34, 37]] = 1

    told = als(csr_array(held))(csr_array(asked))

    assert told.shape == (2, 60)
    assert told[0, :30].mean() > 2 * told[0, 30:].mean()
    assert told[1, 30:].mean() > 2 * told[1, :30].mean()
