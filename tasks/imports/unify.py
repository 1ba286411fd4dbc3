"""Songs, artists and albums that only names identify, joined to those that have ids: harvests in, harvests out (tool).

What was imported without ids has ids made from names (`tasks.imports.names`). Each night these become the ids of what
they name, if it is known by then, from whichever source; until then they stay what they are. A title with its artist
may stand on several pressings: the most popular one is meant, the smallest id among equals. An artist is only joined
when no other artist of that name is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from schemas.values import Harvest
from tasks.imports.names import DERIVED, derived_id
from warehouse.ddl import key_of

MAPPED = {
    "tracks": ("track_id", "album_id"),
    "artists": ("artist_id",),
    "albums": ("album_id",),
    "track_artists": ("track_id", "artist_id"),
    "playlist_tracks": ("track_id",),
    "saved_tracks": ("track_id",),
    "plays": ("track_id",),
    "audio_features": ("track_id",),
}
"""Tables whose ids may be made from names, and the columns where they stand."""

NAMING = ("tracks", "artists", "albums", "track_artists")


def unified(harvests: Sequence[Harvest], known: Mapping[str, pl.DataFrame]) -> list[Harvest]:
    """The harvests with ids made from names replaced, plays told by two exports once, and a row for every playlist.

    ``known`` are the tables tracks, artists, albums and track_artists of tonight's database, whose ids count as well as
    those within the harvests. What a harvest loses is booked as skipped, so that its sum stays right.
    """
    names = {
        table: pl.concat(
            [
                known[table],
                *(harvest.rows.select(known[table].columns) for harvest in harvests if harvest.entity == table),
            ]
        )
        for table in NAMING
    }
    maps = {
        "artist_id": _artist_ids(names["artists"]),
        "track_id": _track_ids(names),
        "album_id": _album_ids(names),
    }
    plays = [harvest for harvest in harvests if harvest.entity == "plays"]
    keys = _name_keys(names)
    joined = [
        _mapped(_told_once(harvest, plays, keys) if harvest.entity == "plays" else harvest, maps)
        for harvest in harvests
    ]
    return _with_every_playlist(joined)


def unnamed(harvest: Harvest, known: Mapping[str, pl.DataFrame]) -> Harvest:
    """Without the descriptions of songs, artists and albums that are ``known``, for a source that tells less than what is."""
    if harvest.entity not in NAMING:
        return harvest
    new = harvest.rows.join(known[harvest.entity], on=key_of(harvest.entity), how="anti", maintain_order="left")
    skipped = {**harvest.skipped, "described already": harvest.rows.height - new.height}
    return replace(harvest, rows=new, skipped=skipped)


def _is_derived(column: str) -> pl.Expr:
    return pl.col(column).str.starts_with(DERIVED)


def _artist_ids(artists: pl.DataFrame) -> pl.DataFrame:
    """derived, artist_id: for names that exactly one artist with an id of its own has."""
    return (
        artists.filter(~_is_derived("artist_id"))
        .unique("artist_id", keep="first", maintain_order=True)
        .group_by(derived=derived_id(pl.col("name")))
        .agg(pl.col("artist_id").first(), pl.len())
        .filter(pl.col("len") == 1)
        .select("derived", "artist_id")
    )


def _credited(names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Each track with its title and each of its artists' names: track_id, position, name, artist, album_id, popularity."""
    artists = names["artists"].select("artist_id", artist="name").unique("artist_id", keep="first", maintain_order=True)
    credits = names["track_artists"].select("track_id", "position", "artist_id").join(artists, on="artist_id")
    tracks = names["tracks"].unique("track_id", keep="first", maintain_order=True)
    return tracks.select("track_id", "name", "album_id", "popularity").join(credits, on="track_id", how="left")


