"""Commands about the sign-in: login, logout."""

import sys
import webbrowser
from typing import Annotated

import typer

from flows.settings import Settings, prepare_home
from flows.talk import console


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(login)
    app.command()(logout)


def login(
    paste: Annotated[
        bool, typer.Option("--paste", help="For a machine without a browser: paste the address you were sent to.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the redirect URI on 127.0.0.1.")] = 8888,
) -> None:
    """Sign in to Spotify (authorization code with PKCE); the refresh token is stored for your user only.

    The app on developer.spotify.com needs the redirect URI http://127.0.0.1:8888/callback (the literal address: Spotify
    refuses "localhost"), and its id in SPOTIFY_CLIENT_ID.
    """
    settings = Settings.from_env()
    prepare_home(settings.home)
    from tasks.spotify.sign_in import sign_in

    stored = sign_in(
        settings.home,
        settings.accounts_url,
        settings.client_id,
        show=lambda url: console.say(f"Agree on this page:\n{url}"),
        open_browser=webbrowser.open,
        paste=_pasted if paste else None,
        port=port,
    )
    until = f" It holds until {stored.ends_at:%Y-%m-%d} (Spotify's six months)." if stored.ends_at else ""
    console.say(f"Signed in.{until} Next: segue refresh --source spotify")


def logout(
    purge: Annotated[
        bool | None,
        typer.Option("--purge/--keep", help="Whether all that came from Spotify goes too; asked when left out."),
    ] = None,
) -> None:
    """Forget the sign-in, and offer to delete the data that came with it."""
    home = Settings.from_env().home
    from tasks.imports.purging import purge as delete
    from tasks.spotify.sign_in import forget

    was_there = forget(home)
    console.say("The sign-in is forgotten." if was_there else "There was no sign-in to forget.")
    if purge is None and sys.stdin.isatty():
        purge = typer.confirm(f"Shall what came from Spotify in {home.root} go too?", default=False, err=True)
    if purge:
        delete(home, "spotify")
        console.say(f"Deleted: what came from Spotify in {home.root}; your imports and feedback stay.")
    else:
        console.say("The data stays; `segue purge` deletes it.")


def _pasted() -> str:
    return str(typer.prompt("Paste the address to which the browser was sent", err=True))
