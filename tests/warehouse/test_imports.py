"""What was imported stands for good, whole or not at all, however many import at once."""

import duckdb
import pytest

from schemas.errors import InvalidDataError
from schemas.values import Checked, Home
from tests.warehouse.making import checked, python, said
from warehouse import imports, reading


def songs(*names: str, source: str = "file") -> Checked:
    return checked("tracks", [{"track_id": name.lower(), "name": name} for name in names], source=source)


def test_nothing_was_imported_at_first_and_nothing_is_left_after_a_purge(home: Home) -> None:
    assert {(harvest.rows.height, harvest.covers) for harvest in imports.harvests(home)} == {(0, "all")}
    imports.store(home, [songs("Numb")], "i1")
    imports.purge(home)
    assert {(harvest.rows.height, harvest.covers) for harvest in imports.harvests(home)} == {(0, "all")}


def test_an_import_is_accounted_for_and_the_same_once_more_changes_nothing(home: Home) -> None:
    first = imports.store(home, [songs("Numb", "Creep", "Numb")], "i1")
    again = imports.store(home, [songs("Numb", "Creep", "Numb")], "i2")
    assert [(account.stored, account.unchanged, account.duplicate) for account in first + again] == [
        (2, 0, 1),
        (0, 2, 1),
    ]
    assert reading.table(home.imports, "row_accounting")["run_id"].to_list() == ["i1", "i2"]
    assert home.imports.stat().st_mode & 0o777 == 0o600


def test_what_stands_there_comes_back_as_harvests_that_replace_their_source(home: Home) -> None:
    imports.store(home, [songs("Numb"), songs("Creep", source="export")], "i1")
    found = [harvest for harvest in imports.harvests(home) if not harvest.rows.is_empty()]
    assert [(harvest.entity, harvest.source, harvest.covers, harvest.rows["name"].to_list()) for harvest in found] == [
        ("tracks", "file", "all", ["Numb"]),
        ("tracks", "export", "all", ["Creep"]),
    ]


def test_one_bad_batch_leaves_nothing_of_the_import(home: Home) -> None:
    good = songs("Numb")
    unbalanced = Checked(songs("Creep", "Help").harvest, songs("Creep").rows, good.rejected)
    with pytest.raises(InvalidDataError, match="2 rows received, but 1 accounted for"):
        imports.store(home, [good, unbalanced], "i1")
    assert all(harvest.rows.is_empty() for harvest in imports.harvests(home))


def test_a_database_of_an_earlier_segue_gets_what_it_lacks(home: Home) -> None:
    imports.store(home, [songs("Numb")], "i1")
    with duckdb.connect(str(home.imports)) as con:
        con.execute("drop table tastes")
        con.execute("alter table tracks drop isrc")
    imports.store(home, [songs("Creep")], "i2")
    assert reading.table(home.imports, "tracks").select("name", "isrc").rows() == [("Creep", None), ("Numb", None)]
    assert reading.table(home.imports, "tastes").is_empty()


IMPORT = """
import sys
from pathlib import Path
from schemas.values import Home
from tests.warehouse.making import checked
from warehouse import imports
who = sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(3):
    imports.store(Home(Path(sys.argv[1])), [checked("tracks", [{"track_id": f"{who}{number}", "name": who}], source="file")], f"{who}{number}")
"""


def test_several_imports_at_once_lose_nothing_and_a_reader_waits_for_its_turn(home: Home) -> None:
    processes = [python(IMPORT, home.root, who) for who in "ab"]
    for process in processes:
        said(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    seen = []
    while any(process.poll() is None for process in processes):
        seen += [
            harvest.rows.height
            for harvest in imports.harvests(home)
            if harvest.entity == "tracks" and harvest.source == "file"
        ]
    assert [process.communicate()[1] for process in processes] == ["", ""]
    assert seen == sorted(seen)
    assert sorted(reading.table(home.imports, "tracks")["track_id"]) == [
        f"{who}{number}" for who in "ab" for number in range(3)
    ]
