"""Which tracks are one recording or one song: the cases that users of other programs complain of."""

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from tasks.identity.grouping import identify
from tasks.standin.catalogue.bundle import bundled

SOUND = dict.fromkeys(("danceability", "energy", "valence", "acousticness", "speechiness", "liveness"), 0.5) | {
    "instrumentalness": 0.0,
    "loudness": -7.0,
    "tempo": 120.0,
    "key": 0.0,
    "mode": 1.0,
}


def identified(
    *rows: tuple[str, str, int | None, str | None],
    sounds: Mapping[int, Mapping[str, float | None]] | None = None,
    albums: Sequence[str] = (),
) -> dict[str, tuple[str, str]]:
    """track number -> (recording_id, song_id) for (title, artists joined by +, duration_ms, isrc).

    ``sounds``: track number -> what sets its sound apart from `SOUND`; the others were not heard.
    """
    tracks = pl.DataFrame(
        [(str(n), title, duration, isrc) for n, (title, _, duration, isrc) in enumerate(rows)],
        schema={"track_id": pl.String, "name": pl.String, "duration_ms": pl.Int64, "isrc": pl.String},
        orient="row",
    ).with_columns(album_id=pl.Series(albums, dtype=pl.String) if albums else pl.lit(None, pl.String))
    credits = pl.DataFrame(
        [
            (str(n), place, who)
            for n, (_, artists, _, _) in enumerate(rows)
            for place, who in enumerate(artists.split("+"))
        ],
        schema={"track_id": pl.String, "position": pl.Int32, "artist_id": pl.String},
        orient="row",
    )
    artists = credits.select("artist_id", name="artist_id").unique()
    heard = [SOUND | {"track_id": str(n), **sound} for n, sound in (sounds or {}).items()]
    kinds = {"track_id": pl.String, **dict.fromkeys(SOUND, pl.Float64)}
    found = identify(tracks, credits, artists, pl.DataFrame(heard, schema=kinds))
    return {track: (recording, song) for track, recording, song in found.iter_rows()}


def same(one: tuple[str, str], two: tuple[str, str], artists: str = "x") -> tuple[bool, bool]:
    """Are these titles (or title and artists) one recording, one song?"""
    left, right = identified(
        (one[0], one[1] or artists, 200_000, None), (two[0], two[1] or artists, 200_500, None)
    ).values()
    return left[0] == right[0], left[1] == right[1]


@pytest.mark.parametrize(
    ("one", "two", "recording", "song"),
    [
        ("Believer", "Believer", True, True),
        ("Beyoncé", "BEYONCE", True, True),
        ("Don't Stop", "Don’t stop", True, True),
        ("Rock & Roll", "Rock and Roll", True, True),
        ("Stay (feat. Mikky Ekko)", "Stay", True, True),
        ("Numb", "Numb - Live", False, True),
        ("Numb", "Numb (Live at Milton Keynes)", False, True),
        ("Memories", "Memories - Dillon Francis Remix", False, True),
        ("Let It Be - Remastered 2009", "Let It Be", True, True),
        ("Piano Sonata No. 1: I. Allegro", "Piano Sonata No. 1: II. Adagio", False, False),
        ("Part 1", "Part 2", False, False),
        ("Live Forever", "Forever", False, False),
        ("(Sittin' On) The Dock of the Bay", "The Dock of the Bay", False, False),
        ("÷", "+", False, False),
        ("Big Poppa - 2007 Remaster", "Big Poppa - Instrumental; 2014 Remaster", False, True),
        ("Big Poppa - 2007 Remaster", "Big Poppa - Club Mix; 2014 Remaster", False, True),
        ("Numb (Live) [Remastered]", "Numb - Live", True, True),
        ("Rebel Yell - 1999 - Remaster", "Rebel Yell", True, True),
        ("Lovefool - Radio Edit", "Lovefool", True, True),
        ("Lovefool - Radio Mix", "Lovefool (Original Radio Edit)", True, True),
        ("Lovefool - EP Version", "Lovefool [Soundtrack Version]", True, True),
        ("Lovefool - Vocal Version / Radio Edit", "Lovefool", True, True),
        ("Lovefool - K&K Radio Edit", "Lovefool", False, True),
        ("Lovefool (Kit's String Version, Radio Edit)", "Lovefool", False, True),
        ("Iisa Pa Lamang", 'Iisa Pa Lamang - From "Walang Hanggan"', True, True),
        ("Be the One", "Be the One - Live from Spotify, London", False, True),
        ("Bailando - English Version", "Bailando - Spanish Version", False, True),
        ("Blow Remix (feat. Pharrell Williams)", "Blow", False, True),
        ("Dance Monkey", "Dance Monkey - Stripped Back", False, True),
        ("Hurt", "Hurt (Deeper-Mindset Full On Club)", False, True),
        ("Symphony No. 5 - I. Allegro", "Symphony No. 5 - II. Andante", False, False),
        ("Bakit - Tanong Ko Sa'yo", "Bakit - Ako Ngayo'y Hate Mo", False, False),
        ("Kick, Push", "Kick, Push (Part II)", False, False),
        ("Love Song", "Lovesong - Remastered", True, True),
        ("Gin And Juice", "Gin N Juice", True, True),
        ("The House of the Rising Sun", "House of the Rising Sun", True, True),
        ("Bobby Bitch", "Bobby B*tch", True, True),
        ("F**k Sleep", "Fuck Sleep", True, True),
        ("Piñón", "Pinon", True, True),
        ("Smørrebrød", "SMORREBROD", True, True),
        ("SMØRREBRØD", "Smorrebrod", True, True),
        ("Weiße Straße", "WEISSE STRASSE", True, True),
        ("WEIẞE STRAẞE", "Weisse Strasse", True, True),
        ("Þursaflokkurinn í Ðröngum", "Thursaflokkurinn i drongum", True, True),
        ("Ænima, Œuvre, ægir, œil", "Aenima, Oeuvre, aegir, oeil", True, True),
        ("Łódź, żółć, Đurđevdan, þögn, við", "Lodz, zolc, Durdevdan, thogn, vid", True, True),
        ("Şarkı, IŞIK, İstanbul", "Sarki, isik, istanbul", True, True),
        ("Smørrebrød", "Smarrebrad", False, False),
        ("N'importe", "Nimporte", True, True),
        ("÷", "÷", True, True),
        ("(Remastered)", "(Remastered)", True, True),
        ("(Remastered)", "(Original)", False, False),
        ("Kick, Push (Part II)", "Kick, Push (Part II) [Deeper]", False, True),
    ],
)
def test_titles_of_one_artist(one: str, two: str, recording: bool, song: bool) -> None:
    assert same((one, ""), (two, "")) == (recording, song)


