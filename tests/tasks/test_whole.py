"""What a person or a night keeps in a small file is written whole, for its owner only, or not at all."""

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import HomeError
from schemas.values import Home
from tasks.spotify.token_file import StoredToken, store
from tasks.spotify.walk.landing import Landing, Walk
from tasks.spotify.walk.parking import park
from tasks.taste import exclusions
from tasks.upkeep import stories
from tasks.whole import tidy, write_whole
from tests.warehouse.making import python, said

NOW = datetime.fromisoformat("2026-11-24T08:00")


def begin_walk(home: Home) -> None:
    folder = home.landing / "night"
    folder.mkdir(parents=True, exist_ok=True)
    Landing(Walk("spotify", "app", full=False, started_at=NOW), folder).keep()


WRITERS: dict[str, Callable[[Home], None]] = {
    "the sign-in": lambda home: store(home, StoredToken("app", "secret")),
    "a story": lambda home: stories.keep(home, {"run_id": "night"}),
    "exclusions": lambda home: exclusions.write(home.exclusions, [exclusions.Exclusion("artist", "Nickelback")]),
    "a park": lambda home: park(home, "spotify", "Spotify", NOW + timedelta(hours=1), NOW),
    "a walk": begin_walk,
}


@contextmanager
def no_room() -> Iterator[None]:
    """Files may be made and nothing written into them, as on a full disk."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def files(home: Home) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mode & 0o777, path.read_bytes()) for path in home.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_what_cannot_be_written_leaves_what_stood_there_and_nothing_else(
    write: Callable[[Home], None], tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    with no_room(), pytest.raises((OSError, HomeError), match="File too large"):
        write(home)
    assert files(home) == {}
    write(home)
    ((mode, text),) = before = list(files(home).values())
    assert (mode, text != b"") == (0o600, True)
    with no_room(), pytest.raises((OSError, HomeError), match="File too large"):
        write(home)
    assert list(files(home).values()) == before


STALLED = """
import os, sys
from pathlib import Path
from tasks.whole import write_whole

def wait(descriptor: int) -> None:
    print("all but done", flush=True)
    sys.stdin.readline()

os.fsync = wait
write_whole(Path(sys.argv[1]), sys.argv[2])
"""


def test_what_a_killed_process_left_goes_with_the_next_writing(tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    for go_on in (lambda: write_whole(path, "short"), lambda: tidy(tmp_path)):
        stalled = python(STALLED, path, "much longer")
        said(stalled)
        stalled.kill()
        stalled.communicate()
        assert len(list(tmp_path.glob(".*"))) == 1
        go_on()
        assert [(left.name, left.read_text()) for left in tmp_path.iterdir()] == [("token.json", "short")]


def test_what_another_process_is_writing_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    first, second = python(STALLED, path, "first"), None
    try:
        said(first)
        tidy(tmp_path)
        second = python(STALLED, path, "second")
        assert first.communicate("\n") == ("", "")
        assert path.read_text() == "first"
        said(second)
        assert second.communicate("\n") == ("", "")
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
    assert [(left.name, left.read_text()) for left in tmp_path.iterdir()] == [("token.json", "second")]


def test_many_at_once_are_in_nobodys_way(tmp_path: Path) -> None:
    texts = [str(number) * 1000 for number in range(8)]

    def work(text: str) -> None:
        for _ in range(40):
            write_whole(tmp_path / "park.json", text)
            tidy(tmp_path)

    with ThreadPoolExecutor(len(texts)) as pool:
        list(pool.map(work, texts))
    assert [left.read_text() in texts for left in tmp_path.iterdir()] == [True]
