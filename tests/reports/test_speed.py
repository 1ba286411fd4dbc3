"""How fast the pages are in a real browser: printed, not asserted; what is asserted is that they work at 100,000 songs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reports.explorer import ADDENDS, SOUNDS, explorer_files, explorer_page
from tests.reports.conftest import Drawn, Window

MANY = 100_000
LINKS = 24
WORDS = "amber river night glass hollow summer iron paper velvet stone silver garden winter morning ghost echo".split()  # noqa: SIM905

SEARCHED = """async (texts) => {
  const box = document.getElementById("search"), took = [];
  for (const text of texts) for (let end = 1; end <= text.length; end++) {
    const began = performance.now();
    box.value = text.slice(0, end);
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    took.push(performance.now() - began);
  }
  return took;
}"""
"""What each typed letter takes, from the key to the list of songs found."""

MOVED = """async (id) => {
  const slider = document.getElementById(id), took = [];
  for (let step = 0; step <= 30; step++) {
    const began = performance.now();
    slider.value = step / 10;
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
    took.push(performance.now() - began);
  }
  return took;
}"""
"""What each step of a slider takes, from the move to the list ranked anew."""

PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
SINCE_START = "() => performance.now()"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An explorer of 100,000 songs in forty crowds; the neighbours of a song are of its own crowd."""
    chance = np.random.default_rng(7)
    crowds = chance.integers(0, 40, MANY)
    place = chance.random((40, 2))[crowds] * 0.9 + chance.normal(0, 0.02, (MANY, 2)) + 0.05
    words = np.array(WORDS, dtype=object)
    titles = words[chance.integers(0, 16, (3, MANY))]
    songs = pl.DataFrame(
        {
            "track_id": [f"{number:022d}" for number in range(MANY)],
            "name": titles[0] + " " + titles[1] + " " + np.arange(MANY).astype(str).astype(object),
            "artists": pl.Series(titles[2] + " band " + (crowds % 9).astype(str).astype(object)).reshape((MANY, 1)).arr.to_list(),
            "album": titles[1],
            "genre": pl.Series(words[crowds % 16]).cast(pl.String),
            "released_year": pl.Series(1960 + crowds, dtype=pl.Int32),
            "popularity": pl.Series(100 - np.arange(MANY) * 100 // MANY, dtype=pl.Int32),
            "spotify_url": None,
            "poster_small_url": None,
            "poster_medium_url": None,
            "tempo": 60 + chance.random(MANY) * 120,
            "x": place[:, 0].clip(0, 1),
            "y": place[:, 1].clip(0, 1),
            **{name: chance.random(MANY) for name in SOUNDS},
        },
        schema_overrides=dict.fromkeys(("spotify_url", "poster_small_url", "poster_medium_url"), pl.String),
    )  # fmt: skip
    order = np.argsort(crowds, kind="stable")
    rank = np.empty(MANY, int)
    rank[order] = np.arange(MANY)
    others = order[(rank[:, None] + 1 + np.arange(LINKS)) % MANY]
    falling = np.tile(np.linspace(1, 0.2, LINKS), MANY)
    neighbours = pl.DataFrame(
        {
            "seed": pl.Series(np.repeat(np.arange(MANY), LINKS), dtype=pl.Int32),
            "neighbour": pl.Series(others.ravel(), dtype=pl.Int32),
            **{name: falling * weight for name, weight in zip(ADDENDS, (0.4, 0.3, 0.2, 0.0), strict=True)},
            "baskets_together": 3,
            "baskets_expected": 0.5,
        }
    )
    regions = pl.DataFrame({"name": [f"crowd {n}" for n in range(16)], "x": np.linspace(0, 1, 16), "y": 0.5})
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "explorer").mkdir()
    page = explorer_page(songs, neighbours, regions, {}, songs["track_id"][0], has_covers=False)
    (folder / "explorer.html").write_text(page, encoding="utf-8")
    for name, text in explorer_files(songs, neighbours, {}):
        (folder / "explorer" / name).write_text(text, encoding="ascii")
    return folder


def test_the_newspaper_says_how_fast_it_is(window: Window, demo: Drawn, say: Callable[[str], None]) -> None:
    page = window.page
    page.goto((demo.folder / "index.html").as_uri())
    painted = page.evaluate(PAINTED)
    page.wait_for_selector("html[data-drawn]", state="attached")
    size = (demo.folder / "index.html").stat().st_size
    say(
        f"newspaper, 400 songs: first paint {painted:.0f} ms, last chart {page.evaluate(SINCE_START):.0f} ms, {size:,} bytes"
    )
    assert size < 3_000_000


def test_the_explorer_says_how_fast_it_is(window: Window, demo: Drawn, say: Callable[[str], None]) -> None:
    measured(window, demo.folder, "400 songs", say)


def test_the_explorer_works_at_100_000_songs(window: Window, crowd: Path, say: Callable[[str], None]) -> None:
    measured(window, crowd, f"{MANY:,} songs", say)
    page = window.page
    page.fill("#search", f"{MANY - 1}")
    page.locator("#found li").first.click()
    page.wait_for_function(f"() => document.querySelector('#song h1').innerText.endsWith(' {MANY - 1}')")
    assert page.locator("#list li").count() > 10
    assert (window.said, window.asked) == ([], [])


def measured(window: Window, folder: Path, what: str, say: Callable[[str], None]) -> None:
    page = window.page
    page.goto((folder / "explorer.html").as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    ready, painted = page.evaluate(SINCE_START), page.evaluate(PAINTED)
    letters = page.evaluate(SEARCHED, ["love and night", "the paper garden", "zzzz nothing", "amber echo 12"])
    steps = page.evaluate(MOVED, "weight-metadata")
    bytes_read = (folder / "explorer.html").stat().st_size + sum(
        path.stat().st_size for path in (folder / "explorer").glob("songs-*.js")
    )
    say(
        f"explorer, {what}: first paint {painted:.0f} ms, all songs read {ready:.0f} ms, a letter of a search "
        f"{np.median(letters):.1f} ms (worst {max(letters):.1f}), a step of a slider {np.median(steps):.1f} ms "
        f"(worst {max(steps):.1f}), {bytes_read:,} bytes before the first neighbours"
    )
