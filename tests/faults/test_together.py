"""Two refreshes, readers and writers of feedback at once: nobody waits for long, nobody is refused but the second refresh."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse import journal
from warehouse.standing import verify

ROOT = Path(__file__).parents[2]

READER = """
import sys, time
from pathlib import Path
from schemas.values import Home
from warehouse import query
from warehouse.for_you import for_you
home, until = Home(Path(sys.argv[1])), time.monotonic() + float(sys.argv[2])
song = query.find_song(home.warehouse, "Song 3")
answers = 0
while not answers or time.monotonic() < until:
    assert query.recommend(home.warehouse, [song.track_id], limit=5).height == 5
    assert for_you(home).height > 0
    answers += 1
print(answers)
"""

WRITER = """
import sys, time
from pathlib import Path
from schemas.values import Home
from warehouse import journal
home, until = Home(Path(sys.argv[1])), time.monotonic() + float(sys.argv[2])
said = 0
while not said or time.monotonic() < until:
    journal.append(home.journal, journal.Said("like", "track", f"{sys.argv[3]}-{said}"))
    said += 1
    time.sleep(0.02)
print(said)
"""


def several(number: int, code: str, *arguments: object) -> "list[subprocess.Popen[str]]":
    return [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments), str(place)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in range(number)
    ]


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> tuple[int, int, float]:
    """Readers, writers, and for how many seconds: a few for a while, unless `--crowd` asks for all."""
    return (10, 5, 60.0) if request.config.getoption("--crowd", default=False) else (2, 2, 4.0)


def test_a_crowd_of_refreshes_readers_and_writers_at_once(segue, second_zygote, crowd) -> None:
    readers, writers, seconds = crowd
    one = segue(3)
    other = one.by(second_zygote)
    before = journal.read(one.home.journal)
    reading, writing = (
        several(readers, READER, one.home.root, seconds),
        several(writers, WRITER, one.home.root, seconds),
    )
    until = time.monotonic() + seconds
    nights = 0
    while nights == 0 or time.monotonic() < until:
        first, second = one.start("refresh"), other.start("refresh")
        ended = {first.wait(): first, second.wait(): second}
        assert ended.keys() <= {0, 1}
        if 1 in ended:
            assert "is held by a refresh" in ended[1].said
            assert "Traceback" not in ended[1].said
        nights += 1
    counts = []
    for process in (*reading, *writing):
        told, error = process.communicate()
        assert (process.returncode, error) == (0, ""), error
        assert int(told) > 0
        counts.append(int(told))
    said = sum(counts[readers:])
    print(
        f"{nights} pairs of refreshes; answers of each reader {counts[:readers]}, likes of each writer {counts[readers:]}"
    )
    assert len(journal.read(one.home.journal)) == len(before) + said
    one.night()
    assert verify(one.home.warehouse)["feedback"] == len(before) + said
    assert list(one.home.building.iterdir()) == []
