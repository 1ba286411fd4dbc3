"""Commands that ask the published warehouse: recommend, for-you, why, why-not, sql."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import polars as pl
import typer

from flows.cli.options import JsonOption, usage
from flows.settings import Settings
from flows.talk import console
from schemas.errors import UnknownSongError


class By(StrEnum):
    """What decides the order."""

    hybrid = "hybrid"
    audio = "audio"
    metadata = "metadata"
    collaborative = "collaborative"


INSTEAD = {"artist": "--seed-artist", "genre": "--seed-genre", "playlist": "--playlist"}
"""The option that takes what was named in place of a song."""

LISTED = 15
"""Songs to begin with that are named: five songs, or what stands for an artist and a genre."""

ArtistOption = Annotated[
    str | None,
    typer.Option("--artist", "-a", help="Artist of SONG, when several songs have that name.", show_default=False),
]
PlaylistOption = Annotated[
    str | None, typer.Option("--playlist", "-p", help="Songs that would fit this playlist.", show_default=False)
]
SeedArtistsOption = Annotated[
    list[str] | None,
    typer.Option("--seed-artist", help="An artist to begin with; may be given again.", show_default=False),
]
SeedGenresOption = Annotated[
    list[str] | None,
    typer.Option("--seed-genre", help="A genre to begin with; may be given again.", show_default=False),
]
LimitOption = Annotated[int, typer.Option("-n", "--limit", min=1, max=1000, help="How many songs.")]
ByOption = Annotated[By, typer.Option(help="What decides: everything, or one signal alone.")]
BareOption = Annotated[bool, typer.Option("--bare", help="The bare ranking, without artist cap and variety.")]
OnOption = Annotated[
    datetime | None,
    typer.Option(
        help="The list as it stood on a past day (to its end) or at a past moment, UTC.",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    # 42 tunables would drown the help, so they pass as songs that begin with two dashes
    tunable = {"ignore_unknown_options": True}
    app.command(context_settings=tunable)(recommend)
    app.command("for-you")(for_you)
    app.command(context_settings=tunable)(why)
    app.command("why-not", context_settings=tunable)(why_not)
    app.command()(sql)


def recommend(
    songs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SONG…", help="A song by name, id or link; several make one question.", show_default=False
        ),
    ] = None,
    artist: ArtistOption = None,
    playlist: PlaylistOption = None,
    seed_artists: SeedArtistsOption = None,
    seed_genres: SeedGenresOption = None,
    limit: LimitOption = 10,
    by: ByOption = By.hybrid,
    bare: BareOption = False,
    on: OnOption = None,
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
    seeds = begin_with(texts, artist, playlist, seed_artists, seed_genres)
    if on is not None:
        from warehouse.past import similar_on

        if len(seeds) > 1 or filters or bare or by is not By.hybrid:
            raise typer.BadParameter("--on tells what was kept: the first songs near one SONG, by everything")
        print_past(lambda moment: similar_on(warehouse, seeds[0], moment), on, limit, as_json=as_json)
        return
    found = query.recommend(warehouse, seeds, limit, by=by.value, diversify=not bare, filters=filters)
    if as_json:
        console.print_json(found.to_dicts())
    else:
        console.print_songs(found)
    if found.height < limit:
        answer = query.answer(warehouse, seeds, limit, by=by.value, diversify=not bare, filters=filters)
        console.say(str(answer.pool))
        if found.is_empty() and filters and answer.pool.initial:
            console.say(
                "Filters cut the stored neighbours: loosen one, begin with a --seed-genre or --seed-artist, "
                "or keep more neighbours (SEGUE_NEIGHBOURS, from the next refresh on)"
            )


def begin_with(
    texts: list[str],
    artist: str | None,
    playlist: str | None,
    seed_artists: list[str] | None,
    seed_genres: list[str] | None,
) -> list[str]:
    """Track ids of what a question begins with; which song or playlist a name was taken for is said.

    Raises typer.BadParameter when nothing was named, songs and a playlist at once, or an artist of no or of several songs.
    """
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    if artist is not None:
        if len(texts) != 1:
            raise typer.BadParameter('--artist is that of one SONG; of several write each as in "Numb by Linkin Park"')
        if seed_artists or seed_genres:
            texts = [query.find_song(warehouse, texts[0], artist).track_id]
    if playlist is not None:
        if texts or seed_artists or seed_genres:
            raise typer.BadParameter("ask for songs like some songs, or for a playlist, not for both at once")
        name, seeds = query.find_playlist(warehouse, playlist)
        console.say(f"Songs for the playlist {name} ({len(seeds)} songs)")
        return seeds
    if len(texts) == 1 and not seed_artists and not seed_genres:
        try:
            found = query.find_song(warehouse, texts[0], artist)
        except UnknownSongError as unknown:
            if unknown.instead is None:
                raise
            option = INSTEAD[unknown.instead]
            raise UnknownSongError(f"{unknown}: ask with {option} {texts[0]!r}", unknown.nearest) from unknown
        introduce(found)
        return [found.track_id]
    if texts or seed_artists or seed_genres:
        try:
            seeds = query.find_seeds(warehouse, songs=texts, artists=seed_artists or [], genres=seed_genres or [])
        except UnknownSongError as unknown:
            if len(texts) < 2:
                raise
            raise UnknownSongError(f"{unknown}. If “{' '.join(texts)}” is one song, put it in quotes") from unknown
        named = query.titles(warehouse, seeds)
        more = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
        console.say(f"Begins with {'; '.join(named[:LISTED])}{more}")
        return seeds
    raise typer.BadParameter(
        'name a song, as in: segue recommend "Numb"; or a --playlist, --seed-artist or --seed-genre'
    )


def print_past(remembered: Callable[[datetime], pl.DataFrame], on: datetime, limit: int, *, as_json: bool) -> None:
    """A list as it stood on a day, to its last second, or at a moment."""
    is_day = on == datetime.combine(on, datetime.min.time())
    moment = on + timedelta(days=1, microseconds=-1) if is_day else on
    songs = remembered(moment).head(limit)
    if as_json:
        console.print_json(songs.to_dicts())
    elif not songs.is_empty():
        console.print_frame(songs.select("rank", "name", "artists", "album", "track_id"))
    if songs.is_empty():
        console.say(
            f"no list is remembered of {moment:%Y-%m-%d %H:%M}: the nights that are, are listed by `segue status --history`"
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

    Raises typer.BadParameter for an option that is neither, and for a filter that no song could meet.
    """
    from warehouse.query.ranking import checked_filters

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
    with usage():
        return names, checked_filters(filters)


