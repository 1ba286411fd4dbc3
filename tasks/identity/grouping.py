"""Which tracks are one recording, and which recordings are one song.

A *recording* is one ISRC, or else one title (version words included), one main artist and one duration; sounds that are
alike allow more, and where a title names guests and another does not, or other ones, the sound tells. A *song* is a title
without its version words (live, remix, remaster, …), by artists who have one of them in common. `tasks.identity.titles`
says what of a title counts.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tasks.identity.titles import GENERIC, guests, key, stem, without_pressing, without_version

DURATION_GAP_MS = 2_000
"""Two pressings of one recording differ by silence at the ends, no more."""

UNHEARD_GAP_MS = 3_000
"""Where nothing is known of the sound of one of them, fades may differ, too."""

ALIKE_GAP_MS = 5_000
"""So may they where the sounds are alike."""

ANEW_GAP_MS = 300
"""What was played anew is hardly ever as long as this near; one recording is, whatever two analyses say of it."""

ANEW = 0.2
"""By how much energy and danceability together differ, beside the key, where it was played anew and is no other master."""

SHORT_MS = 10_000
"""Anything shorter is a silence or a jingle, of which an album may have several under one title."""

ALIKE = {"energy": 0.2, "danceability": 0.15, "valence": 0.2, "acousticness": 0.3, "speechiness": 0.15}
"""How far two masters of one recording may lie apart, with a tempo that is the same, half or double."""

TAKE = {"energy": 0.1, "valence": 0.05, "acousticness": 0.05}
"""How far two prints of one take may lie apart that name other guests: what hangs on the beat is often misheard, this is not."""

NEAR = {"energy": 0.06, "danceability": 0.05, "valence": 0.08, "acousticness": 0.1, "speechiness": 0.05}
"""How far tracks of one title by different artists may, with tempo, key and mode equal."""

PRINT_GAP_MS = 1_000
"""Whose features are equal to the last digit is one print, and as long: of 1,894 such groups of real tracks none spans 0.3 s."""

TEMPO_GAP = 0.02
"""Share by which tempi may differ."""

SOUND = (*ALIKE, "tempo", "key", "mode", "loudness", "liveness", "instrumentalness")


def identify(
    tracks: pl.DataFrame, track_artists: pl.DataFrame, artists: pl.DataFrame, sounds: pl.DataFrame
) -> pl.DataFrame:
    """Return [track_id, recording_id, song_id], one row a track, sorted.

    ``tracks``: track_id, name, album_id?, duration_ms?, isrc?; ``track_artists``: track_id, position, artist_id; ``artists``:
    artist_id, name; ``sounds``: track_id and the classic audio features, any of them null. Each id is the smallest
    track_id of its group. A track without artists is only ever joined to others by its ISRC.
    """
    name = pl.col("name")
    named = (
        tracks.select("track_id", "album_id", "duration_ms", "isrc", "name")
        .with_row_index("node")
        .with_columns(
            full=key(without_pressing(name)),
            base=key(without_version(name)),
            stem=key(stem(name)),
            whole=key(name),
            guests=guests(name),
        )
        .join(sounds.select("track_id", *SOUND), on="track_id", how="left", maintain_order="left")
    )
    who = artists.select("artist_id", who=key(pl.col("name")))
    credits = (
        track_artists.join(named.select("track_id", "node"), on="track_id")
        .join(who, on="artist_id", how="left")
        .select("node", "position", who=pl.coalesce("who", "artist_id"))
    )
    main = named.join(credits.filter(pl.col("position") == 0), on="node").with_columns(_told_apart())
    main = main.with_columns(print=pl.col("node").min().over(SOUND)).with_columns(
        pl.when(~_is_filler()).then(pl.col(*SOUND))
    )
    heard = main.filter(pl.all_horizontal(pl.col("duration_ms", *SOUND).is_not_null()) & (pl.col("energy") > 0))
    long = main.filter(pl.col("duration_ms") >= SHORT_MS)
    recordings = _joined(
        named.height,
        [
            named.filter(pl.col("isrc").is_not_null()).select("node", group="isrc"),
            _runs(long, ["full", "guests", "who"], _is_one_recording()),
            _runs(long, ["full", "who"], _is_one_recording() & _is_within(TAKE).fill_null(True)),
            _runs(long, ["full", "key", "mode"], _is_one_by_others()),
            # one master, whatever it is called and whoever is named first
            *(_groups(heard, "print", same) for same in ("who", "stem")),
        ],
    )
    common = named.join(credits, on="node").filter(pl.col("base") != "")
    is_generic = pl.col("base").is_in(GENERIC)
    is_told_bare = (pl.col("whole") == pl.col("stem")).any().over("stem", "who")
    songs = _joined(
        named.height,
        [
            named.select("node", group=pl.Series(recordings)),
            _groups(common.filter(~is_generic), "base", "who"),
            _groups(common.filter(~is_generic & ~pl.col("stem").is_in(GENERIC) & is_told_bare), "stem", "who"),
            _runs(common.filter(is_generic), ["base", "who"], _gap() <= DURATION_GAP_MS),
        ],
    )
    return (
        named.select("track_id", recording=pl.Series(recordings), song=pl.Series(songs))
        .with_columns(
            recording_id=pl.col("track_id").min().over("recording"), song_id=pl.col("track_id").min().over("song")
        )
        .select("track_id", "recording_id", "song_id")
        .sort("track_id")
    )


def _told_apart() -> pl.Expr:
    """``full``, with the guests where one album has the title with other ones or with none as well."""
    album = pl.coalesce("album_id", "track_id")
    both = (pl.col("guests").n_unique().over(album, "full", "who") > 1).any().over("full", "who")
    return pl.when(both).then(pl.concat_str("full", "guests", separator="\0")).otherwise("full").alias("full")


def _is_filler() -> pl.Expr:
    """Whether features were filled in (column means and the like): tracks of other lengths, or of other artists and titles, share them.

    ``print`` is the same where they are equal. Where too little is known for a comparison, they may be so by chance.
    """
    length = pl.col("duration_ms")
    is_of_many_lengths = (length.max() - length.min()).over("print") > PRINT_GAP_MS
    is_of_many = (pl.col("who").n_unique().over("print") > 1) & (pl.col("stem").n_unique().over("print") > 1)
    is_heard = pl.all_horizontal(pl.col(*ALIKE, "tempo").is_not_null())
    return is_heard & (is_of_many_lengths.fill_null(False) | is_of_many)


def _gap() -> pl.Expr:
    """Milliseconds between a row and the one before it."""
    return pl.col("duration_ms").diff()


def _is_one_recording() -> pl.Expr:
    """Whether a row and the one before it, of one title and artist, are one recording; false where the durations say no."""
    alike = _is_alike(ALIKE)
    is_anew = (pl.col("energy").diff().abs() + pl.col("danceability").diff().abs() > ANEW) & (pl.col("key").diff() != 0)
    allowed = (
        pl.when(alike)
        .then(ALIKE_GAP_MS)
        .when(alike.is_null())
        .then(UNHEARD_GAP_MS)
        .when(is_anew)
        .then(ANEW_GAP_MS)
        .otherwise(DURATION_GAP_MS)
    )
    return _gap() <= allowed


def _is_one_by_others() -> pl.Expr:
    """The same for a row and the one before it of one title, key and mode by different artists."""
    return (_gap() <= DURATION_GAP_MS) & _is_alike(NEAR) & (pl.col("who") != pl.col("who").shift())


def _is_alike(within: dict[str, float]) -> pl.Expr:
    """Whether a row sounds like the one before it; null where a feature of either is unknown."""
    octaves = (pl.col("tempo") / pl.col("tempo").shift()).log(2)
    return _is_within(within) & ((octaves - octaves.round()).abs() <= np.log2(1 + TEMPO_GAP))


def _is_within(within: dict[str, float]) -> pl.Expr:
    """Whether a row is as near to the one before it as ``within``; null where a feature of either is unknown."""
    return pl.all_horizontal(pl.col(name).diff().abs() <= far for name, far in within.items())


def _runs(rows: pl.DataFrame, keys: list[str], goes_on: pl.Expr) -> pl.DataFrame:
    """[node, group]: rows with equal keys, by duration, each of which ``goes_on`` from the one before; unknown ones stay alone."""
    ordered = rows.filter(pl.all_horizontal(pl.col("duration_ms", *keys).is_not_null())).sort(
        *keys, "duration_ms", "node"
    )
    is_other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in keys)
    starts = is_other | ~goes_on.fill_null(False)
    return ordered.select("node", group=starts.cum_sum())


def _groups(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """[node, group]: rows with equal keys."""
    return rows.select("node", group=pl.concat_str(*keys, separator="\0"))


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
