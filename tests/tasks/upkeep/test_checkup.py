"""The doctor: a sound machine is told so, each thing that is wrong has its line and its remedy."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from schemas.values import Home
from tasks.spotify.token_file import StoredToken, store
from tasks.upkeep import checkup, stories
from tasks.upkeep.checkup import Finding
from tests.warehouse.making import checked, publish
from warehouse.night.publishing import recover

NOW = datetime.fromisoformat("2026-11-24T08:00")
QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def verdicts(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(finding.check, finding.verdict) for finding in found]


def test_this_installation_is_sound() -> None:
    assert verdicts(checkup.installation()) == [("python", "ok"), ("packages", "ok"), ("time zones", "ok")]


def test_a_package_out_of_its_bounds_is_named_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = ["fastapi<0.1", "no-such-package>=1", "pytest>=1; extra == 'test'", "requests>=2"]
    monkeypatch.setattr(checkup, "requires", lambda name: bounds)
    packages = list(checkup.installation())[1]
    assert packages.verdict == "fail"
    assert packages.told.endswith("is not <0.1; no-such-package is not installed")
    assert packages.remedy == "pip install -e . in Segue's own environment"


def test_a_home_that_others_may_read_is_told_with_the_command_that_mends_it(home: Home) -> None:
    home.root.mkdir(mode=0o700)
    assert verdicts(checkup.folder(home)) == [("home", "ok"), ("lock", "ok"), ("disk", "ok")]
    store(home, StoredToken("app", "secret"))
    home.token.chmod(0o644)
    told = next(checkup.folder(home))
    assert (told.verdict, told.remedy) == ("warn", f"chmod go-rwx {home.token}")


def test_a_home_that_is_not_there_yet_is_no_fault(home: Home) -> None:
    assert verdicts(checkup.folder(home)) == [("home", "warn"), ("disk", "ok")]
    assert verdicts(checkup.database(home)) == [("database", "warn")]


def test_a_home_that_can_never_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "home"):
        (told,) = checkup.folder(Home(root))
        assert (told.verdict, told.told) == ("fail", f"{tmp_path}/file cannot be written (Not a directory)")
        assert stories.at_work(Home(root)) is None


def test_too_small_a_disk_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.root.mkdir()
    monkeypatch.setattr(checkup, "room_needed", lambda home: 2**60)
    assert list(checkup.folder(home))[-1].verdict == "fail"


def test_every_block_of_the_published_file_is_read(home: Home) -> None:
    path = publish(home, "20261124T020000-aaaaaa", checked("tracks", [{"track_id": "a", "name": "a"}]))
    assert verdicts(checkup.database(home)) == [("database", "ok")]
    path.write_bytes(b"\0" * path.stat().st_size)
    assert verdicts(checkup.database(home)) == [("database", "fail")]


def test_what_was_damaged_is_told_until_it_is_deleted(home: Home) -> None:
    publish(home, "20261124T030000-n")
    assert list(checkup.damage(home)) == []
    for _ in range(2):
        home.warehouse.write_bytes(b"\0" * 2**20)
        recover(home)
    (found,) = checkup.damage(home)
    names = "unreadable-2-warehouse.duckdb, unreadable-warehouse.duckdb"
    assert (found.verdict, found.told) == ("warn", f"damaged and set aside in {home.history}: {names} (2 MB)")
    for path in home.history.iterdir():
        path.unlink()
    assert list(checkup.damage(home)) == []


@pytest.mark.parametrize(
    ("values", "verdict", "remedy"),
    [
        ({"source": "demo"}, "ok", ""),
        ({"client_id": ""}, "fail", "make an app on developer.spotify.com/dashboard"),
        ({}, "fail", "run `segue login`"),
        ({"client_secret": "s"}, "warn", "run `segue login`"),
        ({"refresh_token": "t"}, "ok", ""),
    ],
)
def test_what_a_sign_in_lacks(home: Home, values: dict[str, str], verdict: str, remedy: str) -> None:
    given = {"source": "spotify", "client_id": "app", "client_secret": "", "refresh_token": "", **values}
    (found,) = checkup.sign_in(home, NOW, **given)
    assert (found.verdict, found.remedy) == (verdict, remedy)


def test_a_clock_that_went_back_behind_the_last_night_is_told(home: Home) -> None:
    assert verdicts(checkup.clock(home, NOW)) == [("clock", "ok")]
    moments = {"started_at": "2026-11-24 09:00:00", "ended_at": "2026-11-24 09:01:00"}
    story = {"run_id": "r", "source": "demo", "verdict": "published", "note": None, "stages": [], **moments}
    stories.keep(home, story)
    assert verdicts(checkup.clock(home, NOW)) == [("clock", "warn")]


def test_a_dotenv_with_secrets_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert list(checkup.dotenv(path)) == []
    path.write_text("SPOTIFY_CLIENT_SECRET=s3cret")
    path.chmod(0o644)
    (told,) = checkup.dotenv(path)
    assert (told.verdict, told.remedy) == ("warn", f"chmod 600 {path}")
    assert "s3cret" not in repr(told)
    path.chmod(0o600)
    assert verdicts(checkup.dotenv(path)) == [(".env", "ok")]


def test_prefects_profile_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    environ = {**QUIET, "PREFECT_HOME": str(tmp_path)}
    assert [finding.told for finding in checkup.prefect(environ)] == [
        f"no server: each night keeps its own books in {tmp_path}",
        "off",
    ]
    (tmp_path / "profiles.toml").write_text(
        'active = "work"\n[profiles.work]\nPREFECT_API_URL = "https://prefect.example.com/api"\n'
    )
    assert next(checkup.prefect(environ)).told == (
        "nights report to the Prefect server at prefect.example.com (profile work)"
    )
    local = {**environ, "PREFECT_API_URL": "http://127.0.0.1:4200/api"}
    assert "http://127.0.0.1:4200/api" in next(checkup.prefect(local)).told
    (tmp_path / "profiles.toml").write_text("active = ")
    assert verdicts(checkup.prefect(environ)) == [("prefect", "fail")]


def test_telemetry_that_somebody_switched_on_is_told(tmp_path: Path) -> None:
    environ = {**QUIET, "PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    assert verdicts(checkup.prefect(environ)) == [("prefect", "ok"), ("telemetry", "warn")]


@pytest.fixture
def service() -> Iterator[Callable[[datetime | str], str]]:
    """A service on loopback that refuses everybody, with a clock of its own: service(moment) gives its address."""
    servers = []

    def start(moment: datetime | str) -> str:
        date = moment if isinstance(moment, str) else format_datetime(moment.replace(tzinfo=UTC), usegmt=True)

        class Refuses(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert "Authorization" not in self.headers
                self.send_response_only(401)
                self.send_header("Date", date)
                self.end_headers()

            def log_message(self, *told: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Refuses)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_service_that_refuses_is_there_and_tells_the_time(service: Callable[[datetime | str], str]) -> None:
    url = service(NOW)
    assert verdicts(checkup.asked({"web api": url}, lambda: NOW)) == [("web api", "ok"), ("clock", "ok")]
    fast = list(checkup.asked({"web api": url}, lambda: NOW + timedelta(minutes=5)))
    assert (fast[1].verdict, fast[1].told) == ("fail", "this clock is +300 s from the services' clock")


@pytest.mark.parametrize("date", ["now", "Tue, 99 Nov 2026 08:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -0800"])
def test_a_date_that_is_none_is_no_clock(service: Callable[[datetime | str], str], date: str) -> None:
    assert verdicts(checkup.asked({"web api": service(date)}, lambda: NOW)) == [("web api", "ok")]


@pytest.mark.parametrize("host", ["127.0.0.1:9", "api..example.com"])
def test_a_service_that_is_not_there_is_told(host: str) -> None:
    assert verdicts(checkup.asked({"web api": f"http://{host}/v1"}, lambda: NOW)) == [("web api", "fail")]
