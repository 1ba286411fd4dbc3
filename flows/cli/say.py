"""Commands that say something of a song: like, dislike, skip, rate, block, undo. Each is one line in the journal."""

from typing import Annotated

import typer

from flows.cli import console
from flows.settings import Settings

SongArgument = Annotated[str, typer.Argument(metavar="SONG", help="The song by name, id or link.", show_default=False)]
ArtistOption = Annotated[
    str | None,
    typer.Option("--artist", "-a", help="Artist of SONG, when several songs have that name.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(like)
    app.command()(dislike)
    app.command()(skip)
    app.command()(rate)
    app.command()(block)
    app.command()(undo)


def like(song: SongArgument, artist: ArtistOption = None) -> None:
    """More like SONG. It counts at once, in `segue for-you` too."""
    _say("like", song, artist, "Liked")


def dislike(song: SongArgument, artist: ArtistOption = None) -> None:
    """Less like SONG, and not SONG itself."""
    _say("dislike", song, artist, "Disliked")


def skip(song: SongArgument, artist: ArtistOption = None) -> None:
    """Not now: SONG rests for a while, and what is like it comes a little later."""
    _say("skip", song, artist, "Skipped")


def rate(
    song: SongArgument,
    stars: Annotated[float, typer.Argument(help="1 (never again) to 5 (more of this); 3 says nothing.", min=1, max=5)],
    artist: ArtistOption = None,
) -> None:
    """Give SONG one to five stars."""
    _say("rating", song, artist, f"{stars:g} of 5 for", stars)


def block(
    song: Annotated[
        str | None, typer.Argument(metavar="[SONG]", help="The song by name, id or link.", show_default=False)
    ] = None,
    artist: ArtistOption = None,
    genre: Annotated[str | None, typer.Option("--genre", "-g", help="Block a genre.", show_default=False)] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="Last day of the block (2027-01-31), or days from now (30d).", show_default=False),
    ] = None,
) -> None:
    """Never recommend SONG again; with --artist alone all songs of that artist, with --genre all of that genre."""
    from tasks.journal.saying import block as write
    from tasks.journal.saying import end_of

    if (song is None and artist is None) == (genre is None):
        raise typer.BadParameter('name a song, an --artist or a --genre, as in: segue block --artist "Nickelback"')
    home = Settings.from_env().home
    end = end_of(until) if until else None
    if genre is not None:
        said = write(home, "genre", genre, until=end)
    elif song is not None:
        said = write(home, "track", song, artist, until=end)
    else:
        said = write(home, "artist", str(artist), until=end)
    console.say(f"Blocked{f' until {end:%Y-%m-%d %H:%M} UTC' if end else ''}: {said.name}")


def undo(
    song: Annotated[
        str | None,
        typer.Argument(
            metavar="[SONG]", help="The song, artist or genre; else whatever was said last.", show_default=False
        ),
    ] = None,
) -> None:
    """Take back the last thing that you said, or the last thing said of SONG."""
    from tasks.journal.saying import undo as take_back

    said = take_back(Settings.from_env().home, song)
    console.say(f"Taken back: {said.kind} of {said.name or said.entity_id}")


def _say(kind: str, song: str, artist: str | None, words: str, value: float | None = None) -> None:
    from tasks.journal.saying import about_song

    said = about_song(Settings.from_env().home, kind, song, artist, value=value)
    console.say(f"{words}: {said.name}")
