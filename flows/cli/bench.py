"""Commands that measure: our engines beside their peers, and a night stage by stage."""

from typing import Annotated

import typer

from flows.cli.options import JsonOption
from flows.settings import Settings
from flows.talk import console
from flows.talk.progress import shown

bench = typer.Typer(help="Measure this machine: our engines beside their peers.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(bench, name="bench")


@bench.command()
def similarity(
    tracks: Annotated[int, typer.Option(min=50, max=5_000_000, help="Rows to make.")] = 20_000,
    dims: Annotated[int, typer.Option(min=2, max=512, help="Dimensions of each row.")] = 12,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Neighbours of each row.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Nearest neighbours of every row by cosine: our engine, scikit-learn, FAISS, hnswlib and DuckDB on the same data."""
    with shown(Settings.from_env().log):
        from tasks.bench.similarity import compare

        told, missing = compare(tracks, dims, top)
    if as_json:
        asked = {"tracks": tracks, "dims": dims, "top": top}
        console.print_json({**asked, "ways": told.to_dicts(), "left_out": missing})
        return
    console.print_frame(told)
    for name, reason in missing.items():
        console.say(f"left out: {name} ({reason})")
    console.say(
        "ratio: CPU seconds over those of the best exact peer, or of the best one where every pair is too much; recall on a sample of seeds."
    )


@bench.command("query")
def ask(
    tracks: Annotated[int, typer.Option(min=50, max=5_000_000, help="Songs to make.")] = 20_000,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Neighbours of each song.")] = 50,
    questions: Annotated[int, typer.Option(min=1, max=100_000, help="Questions to ask.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """How fast a published file answers `recommend`, reasons included, and how large it is."""
    with shown(Settings.from_env().log):
        from tasks.bench.query import answer_times

        told, room = answer_times(tracks, top, questions)
    if as_json:
        console.print_json({"tracks": tracks, "top": top, "ways": told.to_dicts(), "megabytes": room})
        return
    console.print_frame(told)
    console.say(f"neighbours take {room['neighbours']} MB, the whole file {room['file']} MB")


@bench.command()
def recommend(
    fifths: Annotated[
        int,
        typer.Option(
            min=1,
            max=5,
            help="How many fifths of each list to hide, one after the other: the more, the closer the bounds.",
        ),
    ] = 1,
    as_json: JsonOption = False,
) -> None:
    """How well the published night's way recommends, beside the night's own peers and implicit ALS, on lists hidden from them all.

    ratio: how many times the nDCG@10 of each peer the hybrid has on the same lists, with paired 95 % bounds.
    """
    with shown(Settings.from_env().log):
        from flows.talk.figures import print_figures
        from tasks.bench.recommend import compare

        told, verdict, missing = compare(Settings.from_env().home.warehouse, fifths)
    if as_json:
        console.print_json({"verdict": verdict, "figures": told.to_dicts(), "left_out": missing})
        return
    print_figures(told)
    for name, reason in missing.items():
        console.say(f"left out: {name} ({reason})")
    console.say(verdict)


@bench.command()
def neighbours(
    tracks: Annotated[int, typer.Option(min=50, max=5_000_000, help="Tracks of the catalogue to make.")] = 20_000,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Neighbours of each track.")] = 50,
    new: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of the tracks that come with the second night.")
    ] = 0.01,
    as_json: JsonOption = False,
) -> None:
    """Neighbours by sound, metadata and baskets: from nothing, and on a night that changed a little.

    Above 200,000 tracks lists come out of candidates: two roads to the same night may differ (is_equal), recall tells by how much.
    """
    with shown(Settings.from_env().log):
        from tasks.bench.nights import compare_nights

        told = compare_nights(tracks, top, new)
    if as_json:
        console.print_json(told.to_dicts())
    else:
        console.print_frame(told)
        console.say("ratio: CPU seconds of the same catalogue anew over those of the night that changed a little.")


@bench.command()
def refresh(
    tracks: Annotated[int, typer.Option(min=50, max=1_000_000, help="Tracks of the catalogue to make.")] = 5_000,
    as_json: JsonOption = False,
) -> None:
    """A whole night on a made catalogue, in a home of its own: seconds of every stage, Prefect's share beside an empty flow, ingest, memory."""
    with shown(Settings.from_env().log):
        from tasks.bench.refresh import time_night

        stages, sums = time_night(tracks)
    if as_json:
        console.print_json({**sums, "stages": stages.to_dicts()})
        return
    console.print_frame(stages)
    for name, value in sums.items():
        digits = ".3g" if value < 1 else ".1f" if value < 100 else ".0f"
        console.say(f"{name.replace('_', ' ')}: {value:,{digits}}")
