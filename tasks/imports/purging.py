"""Delete what is kept of a person (tool)."""

from pathlib import Path
from shutil import rmtree
from typing import Literal

from schemas.values import Home
from tasks.whole import tidy
from warehouse import imports
from warehouse.connection import told
from warehouse.night.locking import locked

What = Literal["imports", "feedback", "spotify", "everything"]


def purge(home: Home, what: What) -> None:
    """Delete what was imported, the feedback, what came from the API, or all that the home holds.

    The tables hold what came from the API beside what was imported and what was worked out from both, so ``spotify`` takes
    them whole, and every former night, page, cover and landed answer with them; imports and feedback stay, and the next
    refresh builds tables from those.

    Raises:
        HomeError: a night runs, or the folder may not be written.
    """
    if not home.root.is_dir():
        return
    with locked(home, "a purge"), told(home.root):
        if what in ("imports", "everything"):
            imports.purge(home)
        if what in ("feedback", "everything"):
            home.journal.unlink(missing_ok=True)
        if what in ("spotify", "everything"):
            for file in (home.token, home.warehouse, home.warehouse.with_name(f"{home.warehouse.name}.wal")):
                file.unlink(missing_ok=True)
            _remove(home.building, home.history, home.landing, home.reports, home.posters)
        tidy(home.root)
        if what == "everything":
            home.exclusions.unlink(missing_ok=True)
            _remove(home.prefect, home.root / "runs")


def _remove(*folders: Path) -> None:
    """Delete folders that exist; one that cannot be deleted is an error, not a thing to pass over."""
    for folder in folders:
        if folder.exists():
            rmtree(folder)
