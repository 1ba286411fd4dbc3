"""Catalogues: rows that describe songs, artists or sounds, into the tables they belong to (tool).

`songs` reads every row of a sheet once; `catalogue_tables` cuts the result into tables. What public data sets leave out
is derived from names (`tasks.imports.names`), what they write differently is brought to the units of the tables
(`tasks.imports.quantities`).
"""

from collections.abc import Sequence

import polars as pl

from schemas.catalogue import FEATURES
from schemas.values import ISRC, SPOTIFY_ID, Harvest
from tasks.imports.files.sheets import ROW, Sheet
from tasks.imports.headings import ARTIST, BARE_NAME, BARE_TRACK_ID, TRACK, fields, heading
from tasks.imports.names import bare_id, blank_as_null, derived_id, list_of, names_as_written, spotify_page
from tasks.imports.quantities import (
    Notes,
    audio_features,
    durations_ms,
    numbers,
    release_dates,
    truths,
    within,
)

ALBUM_TYPES = ("album", "single", "compilation", "ep")
REFERENCE_HEADINGS = ("uri", "url", "href")
"""Headings that end like this hold references; what is no reference to a track on Spotify is no id."""

PLURAL = ("artists", "artist_names", "artist_name_s", "artists_names", "track_artists", "all_artists")
"""Headings under which a comma stands between artists and not within the name of one."""


def songs(sheet: Sheet, notes: Notes) -> pl.DataFrame:
    """One row a row of the sheet: ROW, and everything that it says of a song, typed; what no column tells is null.

    Columns: those of ``tracks`` without ``source``, of ``albums`` (prefixed ``album_``), the twelve features,
    ``artists``, ``artist_ids`` and ``artist_genres`` (lists).
    """
    rows = sheet.rows
    found = fields(rows.columns, TRACK)
    name = _first(rows, [*found.get("name", []), *_named(rows, BARE_NAME)], names=True)
    artists = _artists(rows, found.get("artists", []))
    artist_ids = _artist_ids(rows, found.get("artist_ids", []))
    wide = pl.DataFrame(
        [
            rows[ROW],
            name.alias("name"),
            artists.alias("artists"),
            artist_ids.alias("artist_ids"),
            _lists(rows, found.get("artist_genres", [])).alias("artist_genres"),
            _lists(rows, found.get("genres", [])).alias("genres"),
            _track_ids(rows, found.get("track_id", []), notes).alias("track_id"),
            _reference(rows, found.get("album_id", []), "album").alias("album_id"),
            _first(rows, found.get("album_name", []), names=True).alias("album_name"),
            _first(rows, found.get("album_type", [])).str.to_lowercase().alias("album_type"),
            _first(rows, found.get("poster_url", [])).alias("poster_url"),
            _first(rows, found.get("spotify_url", [])).alias("spotify_url"),
            _durations(sheet, found.get("duration", []), notes),
            _isrcs(_first(rows, found.get("isrc", [])), notes),
            truths(_first(rows, found.get("is_explicit", [])).alias("explicit"), notes).alias("is_explicit"),
            _whole(sheet, found.get("popularity", []), "popularity", 100, notes),
            _whole(sheet, found.get("disc_number", []), "disc_number", 10_000, notes),
            _whole(sheet, found.get("track_number", []), "track_number", 100_000, notes),
            _whole(sheet, found.get("album_total_tracks", []), "album_total_tracks", 100_000, notes),
            *release_dates(_first(rows, found.get("release_date", [])).alias("release date"), notes),
        ]
    )
    known = {feature: _first(rows, found[feature]).alias(feature) for feature in FEATURES if feature in found}
    sounds = audio_features(known, notes, decimal_comma=sheet.decimal_comma)
    if known:
        wide = wide.hstack(sounds)
    else:
        wide = wide.with_columns(pl.lit(None, dtype).alias(feature) for feature, dtype in sounds.schema.items())
    return _identified(wide)


