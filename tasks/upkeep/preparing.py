"""Before a night: a home that can be written, and no Prefect in it that keeps one from starting (tool)."""

import tempfile

from schemas.errors import HomeError
from schemas.values import Home
from warehouse.night.books import set_aside_unusable


def prepare(home: Home) -> None:
    """Create the data folder, for its owner only, and Prefect's in it; what lies there of Prefect and cannot be used is set aside.

    Raises:
        HomeError: the folder cannot be written.
    """
    try:
        home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home.root):
            pass
        set_aside_unusable(home)
        home.prefect.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise HomeError(
            f"the data folder {home.root} cannot be written ({error.strerror}): free or unlock it, or set SEGUE_HOME to another folder"
        ) from error
