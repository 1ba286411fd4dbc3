"""What real streaming histories have and clean ones lack (spotify-facts, section 7.1), planted into simulated rows.

Each flaw takes one row and returns the rows that stand in its place.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from tasks.standin.catalogue.model import spotify_id

Row = dict[str, Any]
SHARE = 0.004
"""How many of the rows each flaw befalls."""
NAMES = ("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name")
NO_TRACK: Row = dict.fromkeys((*NAMES, "spotify_track_uri"))
OFFLINE_BATCH = 4


def double(row: Row) -> list[Row]:
    """The same row twice."""
    return [row, dict(row)]


def no_length(row: Row) -> list[Row]:
    """A play of no length before it."""
    return [row | {"ms_played": 0, "reason_end": "fwdbtn", "skipped": True}, row]


def milliseconds(row: Row) -> list[Row]:
    """The offline timestamp in milliseconds."""
    return [row | {"offline_timestamp": row["offline_timestamp"] * 1000}]


def junk_timestamp(row: Row) -> list[Row]:
    """An offline timestamp of a few seconds after 1970."""
    return [row | {"offline_timestamp": 17}]


def nulls(row: Row) -> list[Row]:
    """Nobody knows how it began or ended, nor when."""
    return [row | {"offline_timestamp": None, "skipped": None, "reason_start": None, "reason_end": None}]


def new_reasons(row: Row) -> list[Row]:
    """Reasons that no list of reasons has."""
    return [row | {"reason_start": "popup", "reason_end": "unexpected-exit-while-paused", "skipped": None}]


def no_skip(row: Row) -> list[Row]:
    """Ended by the forward button, and yet not skipped."""
    return [row | {"reason_end": "fwdbtn", "skipped": False}]


def nowhere(row: Row) -> list[Row]:
    """A country that is none, a platform that tells much, private listening."""
    return [
        row | {"conn_country": "ZZ", "platform": "Android OS 4.2.2 API 17 (samsung, GT-I9195)", "incognito_mode": True}
    ]


def second_device(row: Row) -> list[Row]:
    """Another device plays the same song at nearly the same time: hours of more than sixty minutes."""
    return [row, row | {"platform": "ios", "ts": row["ts"][:-3] + "59Z"}]


def gone_id(row: Row) -> list[Row]:
    """An id under which the catalogue has nothing any more; the names are kept."""
    return [row | {"spotify_track_uri": f"spotify:track:{spotify_id('gone', row['spotify_track_uri'])}"}]


def podcast(row: Row) -> list[Row]:
    """An episode before it."""
    heard = {
        "ms_played": 1_500_000,
        "episode_name": "On Rain",
        "episode_show_name": "A Show of Talk",
        "spotify_episode_uri": "spotify:episode:2hJZYOnnyoTzc1hJ5jbkYB",
    }
    return [row | NO_TRACK | heard, row]


def audiobook(row: Row) -> list[Row]:
    """A chapter of a book before it."""
    heard = {
        "ms_played": 900_000,
        "audiobook_title": "The Long Rain",
        "audiobook_uri": "spotify:show:5AvwZVawapvyhJUIx71pdJ",
        "audiobook_chapter_uri": "spotify:episode:7mCkYk3g1c2b0J6nQ7XbSd",
        "audiobook_chapter_title": "Chapter 1",
    }
    return [row | NO_TRACK | heard, row]


def nothing(row: Row) -> list[Row]:
    """A row of neither song nor episode nor book: a file from a disk, or what cannot be played."""
    return [row | NO_TRACK, row]


FLAWS: tuple[Callable[[Row], list[Row]], ...] = (
    double,
    no_length,
    milliseconds,
    junk_timestamp,
    nulls,
    new_reasons,
    no_skip,
    nowhere,
    second_device,
    gone_id,
    podcast,
    audiobook,
    nothing,
)


def flawed(rows: Iterable[Row], chance: Random) -> tuple[list[Row], Counter[str]]:
    """Return the rows with flaws among them, and how many of each flaw were planted.

    Besides `FLAWS`, now and then a few rows in a row come from a device that was offline: all bear the time at which
    it was online again, and only their offline timestamps tell them apart.
    """
    planted: Counter[str] = Counter()
    result: list[Row] = []
    offline: list[Row] = []
    for row in rows:
        draw = chance.random()
        if offline or draw > 1 - SHARE / OFFLINE_BATCH:
            offline.append(row)
            if len(offline) == OFFLINE_BATCH:
                result += [earlier | {"ts": row["ts"], "offline": True} for earlier in offline]
                planted["offline"] += OFFLINE_BATCH
                offline.clear()
        elif draw < SHARE * len(FLAWS):
            flaw = FLAWS[int(draw / SHARE)]
            result += flaw(row)
            planted[flaw.__name__] += 1
        else:
            result.append(row)
    return result + offline, planted
