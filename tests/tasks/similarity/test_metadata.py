"""What is written about tracks, as terms that two songs may share."""

import polars as pl
import pytest

from tasks.similarity.signals.metadata import terms_of
from warehouse.query.telling.facts import facts


@pytest.mark.parametrize(
    ("title", "script", "told"),
    [
        ("да", "Cyrillic", "Cyrillic"),
        ("αβ", "Greek", "Greek"),
        ("서울", "Hangul", "Hangul"),
        ("さく", "Japanese", "Japanese"),
        ("ﾝｽ", "Japanese", "Japanese"),  # of half the width
        ("夜月", "Han", "Chinese or Japanese"),
    ],
)
def test_the_script_of_a_title_is_told_as_it_was_weighed(title: str, script: str, told: str) -> None:
    weighed = pl.DataFrame(
        {"row": [0], "title_key": [title], "artist_ids": [[]], "genres": [[]], "album_id": [None], "released_on": [None]},
        schema_overrides={"artist_ids": pl.List(pl.String), "genres": pl.List(pl.String), "released_on": pl.Date},
    )  # fmt: skip
    assert terms_of(weighed)["script"].rows() == [(0, script)]
    song, seed = (
        {"name": name, "artist_ids": [], "artists": [], "genres": [], "album_id": None, "released_on": None}
        for name in (title, title[::-1])
    )
    assert facts(song, [seed], is_named=True) == f"its title is in {told} letters"
