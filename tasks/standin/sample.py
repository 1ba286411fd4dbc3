"""Eight songs and a listener: enough to try the stand-in, and what it serves when nothing else is given."""

from tasks.standin.account import Account
from tasks.standin.catalogue.model import Catalogue, song


def sample_catalogue() -> Catalogue:
    """Three artists, four albums, one song on two of them, a duet, and one that nobody has measured."""
    return Catalogue(
        [
            song("Rain on Slate", "The Copper Kettles", album="First Light", genres=["folk"], released="2019-03-08"),
            song("Long Way Up", "The Copper Kettles", album="First Light", genres=["folk"], released="2019-03-08"),
            song("Rain on Slate", "The Copper Kettles", album="Kettles: The Best", album_type="compilation"),
            song("Iron Orchard", "Harrow", album="Furnace", genres=["metal"], released="1998", popularity=71),
            song("Cinder", "Harrow", album="Furnace", genres=["metal"], released="1998", explicit=True),
            song("Slow Anchor", "Mira Sol", album="Tides", genres=["bossa nova"], released="2004-11"),
            song(
                "Paper Boats", "Mira Sol", "The Copper Kettles", album="Tides", released="2004-11", isrc="QZAAA0400002"
            ),
            song("Demo Tape", "Harrow", features=None, popularity=3),
        ]
    )


def sample_account(catalogue: Catalogue) -> Account:
    """Two playlists, saved songs, favourites and three plays over `sample_catalogue()`."""
    names = list(dict.fromkeys(track.name for track in catalogue.tracks.values()))
    days = zip(names[:3], ("20", "19", "18"), strict=False)
    return Account.of(
        catalogue,
        playlists={"Quiet": names[:2] + names[4:6], "Loud": names[2:4]},
        saved=names[:3],
        saved_albums=names[:1],
        top=names[:4],
        plays=[(name, f"2026-02-{day}T20:15:20.497Z") for name, day in days],
    )
