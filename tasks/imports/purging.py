"""Delete what is kept of a person (tool)."""

from shutil import rmtree
from typing import Literal

from schemas.values import Home
from warehouse import imports
from warehouse.connection import told
from warehouse.night.locking import locked

What = Literal["imports", "feedback", "everything"]


def purge(home: Home, what: What) -> None:
    """Delete what was imported, the feedback, or all that the home holds; no night may be running meanwhile.

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
        if what == "everything":
            home.token.unlink(missing_ok=True)
            home.warehouse.unlink(missing_ok=True)
            for folder in (
                home.building,
                home.history,
                home.landing,
                home.reports,
                home.posters,
                home.prefect,
                home.root / "runs",
            ):
                rmtree(folder, ignore_errors=True)