def _track_ids(names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """derived, track_id: the pressing that a title and an artist mean."""
    return (
        _credited(names)
        .filter(~_is_derived("track_id"))
        .sort("position", "popularity", "track_id", descending=[False, True, False], nulls_last=True)
        .select("track_id", derived=derived_id(pl.col("artist"), pl.col("name")))
        .unique("derived", keep="first", maintain_order=True)
    )


def _album_ids(names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """derived, album_id: the album of that title with a song whose main artist has that name; without one, an album of many."""
    albums = names["albums"].filter(~_is_derived("album_id") & pl.col("name").is_not_null())
    by_artist = _credited(names).filter(pl.col("position") == 0).select("album_id", "artist").unique()
    of_many = (
        by_artist.filter(pl.len().over("album_id") > 1).select("album_id", artist=pl.lit(None, pl.String)).unique()
    )
    return (
        pl.concat([by_artist, of_many])
        .join(albums.select("album_id", "name").unique("album_id"), on="album_id")
        .sort("album_id")
        .select("album_id", derived=derived_id(pl.col("artist"), pl.col("name")))
        .unique("derived", keep="first", maintain_order=True)
    )


def _name_keys(names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """track_id, key: what each track would be called if it had no id."""
    return (
        _credited(names)
        .filter(pl.col("position").is_null() | (pl.col("position") == 0))
        .unique("track_id", keep="first", maintain_order=True)
        .select("track_id", key=derived_id(pl.col("artist"), pl.col("name")))
    )


def _mapped(harvest: Harvest, maps: Mapping[str, pl.DataFrame]) -> Harvest:
    """The harvest under the ids that its names mean; rows that kept their id come first, so that they count on a clash."""
    rows = harvest.rows.with_columns(pl.lit(False).alias("is_joined"))
    for column in MAPPED.get(harvest.entity, ()):
        found = rows.join(
            maps[column].rename({column: "joined_id"}),
            left_on=column,
            right_on="derived",
            how="left",
            maintain_order="left",
        )
        rows = found.with_columns(
            pl.coalesce("joined_id", column).alias(column), pl.col("is_joined") | pl.col("joined_id").is_not_null()
        ).drop("joined_id")
    return replace(harvest, rows=rows.sort("is_joined", maintain_order=True).drop("is_joined"))


def _told_once(harvest: Harvest, plays: Sequence[Harvest], keys: pl.DataFrame) -> Harvest:
    """Without the plays of the account data (names, minutes) that the extended history (ids, seconds) tells as well."""
    minute = pl.col("played_at").dt.truncate("1m")
    by_id = pl.concat([other.rows.select("played_at", "track_id", "ms_played") for other in plays])
    by_id = by_id.filter(~_is_derived("track_id")).join(keys, on="track_id").select("key", "ms_played", minute=minute)
    near = pl.concat(by_id.with_columns(pl.col("minute") + timedelta(minutes=shift)) for shift in (-1, 0, 1)).unique()
    rows = harvest.rows.with_columns(minute=minute)
    again = rows.filter(_is_derived("track_id")).join(
        near, left_on=["track_id", "ms_played", "minute"], right_on=["key", "ms_played", "minute"], how="semi"
    )
    if again.is_empty():
        return harvest
    kept = rows.join(again, on=["played_at", "track_id"], how="anti", maintain_order="left").drop("minute")
    skipped = {**harvest.skipped, "told by the extended history as well": harvest.rows.height - kept.height}
    return replace(harvest, rows=kept, skipped=skipped)


def _with_every_playlist(harvests: list[Harvest]) -> list[Harvest]:
    """A row of ``playlists`` for every list that has entries; one that nobody describes is called by its id."""
    complete = list(harvests)
    for entries in (harvest for harvest in harvests if harvest.entity == "playlist_tracks"):
        ids = entries.rows.select("playlist_id").unique().sort("playlist_id")
        place = next(
            (place for place, one in enumerate(complete) if one.entity == "playlists" and one.source == entries.source),
            None,
        )
        lists = Harvest("playlists", entries.source, ids.clear(), covers="all") if place is None else complete[place]
        missing = ids.join(lists.rows, on="playlist_id", how="anti")
        if missing.is_empty():
            continue
        named = missing.with_columns(name="playlist_id", source=pl.lit(entries.source))
        whole = replace(lists, rows=pl.concat([lists.rows, named], how="diagonal"))
        if place is None:
            complete.append(whole)
        else:
            complete[place] = whole
    return complete
