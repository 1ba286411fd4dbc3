"""The errors that a person may meet, and nothing else.

    SegueError                 expected: told in one line, exit code 1
    ├── SettingsError          a setting is missing or wrong (all of them named at once)
    ├── HomeError              SEGUE_HOME cannot be used: unwritable, full, locked
    ├── SignInError            the accounts service refused us: sign in again, check id and secret
    ├── ApiError               the Web API refused or broke beyond the bounded tries
    ├── ImportFileError        a file that was given to be imported cannot be read
    ├── InvalidDataError       data broke a rule that a whole night depends on
    ├── UnknownSongError       no song, artist or playlist of that name; carries the nearest names
    ├── WarehouseError         the database file is missing, corrupt, or of another version
    ├── GateError              the night was built but must not be published
    └── Parked                 not a failure: the API asked us to come back later, exit code 75

Every message says what happened, where, and what to do. None carries a secret or a URL with a query string.
"""

from collections.abc import Sequence
from datetime import datetime


class SegueError(Exception):
    """An expected error; ``str(error)`` is the one line that the person reads."""

    exit_code = 1


class SettingsError(SegueError):
    """Settings that cannot be used; the message lists every one of them."""


class HomeError(SegueError):
    """The data folder cannot be used as it is."""


class SignInError(SegueError):
    """Authorization failed in a way that trying again will not mend."""


class ApiError(SegueError):
    """A request failed for good after bounded tries.

    ``status`` is the HTTP status, or ``None`` when no answer came; ``path`` has no query string.
    """

    def __init__(self, message: str, *, status: int | None = None, path: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.path = path


class ImportFileError(SegueError):
    """A file given to ``segue import`` is not something that can be read; ``reason`` is the message without the file's name."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file} {reason}")
        self.reason = reason


class InvalidDataError(SegueError):
    """Data broke a rule on which the night depends, such as the balance of row accounting."""


class UnknownSongError(SegueError):
    """Nothing has that name; ``nearest`` are the closest names that exist, ``instead`` is what has it: artist, genre or playlist."""

    def __init__(self, message: str, nearest: Sequence[str] = (), instead: str | None = None) -> None:
        super().__init__(message)
        self.nearest = list(nearest)
        self.instead = instead


class WarehouseError(SegueError):
    """The database file is missing, damaged or written by another version."""


class GateError(SegueError):
    """The night was built, but a rule of the gate keeps last night's tables published."""


class Parked(SegueError):  # noqa: N818 - parked is not an error
    """The API asked for a longer wait than we sleep; everything is saved until ``until`` (UTC, naive)."""

    exit_code = 75

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until
