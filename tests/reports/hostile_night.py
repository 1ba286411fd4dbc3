"""A small catalogue in which every free text is an attack, or of another script, or endless."""

from datetime import UTC, datetime
from pathlib import Path

from schemas.values import Home
from tasks.standin.account import Entry, Play, Playlist
from tasks.standin.catalogue import Track, song
from tests.reports.demo_night import night_of

ATTACKS = (
    "<script>window.pwned = 1; fetch('https://evil.example/')</script>",
    "</script><script>window.pwned = 1</script>",
    '"><img src="https://evil.example/x.png" onerror="window.pwned = 1">',
    "' onmouseover='window.pwned = 1",
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "<!--<script>",
    "]]></title></style><style>@import url(https://evil.example/x.css)</style>",
    "'; drop table tracks; --",
    "\u2028\u2029 line ends \\u0000 \\",
    "javascript:window.pwned = 1",
    "=cmd|' /C calc'!A0",
)
SCRIPTS = (
    "שיר אהבה (גרסה חיה)",
    "\u202eevil\u202c أغنية طويلة",
    "夜に駆ける",
    "👩‍👩‍👧‍👦 👩🏽‍🚀 family",
    "Z̸͎̈a̶͓͠l̷̠̀g̴̣̓ŏ̷̙",
    "ไทยภาษา",
    "Smørrebrød på Þingvellir Ænima Łódź Straße",
    "__proto__",
    "constructor",
    "A" * 300,
    "long " * 60,
    "!!!",
    " ",
)
FEATURES = {"energy": 0.5, "valence": 0.5, "danceability": 0.5, "tempo": 120.0, "loudness": -7.0, "acousticness": 0.1}


def hostile_night(home: Home) -> Path:
    """Return the database of a night on songs, artists, albums, genres and lists with these names."""
    names = [*ATTACKS, *SCRIPTS]
    tracks = [hostile_song(names, place) for place in range(len(names))]
    lists = [Playlist(name, [Entry(track) for track in tracks]) for name in ATTACKS]
    plays = [Play(track, datetime(2026, 11, 1, place % 24, tzinfo=UTC)) for place, track in enumerate(tracks)]
    return night_of(home, tracks, lists=lists, saved=tracks[:9], plays=plays, words=ATTACKS[0])


def hostile_song(names: list[str], place: int) -> Track:
    name, other = names[place], names[(place + 5) % len(names)]
    features = {feature: value * (1 + place / 100) for feature, value in FEATURES.items()}
    return song(
        name,
        other,
        album=names[(place + 3) % len(names)],
        genres=[names[place % 4]],
        features=features,
        popularity=place,
    )
