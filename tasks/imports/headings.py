"""How public data sets and exports name their columns (tool): the aliases, and what a table is about.

Headings are compared in small letters with everything but letters and digits as ``_``: ``Artist Name(s)``,
``artist.name.s`` and ``artist_name_s`` are one heading. Where several columns mean the same thing, the first in the
order of the aliases that has a value counts.
"""

import re
from collections.abc import Iterable, Sequence

from schemas.catalogue import FEATURES

FEATURE_ALIASES: dict[str, tuple[str, ...]] = {
    "danceability": ("dnce",),
    "energy": ("nrgy",),
    "key": ("musical_key", "key_name"),
    "loudness": ("loudness_db", "db"),
    "mode": ("mode_name", "track_mode"),
    "speechiness": ("spch",),
    "acousticness": ("acous",),
    "instrumentalness": ("instr",),
    "liveness": ("live",),
    "valence": ("val",),
    "tempo": ("bpm", "beats_per_minute", "tempo_bpm"),
    "time_signature": (),
}

TRACK: dict[str, tuple[str, ...]] = {
    "track_id": (
        "track_id",
        "spotify_track_uri",
        "track_uri",
        "spotify_track_id",
        "trackuri",
        "spotify_id",
        "trackid",
        "song_id",
        "track_uris",
        "track_url",
        "track_href",
    ),
    "name": ("track_name", "song_name", "track_title", "song_title", "trackname", "title", "song", "track"),
    "artists": (
        "artists_name",
        "track_artists_name",
        "artists",
        "artist_names",
        "artist_name_s",
        "track_artists",
        "artists_names",
        "all_artists",
        "artist_name",
        "track_artist",
        "artist",
        "artistname",
        "creator",
    ),
    "artist_ids": (
        "artists_id",
        "track_artists_id",
        "artist_ids",
        "id_artists",
        "artists_ids",
        "artist_uri_s",
        "artist_uris",
        "artist_id",
        "artist_uri",
        "track_artist_id",
    ),
    "artist_genres": ("artist_genres", "artist_genre", "artists_genres"),
    "album_id": ("album_id", "track_album_id", "album_uri", "album_spotify_id"),
    "album_name": ("album_name", "track_album_name", "album", "album_title", "albumname"),
    "album_type": ("album_type", "track_album_type", "album_album_type", "track_album_album_type"),
    "album_total_tracks": ("album_total_tracks", "track_album_total_tracks"),
    "release_date": (
        "release_date",
        "track_album_release_date",
        "album_release_date",
        "track_release_date",
        "released",
        "release_year",
        "year_released",
        "released_year",
        "album_release_year",
        "year",
    ),
    "poster_url": (
        "album_image_url",
        "album_images_url",
        "track_album_images_url",
        "album_cover_url",
        "album_art_url",
        "cover_url",
        "poster_url",
        "album_cover",
        "album_art",
        "album_image",
        "artwork_url",
        "image_url",
        "image",
        "img",
    ),
    "genres": ("track_genre", "track_genres", "genres", "genre", "song_genre", "top_genre", "music_genre"),
    "popularity": ("track_popularity", "song_popularity", "popularity", "popularity_score", "pop"),
    "is_explicit": ("is_explicit", "explicit", "track_explicit"),
    "isrc": ("isrc", "external_ids_isrc", "track_external_ids_isrc", "track_isrc"),
    "disc_number": ("disc_number", "track_disc_number"),
    "track_number": ("track_number", "track_track_number"),
    "spotify_url": ("spotify_url", "external_urls_spotify", "track_external_urls_spotify", "spotify_link"),
    "duration": (
        "duration_ms",
        "track_duration_ms",
        "song_duration_ms",
        "length_ms",
        "milliseconds",
        "duration",
        "track_duration",
        "length",
        "track_length",
        "dur",
        "duration_s",
        "duration_sec",
        "duration_seconds",
        "length_seconds",
        "duration_min",
        "duration_mins",
        "duration_minutes",
    ),
    **{name: (name, f"audio_features_{name}", f"features_{name}", *FEATURE_ALIASES[name]) for name in FEATURES},
}
PLAYLIST: dict[str, tuple[str, ...]] = {
    "playlist_id": ("playlist_id", "playlist_uri", "pid", "playlistid", "playlist_url", "list_id"),
    "playlist_name": ("playlist_name", "playlist_names", "playlist_title", "playlistname", "playlist"),
    "position": ("position", "playlist_position", "track_position", "pos"),
    "added_at": ("added_at", "date_added", "added_date", "addeddate", "playlist_added_at"),
    "description": ("playlist_description", "description"),
    "owner_id": ("owner_id", "playlist_owner_id", "playlist_owner", "user_id"),
    "owner_name": ("owner_name", "owner_display_name", "playlist_owner_name"),
}
ARTIST: dict[str, tuple[str, ...]] = {
    "artist_id": ("artist_id", "artist_uri", "spotify_artist_id", "id", "uri"),
    "name": ("artist_name", "artist", "name"),
    "genres": ("genres", "artist_genres", "genre", "artist_genre"),
    "popularity": ("popularity", "artist_popularity"),
    "image_url": ("image_url", "artist_image_url", "images_url", "image"),
}
PLAY = (
    "ts",
    "ms_played",
    "platform",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
    "endtime",
    "msplayed",
    "trackname",
    "artistname",
    "podcastname",
    "episodename",
)
"""Fields of the two streaming histories that are read; addresses, countries, names and user agents are not."""

