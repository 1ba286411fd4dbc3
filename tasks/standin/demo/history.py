"""What Spotify sends to a person who asks for the own data: three forms of it, as folders or zips.

    listening = demo_listening(bundled(), days=3650, sessions=9)                # some 140,000 rows
    write_history(tmp_path / "my_spotify_data.zip", listening.rows)             # extended history, 23 keys a row
    write_endsong(tmp_path / "old", listening.rows)                             # the same as it was before 2023
    write_account_data(tmp_path / "account.zip", listening.rows, account)       # the short form

A target that ends in .zip becomes a zip, any other a folder. Rows of a year whose ends nobody wrote down, keys that came
later, and files that overlap are put in here, since they belong to the files and not to the listening.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from tasks.standin.account import Account
from tasks.standin.catalogue.model import Track
from tasks.standin.demo.flaws import Row

FILE_ROWS = 16_000
"""Rows of a file; Spotify's files have 10 to 13 MB."""
OVERLAP_ROWS = 25
AUDIOBOOKS_SINCE = "2023"
PDF = b"%PDF-1.4\n%%EOF\n"
Contents = Iterator[tuple[str, bytes]]


def write_history(target: Path, rows: Sequence[Row], file_rows: int = FILE_ROWS) -> Path:
    """Write an extended streaming history of `rows`, oldest first, and return `target`.

    Each file begins with some rows with which the last one ended. When there are more than two years, their second
    gives `none` for every `reason_end`.
    """
    years = sorted({row["ts"][:4] for row in rows})
    silent = years[1] if len(years) > 2 else None
    return written(target, history_files([told(row, silent) for row in rows], file_rows))


def told(row: Row, silent_year: str | None) -> Row:
    """A row as the export of its year has it."""
    year = row["ts"][:4]
    if year == silent_year:
        row = row | {"reason_end": "none"}
    if year < AUDIOBOOKS_SINCE:
        row = {key: value for key, value in row.items() if not key.startswith("audiobook")}
    return row


def history_files(rows: Sequence[Row], file_rows: int) -> Contents:
    folder = "Spotify Extended Streaming History"
    for number, start in enumerate(range(0, len(rows), file_rows)):
        part = rows[max(0, start - OVERLAP_ROWS) : start + file_rows]
        years = "-".join(sorted({part[0]["ts"][:4], part[-1]["ts"][:4]}))
        is_last = start + file_rows >= len(rows)
        yield f"{folder}/Streaming_History_Audio_{years}{'' if is_last else f'_{number}'}.json", as_bytes(part)
    episodes = [row for row in rows if row["spotify_episode_uri"]][:5]
    yield f"{folder}/Streaming_History_Video_{rows[-1]['ts'][:4]}.json", as_bytes(episodes)
    yield f"{folder}/ReadMeFirst_ExtendedStreamingHistory.pdf", PDF


def write_endsong(target: Path, rows: Sequence[Row], file_rows: int = FILE_ROWS) -> Path:
    """Write the rows as they were sent before 2023: `MyData/endsong_N.json`, other keys, other times of day."""
    old = [old_row(row) for row in rows]
    parts = enumerate(range(0, len(old), file_rows))
    return written(target, ((f"MyData/endsong_{n}.json", as_bytes(old[at : at + file_rows])) for n, at in parts))


def old_row(row: Row) -> Row:
    """A row with the keys and the form of time of `endsong` files: two more facts that are nobody's business."""
    kept = {key: value for key, value in row.items() if not key.startswith(("audiobook", "ip_addr"))}
    return kept | {
        "ts": row["ts"].replace("T", " ").removesuffix("Z"),
        "username": "segue-listener",
        "ip_addr_decrypted": "192.0.2.7",
        "user_agent_decrypted": "unknown",
    }


def write_account_data(target: Path, rows: Sequence[Row], account: Account, file_rows: int = 10_000) -> Path:
    """Write the short form: plays to the minute and without ids, podcasts, the lists and the library by name.

    With it comes one file whose name promises the short form and which holds rows of the long one, as some people have.
    """
    return written(target, account_files(rows, account, file_rows))


def account_files(rows: Sequence[Row], account: Account, file_rows: int) -> Contents:
    folder = "Spotify Account Data"
    songs = [short_row(row) for row in rows if row["spotify_track_uri"]]
    for number, start in enumerate(range(0, len(songs), file_rows)):
        yield f"{folder}/StreamingHistory_music_{number}.json", as_bytes(songs[start : start + file_rows])
    episodes = [
        {
            "endTime": minute(row),
            "podcastName": row["episode_show_name"],
            "episodeName": row["episode_name"],
            "msPlayed": row["ms_played"],
        }
        for row in rows
        if row["spotify_episode_uri"]
    ]
    yield f"{folder}/StreamingHistory_podcast_0.json", as_bytes(episodes)
    yield f"{folder}/StreamingHistory9.json", as_bytes(rows[:50])
    yield f"{folder}/Playlist1.json", as_bytes({"playlists": [*named_lists(account)]})
    library = {
        "tracks": [
            {
                "artist": saved.item.album.artists[0].name,
                "album": saved.item.album.name,
                "track": saved.item.name,
                "uri": saved.item.uri,
            }
            for saved in account.saved
            if saved
        ],
        "albums": [
            {"artist": saved.item.artists[0].name, "album": saved.item.name, "uri": saved.item.uri}
            for saved in account.saved_albums
            if saved
        ],
        "shows": [],
        "episodes": [],
        "bannedTracks": [],
        "artists": [{"name": artist.name, "uri": artist.uri} for artist in account.followed],
        "bannedArtists": [],
        "other": [],
    }
    yield f"{folder}/YourLibrary.json", as_bytes(library)
    yield f"{folder}/Userdata.json", as_bytes({"username": account.user.id, "email": "somebody@example.org"})
    yield f"{folder}/SearchQueries.json", as_bytes([])


def short_row(row: Row) -> Row:
    return {
        "endTime": minute(row),
        "artistName": row["master_metadata_album_artist_name"],
        "trackName": row["master_metadata_track_name"],
        "msPlayed": row["ms_played"],
    }


def minute(row: Row) -> str:
    return row["ts"][:16].replace("T", " ")


def named_lists(account: Account) -> Iterator[Row]:
    """The listener's own lists by name; what is no song of the catalogue stands there as null."""
    for playlist in account.playlists:
        if playlist and playlist.owner == account.user:
            yield {
                "name": playlist.name,
                "lastModifiedDate": max((entry.added_at or "" for entry in playlist.entries), default="")[:10],
                "items": [
                    {
                        "track": named(entry.item),
                        "episode": None,
                        "localTrack": None,
                        "addedDate": (entry.added_at or "")[:10],
                    }
                    for entry in playlist.entries
                ],
                "description": playlist.description,
                "numberOfFollowers": 0,
            }


def named(item: Track | Mapping[str, Any] | None) -> Row | None:
    if not isinstance(item, Track):
        return None
    return {
        "trackName": item.name,
        "artistName": item.artists[0].name,
        "albumName": item.album.name,
        "trackUri": item.uri,
    }


def as_bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def written(target: Path, contents: Iterable[tuple[str, bytes]]) -> Path:
    """Put named contents into a zip or a folder."""
    if target.suffix == ".zip":
        with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in contents:
                archive.writestr(name, content)
    else:
        for name, content in contents:
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return target
