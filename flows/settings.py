"""Settings: the only module that reads (and, for Prefect, prepares) the environment.

Values come from the environment, then from a ``.env`` file in the working directory, then from the defaults below.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from schemas.errors import SettingsError
from schemas.values import Home, Receivers

SOURCES = ("demo", "spotify", "files")


def _setting(env: str, default: str, read: Callable[[str], Any], meaning: str, *, secret: bool = False) -> Any:
    metadata = {"env": env, "default": default, "read": read, "meaning": meaning, "secret": secret}
    return field(metadata=metadata, repr=not secret)


def _text(value: str) -> str:
    return value.strip()


def _folder(value: str) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:
        raise ValueError("names the home of somebody who is not known here") from None


def _url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http(s) address")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("must be https: plain http is for a stand-in on this machine only")
    return value.strip().rstrip("/")


def _optional_url(value: str) -> str:
    return _url(value) if value.strip() else ""


def _port(value: str) -> int:
    number: int = _between(1, 65_535, int)(value)
    return number


def _one_of(*names: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.strip() not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value.strip()

    return read


def _file(value: str) -> Path | None:
    return _folder(value.strip()) if value.strip() else None


def _names(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _between(low: float, high: float, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        try:
            number = kind(value)
        except ValueError:
            raise ValueError(f"must be a number from {low:g} to {high:g}") from None
        if not low <= number <= high:
            raise ValueError(f"must be from {low:g} to {high:g}")
        return number

    return read


@dataclass(frozen=True)
class Settings:
    """Everything that a person can set; the README's table lists the same names (a test compares them)."""

    root: Path = _setting("SEGUE_HOME", "./segue-data", _folder, "folder for everything that Segue keeps")
    source: str = _setting("SEGUE_SOURCE", "demo", _one_of(*SOURCES), "what a refresh reads: demo, spotify or files")
    client_id: str = _setting("SPOTIFY_CLIENT_ID", "", _text, "id of your app on Spotify's developer dashboard")
    client_secret: str = _setting(
        "SPOTIFY_CLIENT_SECRET", "", _text, "its secret; not needed after `segue login`", secret=True
    )
    refresh_token: str = _setting(
        "SPOTIFY_REFRESH_TOKEN",
        "",
        _text,
        "refresh token, if you have one already; else `segue login` stores it",
        secret=True,
    )
    api_url: str = _setting("SPOTIFY_API_URL", "https://api.spotify.com/v1", _url, "base of the Web API")
    accounts_url: str = _setting(
        "SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com", _url, "base of the accounts service"
    )
    reccobeats_url: str = _setting(
        "RECCOBEATS_API_URL",
        "https://api.reccobeats.com",
        _optional_url,
        "base of the audio-features service; empty to ask nobody",
    )
    neighbours: int = _setting("SEGUE_NEIGHBOURS", "100", _between(1, 1000, int), "neighbours kept for each track")
    max_wait_seconds: float = _setting(
        "SEGUE_MAX_WAIT_SECONDS", "120", _between(0, 86_400, float), "longest wait on one 429 before parking"
    )
    requests_per_second: float = _setting(
        "SEGUE_REQUESTS_PER_SECOND", "10", _between(0.1, 1000, float), "most requests a second, all threads together"
    )
    landing_days: int = _setting(
        "SEGUE_LANDING_DAYS", "14", _between(0, 3650, int), "days that raw pages are kept for replay"
    )
    retention_days: int = _setting(
        "SEGUE_RETENTION_DAYS",
        "0",
        _between(0, 36_500, int),
        "days after which API data not seen again is dropped; 0 keeps it",
    )
    model_sources: tuple[str, ...] = _setting(
        "SEGUE_MODEL_SOURCES", "", _names, "sources the models may learn from, such as `file,export`; empty for all"
    )
    timezone: str = _setting(
        "SEGUE_TIMEZONE",
        "",
        _text,
        "whose hours and days `segue exclude` means, such as Europe/Berlin; else this machine's",
    )
    generations: int = _setting(
        "SEGUE_GENERATIONS", "7", _between(1, 1000, int), "earlier published files kept for rollback"
    )
    generations_bytes: int = _setting(
        "SEGUE_GENERATIONS_BYTES",
        "4294967296",
        _between(0, 1e15, int),
        "room that they may take together; the latest one stays in any case",
    )
    gate_share: float = _setting(
        "SEGUE_GATE_SHARE", "0.5", _between(0, 1, float), "share of last night's rows that each table must keep"
    )
    gate_few: int = _setting(
        "SEGUE_GATE_FEW", "20", _between(0, 1_000_000, int), "tables that had fewer rows are let pass"
    )
    gate_coverage: float = _setting(
        "SEGUE_GATE_COVERAGE", "0.9", _between(0, 1, float), "share of the comparable tracks that must have neighbours"
    )
    notify: str = _setting(
        "SEGUE_NOTIFY",
        "problems",
        _one_of("problems", "always", "never"),
        "when notices of nights are sent: problems, always, never",
    )
    webhook_url: str = _setting(
        "SEGUE_WEBHOOK_URL", "", _optional_url, "gets each notice as JSON with a `text`, as Slack wants it", secret=True
    )
    mail_to: str = _setting("SEGUE_MAIL_TO", "", _text, "who gets each notice by e-mail; several parted by commas")
    mail_from: str = _setting("SEGUE_MAIL_FROM", "", _text, "its sender; the first receiver when empty")
    smtp_host: str = _setting("SEGUE_SMTP_HOST", "localhost", _text, "the mail server")
    smtp_port: int = _setting("SEGUE_SMTP_PORT", "25", _port, "its port; 465 is TLS from the start")
    smtp_user: str = _setting("SEGUE_SMTP_USER", "", _text, "who we are there, if it asks")
    smtp_password: str = _setting(
        "SEGUE_SMTP_PASSWORD", "", _text, "and the password, which goes only over TLS", secret=True
    )
    notify_file: Path | None = _setting("SEGUE_NOTIFY_FILE", "", _file, "gets each notice as a line of JSON")
    dask_address: str = _setting(
        "SEGUE_DASK_ADDRESS",
        "",
        _text,
        "Dask scheduler, such as `tcp://10.0.0.5:8786`, that works out the neighbours; empty for this machine",
    )
    log: str = _setting("SEGUE_LOG", "text", _one_of("text", "json"), "`json` writes one JSON object a line to stderr")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> "Settings":
        """Read all settings; raise one SettingsError that names every setting that is wrong."""
        found = dict(dotenv_values(Path(".env") if dotenv is None else dotenv))
        found.update(os.environ if environ is None else environ)
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for spec in fields(cls):
            env = spec.metadata["env"]
            text = found.get(env)
            if text is None or (not text.strip() and env != "RECCOBEATS_API_URL"):
                text = spec.metadata["default"]
            try:
                values[spec.name] = spec.metadata["read"](text)
            except ValueError as error:
                shown = "its value" if spec.metadata["secret"] else repr(text)
                wrong.append(f"{env} {error} (it is {shown})")
        if wrong:
            raise SettingsError(
                "these settings cannot be used: " + "; ".join(wrong) + ". Correct them in the environment or .env."
            )
        return cls(**values)

    @property
    def receivers(self) -> Receivers:
        """Who is told of a night, and when."""
        return Receivers(
            self.notify,
            self.webhook_url,
            self.mail_to,
            self.mail_from,
            self.smtp_host,
            self.smtp_port,
            self.smtp_user,
            self.smtp_password,
            self.notify_file,
        )

    @property
    def home(self) -> Home:
        """The folder SEGUE_HOME by its parts."""
        return Home(self.root)