def test_the_same_title_by_another_artist_is_another_song() -> None:
    assert same(("Hallelujah", "cohen"), ("Hallelujah", "buckley")) == (False, False)


NAMES = [
    ("one name, two ids", {"a": "The Beta Band", "b": "the beta band"}, True),
    ("two names", {"a": "Beta Band", "b": "Alpha Band"}, False),
    ("a name for one of them only", {"a": "Beta Band"}, False),
    ("no name for either", {}, False),
]


@pytest.mark.parametrize(("names", "is_one"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES])
def test_an_artist_is_a_name_and_one_without_is_an_id(names: dict[str, str], is_one: bool) -> None:
    """Two services give one artist two ids; two that nothing names are not thereby one."""
    found = identify(
        pl.DataFrame(
            {"track_id": ["1", "2", "3"], "name": "Dry", "album_id": None, "duration_ms": 200_000, "isrc": None}
        ),
        pl.DataFrame({"track_id": ["1", "2", "3"], "position": 0, "artist_id": ["a", "b", "a"]}),
        pl.DataFrame({"artist_id": list(names), "name": list(names.values())}, schema={"artist_id": str, "name": str}),
        pl.DataFrame(schema={"track_id": str, **dict.fromkeys(SOUND, float)}),
    )
    assert found.rows() == [("1", "1", "1"), ("2", "1", "1") if is_one else ("2", "2", "2"), ("3", "1", "1")]


def test_an_artist_is_one_in_letters_of_another_keyboard() -> None:
    found = identified(("Final Song", "MØ", 200_000, None), ("Final Song", "mo", 200_500, None))
    assert found == {"0": ("0", "0"), "1": ("0", "0")}


def test_an_isrc_joins_what_titles_do_not() -> None:
    found = identified(("Кино", "x", 200_000, "RUA000000001"), ("Kino", "y", 230_000, "RUA000000001"))
    assert found == {"0": ("0", "0"), "1": ("0", "0")}


def test_another_length_is_another_recording_of_the_song() -> None:
    found = identified(("Alive", "x", 200_000, None), ("Alive", "x", 320_000, None))
    assert found == {"0": ("0", "0"), "1": ("1", "0")}


def test_with_and_without_a_guest_on_one_album_are_two_recordings() -> None:
    rows = [("Trouble", "x", 221_000, None), ("Trouble (feat. Y)", "x", 222_000, None), ("Stay", "x", 200_000, None)]
    assert identified(*rows, albums=["deluxe", "deluxe", "deluxe"])["1"] == ("1", "0")
    assert identified(*rows, albums=["single", "deluxe", "deluxe"])["1"] == ("0", "0")


