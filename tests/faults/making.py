"""Small nights by the real command, in processes that may be killed: an account on two days, the command, its tables."""

import json
import os
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from schemas.tables import TABLES
from schemas.values import Home
from tasks.standin import Account, Catalogue, StandIn, song
from tasks.standin.account import Saved
from warehouse.standing import verify

OF_THE_NIGHT = {
    "runs",
    "run_stages",
    "row_accounting",
    "rejected_rows",
    "api_capabilities",
    "evaluation",
    "data_profile",
    "fetches",
}
"""Tables that tell of nights and not of music."""


class Command:
    """A `segue` at work."""

    def __init__(self, zygote: "subprocess.Popen[str]", output: Path) -> None:
        self._zygote = zygote
        self._output = output
        self.pid = int(self._line())

    def _line(self) -> str:
        assert self._zygote.stdout is not None
        return self._zygote.stdout.readline()

    def wait(self) -> int:
        """The exit status; negative: the signal that ended it."""
        self.status = int(self._line())
        return self.status

    def lasts(self, seconds: float) -> bool:
        """Whether it is still at work after so long; returns as soon as it is not."""
        return not select.select([self._zygote.stdout], [], [], seconds)[0]

    def send(self, number: signal.Signals) -> None:
        """A signal, whether it has ended by now or not."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @property
    def said(self) -> str:
        return self._output.read_text() if self._output.exists() else ""


@dataclass
class Segue:
    """The command on one home, with one account."""

    home: Home
    environ: dict[str, str]
    zygote: "subprocess.Popen[str]" = field(repr=False)
    output: Path

    def by(self, other: "subprocess.Popen[str]") -> "Segue":
        """The same, at the same time."""
        return replace(self, zygote=other, output=self.output.with_suffix(".other"))

    def start(
        self,
        *arguments: str,
        memory: int = 0,
        clock: float = 0,
        stopped: dict[str, tuple[int, float]] | None = None,
        **environ: str,
    ) -> Command:
        """Set the command off, with so many bytes of ``memory`` more than it begins with, a ``clock`` that is seconds off, and
        a signal so many seconds after a stage began (``stopped``).
        """
        self.output.unlink(missing_ok=True)
        order = {
            "arguments": arguments,
            "environ": {**self.environ, "SEGUE_HOME": str(self.home.root), **environ},
            "output": str(self.output),
            "memory": memory,
            "clock": clock,
            "stopped": stopped or {},
        }
        assert self.zygote.stdin is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        return Command(self.zygote, self.output)

    def run(self, *arguments: str, **how: Any) -> Command:
        """The command when it has ended; ``how`` as `start` takes it."""
        command = self.start(*arguments, **how)
        command.wait()
        return command

    def night(self) -> None:
        """A night in which nothing goes wrong."""
        done = self.run("refresh")
        assert done.status == 0, done.said

    def tables(self) -> dict[str, pl.DataFrame]:
        """What stands in the published file, once it is known to be whole; without the names of nights."""
        verify(self.home.warehouse)
        with duckdb.connect(str(self.home.warehouse), read_only=True) as con:
            return {
                name: con.sql(f"select columns(lambda c: c != 'run_id') from {name} order by all").pl()  # noqa: S608
                for name in sorted(set(TABLES) - OF_THE_NIGHT)
            }


def differing(some: dict[str, pl.DataFrame], others: dict[str, pl.DataFrame]) -> list[str]:
    """Names of the tables that are not equal."""
    return [name for name in some if not some[name].equals(others[name])]


def library(day: int) -> tuple[Catalogue, Account]:
    """Sixty songs; on the second day two are new among the saved ones and a list has grown."""
    names = [f"Song {number}" for number in range(60)]
    catalogue = Catalogue(
        [song(name, f"Artist {place % 7}", genres=[f"genre {place % 3}"]) for place, name in enumerate(names)]
    )
    account = Account.of(
        catalogue,
        playlists={"All": names[:40], "Short": names[: 8 + 4 * day], "Other": names[30:50]},
        saved=names[: 12 + day],
        top=names[:10],
        plays=[(name, f"2026-11-{place + 10}T20:15:20.497Z") for place, name in enumerate(names[: 9 + day])],
    )
    if day == 2:
        account.saved.insert(0, Saved(catalogue["Song 58"], "2026-11-20T12:00:00Z"))
    return catalogue, account


def settings(spotify: StandIn) -> dict[str, str]:
    """The environment with which a night meets the account."""
    return {
        "SEGUE_SOURCE": "spotify",
        "SPOTIFY_CLIENT_ID": spotify.client_id,
        "SPOTIFY_CLIENT_SECRET": spotify.client_secret,
        "SPOTIFY_REFRESH_TOKEN": spotify.refresh_token,
        "SPOTIFY_API_URL": spotify.api_url,
        "SPOTIFY_ACCOUNTS_URL": spotify.accounts_url,
        "RECCOBEATS_API_URL": spotify.reccobeats_url,
        "SEGUE_REQUESTS_PER_SECOND": "1000",
        "SEGUE_NEIGHBOURS": "10",
        "COLUMNS": "200",
    }


@dataclass(frozen=True)
class Undisturbed:
    """Homes before the first night and after each, and the tables after each; ``seconds`` of the shorter night."""

    homes: dict[int, Path]
    tables: dict[int, dict[str, pl.DataFrame]]
    seconds: float
