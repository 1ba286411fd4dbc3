"""Streaming histories: the extended one (with ids) and the account data's (names only), into plays and songs (tool).

A row of the extended history is a song, a podcast, a chapter of an audiobook, or nothing that could be played; only
songs are plays. ``ts`` is the end of the stream; where several rows share it (they were sent after time offline), the
``offline_timestamp`` at which the play began tells them apart. ``skipped`` is null in old exports: then it is derived. How
long a song lasts is not told; where plays of it were played out, their median is.
"""

import json
from datetime import UTC, datetime, timedelta

import polars as pl

from schemas.catalogue import DAY_MS
from schemas.values import REJECTED, SPOTIFY_ID, Harvest
from tasks.imports.files.sheets import ROW, Sheet
from tasks.imports.headings import heading
from tasks.imports.names import bare_id, derived_id, is_collective, names_as_written, spotify_page
from tasks.imports.quantities import Notes, moments, numbers, truths

HEARD_MS = 30_000
"""Spotify counts a stream from here on; a shorter play that did not end by itself was a skip, if its length is unknown."""

HEARD_SHARE = 0.5
"""A play that the person ended before this share of the song was a skip; so was one of which nobody knows how it ended."""

ENDED_BY_PERSON = ("fwdbtn", "backbtn", "clickrow", "playbtn")
UNTOLD = ("none", "unknown")
"""Words in ``reason_end`` that say no more than an empty one; there are exports in which a whole year has no others."""
PLAYED_OUT = "trackdone"
EARLIEST_SECONDS = 1_138_752_000  # February 2006, before Spotify was founded
CLOCKS_DIFFER = timedelta(days=1)
"""A play that ended later from now than that has yet to come."""
MILLISECONDS_FROM = 20_000_000_000

COLUMNS = {
    "played_at": ("ts", "endtime"),
    "ms_played": ("ms_played", "msplayed"),
    "uri": ("spotify_track_uri",),
    "name": ("master_metadata_track_name", "trackname"),
    "artist": ("master_metadata_album_artist_name", "artistname"),
    "album": ("master_metadata_album_album_name",),
    "episode": ("episode_name", "episode_show_name", "spotify_episode_uri", "podcastname", "episodename"),
    "audiobook": ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"),
    "platform": ("platform",),
    "reason_start": ("reason_start",),
    "reason_end": ("reason_end",),
    "is_shuffle": ("shuffle",),
    "is_skipped": ("skipped",),
    "is_incognito": ("incognito_mode",),
    "offline_at": ("offline_timestamp",),
}


def plays(sheet: Sheet, notes: Notes) -> list[Harvest]:
    """plays, and the songs, artists, albums and credits that the rows name; source and origin are ``export``."""
    rows = _texts(sheet)
    notes_here = Notes()
    when = moments(rows["played_at"].alias("time"), notes_here)
    length = numbers(rows["ms_played"], notes_here)
    reason = rows.select(
        reason=pl.when(pl.col("episode").is_not_null() & pl.col("uri").is_null())
        .then(pl.lit("podcast episode"))
        .when(pl.col("audiobook").is_not_null() & pl.col("uri").is_null())
        .then(pl.lit("audiobook chapter"))
        .when(pl.col("uri").is_null() & pl.col("name").is_null())
        .then(pl.lit("names no song (unplayable, or a file of your own)"))
        .when(length == 0)
        .then(pl.lit("0 ms: nothing sounded"))
    ).to_series()
    rule = pl.select(
        pl.when(reason.is_not_null())
        .then(None)
        .when(when.is_null())
        .then(pl.lit("time of the play: not a time"))
        .when(~when.is_between(datetime.fromtimestamp(EARLIEST_SECONDS, UTC).replace(tzinfo=None), _latest()))
        .then(pl.lit("time of the play: before 2006, or yet to come"))
        .when(length.is_null() | (length < 0) | (length > DAY_MS) | (length % 1 != 0))
        .then(pl.lit("milliseconds played: not a whole number from 0 to a day"))
    ).to_series()
    broken = _broken(rows, rule)
    is_play = reason.is_null() & rule.is_null()
    heard = rows.with_columns(when.alias("played_at"), length.cast(pl.Int64, strict=False).alias("ms_played")).filter(
        is_play
    )
    heard = _identified(_apart(heard, notes), notes)
    counts = reason.drop_nulls().value_counts(sort=False).sort("reason")
    skipped = {str(word): int(count) for word, count in counts.iter_rows()}
    return [
        Harvest("plays", "export", _plays(heard, notes), skipped=skipped, broken=pl.concat([sheet.rejected, broken])),
        *_songs(heard),
    ]


def _latest() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + CLOCKS_DIFFER


def _texts(sheet: Sheet) -> pl.DataFrame:
    """ROW and the columns of `COLUMNS` as texts, whatever case their headings have."""
    by_heading = {heading(column): column for column in reversed(sheet.rows.columns)}
    nothing = pl.lit(None, pl.String)
    return sheet.rows.select(
        ROW,
        *(
            pl.coalesce(
                nothing, *(names_as_written(pl.col(by_heading[name])) for name in names if name in by_heading)
            ).alias(field)
            for field, names in COLUMNS.items()
        ),
    )


def _broken(rows: pl.DataFrame, rule: pl.Series) -> pl.DataFrame:
    bad = rows.with_columns(rule.alias("rule")).filter(rule.is_not_null())
    kept = [name for name in rows.columns if name != ROW]
    return pl.DataFrame(
        [
            (
                row["rule"],
                row["played_at"] if row["rule"].startswith("time") else row["ms_played"],
                json.dumps({name: row[name] for name in kept if row[name] is not None}, ensure_ascii=False),
            )
            for row in bad.iter_rows(named=True)
        ],
        schema=REJECTED,
        orient="row",
    )


