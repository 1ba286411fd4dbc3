"""A year of listening, simulated: sessions, skips and likes of a listener with two tastes.

The process. On each day there are up to four sessions. The hour suggests what is played: one taste by day, the other
after nine in the evening, once in a long while any other playlist. A session walks through a playlist of its theme, starting
anywhere. How much the listener cares for a song is a fixed number between 0 and 1 that grows with the songs of the
same artist in the playlists and is otherwise chance; the less it is, the sooner the song is skipped, and once it is
played to its end it may be liked. All chance is `Random.random` of one seed; nobody's real history is used.

`Listening.rows` have the 23 keys of Spotify's extended streaming history, with the flaws of real exports (`flaws`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tasks.standin.account import Play, Playlist, instant
from tasks.standin.catalogue.model import Track
from tasks.standin.demo.flaws import Row, flawed

DAYS = 365
SESSION_HOURS = (8, 13, 18, 22)
SHORTEST_PLAY_MS = 30_000
"""What is shorter is in the export, but not among the recent plays."""


@dataclass
class Listening:
    """What somebody did: `rows` of the export, `plays` (oldest first, those long enough to count), and `likes`.

    `planted` counts the flaws among the rows by name.
    """

    rows: list[Row] = field(default_factory=list)
    planted: Counter[str] = field(default_factory=Counter)
    plays: list[Play] = field(default_factory=list)
    likes: dict[str, tuple[Track, datetime]] = field(default_factory=dict)

    def ranking(self, since: datetime) -> list[Track]:
        """Return the tracks played since then, most often played first."""
        counts = Counter(play.track.id for play in self.plays if play.played_at >= since)
        tracks = {play.track.id: play.track for play in self.plays}
        return [tracks[id] for id in sorted(counts, key=lambda id: (-counts[id], id))]


def listened(
    by_day: Sequence[Playlist],
    by_night: Sequence[Playlist],
    others: Sequence[Playlist],
    until: datetime,
    seed: str,
    *,
    days: int = DAYS,
    sessions: int = len(SESSION_HOURS),
) -> Listening:
    """Simulate the `days` before `until` (UTC) over three kinds of playlists: tastes of day and night, and the rest.

    There are at most `sessions` a day; with more than four they begin at any full hour from two o'clock on.
    """
    chance = Random(f"{seed}|listening")
    care = cares([*by_day, *by_night, *others], seed)
    listening = Listening()
    hours = SESSION_HOURS if sessions <= len(SESSION_HOURS) else range(2, 24, max(1, 22 // sessions))
    for day in range(days, 0, -1):
        midnight = until - timedelta(days=day, hours=until.hour, minutes=until.minute)
        for hour in hours[:sessions]:
            if chance.random() < 0.45:
                lists = others if chance.random() < 0.01 else by_night if hour >= 21 else by_day
                playlist = lists[int(chance.random() * len(lists))]
                begin = midnight + timedelta(hours=hour, seconds=int(chance.random() * 3600))
                session(listening, playlist, begin, care, chance)
    listening.rows, listening.planted = flawed(listening.rows, chance)
    return listening


def session(
    listening: Listening, playlist: Playlist, begin: datetime, care: Mapping[str, float], chance: Random
) -> None:
    """Play on from somewhere in the list, shuffled or in order, and write down what happens."""
    tracks = [entry.item for entry in playlist.entries if isinstance(entry.item, Track)]
    is_shuffled = chance.random() < 0.4
    if is_shuffled:
        tracks = sorted(tracks, key=lambda track: chance.random())
    start = int(chance.random() * len(tracks))
    now, reason = begin, "clickrow"
    for track in (tracks[start:] + tracks[:start])[: 3 + int(chance.random() * 14)]:
        is_skipped = chance.random() > 0.35 + 0.65 * care[track.id]
        share = chance.random() ** 2 * 0.6 if is_skipped else 1.0
        played_ms = int(track.duration_ms * share)
        now += timedelta(milliseconds=played_ms + 400 + int(chance.random() * 2000))
        end = "fwdbtn" if is_skipped else "trackdone"
        listening.rows.append(row(track, now, played_ms, reason, end, is_shuffled, is_skipped))
        if played_ms >= SHORTEST_PLAY_MS:
            listening.plays.append(Play(track, now, playlist))
        if not is_skipped and track.id not in listening.likes and chance.random() < 0.35 * care[track.id]:
            listening.likes[track.id] = (track, now)
        reason = end


def cares(playlists: Sequence[Playlist], seed: str) -> dict[str, float]:
    """How much the listener cares for each song, 0 to 1: more for artists who are often in the playlists."""
    tracks = [entry.item for playlist in playlists for entry in playlist.entries if isinstance(entry.item, Track)]
    presence = Counter(artist.id for track in tracks for artist in track.artists)
    care = {}
    for track in tracks:
        known = max(presence[artist.id] for artist in track.artists)
        care[track.id] = min(1.0, known / (known + 6) * 0.6 + Random(f"{seed}|{track.id}").random() * 0.6)
    return care


def row(
    track: Track, end: datetime, played_ms: int, start_reason: str, end_reason: str, is_shuffled: bool, is_skipped: bool
) -> Row:
    """One row of the extended streaming history. `ts` is the end of the stream, `offline_timestamp` its beginning."""
    return {
        "ts": instant(end),
        "platform": "android",
        "ms_played": played_ms,
        "conn_country": "DE",
        "ip_addr": "192.0.2.x",
        "master_metadata_track_name": track.name,
        "master_metadata_album_artist_name": track.album.artists[0].name,
        "master_metadata_album_album_name": track.album.name,
        "spotify_track_uri": track.uri,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": start_reason,
        "reason_end": end_reason,
        "shuffle": is_shuffled,
        "skipped": is_skipped,
        "offline": False,
        "offline_timestamp": int(end.timestamp()) - played_ms // 1000,
        "incognito_mode": False,
    }
