"""What Segue works out: identity, baskets, neighbours, recommendations, models, evaluation."""

import pandera.polars as pa
import polars as pl

from schemas.catalogue import ID_LENGTH
from schemas.types import Texts, Timestamp


class Songs(pa.DataFrameModel):
    """One row is a track as people look for it and see it: what answers by name and the macros read."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    name: str = pa.Field(description="Title as the source writes it")
    artists: Texts = pa.Field(description="Names of its artists, the main one first")
    album: str = pa.Field(nullable=True, description="Title of its album")
    poster_url: str = pa.Field(nullable=True, description="Largest cover picture of its album")
    poster_small_url: str = pa.Field(nullable=True, description="Smallest cover picture of its album")
    spotify_url: str = pa.Field(nullable=True, description="Page of the track on Spotify")
    popularity: pl.Int32 = pa.Field(nullable=True, ge=0, le=100, description="0 to 100")
    recording_id: str = pa.Field(str_length=ID_LENGTH, description="Its recording, as in recordings")
    song_id: str = pa.Field(str_length=ID_LENGTH, description="Its song, as in recordings")
    artist_ids: Texts = pa.Field(description="Its artists, in the order of artists")
    album_id: str = pa.Field(nullable=True, description="Its album")
    genres: Texts = pa.Field(description="Genres of the track and of its artists, sorted")
    released_on: pl.Date = pa.Field(nullable=True, description="First day that the release date of its album allows")
    duration_ms: pl.Int64 = pa.Field(nullable=True, description="Length in milliseconds")
    name_key: str = pa.Field(description="name without case, accents and punctuation: name_key(name)")
    title_key: str = pa.Field(description="name_key of the title without ' - Remastered', '(feat. …)' and the like")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class Recordings(pa.DataFrameModel):
    """One row says which recording a track is, and which song that recording is a version of."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    recording_id: str = pa.Field(
        str_length=ID_LENGTH, description="Smallest track_id among the pressings of the same recording"
    )
    song_id: str = pa.Field(
        str_length=ID_LENGTH,
        description="Smallest track_id among the versions (live, remix, remaster) of the same song",
    )

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class Baskets(pa.DataFrameModel):
    """One row is a track in a basket: a playlist, a listening session, the saved or the liked tracks."""

    basket_id: str = pa.Field(str_length=ID_LENGTH, description="playlist:ID, session:TIME, saved or liked")
    kind: str = pa.Field(isin=["playlist", "session", "saved", "liked"], description="Kind of basket")
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    position: pl.Int32 = pa.Field(ge=0, le=10_000_000, description="First place of the track in the basket")
    weight: float = pa.Field(ge=0, le=1e6, description="How much the basket says that the track belongs to it")

    class Config:
        strict = True
        metadata = {"key": ["basket_id", "track_id"]}


