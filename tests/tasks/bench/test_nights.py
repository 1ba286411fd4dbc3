"""`segue bench neighbours` on a tiny catalogue."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess


def test_a_night_that_changed_a_little_equals_the_same_anew(
    segue: Callable[..., "CompletedProcess[str]"], tmp_path: Path
) -> None:
    done = segue(tmp_path / "home", "bench", "neighbours", "--tracks", "1000", "--top", "10", "--json")
    assert done.returncode == 0, done.stderr
    first, changed, anew = json.loads(done.stdout)
    assert (first["tracks"], changed["tracks"], anew["tracks"]) == (990, 1000, 1000)
    assert changed["is_equal"] is True
    assert changed["rows"] == anew["rows"]
