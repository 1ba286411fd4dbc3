"""Whatever stands in the small files of a home and in the settings: it is read, or told in a line, and nothing else happens.

Pages, imports, the journal, answers with tokens and landed walks have laws of their own, beside their parsers.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from flows.settings import Settings
from schemas.errors import SegueError
from schemas.values import Home
from tasks.spotify import token_file
from tasks.spotify.walk import parking
from tasks.taste import exclusions
from tasks.upkeep import checkup, stories, timetable
from warehouse.night import locking

NOW = datetime.now(UTC).replace(tzinfo=None)
MOMENTS = st.sampled_from(
    ["2026-11-25T03:00:00", "2026-11-25T03:00:00+02:00", "9999-12-31T23:59:59", "0001-01-01", "20261125", "nan", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | MOMENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
LARGE = {b"deep": b"[" * 100_000, b"x = deep": b"x = " + b"[" * 100_000, b"long": b"artist," + b"x" * 200_000}
"""What is too large for hypothesis to show, by the name that stands for it."""


def with_keys(*names: str) -> st.SearchStrategy[bytes]:
    """JSON of nearly the right shape, and anything else."""
    shaped = st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))
    return (shaped | VALUES).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200) | st.just(b"deep")


def sign_in(home: Home) -> Any:
    token = token_file.remembered(home, "", "me")
    return token and token_file.warning(token, NOW)


def park(home: Home) -> Any:
    found = parking.parked(home, "spotify", "Spotify", NOW)
    parking.park(home, "spotify", "ReccoBeats", NOW, NOW)
    return found


def schedule(home: Home) -> Any:
    found = timetable.remembered(home)
    return found and (found.next(NOW), found.missed(None, NOW))


def latest_night(home: Home) -> Any:
    return stories.latest(home), stories.last_run(home, "demo"), list(checkup.clock(home, NOW))


def excluded(home: Home) -> Any:
    return exclusions.read(home.exclusions, "UTC")


def lock(home: Home) -> Any:
    with locking.locked(home):
        return str(locking.holder(home))


def profile(home: Home) -> Any:
    return list(checkup.prefect({"PREFECT_HOME": str(home.prefect)}))


LINES = st.lists(
    st.lists(st.sampled_from(exclusions.KINDS) | st.text(max_size=20), max_size=3).map(",".join), max_size=5
).map(lambda lines: "\n".join(lines).encode(errors="replace"))

FILES: dict[str, tuple[str, Callable[[Home], Any], st.SearchStrategy[bytes]]] = {
    "sign-in": ("token.json", sign_in, with_keys("client_id", "refresh_token", "authorized_at", "scopes", "replaces")),
    "parks": ("landing/parked.json", park, with_keys("spotify: Spotify", "spotify: ReccoBeats")),
    "timetable": ("schedule/timetable.json", schedule, with_keys("cron", "timezone", "source", "since")),
    "story": ("runs/20261125T030000-a.json", latest_night, with_keys("run_id", "source", "verdict", "started_at", "ended_at", "note", "stages")),
    "lock": ("lock", lock, with_keys("owner", "host", "pid", "purpose", "since")),
    "exclusions": ("exclusions.csv", excluded, LINES | st.binary(max_size=200) | st.just(b"long")),
    "profile of Prefect": ("prefect/profiles.toml", profile, st.binary(max_size=100) | st.sampled_from([b'active = 3', b'active = "a"\n[profiles]\na = 3', b"profiles = []", b"x = deep"])),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_in_a_small_file_it_is_read_or_told(tmp_path: Path, name: str) -> None:
    where, read, contents = FILES[name]
    home = Home(tmp_path)
    path = home.root / where
    path.parent.mkdir(parents=True, exist_ok=True)

    @how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(contents)
    def law(content: bytes) -> None:
        path.write_bytes(LARGE.get(content, content))
        try:
            read(home)
        except SegueError as error:
            assert "\n" not in str(error)

    law()


@how(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([spec.metadata["env"] for spec in Settings.__dataclass_fields__.values()]),
        st.text(st.characters(exclude_characters="\0"), max_size=30)
        | st.sampled_from(["http://[", "nan", "inf", "-1", "1e400", "~nobody-of-this-name/x", "http://a:b@c", "٣"]),
    )
)
def test_whatever_a_setting_says_it_is_taken_or_named(environ: dict[str, str]) -> None:
    try:
        Settings.from_env(environ, Path("/nowhere"))
    except SegueError as error:
        assert str(error).startswith("these settings cannot be used: ")


@how(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["*", "0", "3", "60", "-1", "1-5", "*/0", "*/7", "L", "MON", "5#6", "a"]) | st.text(max_size=4), max_size=7).map(" ".join),
    st.sampled_from(["UTC", "Europe/Berlin", "", "Mars/Base", "../etc/passwd", "\0", "a" * 300]) | st.text(max_size=10),
)  # fmt: skip
def test_whatever_a_schedule_says_it_is_taken_or_told(cron: str, zone: str) -> None:
    try:
        timetable.timetable(cron, zone, "demo", NOW)
    except SegueError as error:
        assert "--cron" in str(error)