class Neighbours(pa.DataFrameModel):
    """One row is a song that belongs with another one; the addends, kept to the millionth, sum to the score. The
    neighbours of a song of a discography leave room for other artists."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The seed")
    rank: pl.Int32 = pa.Field(ge=1, le=100_000, description="1 is the nearest")
    neighbour_id: str = pa.Field(str_length=ID_LENGTH, description="The song that belongs with it")
    score: float = pa.Field(ge=-1e6, le=1e6, description="audio + metadata + collaborative + adjustments")
    audio: float = pa.Field(ge=-1e3, le=1e3, description="What the sound adds to the score")
    metadata: float = pa.Field(
        ge=-1e3, le=1e3, description="What artists, genres, album, era and title add to the score"
    )
    collaborative: float = pa.Field(ge=-1e3, le=1e3, description="What shared baskets add to the score")
    adjustments: float = pa.Field(ge=-1e3, le=1e3, description="What corrections such as hubness add to the score")
    baskets_together: pl.Int32 = pa.Field(
        nullable=True, ge=0, le=2_000_000_000, description="Baskets that hold both songs"
    )
    baskets_expected: float = pa.Field(
        nullable=True, ge=0, le=1e12, description="Baskets that would hold both by chance"
    )
    algorithm: str = pa.Field(nullable=True, description="Versioned id of the model whose score it is, as in models")

    class Config:
        strict = True
        metadata = {"key": ["track_id", "rank"]}


class Recommendations(pa.DataFrameModel):
    """One row is a song on a published list of the night."""

    list: str = pa.Field(str_length=ID_LENGTH, description="Name of the list, such as for_you")
    rank: pl.Int32 = pa.Field(ge=1, le=100_000, description="Place on the list, from 1")
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The song")
    score: float = pa.Field(ge=-1e6, le=1e6, description="Sum of the contributions of its reasons")
    reasons: str = pa.Field(description="JSON array of {kind, text, contribution}; contributions sum to the score")
    taste_id: pl.Int32 = pa.Field(nullable=True, ge=0, le=1_000, description="Taste of the profile that it serves")
    algorithm: str = pa.Field(nullable=True, description="Versioned id of the model whose scores it sums, as in models")

    class Config:
        strict = True
        metadata = {"key": ["list", "rank"]}


class Tastes(pa.DataFrameModel):
    """One row is a song that stands for the person's taste, for or against; songs with one taste_id belong together."""

    taste_id: pl.Int32 = pa.Field(ge=0, le=1_000, description="Cluster of the profile; 0 is the largest")
    taste: str = pa.Field(description="Name of the cluster, from what its songs have in common")
    track_id: str = pa.Field(str_length=ID_LENGTH, description="The song, in its pressing with the strongest evidence")
    recording_id: str = pa.Field(str_length=ID_LENGTH, description="Its recording, as in recordings")
    weight: float = pa.Field(ge=-1e6, le=1e6, description="Evidence after decay; negative for skips and dislikes")
    plays: pl.Int32 = pa.Field(ge=0, le=2_000_000_000, description="Plays counted")
    skips: pl.Int32 = pa.Field(ge=0, le=2_000_000_000, description="Skips counted")
    is_liked: bool = pa.Field(description="Saved or liked")
    last_played_at: Timestamp = pa.Field(nullable=True, description="Latest play, UTC")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class TasteLinks(pa.DataFrameModel):
    """One row is a song that belongs with one of the strongest songs of the profile: its neighbours, kept at hand for the list."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="Song of the profile")
    neighbour_id: str = pa.Field(str_length=ID_LENGTH, description="Song that belongs with it")
    score: float = pa.Field(ge=-1e6, le=1e6, description="Score of the two, as in neighbours")
    kind: str = pa.Field(
        isin=["audio", "metadata", "collaborative"], description="Signal that gives most to it, as its reason tells"
    )

    class Config:
        strict = True
        metadata = {"key": ["track_id", "neighbour_id"]}


class Exclusions(pa.DataFrameModel):
    """One row is something that the person does not let count for the profile, with what it takes away."""

    kind: str = pa.Field(
        isin=["artist", "genre", "playlist", "hours", "dates", "device", "incognito"], description="What is excluded"
    )
    value: str = pa.Field(
        description="Name or id; 22:00-06:00 and a time zone for hours; so too 2026-12-01..2026-12-26 for dates; part of a device's name"
    )
    plays: pl.Int64 = pa.Field(ge=0, le=2**62, description="Plays that do not count because of it")
    songs: pl.Int64 = pa.Field(ge=0, le=2**62, description="Songs that left the profile because of it")
    weight: float = pa.Field(ge=-1e6, le=1e6, description="Weight that left the profile because of it")

    class Config:
        strict = True
        metadata = {"key": ["kind", "value"]}


class PastLists(pa.DataFrameModel):
    """One row says what a list began with from a night on, until the next row of the list: the past at the cost of its changes."""

    kind: str = pa.Field(isin=["neighbours", "recommendations"], description="Table that the list stood in")
    list_id: str = pa.Field(str_length=ID_LENGTH, description="Seed of the neighbours, or name of the list")
    run_id: str = pa.Field(description="First night on which it was so")
    track_ids: Texts = pa.Field(description="Its first songs in order; empty when the list went")

    class Config:
        strict = True
        metadata = {"key": ["kind", "list_id", "run_id"]}


class Atlas(pa.DataFrameModel):
    """One row is the place of a track on the map of the catalogue, on which songs that belong together lie together."""

    track_id: str = pa.Field(str_length=ID_LENGTH, description="The track")
    x: float = pa.Field(ge=0, le=1, description="From 0, left, to 1, right; the directions mean nothing of themselves")
    y: float = pa.Field(ge=0, le=1, description="From 0, top, to 1, bottom")
    region: str = pa.Field(nullable=True, description="Name of the region that it lies in, by genre and sound")

    class Config:
        strict = True
        metadata = {"key": ["track_id"]}


class Models(pa.DataFrameModel):
    """One row is a step of a shape function (or a weight) of tonight's hybrid: inside (lower, upper] the signal adds value."""

    model: str = pa.Field(description="song (song to song) or list (list to song)")
    algorithm: str = pa.Field(description="Versioned id of the method and its parameters")
    signal: str = pa.Field(description="Signal that the function is of; 'intercept' for the base")
    step: pl.Int32 = pa.Field(ge=0, le=1_000_000, description="Number of the step, from 0")
    lower: float = pa.Field(nullable=True, description="Signal values above this; null is minus infinity")
    upper: float = pa.Field(nullable=True, description="Signal values up to this; null is plus infinity")
    value: float = pa.Field(
        ge=-1e9, le=1e9, description="Addend of the step, or weight where lower and upper are null and step is 0"
    )
    is_default: bool = pa.Field(description="True when there was too little data to learn from")
    run_id: str = pa.Field(description="Night that it is of")
    made_from: str = pa.Field(
        nullable=True,
        description="Print of all that it was learned from; a night with the same takes it over; null for the song model",
    )

    class Config:
        strict = True
        metadata = {"key": ["model", "signal", "step"]}


class Evaluation(pa.DataFrameModel):
    """One row is a measured figure of a recommender on held-out data of one night."""

    run_id: str = pa.Field(description="Night that it is of")
    task: str = pa.Field(isin=["song", "list"], description="song to song, or continuation of a list")
    split: str = pa.Field(description="How the hold-out was made")
    algorithm: str = pa.Field(description="What was measured: hybrid or a baseline")
    view: str = pa.Field(isin=["all", "warm", "cold"], description="Which hidden songs count as right")
    metric: str = pa.Field(description="ndcg@10, recall@100, coverage, ...")
    value: float = pa.Field(nullable=True, ge=-1e9, le=1e9, description="The figure")
    low: float = pa.Field(nullable=True, ge=-1e9, le=1e9, description="Lower bound of its 95 % bootstrap interval")
    high: float = pa.Field(nullable=True, ge=-1e9, le=1e9, description="Upper bound of its 95 % bootstrap interval")
    cases: pl.Int64 = pa.Field(ge=0, description="Number of lists or seeds behind it", le=2**62)
    made_from: str = pa.Field(
        nullable=True,
        description="Print of all that it was measured on; a night with the same takes it over; null for what is measured every night",
    )

    class Config:
        strict = True
        metadata = {"key": ["run_id", "task", "split", "algorithm", "view", "metric"]}
