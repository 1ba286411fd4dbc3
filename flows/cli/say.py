"""Commands that say something of a song: like, dislike, skip, rate, block, undo. Each is one line in the journal.

And `exclude`: what must not count for the profile, a line in a file that a person may edit as well.
"""

from typing import Annotated

import typer

from flows.cli.options import JsonOption, usage
from flows.settings import Settings
from flows.talk import console

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
    app.command()(exclude)


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
    with usage():
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


def exclude(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="artist, genre, playlist, hours, dates, device or incognito; nothing shows what is excluded.",
            show_default=False,
        ),
    ] = None,
    value: Annotated[
        str | None,
        typer.Argument(
            help="A name; 22:00-06:00 or 2026-12-01..2026-12-26, with a time zone or in SEGUE_TIMEZONE; part of a device's name.",
            show_default=False,
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Let it count again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Do not let something count for the profile, such as the children's songs or what plays while you sleep.

    It may still be recommended (block it to prevent that), but for songs that you saved or liked and that have no other play:
    those are known to you. Shown is how many plays and songs each exclusion takes away from
    the profile, and how much of its weight; the next `segue refresh` makes the profile without them.
    """
    from tasks.taste import exclusions

    settings = Settings.from_env()
    home, zone = settings.home, settings.timezone
    lines = exclusions.read(home.exclusions, zone)
    if kind is not None:
        with usage():
            wanted = exclusions.checked(kind, value or ("yes" if kind == "incognito" else ""), zone)
        others = [line for line in lines if line != wanted]
        if remove and others == lines:
            raise typer.BadParameter(f"{wanted.kind} {wanted.value!r} is not excluded; `segue exclude` shows what is")
        lines = others if remove else [*others, wanted]
        exclusions.write(home.exclusions, lines)
        nearest = None if remove else exclusions.nearest(home, wanted)
        if nearest is not None:
            hint = f"; the nearest are {', '.join(nearest)}" if nearest else ""
            console.say(
                f"There is no {wanted.kind} {wanted.value!r} in the published night{hint}. It is excluded all the same."
            )
        console.say("It counts from the next `segue refresh` on.")
    shown = exclusions.standing(home, lines)
    if as_json:
        console.print_json(shown.to_dicts())
    elif shown.is_empty():
        console.say("Nothing is excluded.")
    else:
        console.print_frame(shown)


def _say(kind: str, song: str, artist: str | None, words: str, value: float | None = None) -> None:
    from tasks.journal.saying import about_song

    said = about_song(Settings.from_env().home, kind, song, artist, value=value)
    console.say(f"{words}: {said.name}")
