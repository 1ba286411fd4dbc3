"""Commands that measure: our engines beside their peers, and a night stage by stage."""

from typing import Annotated

import typer

from flows.cli import console
from flows.cli.progress import shown
from flows.settings import Settings

bench = typer.Typer(help="Measure this machine: our engines beside their peers.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


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
    console.say("ratio: CPU seconds over those of the best exact peer; recall on a sample of seeds.")