def catalogue_tables(wide: pl.DataFrame, source: str, *, main: str | None, broken: pl.DataFrame) -> list[Harvest]:
    """The tables that `songs` rows hold: tracks, artists, albums, track_artists and audio_features.

    ``main`` (tracks or audio_features) is the table that every row of the file is a row of: there the rows that could
    not be read are booked and no row is dropped; of the others each distinct row counts once.
    """
    is_named = pl.col("name").is_not_null()
    described = wide if main == "tracks" else wide.filter(is_named)
    tracks = described.join(_all_genres(described), on="track_id", how="left", maintain_order="left", nulls_equal=True)
    tracks = tracks.select(
        "track_id",
        "name",
        "album_id",
        "duration_ms",
        "is_explicit",
        "popularity",
        "isrc",
        "disc_number",
        "track_number",
        pl.lit(None, pl.Boolean).alias("is_playable"),
        pl.col("all_genres").alias("genres"),
        pl.coalesce("spotify_url", spotify_page(pl.col("track_id"), "track")).alias("spotify_url"),
    )
    sounds = wide.select("track_id", *FEATURES)
    has_sound = sounds.select(pl.any_horizontal(pl.col(FEATURES).is_not_null())).to_series()
    heard = sounds.filter(has_sound)
    named = described.filter(is_named & pl.col("track_id").is_not_null())
    credits = _credits(named)
    harvests = []
    if main == "tracks":
        harvests.append(Harvest("tracks", source, tracks, broken=broken))
    elif tracks.height:
        harvests.append(Harvest("tracks", source, tracks.unique(maintain_order=True)))
    if main == "audio_features":
        silent = {"no audio features": sounds.height - heard.height} if heard.height < sounds.height else {}
        harvests.append(Harvest("audio_features", source, heard, skipped=silent, broken=broken))
    elif heard.height:
        harvests.append(Harvest("audio_features", source, heard.unique(maintain_order=True)))
    harvests += [
        Harvest("artists", source, _artist_rows(credits)),
        Harvest("albums", source, _album_rows(named)),
        Harvest(
            "track_artists", source, credits.select("track_id", "position", "artist_id").unique(maintain_order=True)
        ),
    ]
    return [harvest for harvest in harvests if harvest.received or harvest.entity == main]


def artist_tables(sheet: Sheet, source: str, notes: Notes) -> list[Harvest]:
    """The rows of a sheet about artists."""
    rows = sheet.rows
    found = fields(rows.columns, ARTIST)
    names = _first(rows, found.get("name", []), names=True)
    wide = pl.DataFrame(
        [
            _reference(rows, found.get("artist_id", []), "artist").alias("artist_id"),
            names.alias("name"),
            _lists(rows, found.get("genres", [])).alias("genres"),
            _whole(sheet, found.get("popularity", []), "popularity", 100, notes),
            _first(rows, found.get("image_url", [])).alias("image_url"),
        ]
    )
    return [
        Harvest(
            "artists",
            source,
            wide.with_columns(
                pl.coalesce("artist_id", pl.when(pl.col("name").is_not_null()).then(derived_id(pl.col("name")))),
                spotify_page(pl.col("artist_id"), "artist").alias("spotify_url"),
            ),
            broken=sheet.rejected,
        )
    ]


def _first(rows: pl.DataFrame, columns: Sequence[str], *, names: bool = False) -> pl.Series:
    """The first value that any of the columns has, row by row."""
    if not columns:
        return pl.Series("nothing", [None], pl.String).new_from_index(0, rows.height)
    cleaned = names_as_written if names else blank_as_null
    return rows.select(pl.coalesce(cleaned(pl.col(column)) for column in columns)).to_series()


def _named(rows: pl.DataFrame, *headings: str) -> list[str]:
    """Columns of exactly these headings, in the order of the headings."""
    by_heading = {heading(column): column for column in reversed(rows.columns)}
    return [by_heading[name] for name in headings if name in by_heading]


def _reference(rows: pl.DataFrame, columns: Sequence[str], kind: str) -> pl.Series:
    values = [rows.select(bare_id(pl.col(column), kind)).to_series() for column in columns]
    return pl.select(pl.coalesce(values)).to_series() if values else _first(rows, [])


def _track_ids(rows: pl.DataFrame, columns: Sequence[str], notes: Notes) -> pl.Series:
    """The id that the row gives, from the first column that has one; a running number under ``id`` is none."""
    values = []
    for column in [*columns, *_named(rows, *BARE_TRACK_ID)]:
        ids = rows.select(bare_id(pl.col(column), "track")).to_series()
        if heading(column).endswith(REFERENCE_HEADINGS):
            ids = pl.select(pl.when(ids.str.contains(SPOTIFY_ID)).then(ids)).to_series()
        elif heading(column) in BARE_TRACK_ID and bool(ids.drop_nulls().str.contains(r"^\d{1,9}$").all()) and ids.len():
            if ids.null_count() < ids.len():
                notes[f"{column}: running numbers, ids made from the names instead"] += ids.len() - ids.null_count()
            continue
        else:
            is_local = ids.str.starts_with("spotify:local:").fill_null(False)
            ids = pl.select(pl.when(~is_local).then(ids)).to_series()
        values.append(ids)
    return pl.select(pl.coalesce(values)).to_series() if values else _first(rows, [])


