"""Data of any size that looks like music: drawn again from the bundled catalogue, and jittered."""

import numpy as np
import polars as pl
from scipy.sparse.linalg import svds

from tasks.similarity.signals.rows import incidence, unit
from tasks.similarity.signals.sound import audio_features
from tasks.standin.catalogue.bundle import bundled

SEED = 7
WHOLE = ("key", "mode", "time_signature")
"""Features that count, and are not jittered."""


def vectors(tracks: int, dims: int) -> np.ndarray:
    """``tracks`` unit vectors of ``dims`` dimensions, single precision: sounds first, then what artists, genres and albums tell.

    A smoothed bootstrap of the 5,849 songs that ship: drawn with replacement, with normal noise of Scott's bandwidth
    (n to the power of -1/(dims + 4)), so that copies stand as far apart as songs do. The same numbers every time.
    """
    base = _real(dims)
    drawn = np.random.default_rng(SEED)
    picked = base[drawn.integers(0, len(base), tracks)]
    bandwidth = len(base) ** (-1 / (base.shape[1] + 4))
    jittered = picked + drawn.normal(size=picked.shape) * base.std(axis=0) * bandwidth
    return (jittered / np.linalg.norm(jittered, axis=1, keepdims=True)).astype(np.float32)


def _real(dims: int) -> np.ndarray:
    songs = list(bundled().tracks.values())
    sound, _ = audio_features(pl.DataFrame([dict(song.features or {}) for song in songs]))
    if dims <= sound.shape[1]:
        return sound[:, :dims]
    words = [[*song.genres, *(artist.id for artist in song.artists), song.album.id] for song in songs]
    told = pl.DataFrame({"value": words}).with_row_index("row").explode("value").unique(maintain_order=True)
    left, strength, _ = svds(unit(incidence(told, len(songs))), k=dims - sound.shape[1], v0=np.ones(len(songs)))
    latent = left * strength
    return np.hstack([sound, latent / latent.std(axis=0)])


def catalogue(tracks: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """``songs``, ``audio_features`` and ``baskets`` of a catalogue of any size, drawn like ``vectors``. The same every time.

    Each copy of the 5,849 songs has artists and albums of its own, but shares genres, eras and the words of titles; features
    are jittered by a tenth of their deviation. Playlists of 80 songs, one for every 70 tracks, each of one genre and half of
    one copy.
    """
    originals = list(bundled().tracks.values())
    drawn = np.random.default_rng(SEED)
    picked = drawn.integers(0, len(originals), tracks)
    copies = drawn.integers(0, -(-tracks // len(originals)), tracks)
    width = len(str(tracks))
    rows = [
        (originals[one], copy, f"t{number:0{width}d}")
        for number, (one, copy) in enumerate(zip(picked, copies, strict=True))
    ]
    songs = pl.DataFrame(
        {
            "track_id": [track_id for _, _, track_id in rows],
            "song_id": [track_id for _, _, track_id in rows],
            "artist_ids": [[f"{artist.id} {copy}" for artist in song.artists] for song, copy, _ in rows],
            "album_id": [f"{song.album.id} {copy}" for song, copy, _ in rows],
            "genres": [list(song.genres) for song, _, _ in rows],
            "released_on": [None for _ in rows],
            "title_key": [song.name.lower() for song, _, _ in rows],
        },
        schema_overrides={"released_on": pl.Date},
    )
    features = pl.DataFrame([dict(song.features or {}) for song in originals]).cast(pl.Float64)[picked]
    spread = {name: (features[name].std() or 0.0) / 10 for name in features.columns if name not in WHOLE}
    jittered = features.with_columns(
        pl.Series(name, features[name].to_numpy() + drawn.normal(size=tracks) * float(str(width)))
        for name, width in spread.items()
    ).with_columns(pl.col("tempo").clip(40, 220), pl.exclude("tempo", "loudness", *WHOLE).clip(0, 1))
    genre = songs.select(
        genre=pl.col("genres").list.first().fill_null("none"), copy=pl.Series(copies), track="track_id"
    )
    return songs, jittered.select(songs["track_id"], pl.all()), _playlists(genre, max(1, tracks // 70), drawn)


def _playlists(songs: pl.DataFrame, wanted: int, drawn: np.random.Generator) -> pl.DataFrame:
    by_genre = {genre: part for (genre,), part in songs.group_by("genre", maintain_order=True)}
    parts = []
    for number in range(wanted):
        part = by_genre[songs["genre"][int(drawn.integers(0, songs.height))]]
        own = part.filter(pl.col("copy") == part["copy"][int(drawn.integers(0, part.height))])
        chosen = pl.concat([part[drawn.integers(0, part.height, 40)], own[drawn.integers(0, own.height, 40)]])
        held = chosen.select(track_id="track").unique(maintain_order=True)
        parts.append(
            held.select(
                pl.lit(f"playlist:{number:07d}").alias("basket_id"),
                "track_id",
                position=pl.int_range(pl.len(), dtype=pl.Int32),
                weight=pl.lit(1.0),
            )
        )
    return pl.concat(parts).sort("basket_id", "position")
