"""Evidence: what plays, saves, top lists and feedback say for or against each song (mathematics, no database).

A play counts its share of the song, a skip what was left of it, with the other sign; a word counts what
`warehouse.for_you.worth` says. Everything fades with a half-life of 30 days before the reference moment, which is the
latest play or save: the same data give the same profile on any day. Pressings of one recording are one song.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from warehouse.for_you import HALF_LIFE, STANDING, faded, worth

SAVED = 2.0
TOP = {"short_term": 1.5, "medium_term": 1.0, "long_term": 0.5}
"""What first place in one of Spotify's own lists of top tracks is worth; the last place is worth half."""

LISTED = 1.0
"""What a place in a playlist of one's own is worth, while nothing else speaks for any song."""

UNKNOWN_SHARE = 0.8
"""Share played of a play of which only the API told: Spotify lists it from about half a minute on."""

NEGLIGIBLE = 0.02
"""Evidence that has faded below this says nothing any more."""

SONGS = 2_000
"""Songs that the profile keeps: those with the strongest evidence, for and against."""

SAID = {
    "track_id": pl.String(),
    "weight": pl.Float64(),
    "plays": pl.Int32(),
    "skips": pl.Int32(),
    "is_liked": pl.Boolean(),
    "last_played_at": pl.Datetime("us"),
}
EVIDENCE = {"track_id": pl.String(), "recording_id": pl.String(), **SAID}


@dataclass(frozen=True)
class Library:
    """The tables that speak: plays, saved_tracks, top_tracks, playlist_tracks (own lists), feedback, songs."""

    plays: pl.DataFrame
    saved: pl.DataFrame
    top: pl.DataFrame
    listed: pl.DataFrame
    feedback: pl.DataFrame
    songs: pl.DataFrame

    @property
    def reference(self) -> datetime | None:
        """The latest play or save; without any, the latest word."""
        heard = [self.plays["played_at"].max(), self.saved["added_at"].max()]
        moments = [moment for moment in heard if isinstance(moment, datetime)]
        latest = self.feedback["at"].max()
        return max(moments) if moments else latest if isinstance(latest, datetime) else None


def evidence(library: Library) -> pl.DataFrame:
    """One row a song that anything speaks of: track_id (of its weightiest pressing), weight, plays, skips, is_liked,
    last_played_at; the strongest `SONGS`, strongest first.
    """
    reference = library.reference
    said = pl.concat(
        [
            _of_plays(library, reference),
            _of_saves(library, reference),
            _of_top(library.top),
            _of_feedback(library.feedback, reference),
        ]
    )
    if not (said["weight"] > 0).any():
        said = pl.concat([said, _of_lists(library, reference)])
    if said.is_empty():
        return pl.DataFrame(schema=EVIDENCE)
    strongest_first = (pl.col("weight").abs(), "track_id")
    return (
        said.join(library.songs.select("track_id", "recording_id"), on="track_id")
        .group_by("recording_id", "track_id")
        .agg(*SUMMED)
        .sort(strongest_first, descending=[True, False])
        .group_by("recording_id", maintain_order=True)
        .agg(pl.col("track_id").first(), *SUMMED)
        .filter(pl.col("weight").abs() >= NEGLIGIBLE)
        .sort(strongest_first, descending=[True, False])
        .head(SONGS)
        .select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())
    )


SUMMED = (
    pl.col("weight", "plays", "skips").sum(),
    pl.col("is_liked").any(),
    pl.col("last_played_at").max(),
)
"""How evidence of several kinds, or of several pressings, becomes one."""


def _faded(moment: str, reference: datetime | None, *, least: float = 0.0) -> pl.Expr:
    """What is left of evidence of that moment; of an unknown moment, the least, or half where nothing stays."""
    age = (pl.lit(reference, pl.Datetime("us")) - pl.col(moment)).dt.total_seconds()
    left = (-(age / HALF_LIFE.total_seconds()) * pl.lit(2.0).log()).exp().clip(least, 1.0)
    return left.fill_null(least or 0.5)


def _spoken(rows: pl.DataFrame, weight: pl.Expr, **columns: pl.Expr) -> pl.DataFrame:
    """Rows of evidence, with nothing in the columns that are not given."""
    empty: Mapping[str, pl.Expr] = {
        "plays": pl.lit(0, pl.Int32),
        "skips": pl.lit(0, pl.Int32),
        "is_liked": pl.lit(False),
        "last_played_at": pl.lit(None, pl.Datetime("us")),
    }
    told = {"track_id": pl.col("track_id"), "weight": weight, **empty, **columns}
    return rows.select(told[name].cast(kind).alias(name) for name, kind in SAID.items())


def _of_plays(library: Library, reference: datetime | None) -> pl.DataFrame:
    lengths = library.songs.select("track_id", "duration_ms")
    plays = library.plays.join(lengths, on="track_id", how="left")
    longest = pl.coalesce("duration_ms", pl.col("ms_played").max().over("track_id"))
    share = (pl.col("ms_played") / longest).fill_nan(None).clip(0, 1).fill_null(UNKNOWN_SHARE)
    is_skipped = pl.col("is_skipped").fill_null(False)
    value = pl.when(is_skipped).then(share - 1).otherwise(share)
    return _spoken(
        plays,
        value * _faded("played_at", reference),
        plays=pl.lit(1),
        skips=is_skipped,
        last_played_at=pl.col("played_at"),
    )


def _of_saves(library: Library, reference: datetime | None) -> pl.DataFrame:
    return _spoken(library.saved, SAVED * _faded("added_at", reference, least=STANDING), is_liked=pl.lit(True))


def _of_top(top: pl.DataFrame) -> pl.DataFrame:
    places = pl.col("rank").max().over("time_range")
    first = pl.col("time_range").replace_strict(TOP, default=0.0, return_dtype=pl.Float64)
    return _spoken(top, first * (1 - 0.5 * (pl.col("rank") - 1) / places))


def _of_feedback(feedback: pl.DataFrame, reference: datetime | None) -> pl.DataFrame:
    rows = feedback.filter((pl.col("entity") == "track") & (pl.col("kind") != "block"))
    return pl.DataFrame(
        [
            {
                "track_id": row["entity_id"],
                "weight": worth(row["kind"], row["value"]) * faded(row["kind"], (reference or row["at"]) - row["at"]),
                "plays": 0,
                "skips": 0,
                "is_liked": row["kind"] == "like",
                "last_played_at": None,
            }
            for row in rows.iter_rows(named=True)
        ],
        schema=SAID,
    )


def _of_lists(library: Library, reference: datetime | None) -> pl.DataFrame:
    return _spoken(library.listed, LISTED * _faded("added_at", reference, least=STANDING))
