"""Pages out of a warehouse file (tool): frames from the warehouse, covers from the cache, HTML and JSON from reports."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

import polars as pl

from reports.explorer import COVER_HOSTS, explorer_files, explorer_page
from reports.figures.registry import FIGURES, chart
from reports.newspaper import newspaper, shown_large, twin
from schemas.errors import HomeError, SegueError, WarehouseError
from schemas.values import Home
from tasks.posters import posters
from warehouse import reading, summaries
from warehouse.night import publishing

log = logging.getLogger(__name__)

CHARTS = tuple(FIGURES)
"""Names of the charts, in the order of the newspaper."""

MOST_LINKS = 3_000_000
"""The explorer's files hold so many neighbours: all that it can show of a small catalogue, fewer a song of a large one."""
LINKS_A_SONG = (24, 60)
MOST_COVERS = 240
"""Covers that the explorer embeds, of about 300 pixels: two megabytes, and two seconds of the first night."""
MOST_PICTURES = 1_100_000
"""Characters of embedded covers in the newspaper, which is to stay below three megabytes."""


def draw_pages(
    warehouse: Path, out: Path, *, previous: Path | None = None, covers: Path, routes: Mapping[str, str]
) -> None:
    """Write the newspaper ``index.html``, its JSON twin, and the explorer with its files into the folder `out`.

    `warehouse` is a published file or a night under construction, `previous` last night's file, for what changed; `covers`
    is the folder that keeps cover pictures, `routes` where others are asked for, as in ``tasks.posters``.

    Raises:
        WarehouseError: the warehouse cannot be read.
    """
    frames = _frames(warehouse, previous)
    sql = summaries.report_sql()
    pictures = _within(MOST_PICTURES, posters(_shown(frames), covers, routes=routes))
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(newspaper(frames, sql, pictures), encoding="utf-8")
    (out / "index.json").write_text(json.dumps(twin(frames, sql), ensure_ascii=False), encoding="utf-8")
    run = frames["runs"].row(0, named=True) if frames["runs"].height else {}
    _draw_explorer(warehouse, out, run, covers=covers, routes=routes)


def night_before(home: Home) -> Path | None:
    """Return the kept file of the night before the published one, of the same source; None where there is none.

    Raises:
        WarehouseError: nothing is published.
    """
    run_id, source = publishing.run_of(home.warehouse)
    earlier = [kept for kept in publishing.generations(home) if kept.run_id < run_id]
    return next((kept.path for kept in reversed(earlier) if publishing.run_of(kept.path)[1] == source), None)


def redraw(home: Home) -> None:
    """Draw the pages of the published night anew, with the covers that are kept: only a night knows whom it may ask for more.

    Raises:
        WarehouseError: the warehouse cannot be read.
        OSError: the pages cannot be written.
    """
    rmtree(home.reports, ignore_errors=True)
    draw_pages(home.warehouse, home.reports, previous=night_before(home), covers=home.posters, routes={})


def draw_chart(warehouse: Path, name: str, out: Path, *, previous: Path | None = None) -> None:
    """Write one chart of the newspaper, with its finding as the title, to `out`: PNG or SVG by the ending. No browser is needed.

    Raises:
        SegueError: no chart is called so, tonight has nothing for it, or `out` has another ending.
        WarehouseError: the warehouse cannot be read.
        HomeError: `out` cannot be written.
    """
    if out.suffix not in (".png", ".svg"):
        raise SegueError(f"{out.name} has an ending that no chart is written in: end it in .png or .svg")
    picture = chart(name, _frames(warehouse, previous))
    try:
        picture.save(out, scale_factor=2 if out.suffix == ".png" else 1)
    except OSError as error:
        raise HomeError(f"cannot write {out}: {error.strerror}; choose another place with --out") from error


def _draw_explorer(
    warehouse: Path, out: Path, run: Mapping[str, object], *, covers: Path, routes: Mapping[str, str]
) -> None:
    """Write ``explorer.html`` and its files in ``explorer/`` into the folder `out`; `run` is the night's row of ``runs``.

    Covers of Spotify's are linked. Of others the best known songs' and those of the first list that is seen are embedded.
    """
    songs = reading.query(warehouse, "explorer/songs")
    least, most = LINKS_A_SONG
    places = max(least, min(most, MOST_LINKS // max(1, songs.height)))
    neighbours = reading.query(warehouse, "explorer/neighbours", places=places)
    seed = reading.query(warehouse, "explorer/seed")["track_id"].to_list()
    pictures = posters(_embedded(songs, neighbours, seed), covers, routes=routes)
    page = explorer_page(
        songs,
        neighbours,
        reading.query(warehouse, "explorer/regions"),
        run,
        seed[0] if seed else None,
        has_covers=bool(pictures),
    )
    (out / "explorer.html").write_text(page, encoding="utf-8")
    (out / "explorer").mkdir(exist_ok=True)
    for name, text in explorer_files(songs, neighbours, pictures):
        (out / "explorer" / name).write_text(text, encoding="ascii")


def _shown(frames: Mapping[str, pl.DataFrame]) -> pl.Series:
    """The addresses of covers on the newspaper: small ones of every song, larger ones where a song is shown large."""
    cards = frames["cards"]
    large = cards.filter(pl.col("track_id").is_in(shown_large(frames)))["poster_medium_url"]
    return pl.concat([cards["poster_small_url"], large.alias("poster_small_url")]).drop_nulls()


def _within(most: int, pictures: Mapping[str, str]) -> dict[str, str]:
    """As many of the pictures as `most` characters hold, the smallest first."""
    kept, size = {}, 0
    for url, picture in sorted(pictures.items(), key=lambda item: (len(item[1]), item[0])):
        size += len(picture)
        if size > most:
            break
        kept[url] = picture
    return kept


def _embedded(songs: pl.DataFrame, neighbours: pl.DataFrame, seed: list[str]) -> list[str]:
    """The addresses of covers that the explorer cannot link and should not lack."""
    opening = songs.filter(pl.col("track_id").is_in(seed))["place"]
    first = neighbours.filter(pl.col("seed").is_in(opening.implode()))["neighbour"]
    seen = pl.concat([opening, first])
    urls = pl.concat([songs.filter(pl.col("place").is_in(seen.implode())), songs])["poster_medium_url"].drop_nulls()
    own = [url for url in urls.unique(maintain_order=True) if not url.startswith(COVER_HOSTS)]
    return own[:MOST_COVERS]


def _frames(warehouse: Path, previous: Path | None) -> dict[str, pl.DataFrame]:
    """The frames of the newspaper; a last night that cannot be read costs the comparison, not the page."""
    if previous is not None:
        try:
            return summaries.report(warehouse, previous)
        except WarehouseError as error:
            log.warning("drawn without a comparison with last night: %s", error)
    return summaries.report(warehouse)
