"""Small values that pass between the rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

MILLION = 1_000_000
"""Scores and addends of neighbours are whole millionths where they decide about an order, and where they are stored."""

SPOTIFY_ID = r"^[0-9A-Za-z]{22}$"
ISRC = r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"
"""How Spotify writes ids, and the standard recording codes."""

OWN_ARTIST = 0.4
"""Share of a song's neighbours, its reserve included, by its own artist at most: a discography would fill the list, of which
nobody is shown more than a few."""

HUB = 5
"""No track stands in more than so many times N lists of N neighbours, as far as others can take its place."""

LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
"""Letters that Unicode does not take apart, and how they are written where a keyboard has none; the macro ``folded`` has them, too."""

SCRIPTS = {
    "Latin": ("Latin",),
    "Cyrillic": ("Cyrillic",),
    "Greek": ("Greek",),
    "Arabic": ("Arabic",),
    "Hebrew": ("Hebrew",),
    "Devanagari": ("Devanagari",),
    "Thai": ("Thai",),
    "Hangul": ("Hangul",),
    "Japanese": ("Hiragana", "Katakana"),
    "Han": ("Han",),
}
"""Scripts of titles, and what Unicode calls their letters."""

REJECTED = {"rule": pl.String, "value": pl.String, "row": pl.String}
"""A quarantine: the rule that a row broke, the value that broke it, and the row as JSON."""


def reserve_for(top: int) -> int:
    """How many neighbours of a song take part in the choice of ``top``; the rest only steps in when others leave."""
    return top + max(top // 5, 5)


def depth_for(top: int) -> int:
    """How deep lists go of which ``top`` are published: room for hubs that stand aside, and for others that leave."""
    return reserve_for(top) + max(top // 4, 10)


def own_for(depth: int) -> int:
    """How many songs of the seed's own artist stand in a list of this depth, at most."""
    return int(OWN_ARTIST * depth)


@dataclass(frozen=True)
class Home:
    """The folder ``SEGUE_HOME`` and what lies in it."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The published database; replaced as a whole, never written in place."""
        return self.root / "warehouse.duckdb"

    @property
    def building(self) -> Path:
        """Nights under construction."""
        return self.root / "building"

    @property
    def history(self) -> Path:
        """Earlier published databases."""
        return self.root / "history"

    @property
    def imports(self) -> Path:
        """Database of everything that ``segue import`` took."""
        return self.root / "imports.duckdb"

    @property
    def landing(self) -> Path:
        """Pages as they arrived, one folder a walk."""
        return self.root / "landing"

    @property
    def journal(self) -> Path:
        """Feedback, one JSON object a line."""
        return self.root / "journal" / "feedback.jsonl"

    @property
    def exclusions(self) -> Path:
        """What must not count for the profile, a line each; a person may edit it."""
        return self.root / "exclusions.csv"

    @property
    def reports(self) -> Path:
        """Generated pages."""
        return self.root / "reports"

    @property
    def posters(self) -> Path:
        """Cover pictures that pages embed."""
        return self.root / "posters"

    @property
    def token(self) -> Path:
        """What ``segue login`` stored; mode 0600."""
        return self.root / "token.json"

    @property
    def prefect(self) -> Path:
        """Prefect's own database and results."""
        return self.root / "prefect"


@dataclass(frozen=True)
class Harvest:
    """What one source gave for one table, before anything was checked.

    ``received = rows.height + broken.height + sum(skipped.values())``. ``broken`` (rule, value, row) are rows that could not
    even be read; they go to the quarantine with those that break a rule. ``covers`` says what the rows replace: ``None``
    nothing (they are merged by key), ``"all"`` every earlier row of this source, a frame the earlier rows that match it on
    its columns.
    """

    entity: str
    source: str
    rows: pl.DataFrame
    skipped: Mapping[str, int] = field(default_factory=dict)
    covers: pl.DataFrame | Literal["all"] | None = None
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTED))

    @property
    def received(self) -> int:
        """Rows that arrived, whatever became of them."""
        return self.rows.height + self.broken.height + sum(self.skipped.values())


@dataclass(frozen=True)
class Checked:
    """A harvest after validation: ``rows`` obey the model; ``rejected`` (rule, value, row) includes ``harvest.broken``."""

    harvest: Harvest
    rows: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True)
class Receivers:
    """When to tell (problems, always, never), and whom; what is empty is nobody. Secrets never show in ``repr``.

    With a password, mail goes only over TLS, unless the server is on this machine.
    """

    when: str = "problems"
    webhook_url: str = field(default="", repr=False)
    mail_to: str = ""
    mail_from: str = ""
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    file: Path | None = None
