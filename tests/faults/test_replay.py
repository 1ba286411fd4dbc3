"""A night worked out again from the pages that landed: the same tables, and nobody is asked."""

from tests.faults.making import differing

NOBODY = {
    "SPOTIFY_API_URL": "http://127.0.0.1:1/v1",
    "SPOTIFY_ACCOUNTS_URL": "http://127.0.0.1:1",
    "RECCOBEATS_API_URL": "http://127.0.0.1:1",
}
"""Addresses at which nothing listens."""


def test_pages_that_landed_give_the_same_tables_with_no_network(segue, undisturbed) -> None:
    """The second night, on what the first one left."""
    again = segue(3)
    done = again.run("refresh", "--from", "validate", **NOBODY)
    assert done.status == 0, done.said
    assert "nothing is asked" in done.said
    assert "nothing changed" in done.said
    assert differing(again.tables(), undisturbed.tables[2]) == []


def test_what_was_lost_comes_back_from_the_pages(segue, undisturbed) -> None:
    """The first night, from nothing."""
    again = segue(2)
    again.home.warehouse.unlink()
    assert again.run("refresh", "--from", "validate", **NOBODY).status == 0
    assert differing(again.tables(), undisturbed.tables[1]) == []


def test_a_night_whose_beginning_is_no_longer_kept_is_told(segue) -> None:
    again = segue(3)
    for kept in again.home.history.iterdir():
        kept.unlink()
    refused = again.run("refresh", "--from", "validate")
    assert (refused.status, "segue refresh --full" in refused.said.splitlines()[-1]) == (1, True), refused.said


def test_without_pages_there_is_nothing_to_replay(segue) -> None:
    refused = segue(1).run("refresh", "--from", "validate")
    assert (refused.status, refused.said.splitlines()[-1].split(":")[0:2]) == (
        1,
        ["segue", f" no pages of spotify are kept in {segue(1).home.landing}"],
    )
