"""What a person or a night keeps in a small file is written whole, for its owner only, or not at all."""

import resource
from collections.abc import Callable, Iterator
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
