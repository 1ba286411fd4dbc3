"""Commands that ask the published warehouse: recommend, for-you, why, why-not, sql."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from flows.cli import console
from flows.settings import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ArtistOption = Annotated[
    str | None,
    typer.Option("--artist", "-a", help="Artist of SONG, when several songs have that name.", show_default=False),
]


class By(StrEnum):
    """What decides the order."""

    hybrid = "hybrid"
    audio = "audio"
    metadata = "metadata"
    collaborative = "collaborative"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    # 42 tunables would drown the help, so they pass as songs that begin with two dashes
    app.command(context_settings={"ignore_unknown_options": True})(recommend)
    app.command("for-you")(for_you)
    app.command()(why)
    app.command("why-not")(why_not)
    app.command()(sql)


def recommend(
    songs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SONG…", help="A song by name, id or link; several make one question.", show_default=False
        ),
    ] = None,
    artist: ArtistOption = None,
    playlist: Annotated[
        str | None, typer.Option("--playlist", "-p", help="Songs that would fit this playlist.", show_default=False)
    ] = None,
    seed_artists: Annotated[
        list[str] | None,
        typer.Option("--seed-artist", help="An artist to begin with; may be given again.", show_default=False),
    ] = None,
    seed_genres: Annotated[
        list[str] | None,
        typer.Option("--seed-genre", help="A genre to begin with; may be given again.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=1000, help="How many songs.")] = 10,
    by: Annotated[By, typer.Option(help="What decides: everything, or one signal alone.")] = By.hybrid,
    bare: Annotated[bool, typer.Option("--bare", help="The bare ranking, without artist cap and variety.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Songs like SONG, with poster and reasons.

    Narrow the pool as Spotify's /recommendations could: --min_tempo 90 --max_energy 0.6 --target_valence 0.3, for
    acousticness, danceability, duration_ms, energy, instrumentalness, key, liveness, loudness, mode, popularity,
    speechiness, tempo, time_signature and valence. Min and max cut the pool, target prefers what lies near.
    """
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    texts, filters = tunables(songs or [])
    if playlist is not None:
        if texts or seed_artists or seed_genres:
            raise typer.BadParameter("ask for songs like some songs, or for a playlist, not for both at once")
        name, seeds = query.find_playlist(warehouse, playlist)
        console.say(f"Songs for the playlist {name} ({len(seeds)} songs)")
    elif len(texts) == 1 and not seed_artists and not seed_genres:
        found = query.find_song(warehouse, texts[0], artist)
        introduce(found)
        seeds = [found.track_id]
    elif texts or seed_artists or seed_genres:
        seeds = query.find_seeds(warehouse, songs=texts, artists=seed_artists or [], genres=seed_genres or [])
    else:
        raise typer.BadParameter(
            'name a song, as in: segue recommend "Numb"; or a --playlist, --seed-artist or --seed-genre'
        )
    answer = query.answer(warehouse, seeds, limit, by=by.value, diversify=not bare, filters=filters)
    if as_json:
        console.print_json(answer.songs.to_dicts())
        return
    console.print_songs(answer.songs)
    if answer.songs.height < limit:
        pool = answer.pool
        console.say(
            f"{pool.returned} songs: of {pool.initial} in the pool, {pool.filtered} were left by filters and blocks"
        )


def introduce(found: Any) -> None:
    """Say which song was taken when the name left a choice."""
    if found.is_guess:
        console.say(f"Nothing has exactly that name; taken: {found}")
    elif found.others:
        others = "; ".join(str(other) for other in found.others[:5])
        more = f" and {len(found.others) - 5} more" if len(found.others) > 5 else ""
        console.say(f"Songs like {found}. Also of that name: {others}{more} (choose with --artist)")
    else:
        console.say(f"Songs like {found}")


def tunables(arguments: list[str]) -> tuple[list[str], dict[str, float]]:
    """What is left of the command line: song names, and ``--min_energy 0.5`` or ``--min_energy=0.5`` as filters.

    Raises typer.BadParameter for an option that is neither.
    """
    names: list[str] = []
    filters: dict[str, float] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("--"):
            names.append(argument)
            continue
        option, _, value = argument[2:].partition("=")
        option = option.replace("-", "_")
        if not option.startswith(("min_", "max_", "target_")):
            raise typer.BadParameter(f"no such option: {argument}")
        try:
            filters[option] = float(value or next(rest, ""))
        except ValueError:
            raise typer.BadParameter(f"--{option} needs a number, as in --{option} 0.5") from None
    return names, filters


def for_you(
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=1000, help="How many songs.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Songs for you: from your plays, likes, skips and ratings; feedback given a second ago counts."""
    from warehouse.for_you import for_you as answer

    songs = answer(Settings.from_env().home, limit)
    if as_json:
        console.print_json(songs.to_dicts())
    else:
        console.print_songs(songs)


def why(
    seed: Annotated[str, typer.Argument(metavar="SEED", help="The song asked about.")],
    song: Annotated[str, typer.Argument(metavar="SONG", help="The song that was recommended.")],
    as_json: JsonOption = False,
) -> None:
    """The exact sum behind a recommendation, addend by addend."""
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    first, second = query.find_song(warehouse, seed), query.find_song(warehouse, song)
    rows = query.why(warehouse, first.track_id, second.track_id)
    if as_json:
        console.print_json(rows.to_dicts())
    else:
        console.say(f"Why {second} is near {first}")
        console.print_frame(rows)


def why_not(
    seed: Annotated[str, typer.Argument(metavar="SEED", help="The song asked about.")],
    song: Annotated[str, typer.Argument(metavar="SONG", help="The song that was not recommended.")],
    as_json: JsonOption = False,
) -> None:
    """The first rule that kept SONG out of the songs like SEED, and by how much."""
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    first, second = query.find_song(warehouse, seed), query.find_song(warehouse, song)
    told = query.why_not(warehouse, first.track_id, second.track_id)
    if as_json:
        console.print_json(asdict(told))
    else:
        console.out.print(console.plain(told.text), soft_wrap=True, markup=False)


def sql(
    statement: Annotated[
        str,
        typer.Argument(
            metavar="SQL", help="One statement, such as: select * from similar_to('Numb')", show_default=False
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Run a query on the published file, which is open for reading only. Tables: segue sql "show tables"."""
    from warehouse.reading import ask

    rows = ask(Settings.from_env().home.warehouse, statement)
    if as_json:
        console.print_json(rows.to_dicts())
    else:
        console.print_frame(rows)
