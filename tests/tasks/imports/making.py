"""Files as people have them, for the tests of the imports."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from schemas.values import Home
from tasks.imports.importing import import_paths
from warehouse import imports

SONG = "4iV5W9uYEdYUVa79Axb7Rh"
OTHER = "1301WleyT98MSxVHPZCA6M"
THIRD = "7ouMYWpwJ422jRcDASZB7P"

PLAY: dict[str, Any] = {
    "ts": "2024-05-01T10:00:00Z",
    "platform": "android",
    "ms_played": 200_000,
    "conn_country": "DE",
    "ip_addr": "198.51.100.7",
    "user_agent_decrypted": "Mozilla/5.0 (secret device)",
    "master_metadata_track_name": "Karma Police",
    "master_metadata_album_artist_name": "Radiohead",
    "master_metadata_album_album_name": "OK Computer",
    "spotify_track_uri": f"spotify:track:{SONG}",
    "episode_name": None,
    "episode_show_name": None,
    "spotify_episode_uri": None,
    "audiobook_title": None,
    "audiobook_uri": None,
    "audiobook_chapter_uri": None,
    "audiobook_chapter_title": None,
    "reason_start": "clickrow",
    "reason_end": "trackdone",
    "shuffle": False,
    "skipped": False,
    "offline": False,
    "offline_timestamp": 1714557400,
    "incognito_mode": False,
}
"""A row of the extended streaming history, with its 23 documented keys and an old one."""

NOTHING = {name: None for name in PLAY if name.startswith(("master", "spotify_track"))}


def play(**changes: Any) -> dict[str, Any]:
    """A row of the extended history that differs from `PLAY` in this."""
    return PLAY | changes


def written(path: Path, content: object) -> Path:
    """A file with this text, these bytes, or this as JSON."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def taken(home: Home, table: str) -> pl.DataFrame:
    """What the database of imports has of a table, both sources."""
    return pl.concat([harvest.rows for harvest in imports.harvests(home) if harvest.entity == table])


def reported(home: Home, *paths: Path) -> dict[str, Any]:
    """The main line of the report on a single file; every line sums."""
    report = import_paths(home, paths)
    sums(report)
    [line] = report.filter("is_main").to_dicts()
    return {
        **line,
        "rejected_by_rule": json.loads(line["rejected_by_rule"]),
        "skipped_by_reason": json.loads(line["skipped_by_reason"]),
    }


def sums(report: pl.DataFrame) -> None:
    """Fail unless the rows read are accounted for, line by line."""
    parts = report.select(pl.sum_horizontal("taken", "already", "repeated", "rejected", "skipped"))
    assert parts.to_series().to_list() == report["read"].to_list()
    for line in report.iter_rows(named=True):
        assert sum(json.loads(line["rejected_by_rule"]).values()) == line["rejected"]
        assert sum(json.loads(line["skipped_by_reason"]).values()) == line["skipped"]
