"""What `segue import` says of what it took and what not."""

from pathlib import Path

from typer.testing import CliRunner, Result

from flows.cli.app import app


def bring(home: Path, *paths: Path) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, paths)], env={"SEGUE_HOME": str(home), "COLUMNS": "200"})


def test_a_folder_with_nothing_in_it_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    told = bring(tmp_path / "home", empty)
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.startswith(f"Nothing in {empty} that Segue can read: it takes catalogues (CSV")
    assert told.stderr.count("\n") == 1


def test_what_is_damaged_is_told_once(tmp_path: Path) -> None:
    files = [tmp_path / "a.zip", tmp_path / "b.parquet"]
    for file, start in zip(files, (b"PK\x03\x04", b"PAR1"), strict=True):
        file.write_bytes(start + b" and no more")
    told = bring(tmp_path / "home", *files)
    assert told.exit_code == 1
    assert told.stderr == (
        "a.zip: is a damaged zip. Download it again.\nb.parquet: is not a whole Parquet file. Download it again.\n"
    )


def test_a_broken_rule_is_told_in_words(tmp_path: Path) -> None:
    songs = tmp_path / "songs.csv"
    songs.write_text("track_id,track_name\na,Numb\nb,\n")
    assert "1 rejected: name is missing" in bring(tmp_path / "home", songs).stderr
