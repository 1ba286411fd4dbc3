"""What moved between two nights, and why: new data, changed features, a changed model, or changed code; on the lists for the
person also new feedback, changed exclusions, or new listening.

The cause is found from what is nearest to the song: first whether anything became known or unknown of it or of the songs
that came or went, then whether their sound changed; only then the model, the code, and last what happened to other songs
(averages and popularity move with them). Of the lists, what the person said and heard goes before the model. It says what
could have moved a song, not what did: a night changes many things at once.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from schemas.errors import WarehouseError
from schemas.values import Home
from warehouse.connection import reader, told
from warehouse.night.publishing import generations, run_of
from warehouse.past import PLACES
from warehouse.statements import statement


@dataclass(frozen=True)
class Comparison:
    """Two nights side by side.

    ``moved``: track_id, name, came and went (track ids), cause, is_direct (the cause lies in the song itself or in those that
    came or went). ``causes``: cause, is_direct, songs. ``lists``: list, track_id, name, was, is (places; null: not on it), cause,
    is_direct.
    """

    earlier: str
    later: str
    moved: pl.DataFrame
    causes: pl.DataFrame
    lists: pl.DataFrame


def compare(later: Path, earlier: Path) -> Comparison:
    """Compare the first neighbours of every song, and the published lists, of two published files.

    Raises:
        WarehouseError: a file is missing or damaged, or they are of Segues too different to be compared.
    """
    names = run_of(earlier)[0], run_of(later)[0]
    with reader(later) as con:
        with told(earlier):
            con.execute("attach $path as earlier (read_only)", {"path": str(earlier)})
        try:
            con.execute(statement("diff/changes"))
            moved = con.sql(statement("diff/moved"), params={"places": PLACES}).pl()
            lists = con.sql(statement("diff/lists")).pl()
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise WarehouseError(
                f"{earlier} and {later} cannot be compared: their tables differ; run `segue refresh` first"
            ) from error
    causes = moved.group_by("cause", "is_direct").len("songs").sort(["songs", "cause"], descending=[True, False])
    return Comparison(*names, moved, causes, lists)


def night_file(home: Home, wish: str) -> Path:
    """The kept file of the night ``wish``: a date (the latest night on or before it) or the beginning of a run id.

    Raises:
        WarehouseError: no such night is kept; the message names those that are.
    """
    kept = {generation.run_id: generation.path for generation in generations(home)}
    if home.warehouse.exists():
        kept[run_of(home.warehouse)[0]] = home.warehouse
    begin = wish.strip()
    begin = begin.replace("-", "", 2) if begin[:5].endswith("-") else begin
    until = [run_id for run_id in sorted(kept) if begin and run_id[: len(begin)] <= begin]
    if not until or (not begin.isdigit() and not until[-1].startswith(begin)):
        raise WarehouseError(f"no night {wish!r} is kept; there are {', '.join(sorted(kept)) or 'none'}")
    return kept[until[-1]]