def _artists(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    lists = [
        list_of(rows.select(names_as_written(pl.col(column))).to_series(), split_commas=heading(column) in PLURAL)
        for column in columns
    ]
    return _first_list(lists, rows.height)


def _artist_ids(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    lists = [
        list_of(rows[column], split_commas=True).list.eval(bare_id(pl.element(), "artist")).list.drop_nulls()
        for column in columns
    ]
    return _first_list(lists, rows.height)


def _lists(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    lists = [list_of(rows.select(blank_as_null(pl.col(column))).to_series(), split_commas=True) for column in columns]
    return _first_list(lists, rows.height)


def _first_list(lists: Sequence[pl.Series], height: int) -> pl.Series:
    if not lists:
        return pl.Series("nothing", [None], pl.List(pl.String)).new_from_index(0, height)
    said = [pl.select(pl.when(values.list.len() > 0).then(values)).to_series() for values in lists]
    return pl.select(pl.coalesce(said)).to_series()


def _whole(sheet: Sheet, columns: Sequence[str], name: str, most: int, notes: Notes) -> pl.Series:
    values = numbers(_first(sheet.rows, columns).alias(name), notes, decimal_comma=sheet.decimal_comma)
    if name == "popularity" and bool((values % 1 > 0).any()) and bool((values.drop_nulls() <= 1).all()):
        notes["popularity: given as 0 to 1, multiplied by 100"] += values.len() - values.null_count()
        values = values * 100
    return within(values, 0, most, notes).round().cast(pl.Int32)


def _durations(sheet: Sheet, columns: Sequence[str], notes: Notes) -> pl.Series:
    values = [
        durations_ms(sheet.rows[column].alias(column), notes, decimal_comma=sheet.decimal_comma) for column in columns
    ]
    if not values:
        return pl.Series("duration_ms", [None], pl.Int64).new_from_index(0, sheet.rows.height)
    return pl.select(pl.coalesce(values)).to_series().alias("duration_ms")


def _isrcs(texts: pl.Series, notes: Notes) -> pl.Series:
    codes = texts.str.replace_all(r"[-\s]", "").str.to_uppercase()
    is_code = codes.str.contains(ISRC)
    wrong = int((~is_code).sum() or 0)
    if wrong:
        notes["isrc: not an ISRC, left empty"] += wrong
    return pl.select(pl.when(is_code).then(codes)).to_series().alias("isrc")


def _identified(wide: pl.DataFrame) -> pl.DataFrame:
    """Ids for what has none, ids of artists that fit their names, and only kinds of albums that there are."""
    first = pl.col("artists").list.first()
    fits = pl.col("artist_ids").list.len() == pl.col("artists").list.len()
    return wide.with_columns(
        track_id=pl.coalesce("track_id", pl.when(pl.col("name").is_not_null()).then(derived_id(first, pl.col("name")))),
        album_id=pl.coalesce(
            "album_id", pl.when(pl.col("album_name").is_not_null()).then(derived_id(first, pl.col("album_name")))
        ),
        album_type=pl.when(pl.col("album_type").is_in(ALBUM_TYPES)).then("album_type"),
        artist_ids=pl.when(fits).then("artist_ids"),
    )


def _all_genres(wide: pl.DataFrame) -> pl.DataFrame:
    """The genres of a track in all of its rows: data sets repeat a track once a genre."""
    return (
        wide.select("track_id", pl.col("genres").alias("all_genres"))
        .explode("all_genres", empty_as_null=True)
        .group_by("track_id", maintain_order=True)
        .agg(pl.col("all_genres").drop_nulls().unique(maintain_order=True))
        .with_columns(pl.when(pl.col("all_genres").list.len() > 0).then("all_genres"))
    )


def _credits(named: pl.DataFrame) -> pl.DataFrame:
    """track_id, position, artist_id, name, genres: one row an artist of a track."""
    exploded = (
        named.filter(pl.col("artists").list.len() > 0)
        .select(
            "track_id",
            pl.int_ranges(0, pl.col("artists").list.len(), dtype=pl.Int32).alias("position"),
            pl.col("artists").alias("name"),
            "artist_ids",
            pl.when(pl.col("artists").list.len() == 1).then("artist_genres").alias("genres"),
        )
        .explode("position", "name", empty_as_null=True)
    )
    return exploded.select(
        "track_id",
        "position",
        pl.coalesce(
            pl.col("artist_ids").list.get(pl.col("position"), null_on_oob=True), derived_id(pl.col("name"))
        ).alias("artist_id"),
        "name",
        "genres",
    )


def _artist_rows(credits: pl.DataFrame) -> pl.DataFrame:
    known = credits.sort("genres", nulls_last=True, maintain_order=True).unique(
        "artist_id", keep="first", maintain_order=True
    )
    return known.select("artist_id", "name", "genres", spotify_page(pl.col("artist_id"), "artist").alias("spotify_url"))


def _album_rows(named: pl.DataFrame) -> pl.DataFrame:
    albums = named.filter(pl.col("album_id").is_not_null()).select(
        "album_id",
        pl.col("album_name").alias("name"),
        "album_type",
        "release_date",
        "release_date_precision",
        "released_on",
        pl.col("album_total_tracks").alias("total_tracks"),
        "poster_url",
        spotify_page(pl.col("album_id"), "album").alias("spotify_url"),
    )
    return albums.unique(maintain_order=True)
