"""Sentences with real values, and none without."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

from warehouse.query.ranking import Candidate
from warehouse.query.telling import Close, company, confidence, contrast, facts, kinship, reasons, sound

Card = dict[str, Any]

FEATURES = ("tempo", "energy", "acousticness", "danceability", "valence", "instrumentalness", "speechiness", "liveness", "loudness", "key", "mode")  # fmt: skip


def card(**more: Any) -> Card:
    """A song of which only ``more`` is known."""
    base: Card = dict.fromkeys(FEATURES) | {
        "name": "Seed",
        "baskets": None,
        "baskets_expected": None,
        "album": None,
        "album_id": None,
        "artists": [],
        "artist_ids": [],
        "genres": [],
        "released_on": None,
    }
    return base | more


@pytest.mark.parametrize(("seed", "song", "text"), [
    (card(tempo=72.0), card(tempo=74.0), "both slow (72 and 74 BPM)"),
    (card(tempo=120.0), card(tempo=122.4), "nearly the same tempo: 120 and 122 BPM"),
    (card(tempo=100.0, key=9, mode=0), card(tempo=130.0, key=9, mode=0), "both in A minor"),
    (card(tempo=100.0, key=9, mode=0), card(tempo=130.0, key=9, mode=1), ""),
    (card(energy=0.5), card(energy=0.52), "much the same energy: 0.50 and 0.52"),
    (card(acousticness=0.95, valence=0.05), card(acousticness=0.9, valence=0.2), "both acoustic (0.95 and 0.90) and sombre (valence 0.05 and 0.20)"),
    (card(loudness=-20.0), card(loudness=-22.0), "both quiet (-20 and -22 dB)"),
    (card(), card(), ""),
    (card(tempo=72.0), card(), ""),
])  # fmt: skip
def test_what_a_pair_sounds_like(seed: Card, song: Card, text: str) -> None:
    assert sound(song, [seed]).text == text


def test_what_a_song_and_a_list_sound_like() -> None:
    assert (
        sound(card(tempo=70.0), [card(tempo=72.0), card(tempo=80.0), card(tempo=120.0), card()]).text
        == "slow (70 BPM), as 2 of the 4 songs that you gave"
    )
    assert sound(card(tempo=70.0), [card(tempo=120.0), card(tempo=72.0)]).text == ""


def test_a_contrast_needs_a_wide_gap() -> None:
    assert (
        contrast(card(tempo=108.0, energy=0.9), [card(tempo=72.0, energy=0.8)]).text
        == "but it sounds different: 72 and 108 BPM"
    )
    assert contrast(card(tempo=80.0), [card(tempo=72.0)]).text == ""
    assert contrast(card(), [card()]).text == ""


def test_an_octave_of_tempo_is_no_contrast() -> None:
    """The signal takes it for one tempo, so that it cannot be what speaks against the song."""
    assert contrast(card(tempo=150.0), [card(tempo=75.0)]).text == ""
    assert contrast(card(tempo=150.0, energy=0.9), [card(tempo=75.0, energy=0.5)]).text == (
        "but it sounds different: energy 0.50 and 0.90"
    )


@pytest.mark.parametrize(("seeds", "song", "text"), [
    ([card(artist_ids=["a"])], card(artist_ids=["a", "b"], artists=["Ada", "Bo"]), "both by Ada"),
    ([card(album_id="n")], card(album_id="n", album="Night", released_on=date(1970, 1, 1)), "from the same album, Night"),
    ([card(genres=["folk", "rock"], released_on=date(1970, 5, 1))], card(genres=["folk"], released_on=date(1972, 1, 1)), "folk, like “Seed”, from 1970 and 1972"),
    ([card(genres=["folk"], released_on=date(1970, 5, 1))], card(genres=["folk"], released_on=date(1990, 1, 1)), "folk, like “Seed”, from 1970 and 1990"),
    ([card(released_on=date(1970, 5, 1))], card(released_on=date(1990, 1, 1)), ""),
    ([card(released_on=date(1970, 5, 1))], card(released_on=date(1970, 5, 9)), "both from May 1970"),
    ([card(released_on=date(1970, 5, 1))], card(released_on=date(1970, 6, 9)), "from May and June 1970"),
    ([card(released_on=date(1970, 5, 1))], card(released_on=date(1972, 6, 9)), "from May 1970 and June 1972"),
    ([card(released_on=date(1970, 5, 1))], card(released_on=date(1970, 1, 1)), "both from 1970"),
    ([card(released_on=date(1969, 1, 1)), card(released_on=date(1970, 1, 1), name="Near"), card()], card(released_on=date(1970, 5, 1)), "from 1970, like “Near” and 1 more that you gave"),
    ([card(released_on=date(1950, 1, 1)), card(released_on=date(1970, 1, 1))], card(released_on=date(1970, 5, 1)), ""),
    ([card(artist_ids=["a"]), card(artist_ids=["a"]), card()], card(artist_ids=["a"], artists=["Ada"]), "by Ada, like “Seed” and 1 more that you gave"),
    ([card(genres=["folk"], tempo=90.0), card(genres=["folk"], tempo=70.0, name="Near"), card()], card(genres=["folk"], tempo=72.0), "folk, like “Near” and 1 more that you gave"),
    ([card(album_id="n"), card()], card(album_id="n", album="Night"), "on Night with one song of them"),
    ([card()], card(), ""),
])  # fmt: skip
def test_what_is_written_about_both(seeds: list[Card], song: Card, text: str) -> None:
    assert facts(song, seeds) == text


def playlists(count: int) -> list[str]:
    return [f"playlist:{number}" for number in range(count)]


@pytest.mark.parametrize(("together", "expected", "text"), [
    ({"playlist": playlists(7)}, 0.9, "in 7 of your playlists together, 0.9 expected by chance (fair evidence)"),
    ({"playlist": playlists(1)}, 0.012, "in one of your playlists together, 0.012 expected by chance (thin evidence)"),
    ({"playlist": playlists(1)}, 0.001, "in one of your playlists together, hardly any expected by chance (thin evidence)"),
    ({"playlist": playlists(2), "saved": ["saved"], "session": ["session:x"] * 9}, None, "in 2 of your playlists, your saved songs and 9 of your listening sessions together (strong evidence)"),
    ({}, 0.5, ""),
])  # fmt: skip
def test_company_has_counts_chance_and_confidence(
    together: dict[str, list[str]], expected: float | None, text: str
) -> None:
    assert company(card(baskets_expected=expected), [card()], together, {}) == text


@pytest.mark.parametrize(("count", "text"), [
    (1, "in your playlist “Calm” with “Seed” (thin evidence)"),
    (2, "in 2 of your playlists (“Calm” and “Night bus”) together (thin evidence)"),
    (4, "in 4 of your playlists (among them “Calm” and “Night bus”) together (fair evidence)"),
])  # fmt: skip
def test_company_names_playlists_that_have_a_name(count: int, text: str) -> None:
    names = {"playlist:0": "Calm", "playlist:1": "Night bus", "playlist:2": "Walks"}
    assert company(card(), [card()], {"playlist": playlists(count)}, names) == text


def test_a_name_that_would_fill_the_row_is_told_by_how_it_begins() -> None:
    names = {
        "playlist:0": "All the songs that I sang along to in the car, summers of 2010 to 2020",
        "playlist:1": "x" * 48,
    }
    assert company(card(), [card()], {"playlist": playlists(2)}, names) == (
        f"in 2 of your playlists (“All the songs that I sang along to in the car,…” and “{'x' * 48}”) together (thin evidence)"
    )


def test_company_of_a_list_counts_the_songs_that_keep_it() -> None:
    seeds = [card(baskets={"playlist": ["playlist:0"]}), card(baskets={"playlist": ["playlist:9"]}), card()]
    assert (
        company(card(), seeds, {"playlist": playlists(1)}, {"playlist:0": "Calm"})
        == "with one song that you gave in your playlist “Calm” (thin evidence)"
    )


@pytest.mark.parametrize(("count", "apart", "text"), [
    (1, 1, "with 2 songs that you gave in your playlist “Calm”, next to “Moon” (thin evidence)"),
    (1, 4, "with 2 songs that you gave in your playlist “Calm”, 4 places from “Moon” (thin evidence)"),
    (2, 1, "with 2 songs that you gave in 2 of your playlists (among them “Calm”), in one of them next to “Moon” (thin evidence)"),
])  # fmt: skip
@pytest.mark.parametrize("signal", ["collaborative.near", "collaborative.nearsong"])
def test_company_of_a_list_names_the_song_that_is_close_if_that_counted(
    signal: str, count: int, apart: int, text: str
) -> None:
    seeds = [card(baskets={"playlist": ["playlist:0"]})] * 2
    close, together, names = Close("moon", "Moon", apart), {"playlist": playlists(count)}, {"playlist:0": "Calm"}

    def told(addends: dict[str, float]) -> tuple[str, list[str]]:
        (reason,) = reasons(Candidate(card(), addends), seeds, together, names, close=close)
        return reason.text, list(reason.evidence)

    assert told({signal: 0.1}) == (text, [*playlists(count), "moon"])
    assert told({signal: -0.1, "collaborative.user": 0.2}) == (
        company(card(), seeds, together, names),
        playlists(count),
    )


@pytest.mark.parametrize(("baskets", "word"), [(1, "thin"), (2, "thin"), (3, "fair"), (7, "fair"), (8, "strong")])
def test_confidence_has_its_bounds(baskets: int, word: str) -> None:
    assert confidence(baskets) == word


@pytest.mark.parametrize("tell", [sound, facts, contrast])
def test_nothing_is_told_of_what_is_unknown(tell: Callable[[Card, list[Card]], Iterable[object]]) -> None:
    assert not any(tell(card(), [card(), card()]))


def test_company_without_a_shared_basket_is_told_as_that() -> None:
    seed, elsewhere = card(name="Numb"), card(artists=["Ada"], baskets={"playlist": ["playlist:1", "playlist:2"]})
    names = {"playlist:1": "Calm"}
    assert (
        kinship(elsewhere, [seed], {}) == "in 2 of your playlists; it or its artists keep company like that of “Numb”"
    )
    assert (
        kinship(elsewhere, [seed], names)
        == "in 2 of your playlists (among them “Calm”); it or its artists keep company like that of “Numb”"
    )
    assert kinship(card(artists=["Ada"]), [seed], names) == "its artists keep company in lists like that of “Numb”"
    told = card(artists=["Ada"], genres=["jazz"])
    assert kinship(told, [seed], names) == "its artists or genres keep company in lists like that of “Numb”"
    assert kinship(elsewhere | {"genres": ["jazz"]}, [seed], {}).endswith(
        "it or its artists or genres keep company like that of “Numb”"
    )
    assert (
        kinship(card(artists=["Ada"]), [seed, seed], names)
        == "its artists keep company in lists like that of the songs that you gave"
    )


def test_nothing_is_told_of_artists_or_genres_that_a_song_has_not() -> None:
    seed, told = card(name="Numb"), {"baskets": {"playlist": ["playlist:1"]}}
    assert kinship(card(**told), [seed], {}) == "in one of your playlists; it keeps company like that of “Numb”"
    assert kinship(card(genres=["jazz"]), [seed], {}) == "its genres keep company in lists like that of “Numb”"
    assert kinship(card(), [seed], {}) == ""


def test_what_is_told_of_company_can_be_looked_up() -> None:
    elsewhere = card(baskets={"playlist": ["playlist:1"], "session": []}, artist_ids=["a"], artists=["Ada"])
    alone = card(artist_ids=["a"], artists=["Ada"])
    told = [
        [
            (reason.text, reason.evidence)
            for reason in reasons(Candidate(song, {"collaborative": 0.2}), [card()], {}, {"playlist:1": "Calm"})
        ]
        for song in (elsewhere, alone)
    ]
    assert told == [
        [("in your playlist “Calm”; it or its artists keep company like that of “Seed”", ["playlist:1"])],
        [("its artists keep company in lists like that of “Seed”", ["a"])],
    ]


@pytest.mark.parametrize(("seed", "song", "text"), [
    ("Moon River", "Harvest Moon - Live", "its title says “moon”, like “Moon River”"),
    ("Москва", "Группа крови", "its title is in Cyrillic letters, like “Москва”"),
    ("夜に駆ける", "愛をこめて花束を", "its title is in Chinese or Japanese letters, like “夜に駆ける”"),
    ("ﾀﾞﾝｽ", "サクラ", "its title is in Japanese letters, like “ﾀﾞﾝｽ”"),
    ("A・B", "C・D", ""),
    ("Numb", "Faint", ""),
    ("Numb - Live", "Faint - Live", ""),
    ("Numb feat. Ada", "Faint feat. Bo", ""),
    ("Numb", "Numb", ""),
])  # fmt: skip
def test_titles_are_told_where_nothing_else_is_written(seed: str, song: str, text: str) -> None:
    """In a catalogue of names alone no reason had a sentence, though words and scripts of titles had made the score."""
    assert facts(card(name=song), [card(name=seed)]) == text
    assert (
        facts(card(name=song, artist_ids=["a"], artists=["Ada"]), [card(name=seed, artist_ids=["a"])]) == "both by Ada"
    )


def test_a_year_alone_is_told_where_nothing_else_speaks_for_a_song() -> None:
    seed = card(released_on=date(2019, 3, 4), tempo=72.0)
    song = card(released_on=date(2019, 5, 6), tempo=74.0)
    texts = [
        [reason.text for reason in reasons(Candidate(song, addends), [seed], {}, {})]
        for addends in ({"metadata": 0.2, "audio": 0.1}, {"metadata": 0.2, "audio": -0.1})
    ]
    assert texts == [["", "both slow (72 and 74 BPM)"], ["from March and May 2019", ""]]


def told_reasons(addends: dict[str, float], song: Card, seeds: list[Card], **more: Any) -> list[tuple[str, list[str]]]:
    """Text and evidence of the reasons, in their order."""
    together = {"playlist": ["playlist:1"]} if song["baskets"] else {}
    return [(one.text, list(one.evidence)) for one in reasons(Candidate(song, addends), seeds, together, {}, **more)]


def test_company_that_speaks_against_a_song_is_no_reason_for_it() -> None:
    """It once said "with one song that you gave in one of your playlists" of what took off 0.24."""
    seed = card(baskets={"playlist": ["playlist:1"]})
    song = card(baskets={"playlist": ["playlist:1"]})
    for seeds in ([seed], [seed, seed]):
        assert told_reasons({"collaborative.n": -0.5, "collaborative.user": 0.26}, song, seeds) == [("", [])]
        assert told_reasons({"collaborative.n": -0.2, "collaborative.user": 0.26}, song, seeds) != [("", [])]


def test_why_says_which_signal_speaks_against_a_song() -> None:
    addends = {"collaborative.item": 0.1, "collaborative.n": -0.5, "base": -1.0}
    assert [text for text, _ in told_reasons(addends, card(), [card(), card()], in_full=True)] == [
        "how often it is together with your songs",
        "how many lists hold it at all: speaks against it",
        "what every song begins with",
    ]


@pytest.mark.parametrize(("kind", "seed", "song", "evidence"), [
    ("metadata", card(genres=["folk", "rock", "pop"]), card(genres=["rock", "folk", "pop"]), ["folk", "rock"]),
    ("metadata", card(genres=["folk"], artist_ids=["a"]), card(genres=["folk"], artist_ids=["a"], artists=["Ada"]), ["a"]),
    ("audio", card(acousticness=0.95, valence=0.05), card(acousticness=0.9, valence=0.2), ["acousticness", "valence"]),
    ("audio", card(tempo=120.0), card(tempo=122.4), ["tempo"]),
    ("audio", card(key=9, mode=0), card(key=9, mode=0), ["key", "mode"]),
    ("audio", card(energy=0.5), card(energy=0.52), ["energy"]),
])  # fmt: skip
def test_what_is_told_of_genres_and_sound_can_be_looked_up(
    kind: str, seed: Card, song: Card, evidence: list[str]
) -> None:
    assert told_reasons({kind: 0.2}, song, [seed])[0][1] == evidence


def test_a_contrast_and_a_trait_of_a_list_can_be_looked_up() -> None:
    assert told_reasons({"audio": -0.2}, card(energy=0.9), [card(energy=0.1)])[0][1] == ["energy"]
    assert told_reasons({"audio": 0.2}, card(tempo=70.0), [card(tempo=72.0)] * 2)[0][1] == ["tempo"]
    assert told_reasons({"metadata": 0.2}, card(genres=["folk", "rock"]), [card(genres=["folk"])] * 2)[0][1] == ["folk"]


def test_a_value_that_most_of_a_list_are_near_is_told_where_no_remarkable_one_is() -> None:
    seeds = [card(energy=0.5, valence=0.5), card(energy=0.55, valence=0.3), card(energy=0.6), card()]
    told = ("energy 0.58, near that of 3 of the 4 songs that you gave", ["energy"])
    assert told_reasons({"audio": 0.2}, card(energy=0.58, valence=0.5), seeds) == [told]
    assert told_reasons({"audio": 0.2}, card(energy=0.8, valence=0.65), seeds) == [("", [])]
    assert told_reasons({"audio": -0.2}, card(energy=0.58), seeds) == [("", [])]
    fast = [seed | {"tempo": 150.0} for seed in seeds]
    assert told_reasons({"audio": 0.2}, card(energy=0.58, tempo=160.0), fast) == [
        ("fast (160 BPM), as 4 of the 4 songs that you gave", ["tempo"])
    ]


def test_songs_that_a_list_leads_to_by_one_genre_are_told_apart_by_their_values() -> None:
    """All of them once said "folk, like “Seed” and 1 more that you gave", and no more."""
    seeds = [card(genres=["folk"], energy=0.5), card(genres=["folk"], energy=0.55)]
    texts = [
        [text for text, _ in told_reasons({"metadata": 0.3, "audio": 0.2}, card(genres=["folk"], energy=energy), seeds)]
        for energy in (0.48, 0.57)
    ]
    assert texts == [
        ["folk, like “Seed” and 1 more that you gave", "energy 0.48, near that of 2 of the 2 songs that you gave"],
        ["folk, like “Seed” and 1 more that you gave", "energy 0.57, near that of 2 of the 2 songs that you gave"],
    ]


def test_of_a_list_the_song_with_most_genres_in_common_is_named_and_two_of_them() -> None:
    seeds = [
        card(name="Near", genres=["folk"]),
        card(name="Kin", genres=["blues", "folk", "jazz"]),
        card(name="Cousin", genres=["folk", "jazz"]),
        card(genres=["rock"]),
    ]
    song = card(genres=["folk", "jazz", "soul"])
    assert told_reasons({"metadata": 0.2}, song, seeds) == [
        ("folk and jazz, like “Kin” and 1 more that you gave", ["folk", "jazz"])
    ]
    assert told_reasons({"metadata": 0.2}, card(genres=["folk"]), seeds) == [
        ("folk, like “Near” and 2 more that you gave", ["folk"])
    ]
    assert told_reasons({"metadata": 0.2}, card(genres=["soul"]), seeds) == [("", [])]


def test_popularity_is_told_where_it_counted_most_or_nothing_else_is_written() -> None:
    seeds = [card(popularity=40), card(popularity=50), card(popularity=None)]
    told = ("its popularity is 47, that of the songs that you gave 45 on average", ["popularity"])
    assert told_reasons({"metadata.popularity_gap": 0.2}, card(popularity=47), seeds) == [told]
    assert told_reasons({"metadata.era": 0.2}, card(popularity=47), seeds) == [("", [])]
    assert told_reasons({"metadata.popularity_gap": 0.2, "metadata.era": -0.3}, card(popularity=47), seeds) == [
        ("", [])
    ]
    folk = [seed | {"genres": ["folk"]} for seed in seeds]
    song = card(popularity=47, genres=["folk"])
    assert told_reasons({"metadata.popularity_gap": 0.2, "metadata.genre": 0.3}, song, folk) == [
        ("folk, like “Seed” and 2 more that you gave", ["folk"])
    ]
    assert told_reasons({"metadata.popularity_gap": 0.3, "metadata.genre": 0.2}, song, folk) == [
        (
            "folk, like “Seed” and 2 more that you gave; its popularity is 47, theirs 45 on average",
            ["folk", "popularity"],
        )
    ]


def test_a_song_that_far_fewer_listen_to_is_not_told_as_popular() -> None:
    """Of a song of popularity 0 it was once a reason that the songs of the list had 31."""
    seeds = [card(popularity=40), card(popularity=50)]
    texts = [
        told_reasons({"metadata.popularity_gap": 0.2}, card(popularity=value), seeds)[0][0] for value in (90, 35, 34)
    ]
    assert texts == [
        "its popularity is 90, that of the songs that you gave 45 on average",
        "its popularity is 35, that of the songs that you gave 45 on average",
        "",
    ]


def test_popularity_is_told_in_the_place_of_a_year_that_goes_without_saying() -> None:
    seeds = [card(popularity=40, released_on=date(2019, 3, 4), tempo=72.0)] * 2
    song = card(popularity=47, released_on=date(2019, 5, 6), tempo=74.0)
    addends = {"metadata.popularity_gap": 0.2, "metadata.era": 0.3, "audio": 0.1}
    assert [text for text, _ in told_reasons(addends, song, seeds)] == [
        "its popularity is 47, that of the songs that you gave 40 on average",
        "slow (74 BPM), as 2 of the 2 songs that you gave",
    ]
    assert [text for text, _ in told_reasons(addends | {"audio": -0.1}, song, seeds)] == [
        "from 2019, like “Seed” and 1 more that you gave", "",
    ]  # fmt: skip
