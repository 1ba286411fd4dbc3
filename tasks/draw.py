"""Pages out of a warehouse file (tool): frames from the warehouse, covers from the cache, HTML and JSON from reports."""

import json
import logging
from pathlib import Path

import polars as pl

from reports.newspaper import newspaper, twin
from schemas.errors import WarehouseError
from tasks.posters import posters
from warehouse import summaries

log = logging.getLogger(__name__)


def draw_pages(
    warehouse: Path,
    out: Path,
    *,
    previous: Path | None = None,
    covers: Path,
    rewrite: tuple[str, str] | None = None,
) -> None:
    """Write ``index.html`` and its JSON twin into the folder `out`.

    `warehouse` is a published file or a night under construction, `previous` last night's file, for what changed; `covers`
    is the folder that keeps cover pictures, `rewrite` as in ``tasks.posters``.

    Raises:
        WarehouseError: the warehouse cannot be read.
    """
    frames = _frames(warehouse, previous)
    sql = summaries.report_sql()
    urls = frames["cards"]["poster_small_url"].drop_nulls()
    pictures = posters(urls, covers, rewrite=rewrite)
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(newspaper(frames, sql, pictures), encoding="utf-8")
    (out / "index.json").write_text(json.dumps(twin(frames, sql), ensure_ascii=False), encoding="utf-8")


def _frames(warehouse: Path, previous: Path | None) -> dict[str, pl.DataFrame]:
    """The frames of the newspaper; a last night that cannot be read costs the comparison, not the page."""
    if previous is not None:
        try:
            return summaries.report(warehouse, previous)
        except WarehouseError as error:
            log.warning("drawn without a comparison with last night: %s", error)
    return summaries.report(warehouse)
