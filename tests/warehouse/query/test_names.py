"""From what a person types to songs: names, ids, links, slips, playlists, artists, genres."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import UnknownSongError
from warehouse import query

Build = Callable[..., Path]


@pytest.mark.parametrize(("text", "track_id"), [
    ("seed", "seed"),
    ("spotify:track:0000000000000000000abc", "0000000000000000000abc"),
    ("https://open.spotify.com/intl-de/track/0000000000000000000abc?si=1", "0000000000000000000abc"),
    ("Naïve Moon", "seed"),
    ("naive  MOON!", "seed"),
    ("Stone", "stone-remaster"),
    ("夜曲", "night"),
])  # fmt: skip
def test_a_song_is_found_by_id_link_and_name(warehouse_of: Build, text: str, track_id: str) -> None:
    songs = [
        {"track_id": "seed", "name": "Naïve Moon", "artists": ["Ada"]},
        {"track_id": "0000000000000000000abc", "name": "Linked", "artists": ["Ada"]},
        {"track_id": "stone-remaster", "name": "Stone - Remastered 2011", "artists": ["Ada"]},
        {"track_id": "night", "name": "夜曲", "artists": ["Ada"]},
    ]

    found = query.find_song(warehouse_of(songs), text)

    assert (found.track_id, found.others, found.is_guess) == (track_id, [], False)


def test_of_several_songs_the_most_popular_is_taken_and_the_others_are_named(small: Path) -> None:
    found = query.find_song(small, "Moon")

    assert (found.track_id, str(found)) == ("c1", "Moon by Cleo")
    assert [str(other) for other in found.others] == ["Moon by Dee"]


def test_an_exact_name_goes_before_a_more_popular_one_in_other_letters(warehouse_of: Build) -> None:
    songs = [
        {"track_id": "loud", "name": "MOON", "artists": ["Ada"], "popularity": 99},
        {"track_id": "plain", "name": "Moon", "artists": ["Bo"], "popularity": 1},
    ]

    assert query.find_song(warehouse_of(songs), "Moon").track_id == "plain"


def test_a_name_in_letters_of_another_keyboard_is_no_slip(warehouse_of: Build) -> None:
    songs = [
        {"track_id": "meant", "name": "Smørrebrød", "artists": ["MØ"], "popularity": 1},
        {"track_id": "near", "name": "Smorrebrot", "artists": ["Bo"], "popularity": 99},
    ]

    path = warehouse_of(songs)
    assert query.find_song(path, "Smorrebrod").track_id == "meant"
    assert query.find_song(path, "smorrebrod", artist="mo").track_id == "meant"


def test_the_artist_decides(small: Path) -> None:
    found = query.find_song(small, "moon", artist="dee")

    assert (found.track_id, found.others) == ("c2", [])


@pytest.mark.parametrize("text", [
    "Encore by Ada Lune, Bo",
    "encore ada lune",
    "Ada Lune - Encore",
    "BO: Encore",
    "Encore - Live by Bo",
])  # fmt: skip
def test_a_title_may_come_with_its_artist(warehouse_of: Build, text: str) -> None:
    songs = [
        {"track_id": "theirs", "name": "Encore - Live", "artists": ["Ada Lune", "Bo"], "popularity": 1},
        {"track_id": "other", "name": "Encore", "artists": ["Cleo"], "popularity": 99},
        {"track_id": "name", "name": "Ada Lune", "artists": ["Bo"], "popularity": 99},
    ]

    found = query.find_song(warehouse_of(songs), text)

    assert (found.track_id, found.others, found.is_guess) == ("theirs", [], False)


def test_a_title_that_looks_like_title_and_artist_goes_first(warehouse_of: Build) -> None:
    songs = [
        {"track_id": "both", "name": "Encore", "artists": ["Ada"], "popularity": 99},
        {"track_id": "whole", "name": "Encore by Ada", "artists": ["Bo"], "popularity": 1},
    ]

    assert query.find_song(warehouse_of(songs), "encore by ada").track_id == "whole"


def test_a_slip_is_forgiven_and_told(small: Path) -> None:
    found = query.find_song(small, "Harbuor")

    assert (found.track_id, found.is_guess) == ("b1", True)


def test_an_unknown_song_names_the_five_nearest(small: Path) -> None:
    with pytest.raises(UnknownSongError) as told:
        query.find_song(small, "Stones of Venice")

    assert str(told.value).startswith("there is no song 'Stones of Venice'; the nearest are Stone by Ada; ")
    assert told.value.nearest[0] == "Stone by Ada"
    assert len(told.value.nearest) == 5


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("ada  lune", "artist"),
        ("SYNTH-POP", "genre"),
        ("mornings", "playlist"),
        ("spotify:artist:ada", None),
    ],
)
def test_the_name_of_an_artist_a_genre_or_a_playlist_is_told_to_be_one(
    warehouse_of: Build, text: str, instead: str | None
) -> None:
    songs = [{"track_id": "t", "name": "Encore", "artists": ["Ada Lune"], "genres": ["synth-pop"]}]
    what = f"{'an' if instead == 'artist' else 'a'} {instead} of that name"
    told = f"there is no song {text!r}, but {what}" if instead else f"the warehouse has no song of the link {text}"
    with pytest.raises(UnknownSongError) as unknown:
        query.find_song(warehouse_of(songs, playlists={"Mornings": ["t"]}), text)
    assert (str(unknown.value), unknown.value.instead) == (told, instead)


def test_of_many_artists_five_are_told(warehouse_of: Build) -> None:
    crowd = {"track_id": "t", "name": "Choir", "artists": [f"Singer {number}" for number in range(9)]}
    told = "Choir by Singer 0, Singer 1, Singer 2, Singer 3, Singer 4 and 4 more"
    assert str(query.find_song(warehouse_of([crowd]), "Choir")) == told


def test_a_song_by_another_artist_is_the_nearest(small: Path) -> None:
    with pytest.raises(
        UnknownSongError, match=r"^there is no song 'Moon' by 'Bo'; the nearest are Moon by Cleo; Moon by Dee"
    ):
        query.find_song(small, "Moon", artist="Bo")


def test_in_an_empty_warehouse_nothing_is_near(warehouse_of: Build) -> None:
    with pytest.raises(UnknownSongError, match=r"^there is no song 'Moon'; there is no song at all yet$"):
        query.find_song(warehouse_of([]), "Moon")


def test_a_playlist_is_found_with_each_song_once(small: Path) -> None:
    assert query.find_playlist(small, "calm") == ("Calm", ["seed", "b2"])
    assert query.find_playlist(small, "id:Calm") == ("Calm", ["seed", "b2"])


def test_an_unknown_or_empty_playlist_is_told(small: Path) -> None:
    with pytest.raises(
        UnknownSongError, match=r"^there is no playlist 'Storm'; the nearest are (Empty; Calm|Calm; Empty)$"
    ):
        query.find_playlist(small, "Storm")
    with pytest.raises(UnknownSongError, match="the playlist 'Empty' holds no song that Segue knows"):
        query.find_playlist(small, "Empty")


def test_artists_and_genres_stand_for_their_best_known_songs(small: Path) -> None:
    assert query.find_seeds(small, artists=["ada"]) == ["b1", "seed", "a3", "a2", "a1"]
    assert query.find_seeds(small, genres=["Jazz"]) == ["b2"]
    assert query.find_seeds(small, songs=["River"], artists=["Cleo"], genres=["folk"]) == ["a1", "c1", "b1", "seed"]


def test_too_many_or_unknown_seeds_are_told(small: Path) -> None:
    with pytest.raises(UnknownSongError, match="give from one to 5 songs, artists and genres to begin with, not 6"):
        query.find_seeds(small, songs=["River"] * 6)
    with pytest.raises(UnknownSongError, match="there is no artist 'Adda'; the nearest are Ada; "):
        query.find_seeds(small, artists=["Adda"])
    with pytest.raises(UnknownSongError, match="there is no genre 'folks'; the nearest are folk; jazz"):
        query.find_seeds(small, genres=["folks"])
