"""Options that several commands take, and what is wrong with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from schemas.errors import SettingsError

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@contextmanager
def usage() -> Iterator[None]:
    """What is wrong with an option is wrong usage."""
    try:
        yield
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