def test_guests_tell_apart_only_what_one_album_has_of_one_title_by_one_artist() -> None:
    """(title, artist, album, recording)"""
    rows = [
        ("Trouble", "x", "deluxe", "0"),
        ("Trouble (feat. Y)", "x", "deluxe", "1"),
        ("Trouble (feat. Y)", "x", "single", "1"),
        ("Stay", "x", "other", "3"),
        ("Stay (feat. Q)", "x", "single", "3"),
        ("Trouble", "z", "one", "5"),
        ("Trouble (feat. W)", "z", "two", "5"),
        ("Numb", "x", "hits", "7"),
        ("Numb (feat. W)", "z", "hits", "8"),
        ("Numb (feat. V)", "x", "other", "7"),
    ]
    found = identified(
        *((title, artist, 200_000 + 100 * place, None) for place, (title, artist, _, _) in enumerate(rows)),
        albums=[album for _, _, album, _ in rows],
    )
    assert [recording for recording, _ in found.values()] == [recording for *_, recording in rows]


def test_a_guest_tells_apart_where_the_sound_does_so_too() -> None:
    """What hangs on the beat is misheard between prints of one take; energy, mood and what is acoustic are not."""
    rows = [("Trouble", "x", 200_000, None), ("Trouble (feat. Y)", "x", 200_000, None)]

    def recordings(sound: Mapping[str, float]) -> set[str]:
        return {recording for recording, _ in identified(*rows, sounds={0: {}, 1: sound}).values()}

    assert recordings({"danceability": 0.7, "tempo": 91.0, "speechiness": 0.7, "key": 2.0}) == {"0"}
    assert recordings({"energy": 0.58, "valence": 0.54, "acousticness": 0.54}) == {"0"}
    for sound in ({"energy": 0.62}, {"valence": 0.56}, {"acousticness": 0.56}):
        assert recordings(sound) == {"0", "1"}


def test_the_same_guests_are_those_of_the_same_names() -> None:
    """Two with the guests, two without, by turns; of all only the sound of the second pair differs."""
    other = {"valence": 0.6}
    found = identified(
        ("Trouble", "x", 200_000, None),
        ("Trouble (feat. A, B & C)", "x", 200_100, None),
        ("Trouble", "x", 200_200, None),
        ("Trouble feat. C and b, with A - Remastered", "x", 200_300, None),
        ("Trouble [feat.- A & B & D]", "x", 200_400, None),
        sounds={0: {}, 1: other, 2: {}, 3: other | {"acousticness": 0.6}, 4: other | {"acousticness": 0.4}},
    )
    assert [recording for recording, _ in found.values()] == ["0", "1", "0", "1", "4"]
    with_or_without = identified(
        ("Roll with You", "x", 200_000, None),
        ("Roll With You - Remastered", "x", 200_000, None),
        sounds={0: {}, 1: other},
    )
    assert with_or_without == {"0": ("0", "0"), "1": ("0", "0")}


def test_fades_may_differ_where_the_sound_does_not() -> None:
    alike, live = {"energy": 0.55, "tempo": 60.5}, {"energy": 0.9}
    rows = [("Jump", "x", 240_000 + gap, None) for gap in (0, 4_500, 9_000, 12_000)]
    found = identified(*rows, sounds={0: {}, 1: alike, 2: live, 3: live})
    assert found == {"0": ("0", "0"), "1": ("0", "0"), "2": ("2", "0"), "3": ("2", "0")}
    assert {recording for recording, _ in identified(*rows).values()} == {"0", "1", "2"}  # 3 s where nothing is heard


def test_what_was_played_anew_in_another_key_is_another_recording_unless_it_is_as_long() -> None:
    def recordings(gap: int, sound: Mapping[str, float]) -> set[str]:
        rows = [("Jump", "x", 240_000, None), ("Jump", "x", 240_000 + gap, None)]
        return {recording for recording, _ in identified(*rows, sounds={0: {}, 1: sound}).values()}

    anew = {"energy": 0.59, "danceability": 0.38, "key": 7.0}
    master = {"tempo": 90.0}
    assert recordings(1_000, master | anew) == {"0", "1"}
    assert recordings(1_000, master | anew | {"energy": 0.41}) == {"0", "1"}
    assert recordings(300, master | anew) == {"0"}
    assert recordings(1_000, master | anew | {"key": 0.0}) == {"0"}
    assert recordings(1_000, master | anew | {"energy": 0.57}) == {"0"}
    assert recordings(1_000, anew) == {"0"}


