"""What `segue import` says of what it took and what not."""

from pathlib import Path

from typer.testing import CliRunner, Result

from flows.cli.app import app


def bring(home: Path, *paths: Path) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, paths)], env={"SEGUE_HOME": str(home), "COLUMNS": "200"})


def test_a_broken_rule_is_told_in_words(tmp_path: Path) -> None:
    songs = tmp_path / "songs.csv"
    songs.write_text("track_id,track_name\na,Numb\nb,\n")
    assert "1 rejected: name is missing" in bring(tmp_path / "home", songs).stderr
