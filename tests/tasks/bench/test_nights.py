"""`segue bench neighbours` on a tiny catalogue."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess


def test_a_night_that_changed_a_little_equals_the_same_anew(
    segue: Callable[..., "CompletedProcess[str]"], tmp_path: Path
) -> None:
    done = segue(tmp_path / "home", "bench", "neighbours", "--tracks", "3000", "--top", "10", "--new", "0.02", "--json")
    assert done.returncode == 0, done.stderr
    # so many that some newcomers enter lists of songs to which they give less than they get
    first, changed, anew = json.loads(done.stdout)
    assert (first["tracks"], changed["tracks"], anew["tracks"]) == (2940, 3000, 3000)
    assert changed["is_equal"] is True
    assert changed["rows"] == anew["rows"]
    assert [night["recall"] for night in (first, changed, anew)] == [1.0, 1.0, 1.0]
    assert all(0 <= night["kernel_seconds"] < night["cpu_seconds"] for night in (first, changed, anew))


def test_a_night_that_changed_much_is_measured_against_its_own_model(
    segue: Callable[..., "CompletedProcess[str]"], tmp_path: Path
) -> None:
    done = segue(tmp_path / "home", "bench", "neighbours", "--tracks", "500", "--top", "10", "--new", "0.3", "--json")
    assert done.returncode == 0, done.stderr
    changed = json.loads(done.stdout)[1]
    assert changed["note"].startswith("model fitted anew")
    assert changed["is_equal"] is True