# Measured reasons stand beside each: without them a script's task runs are lost, every flow waits a second,
# a busy machine misses the start-up limit, and a DNS look-up for telemetry leaves the machine.
PREFECT_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_FLOWS": '{"heartbeat_frequency": null}',
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",  # whole seconds: Prefect cuts a fraction off, and with 0 its server never rests
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # else its books grow by half a megabyte a night
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "2592000",  # 30 days; SEGUE_HOME/runs goes back 400 nights
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks,warehouse,reports",  # so that the run's page shows what we log
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def prepare_home(home: Home) -> None:
    """Make the home ready and set Prefect's environment where the person has not; before Prefect is imported for the first time.

    Raises:
        HomeError: the folder cannot be written.
    """
    from tasks.upkeep.preparing import prepare  # SQLite, which nobody who only asks should wait for

    prepare(home)
    os.environ.update(prefect_environment(home))


def prefect_environment(home: Home) -> dict[str, str]:
    """The environment in which nights see Prefect: the person's where it says something, ours else."""
    return {**PREFECT_ENVIRONMENT, "PREFECT_HOME": str(home.prefect), **os.environ}


def own_prefect(home: Home) -> str | None:
    """The Prefect that the person has set up: a server's address, "" when only a profile or a home of theirs could name one.

    None when Prefect is left to us.
    """
    said = {**dotenv_values(Path(".env")), **os.environ}
    if address := said.get("PREFECT_API_URL"):
        return address
    return "" if said.get("PREFECT_PROFILE") or said.get("PREFECT_HOME") != str(home.prefect) else None


def temporary_server_environment() -> dict[str, str]:
    """The environment in which a Prefect server knows that it is there for one night only."""
    return {**os.environ, "PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


def use_prefect_server(address: str) -> None:
    """Let this process and those that it starts (a deployment's runs) talk to the Prefect API at ``address``."""
    os.environ["PREFECT_API_URL"] = address