ADDER = ("added_by", "addedby")
"""Who put the song there: a file that says so and names no list is one itself, as exporters of playlists write them."""
BARE_TRACK_ID = ("id", "uri", "url", "href")
BARE_NAME = "name"
PLAYLIST_LABELS = ("playlist_genre", "playlist_subgenre", "playlist_genres")
"""Labels of the list, not of its songs: as features of a song they would give away which list hides it."""

TRACK_WORDS = frozenset(
    alias
    for field in ("track_id", "name", "album_name", "album_id", "duration", "isrc", "track_number", *FEATURES)
    for alias in TRACK[field]
)

SONG_WORDS = frozenset(alias for field in ("artists", "is_explicit", "release_date") for alias in TRACK[field])
"""Beside a bare ``name`` they say that it is the name of a song: an artist's own table calls the artist by it."""

ALBUM_WORDS = frozenset({"total_tracks", "number_of_tracks", "num_tracks"})
"""Beside a bare ``name`` they say that it is the name of an album or a list."""


def heading(text: str) -> str:
    """A heading in the form in which headings are compared."""
    return re.sub(r"[\W_]+", "_", text.strip().lower()).strip("_")


KNOWN = frozenset(alias for aliases in (TRACK, PLAYLIST, ARTIST) for names in aliases.values() for alias in names) | {
    *PLAY,
    *ADDER,
    *BARE_TRACK_ID,
    BARE_NAME,
    *PLAYLIST_LABELS,
}


def is_known(text: str) -> bool:
    """Whether a column of that heading is read at all."""
    return heading(text) in KNOWN


def subject(columns: Iterable[str]) -> str | None:
    """What a table with these columns holds: plays, tracks, playlist_tracks, artists, playlists, features, or nothing.

    ``playlist_tracks`` may also hold the tracks themselves, and ``features`` are sounds of tracks named by id alone.
    """
    names = {heading(column) for column in columns}
    if {"ts", "ms_played"} <= names or {"endtime", "msplayed"} <= names:
        return "plays"
    of_playlist = bool(names & {*PLAYLIST["playlist_id"], *PLAYLIST["playlist_name"]})
    of_track = (
        bool(names & TRACK_WORDS)
        or (of_playlist and bool(names & {*BARE_TRACK_ID}))
        or (BARE_NAME in names and bool(names & SONG_WORDS) and not names & ALBUM_WORDS)
    )
    if of_track:
        named = names & {*TRACK["name"], BARE_NAME}
        identified = names & {*TRACK["track_id"], *BARE_TRACK_ID}
        if (of_playlist or names & {*ADDER}) and (named or identified):
            return "playlist_tracks"
        if named:
            return "tracks"
        return "features" if identified and names & {alias for name in FEATURES for alias in TRACK[name]} else None
    if names & {"artist_id", "artist_name", "artist", "artist_uri"} or (
        BARE_NAME in names and names & {"genres", "followers", "followers_total", "images_url"}
    ):
        return None if of_playlist else "artists"
    return "playlists" if of_playlist and names & {*PLAYLIST["playlist_id"]} else None


def lacking(columns: Iterable[str]) -> str | None:
    """What a table that is about nothing would need to be about songs; nothing where no column speaks of songs."""
    said = {heading(column): column.strip() for column in columns}
    told = [said[name] for name in said if name in {*TRACK_WORDS, *SONG_WORDS, *BARE_TRACK_ID, BARE_NAME}]
    if not told:
        return None
    lack = "no name of a song: add track_name"
    if not said.keys().isdisjoint({*TRACK["name"], BARE_NAME}):
        lack = "neither an artist nor an id of a song: add artist, or track_id or isrc"
    return f"it has {', '.join(told[:6])}, but {lack}"


def fields(columns: Sequence[str], aliases: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The columns behind each field, the most trusted first; fields that no column has are left out."""
    by_heading: dict[str, str] = {}
    for column in columns:
        by_heading.setdefault(heading(column), column)
    found = {field: [by_heading[alias] for alias in names if alias in by_heading] for field, names in aliases.items()}
    return {field: columns for field, columns in found.items() if columns}
