"""Files that were damaged: what is lost is told in a line and made good, from an earlier night or by asking again."""

import random
import signal
from pathlib import Path

import pytest

from tests.faults.making import differing
from warehouse import journal
from warehouse.night import publishing


def spoilt(path: Path, how: random.Random) -> None:
    """A file cut short, emptied, overwritten in the middle, or with bits turned."""
    whole = bytearray(path.read_bytes())
    if not whole:  # the night died as it began to write it
        return
    place = how.randrange(len(whole))
    match how.choice(("cut", "emptied", "overwritten", "turned")):
        case "cut":
            del whole[place:]
        case "emptied":
            whole.clear()
        case "overwritten":
            whole[place : place + 4096] = how.randbytes(4096)
        case "turned":
            for _ in range(20):
                whole[how.randrange(len(whole))] ^= 1 << how.randrange(8)
    path.write_bytes(whole)


@pytest.mark.parametrize("seed", [1, 9])
def test_a_damaged_published_file_costs_at_most_its_own_night(segue, undisturbed, seed: int) -> None:
    """The night before it takes its place, and what came since is asked for again."""
    damaged = segue(3)
    spoilt(damaged.home.warehouse, random.Random(seed))
    for command in (["recommend", "Song 3"], ["status"], ["sql", "from songs"], ["for-you"]):
        assert "Traceback" not in damaged.run(*command).said
    damaged.night()
    assert differing(damaged.tables(), undisturbed.tables[2]) == []


def test_damaged_pages_are_asked_for_again(segue, undisturbed) -> None:
    """A night that died leaves pages; some of them are damaged, and so is what says which walk they belong to."""
    dying = segue(1)
    night = dying.start("refresh")
    while len(list(dying.home.landing.glob("*/*.json*"))) < 15:
        assert dying.zygote.poll() is None
    night.send(signal.SIGKILL)
    assert night.wait() == -signal.SIGKILL
    pages = sorted(dying.home.landing.glob("*/*.json*"))
    how = random.Random(3)
    for page in pages[::3]:
        spoilt(page, how)
    dying.night()
    assert differing(dying.tables(), undisturbed.tables[1]) == []


def test_damaged_small_files_do_not_stop_a_night(segue, undisturbed) -> None:
    """The lock, the parks, the stories of earlier nights, the covers: none of them is worth a night."""
    damaged = segue(2)
    how = random.Random(4)
    with damaged.home.journal.open("ab") as file:
        file.write(b'{"kind": "like", "ent')
    (damaged.home.landing / "parked.json").write_text('{"spotify: Spotify": 3}')
    for path in [damaged.home.root / "lock", *(damaged.home.root / "runs").iterdir()]:
        path.write_bytes(how.randbytes(300))
    assert "Traceback" not in damaged.run("status").said
    damaged.night()
    assert len(journal.read(damaged.home.journal)) == 2
    assert differing(damaged.tables(), undisturbed.tables[2]) == []


def test_damaged_generations_are_passed_over(segue) -> None:
    damaged = segue(3)
    damaged.night()
    spoilt(publishing.generations(damaged.home)[-1].path, random.Random(1))
    assert damaged.run("rollback").status == 0
    assert damaged.run("recommend", "Song 3").status == 0
