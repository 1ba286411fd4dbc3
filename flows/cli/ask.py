"""Commands that ask the published warehouse: recommend, for-you, why, why-not, sql."""

from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ArtistOption = Annotated[
    str | None, typer.Option("--artist", "-a", help="Artist of SONG, when several songs have that name.")
]
LimitOption = Annotated[int, typer.Option("-n", "--limit", min=1, max=1000, help="How many songs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(recommend)
    app.command("for-you")(for_you)
    app.command()(why)
    app.command("why-not")(why_not)
    app.command()(sql)


def recommend(
    context: typer.Context,
    songs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SONG…",
            help="A song by name, id or link; up to five of them make one question.",
            show_default=False,
        ),
    ] = None,
    artist: ArtistOption = None,
    playlist: Annotated[
        str | None,
        typer.Option("--playlist", "-p", help="Ask for songs that would fit this playlist.", show_default=False),
    ] = None,
    limit: LimitOption = 10,
    by: Annotated[By, typer.Option(help="What decides: everything, or one signal alone.")] = By.hybrid,
    bare: Annotated[bool, typer.Option("--bare", help="The bare ranking, without artist cap and variety.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Songs like SONG, with poster and reasons.

    Narrow the pool with Spotify's tunables: --min_tempo 90 --max_energy 0.6 --target_valence 0.3, for acousticness,
    danceability, duration_ms, energy, instrumentalness, key, liveness, loudness, mode, popularity, speechiness, tempo,
    time_signature and valence. Min and max cut the pool, target prefers what lies near.
    """