def test_one_sound_under_one_title_is_one_recording_whoever_is_named_first() -> None:
    found = identified(
        ("Are Friends Electric", "numan", 325_000, None),
        ("Are 'Friends' Electric?", "tubeway", 325_000, None),
        ("Are Friends Electric", "cover", 325_000, None),
        sounds={0: {}, 1: {"energy": 0.52, "valence": 0.57, "acousticness": 0.59}, 2: {"energy": 0.8}},
    )
    assert found == {"0": ("0", "0"), "1": ("0", "0"), "2": ("2", "2")}


def test_one_sound_of_one_artist_is_one_recording_whatever_it_is_called() -> None:
    found = identified(
        ("Murder Was The Case", "x", 218_000, None),
        ("Side A: The Case", "x", 219_000, None),
        ("Another One", "y", 218_000, None),
        sounds={0: {}, 1: {}, 2: {"energy": 0.501}},
    )
    assert found == {"0": ("0", "0"), "1": ("0", "0"), "2": ("2", "2")}


def test_one_sound_of_versions_of_one_title_is_one_recording_whoever_is_named_first() -> None:
    found = identified(
        ("Torrent", "sidney", 318_000, None),
        ("Torrent - Remix", "sidney & martin", 318_000, None),
        sounds={0: {}, 1: {}},
    )
    assert found == {"0": ("0", "0"), "1": ("0", "0")}


FILLERS = [
    ("of one artist, of other durations", [("Animals", "x", 231_000), ("Maps", "x", 190_000), ("Sugar", "x", 231_500)]),
    ("of other artists under other titles", [("Animals", "x", 200_000), ("Maps", "x", 200_000), ("Dry", "y", 200_000)]),
    ("of one artist, of unknown durations", [("Animals", "x", None), ("Maps", "x", None), ("Sugar", "x", None)]),
    ("of one title, of other durations", [("Stay", "x", 200_000), ("Stay", "y", 200_000), ("Dry", "x", 230_000)]),
    ("of one title and artist, longer", [("Stay", "x", 200_000), ("Stay", "x", 204_000), ("Stay", "x", 230_000)]),
]
"""What, (title, artist, duration_ms) of three tracks that are not one recording, two by two."""


@pytest.mark.parametrize("rows", [rows for _, rows in FILLERS], ids=[what for what, _ in FILLERS])
@pytest.mark.parametrize("unknown", [{}, {"liveness": None}], ids=["whole", "without liveness"])
def test_equal_features_that_were_filled_in_are_no_sound(
    rows: Sequence[tuple[str, str, int | None]], unknown: Mapping[str, None]
) -> None:
    """Column means in the place of what is unknown are the same for all, however long and by whomever."""
    found = identified(*((*row, None) for row in rows), sounds=dict.fromkeys(range(3), SOUND | unknown))
    assert {recording for recording, _ in found.values()} == {"0", "1", "2"}


def test_little_that_is_known_of_a_sound_is_no_filler_for_being_equal_by_chance() -> None:
    """An energy of 0.5 is that of many; it still tells a live one from the other."""
    little = dict.fromkeys(SOUND) | {"energy": 0.5}
    rows = [("Jump", "x", 240_000, None), ("Jump", "x", 242_500, None), ("Dry", "y", 300_000, None)]
    found = identified(*rows, sounds={0: little, 1: little | {"energy": 0.9}, 2: little})
    assert [recording for recording, _ in found.values()] == ["0", "1", "2"]


def test_bounds_of_length_belong_to_what_they_bound() -> None:
    """Ten seconds are long enough to be a song; two seconds more are the same intro, and the same song of one sound."""
    ten = identified(("Bell", "x", 10_000, None), ("Bell", "x", 10_000, None))
    assert ten == {"0": ("0", "0"), "1": ("0", "0")}
    intros = identified(("Intro", "x", 60_000, None), ("Intro - Live", "x", 62_000, None))
    assert intros == {"0": ("0", "0"), "1": ("1", "0")}
    near = {0: {}, 1: {"energy": 0.52}, 2: {"energy": 0.54}}
    cars = [("Cars", "numan", 200_000, None), ("Cars", "tubeway", 202_000, None), ("Cars", "cover", 204_001, None)]
    assert identified(*cars, sounds=near) == {"0": ("0", "0"), "1": ("0", "0"), "2": ("2", "2")}


