"""Which tracks are one recording, and which recordings are one song.

A *recording* is one ISRC, or else one title (version words included), one main artist and one duration. A *song* is a
title without its version words (live, remix, remaster, …), by artists who have one of them in common.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

DURATION_GAP_MS = 2_000
"""Two pressings of one recording differ by silence at the ends, no more."""

VERSION = (
    r"remaster(?:ed)?|re-?master(?:ed)?|remix(?:ed)?|mix|rmx|edit|version|versión|versao|live|unplugged|acoustic|instrumental|"
    r"karaoke|demo|bonus|deluxe|anniversary|edition|mono|stereo|radio|extended|single|album|original|session|sessions|"
    r"re-?recorded|rerecorded|orchestral|a cappella|acapella|sped up|slowed|reverb|nightcore|vip|bootleg|mixed|dub|take|outtake|"
    r"from|soundtrack|clean|explicit|ao vivo|en vivo|en directo|taylor's"
)
PRESSING = r"remaster(?:ed)?|re-?master(?:ed)?|mono|stereo|deluxe|anniversary|edition|bonus track|album version|original version|single version|explicit|clean"
FEATURED = r"(?i)\s*[\(\[]\s*(?:feat|ft|featuring|with|w/)\b\.?[^\)\]]*[\)\]]|\s+(?:feat|ft|featuring)\b\.?\s.*$"
GENERIC = (
    "intro",
    "outro",
    "interlude",
    "skit",
    "prelude",
    "untitled",
    "intermission",
    "hidden track",
    "reprise",
    "epilogue",
    "prologue",
)
"""Titles that one artist gives to many songs; only the duration tells whether two are one."""


def identify(tracks: pl.DataFrame, track_artists: pl.DataFrame) -> pl.DataFrame:
    """Return [track_id, recording_id, song_id], one row a track, sorted.

    ``tracks``: track_id, name, duration_ms?, isrc?; ``track_artists``: track_id, position, artist_id. Each id is the smallest
    track_id of its group. A track without artists is only ever joined to others by its ISRC.
    """
    named = tracks.select(
        "track_id",
        "duration_ms",
        "isrc",
        full=plain(without(pl.col("name"), PRESSING)),
        base=plain(without(pl.col("name"), VERSION)),
    ).with_row_index("node")
    credits = track_artists.join(named, on="track_id").select("node", "position", "artist_id")
    main = named.join(credits.filter(pl.col("position") == 0), on="node")
    by_isrc = named.filter(pl.col("isrc").is_not_null()).select("node", group=pl.col("isrc"))
    pressings = _runs(main, ["full", "artist_id"])
    recordings = _joined(named["node"].len(), [by_isrc, pressings])
    common = named.join(credits, on="node").filter(pl.col("base") != "")
    is_generic = pl.col("base").is_in(GENERIC)
    versions = common.filter(~is_generic).select("node", group=pl.concat_str("base", "artist_id", separator="\0"))
    recorded = named.select("node", group=pl.Series(recordings))
    songs = _joined(named["node"].len(), [recorded, versions, _runs(common.filter(is_generic), ["base", "artist_id"])])
    return (
        named.select("track_id", recording=pl.Series(recordings), song=pl.Series(songs))
        .with_columns(
            recording_id=pl.col("track_id").min().over("recording"), song_id=pl.col("track_id").min().over("song")
        )
        .select("track_id", "recording_id", "song_id")
        .sort("track_id")
    )


def plain(titles: pl.Expr) -> pl.Expr:
    """Titles for comparison: compatible letters, no accents, no punctuation, small; one of signs alone stays as it is."""
    bare = (
        titles.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"['’`´]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    return pl.when(bare == "").then(titles.str.to_lowercase().str.strip_chars()).otherwise(bare)


def without(titles: pl.Expr, words: str) -> pl.Expr:
    """Titles without "feat. …" and without the bracket or the part after a dash that holds one of ``words`` (a pattern)."""
    bare = (
        titles.str.replace_all(FEATURED, "")
        .str.replace_all(rf"(?i)\s*[\(\[][^\)\]]*\b(?:{words})\b[^\)\]]*[\)\]]", "")
        .str.replace_all(rf"(?i)\s+[-–—~/]\s+[^-–—]*\b(?:{words})\b.*$", "")
    )
    return pl.when(bare.str.strip_chars() == "").then(titles).otherwise(bare)


def _runs(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """[node, group]: rows with equal keys whose durations follow each other within the gap; unknown ones stay alone."""
    ordered = rows.filter(pl.col("duration_ms").is_not_null()).sort(*keys, "duration_ms", "node")
    starts = pl.col("duration_ms").diff().over(keys).fill_null(DURATION_GAP_MS + 1) > DURATION_GAP_MS
    return ordered.select("node", group=starts.cum_sum())


def _joined(nodes: int, groupings: Sequence[pl.DataFrame]) -> np.ndarray:
    """Label of each of ``nodes`` when everything that shares a group in any grouping [node, group] is one."""
    rows, columns, offset = [], [], nodes
    for grouping in groupings:
        labels = grouping["group"].rank("dense").to_numpy().astype(np.int64)
        rows.append(grouping["node"].to_numpy().astype(np.int64))
        columns.append(labels + offset)
        offset += int(labels.max(initial=0)) + 1
    row, column = np.concatenate(rows), np.concatenate(columns)
    graph = coo_array((np.ones(row.size, dtype=np.int8), (row, column)), shape=(offset, offset))
    return np.asarray(connected_components(graph, directed=False)[1][:nodes])
