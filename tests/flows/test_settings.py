"""Settings: read once, all that is wrong named at once, secrets never shown."""

from pathlib import Path

import pytest
from prefect.settings import Settings as PrefectSettings

from flows.settings import PREFECT_ENVIRONMENT, Settings, prepare_home
from schemas.errors import HomeError, SettingsError
from schemas.values import Home

NOWHERE = Path("/nonexistent/.env")


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_default(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("SEGUE_NEIGHBOURS=30\nSEGUE_SOURCE=files\n")
    settings = Settings.from_env({"SEGUE_NEIGHBOURS": "40"}, dotenv)
    assert (settings.neighbours, settings.source, settings.max_wait_seconds) == (40, "files", 120)


def test_every_wrong_setting_is_named_at_once() -> None:
    wrong = {
        "SEGUE_SOURCE": "tidal",
        "SEGUE_NEIGHBOURS": "many",
        "SPOTIFY_API_URL": "http://api.example.com/v1",
        "SEGUE_MAX_WAIT_SECONDS": "-1",
    }
    with pytest.raises(SettingsError) as told:
        Settings.from_env(wrong, NOWHERE)
    text = str(told.value)
    assert "SEGUE_SOURCE must be one of demo, spotify, files (it is 'tidal')" in text
    assert "SEGUE_NEIGHBOURS must be a number from 1 to 1000 (it is 'many')" in text
    assert "SPOTIFY_API_URL must be https" in text
    assert "SEGUE_MAX_WAIT_SECONDS must be from 0 to 86400 (it is '-1')" in text


def test_secrets_do_not_show() -> None:
    settings = Settings.from_env({"SPOTIFY_CLIENT_SECRET": "s3cret", "SPOTIFY_REFRESH_TOKEN": "t0ken"}, NOWHERE)
    assert settings.client_secret == "s3cret"
    assert "s3cret" not in repr(settings)
    assert "t0ken" not in repr(settings)


def test_a_loopback_stand_in_may_speak_plain_http() -> None:
    assert (
        Settings.from_env({"SPOTIFY_API_URL": "http://127.0.0.1:8080/v1/"}, NOWHERE).api_url
        == "http://127.0.0.1:8080/v1"
    )


def test_a_home_that_cannot_be_made_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        HomeError,
        match=r"the data folder .*file/home cannot be written \(Not a directory\): free or unlock it, or set SEGUE_HOME",
    ):
        prepare_home(Home(tmp_path / "file" / "home"))


def test_the_home_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", "kept")
    prepare_home(Home(tmp_path / "home"))
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_the_server_of_a_night_rests_while_there_is_nothing_to_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect cuts its interval to whole seconds; with half a second it once looked into its books without a pause, a whole core."""
    for name, value in PREFECT_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert int(PrefectSettings().server.services.task_run_recorder.flush_interval) >= 1