def test_what_follows_a_dash_is_a_song_of_its_own_unless_its_artist_has_the_bare_title() -> None:
    found = identified(
        ("Bakit - Tanong Ko", "x", 200_000, None),
        ("Bakit - Ako Ngayon", "x", 230_000, None),
        ("Other", "x", 260_000, None),
        ("Bakit", "z", 290_000, None),
    )
    assert found == {name: (name, name) for name in "0123"}
    bare = identified(("Bakit - Tanong Ko", "x", 200_000, None), ("Bakit", "x", 230_000, None))
    assert bare == {"0": ("0", "0"), "1": ("1", "0")}
    intros = identified(
        ("Intro (Deeper)", "x", 200_000, None), ("Intro (Higher)", "x", 230_000, None), ("Intro", "x", 260_000, None)
    )
    assert intros == {name: (name, name) for name in "012"}


def test_a_blank_title_makes_no_song_of_two() -> None:
    assert identified((" ", "x", 200_000, None), (" ", "x", 320_000, None)) == {"0": ("0", "0"), "1": ("1", "1")}


def test_silences_of_an_album_are_not_pressings_of_each_other() -> None:
    found = identified(("Silent Interlude", "x", 3_300, None), ("Silent Interlude", "x", 3_300, None))
    assert {recording for recording, _ in found.values()} == {"0", "1"}


def test_an_artist_may_have_many_intros() -> None:
    found = identified(("Intro", "x", 60_000, None), ("Intro", "x", 90_000, None), ("Intro", "x", 60_900, None))
    assert found == {"0": ("0", "0"), "1": ("1", "1"), "2": ("0", "0")}


SHIPPED = [
    ("10,000 Hours", "0PkXnSmOLuk2LFQbQokBvc", "2wrJq5XKLnmhRXHIAf9xBa", True, True),  # with a guest in the title
    ("its piano version", "0PkXnSmOLuk2LFQbQokBvc", "6HjF1gzVEZMb4GplnGl9B3", False, True),
    ("Fade Out Lines, a rework told as such or not", "6x1Fl07O0nOfltAnGPU3yw", "1ubVPccf8Vb9mL0XYpVpCV", True, True),
    ("Fade Out Lines and its rework", "1WfShFNteH2XK96ahIWikp", "1ubVPccf8Vb9mL0XYpVpCV", False, True),
    ("I Put A Spell On You in katakana", "3AjZqmRivJhEVqbliY3yJa", "4U1WGnRxI57j3Ebi9A3HtD", True, True),
    ("I Put A Spell On You by two artists", "3AjZqmRivJhEVqbliY3yJa", "014SIjoLDG1Ku19c5FlDYh", False, False),
    ("Hall of Fame with and without a guest", "0FB5ILDICqwK6xj7W1RP9u", "7wMq5n8mYSKlQIGECKUgTX", False, True),
    ("The Rumbling and its TV size", "6k0X05danQOXSBTVek5DU1", "0KCSJzsQVxkloxoT7dyrqV", False, True),
    ("Last Resort (Reloaded)", "5W8YXBz9MTIDyrpYaCg2Ky", "52KlXDEkCkgZxuMjSqzY4L", False, True),
    ("Alive, two masters", "2SHnUyZq0zwmvRIl4WY77G", "59mrqUmhpmcfUns8BKkV30", True, True),
    ("Alive by two artists", "2SHnUyZq0zwmvRIl4WY77G", "5bFuHlXKw66Uu2cHKn5bf8", False, False),
    ("Hallelujah by two artists", "1lhL0mBtkFnCfyCzXf86uk", "2RNeNeEbmvfvNcnNR5pSDR", False, False),
]
"""Pairs of the catalogue that ships, labelled by reading: what, track_ids, one recording?, one song?"""


def test_labelled_pairs_of_the_catalogue_that_ships() -> None:
    songs = list(bundled().tracks.values())
    tracks = [(song.id, song.name, song.album.id, song.duration_ms, song.isrc) for song in songs]
    credits = [(song.id, place, artist.id, artist.name) for song in songs for place, artist in enumerate(song.artists)]
    named = pl.DataFrame(credits, schema=["track_id", "position", "artist_id", "name"], orient="row")
    found = identify(
        pl.DataFrame(
            tracks,
            schema={"track_id": str, "name": str, "album_id": str, "duration_ms": int, "isrc": str},
            orient="row",
        ),
        named.drop("name"),
        named.select("artist_id", "name").unique("artist_id"),
        pl.DataFrame([{"track_id": song.id, **(song.features or {})} for song in songs]),
    )
    groups = {track: (recording, song) for track, recording, song in found.iter_rows()}
    told = [
        (what, one, two, groups[one][0] == groups[two][0], groups[one][1] == groups[two][1])
        for what, one, two, *_ in SHIPPED
    ]
    assert told == SHIPPED


def test_no_tracks_are_no_songs() -> None:
    assert identified() == {}
