"""The catalogue that is shipped, and songs made by hand."""

from collections import Counter

import pytest

from tasks.standin import Catalogue, bundled, song
from tasks.standin.catalogue import spotify_id
from tasks.standin.catalogue.bundle import FEATURES


@pytest.fixture(scope="module")
def catalogue():
    return bundled()


def test_the_bundle_has_every_song_of_its_source(catalogue):
    assert len(catalogue) == 5849
    genres = Counter(genre for track in catalogue.tracks.values() for genre in track.genres)
    assert genres == {
        "country": 1000,
        "deep-house": 998,
        "dubstep": 999,
        "hip-hop": 991,
        "metal": 998,
        "rock": 1000,
    }


def test_a_song_of_the_bundle_is_as_in_its_source(catalogue):
    track = catalogue['Danger Zone - From "Top Gun" Original Soundtrack']
    assert (track.id, [artist.name for artist in track.artists]) == ("34x6hEJgGAOQvmlMql5Ige", ["Kenny Loggins"])
    assert set(track.features) == set(FEATURES)
    assert (track.isrc, track.album.released) == (None, None)


def test_ids_have_the_shape_of_spotifys(catalogue):
    for kind in (catalogue.tracks, catalogue.albums, catalogue.artists):
        assert all(len(id) == 22 and id.isalnum() and id.isascii() for id in kind)


def test_equal_names_are_one_artist_and_one_album():
    one, other = song("One", "Band", album="LP", genres=["a"]), song("Two", "Band", album="LP", genres=["b"])
    catalogue = Catalogue([one, other])
    assert (len(catalogue.tracks), len(catalogue.albums), len(catalogue.artists)) == (2, 1, 1)
    assert catalogue.artists[spotify_id("artist", "Band")].genres == ("a", "b")
    assert catalogue.album_tracks[one.album.id] == [one, other]


def test_a_song_is_found_by_name_or_id_and_else_by_nothing():
    catalogue = Catalogue([song("One", "Band"), song("One", "Another Band")])
    first = catalogue["One"]
    assert first.artists[0].name == "Band"
    assert catalogue[first.id] is first
    with pytest.raises(KeyError):
        catalogue["Two"]
