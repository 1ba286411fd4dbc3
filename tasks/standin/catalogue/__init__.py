"""What the stand-in can play: songs, albums and artists, bundled (real, 5,849 tracks) or made by hand for a test.

`model` has the nouns and the hand-made kind, `bundle` reads the shipped file, `build` made that file once.
"""

from tasks.standin.catalogue.bundle import bundled
from tasks.standin.catalogue.model import Album, Artist, Catalogue, Track, song, spotify_id

__all__ = ["Album", "Artist", "Catalogue", "Track", "bundled", "song", "spotify_id"]
