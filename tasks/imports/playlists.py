"""Playlists: rows that put songs into lists, into playlists and playlist_tracks (tool)."""

from dataclasses import replace
from pathlib import PurePosixPath

import polars as pl

from schemas.values import Harvest
from tasks.imports.files.sheets import ROW, Sheet
from tasks.imports.headings import PLAYLIST, fields
from tasks.imports.names import bare_id, blank_as_null, derived_id, names_as_written, spotify_page
from tasks.imports.quantities import Notes, moments, numbers

POSITION_LIMIT = 1_000_000
DESCRIBED = ("playlist_name", "description", "owner_id", "owner_name")


def entries(sheet: Sheet, wide: pl.DataFrame, source: str, notes: Notes) -> list[Harvest]:
    """playlist_tracks (the table that the file is about) and playlists out of rows that `catalogue.songs` read.

    Without a usable ``position`` the order of the rows is the order of the list. A list that is imported again replaces
    what was there of it.
    """
    rows = _lists(sheet).hstack(wide.select("track_id", "name"))
    has_names = wide["name"].null_count() < wide.height
    is_nameless = pl.col("name").is_null() if has_names else pl.lit(False)
    is_broken = pl.col("track_id").is_null() | pl.col("playlist_id").is_null()
    nameless = rows.filter(is_nameless & ~is_broken)
    kept = rows.filter(~is_nameless | is_broken)
    positions = _positions(sheet, kept, notes)
    placed = kept.select(
        "playlist_id",
        positions.alias("position"),
        "track_id",
        moments(kept["added_at"], notes),
    )
    lists = placed.select("playlist_id").drop_nulls().unique(maintain_order=True)
    skipped = {"the song has no name": nameless.height} if nameless.height else {}
    return [
        Harvest("playlist_tracks", source, placed, skipped=skipped, covers=lists, broken=sheet.rejected),
        *([Harvest("playlists", source, told)] if (told := _told(rows)).height else []),
    ]


def lists(sheet: Sheet, source: str) -> list[Harvest]:
    """playlists out of a sheet that only describes them."""
    return [Harvest("playlists", source, _described(_lists(sheet)), broken=sheet.rejected)]


def named(sheet: Sheet, file: str) -> Sheet:
    """A sheet whose rows name no list at all is one, called as its file."""
    if not {"playlist_id", "playlist_name"}.isdisjoint(fields(sheet.rows.columns, PLAYLIST)):
        return sheet
    return replace(sheet, rows=sheet.rows.with_columns(playlist_name=pl.lit(PurePosixPath(file).stem)))


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``playlists``, one a list of which more is said than its id: `unify` completes those that nobody describes."""
    once = (
        rows.filter(pl.col("playlist_id").is_not_null())
        .group_by("playlist_id", maintain_order=True)
        .agg(pl.col(DESCRIBED).drop_nulls().first())
    )
    return _described(once.filter(pl.any_horizontal(pl.col(DESCRIBED).is_not_null())))


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "playlist_id",
        pl.col("playlist_name").alias("name"),
        "description",
        "owner_id",
        "owner_name",
        spotify_page(pl.col("playlist_id"), "playlist").alias("spotify_url"),
    )


def _lists(sheet: Sheet) -> pl.DataFrame:
    """What each row says of its list, as texts; a list without an id has one from its name and its owner: many are called alike."""
    found = fields(sheet.rows.columns, PLAYLIST)
    nothing = pl.lit(None, pl.String)

    def first(field: str, *, names: bool = False) -> pl.Expr:
        cleaned = names_as_written if names else blank_as_null
        return pl.coalesce(nothing, *(cleaned(pl.col(column)) for column in found.get(field, []))).alias(field)

    texts = sheet.rows.select(
        ROW,
        first("playlist_id"),
        first("playlist_name", names=True),
        first("description", names=True),
        first("owner_id"),
        first("owner_name", names=True),
        first("added_at"),
        first("position"),
    )
    name, owner = pl.col("playlist_name"), pl.col("owner_id")
    derived = pl.when(owner.is_null()).then(derived_id(name)).otherwise(derived_id(name, owner))
    return texts.with_columns(
        pl.coalesce(bare_id(pl.col("playlist_id"), "playlist"), pl.when(name.is_not_null()).then(derived))
    )


def _positions(sheet: Sheet, rows: pl.DataFrame, notes: Notes) -> pl.Series:
    """Place in the list from 0: as given where a whole list gives a place of its own to every row, else by row order."""
    in_order = rows.select(pl.int_range(pl.len()).over("playlist_id")).to_series().cast(pl.Int32)
    if rows["position"].null_count() == rows.height:
        return in_order
    given = numbers(rows["position"], notes, decimal_comma=sheet.decimal_comma)
    given = (
        pl.select(pl.when(given.is_between(0, POSITION_LIMIT) & (given % 1 == 0)).then(given))
        .to_series()
        .cast(pl.Int32)
    )
    table = pl.DataFrame([rows["playlist_id"], given.alias("given")])
    is_whole = table.select(
        (pl.col("given").is_not_null().all() & (pl.col("given").n_unique() == pl.len())).over("playlist_id")
    ).to_series()
    if not is_whole.all():
        notes["position: missing or doubled in a list, its rows' order counts"] += int((~is_whole).sum())
    return pl.select(pl.when(is_whole).then(given).otherwise(in_order)).to_series()