def for_you(
    limit: LimitOption = 20,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Songs for you: from your plays, likes, skips and ratings; feedback given a second ago counts."""
    home = Settings.from_env().home
    if on is not None:
        from warehouse.past import list_on

        print_past(lambda moment: list_on(home.warehouse, "for_you", moment), on, limit, as_json=as_json)
        return
    from warehouse.for_you import for_you as answer

    songs = answer(home, limit)
    if as_json:
        console.print_json(songs.to_dicts())
    else:
        console.print_songs(songs)


SeedsArgument = Annotated[
    list[str],
    typer.Argument(metavar="SEED… SONG", help="What was asked for, and last the song that came or did not."),
]


def why(
    songs: SeedsArgument,
    playlist: PlaylistOption = None,
    seed_artists: SeedArtistsOption = None,
    seed_genres: SeedGenresOption = None,
    limit: LimitOption = 10,
    by: ByOption = By.hybrid,
    bare: BareOption = False,
    as_json: JsonOption = False,
) -> None:
    """The exact sum behind a recommendation, addend by addend; for a list also what it would be without its strongest songs.

    Takes the options of recommend but --artist and --on; with --playlist, SONG alone.
    """
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    seeds, song, filters = question(songs, playlist, seed_artists, seed_genres)
    rows = query.why(warehouse, seeds, song.track_id, limit, by=by.value, diversify=not bare, filters=filters)
    console.say(f"Why {song} is near")
    if as_json:
        console.print_json(rows.to_dicts())
    else:
        console.print_frame(rows.drop("evidence"))
    if len(seeds) > 1:
        told = query.without(warehouse, seeds, song.track_id, limit, by=by.value, is_playlist=playlist is not None)
        console.say(f"In the bare ranking {told}")


def why_not(
    songs: SeedsArgument,
    playlist: PlaylistOption = None,
    seed_artists: SeedArtistsOption = None,
    seed_genres: SeedGenresOption = None,
    limit: LimitOption = 10,
    by: ByOption = By.hybrid,
    bare: BareOption = False,
    as_json: JsonOption = False,
) -> None:
    """The first rule that kept SONG out of the songs like SEED, and by how much.

    Takes the options of recommend but --artist and --on; with --playlist, SONG alone.
    """
    from warehouse import query

    warehouse = Settings.from_env().home.warehouse
    seeds, song, filters = question(songs, playlist, seed_artists, seed_genres)
    told = query.why_not(warehouse, seeds, song.track_id, limit, by=by.value, diversify=not bare, filters=filters)
    if as_json:
        console.print_json(asdict(told))
    else:
        console.out.print(console.plain(told.text), soft_wrap=True, markup=False)


def question(
    arguments: list[str],
    playlist: str | None,
    seed_artists: list[str] | None,
    seed_genres: list[str] | None,
) -> tuple[list[str], Any, dict[str, float]]:
    """The seeds, the song asked about (the last one), and the filters of `why` and `why-not`."""
    from warehouse import query

    texts, filters = tunables(arguments)
    if len(texts) < (1 if playlist or seed_artists or seed_genres else 2):
        raise typer.BadParameter('name the song last, as in: segue why "In the End" "Numb"')
    song = query.find_song(Settings.from_env().home.warehouse, texts[-1])
    return begin_with(texts[:-1], None, playlist, seed_artists, seed_genres), song, filters


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