def _apart(heard: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """Rows that share ``ts`` moved to the end that their beginning and length tell; seconds or milliseconds alike."""
    began = pl.col("offline_at").cast(pl.Float64, strict=False)
    began = pl.when(began > MILLISECONDS_FROM).then(began / 1000).otherwise(began)
    ended = (
        pl.from_epoch((began * 1000 + pl.col("ms_played")).cast(pl.Int64), "ms")
        .cast(pl.Datetime("us"))
        .dt.truncate("1s")
    )
    songs_then = (
        pl.coalesce("uri", pl.concat_str("artist", "name", separator="|", ignore_nulls=True))
        .n_unique()
        .over("played_at")
    )
    is_shared = (songs_then > 1) & (began > EARLIEST_SECONDS) & (ended <= pl.col("played_at") + timedelta(minutes=1))
    moved = heard.with_columns(is_shared.fill_null(False).alias("is_moved"), ended.alias("ended"))
    count = int(moved["is_moved"].sum())
    if count:
        notes["several songs at one time: told apart by offline_timestamp"] += count
    return moved.with_columns(played_at=pl.when("is_moved").then("ended").otherwise("played_at")).drop(
        "is_moved", "ended"
    )


def _identified(heard: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    ids = bare_id(pl.col("uri"), "track")
    whole = heard.with_columns(
        track_id=pl.coalesce(
            pl.when(ids.str.contains(SPOTIFY_ID)).then(ids),
            pl.when(pl.col("name").is_not_null()).then(derived_id(pl.col("artist"), pl.col("name"))),
            ids,
        )
    )
    by_name = int(whole["track_id"].str.starts_with("name:").sum() or 0)
    if by_name:
        notes["plays that name their song without an id: matched by name each night"] += by_name
    return whole


def _plays(heard: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    reason = pl.col("reason_end")
    longest = pl.col("ms_played").filter(reason == PLAYED_OUT).max().over("track_id")
    share = pl.col("ms_played") / longest
    may_be_skipped = reason.is_null() | reason.is_in([*ENDED_BY_PERSON, *UNTOLD])
    derived = (
        pl.when(reason == PLAYED_OUT)
        .then(pl.lit(False))
        .when(may_be_skipped & longest.is_not_null())
        .then(share < HEARD_SHARE)
        .when(may_be_skipped)
        .then(pl.col("ms_played") < HEARD_MS)
        .when(share >= HEARD_SHARE)
        .then(pl.lit(False))
    )
    given = truths(heard["is_skipped"].alias("skipped"), notes)
    table = heard.select(
        "played_at",
        "track_id",
        "ms_played",
        pl.coalesce(given, derived).alias("is_skipped"),
        pl.when(given.is_not_null())
        .then(pl.lit(False))
        .when(derived.is_not_null())
        .then(pl.lit(True))
        .alias("is_skip_derived"),
        "reason_start",
        "reason_end",
        truths(heard["is_shuffle"].alias("shuffle"), notes).alias("is_shuffle"),
        truths(heard["is_incognito"].alias("incognito_mode"), notes).alias("is_incognito"),
        "platform",
        pl.lit(None, pl.String).alias("context_uri"),
        pl.lit("export").alias("origin"),
    )
    count = int(table["is_skip_derived"].sum() or 0)
    if count:
        notes["skipped: not given, derived from reason_end and the share played"] += count
    # of two reports of one play at one moment the longer one counts
    return table.sort("played_at", "track_id", -pl.col("ms_played"), maintain_order=True)


def _songs(heard: pl.DataFrame) -> list[Harvest]:
    """What the rows say of their songs: the title, the artist of the album (unless it is one of many), and the album."""
    named = heard.filter(pl.col("name").is_not_null() & pl.col("track_id").is_not_null()).unique(
        "track_id", keep="last", maintain_order=True
    )
    artist = pl.when(~is_collective(pl.col("artist"))).then("artist")
    lengths = heard.filter(pl.col("reason_end") == PLAYED_OUT).group_by("track_id").agg(pl.col("ms_played").median())
    named = named.drop("ms_played").join(lengths, on="track_id", how="left", maintain_order="left")
    credited = named.filter(artist.is_not_null()).with_columns(artist_id=derived_id(artist))
    on_album = named.filter(pl.col("album").is_not_null()).with_columns(album_id=derived_id(artist, pl.col("album")))
    tracks = named.select(
        "track_id",
        "name",
        pl.when(pl.col("album").is_not_null()).then(derived_id(artist, pl.col("album"))).alias("album_id"),
        pl.col("ms_played").round().cast(pl.Int64).alias("duration_ms"),
        spotify_page(pl.col("track_id"), "track").alias("spotify_url"),
    )
    harvests = [
        Harvest("tracks", "export", tracks),
        Harvest(
            "artists", "export", credited.select("artist_id", name=artist).unique("artist_id", maintain_order=True)
        ),
        Harvest(
            "albums",
            "export",
            on_album.select("album_id", name=pl.col("album")).unique("album_id", maintain_order=True),
        ),
        Harvest(
            "track_artists",
            "export",
            credited.select("track_id", pl.lit(0, pl.Int32).alias("position"), "artist_id"),
        ),
    ]
    return [harvest for harvest in harvests if harvest.received]
