"""Tastes: a listener of two kinds of music has two, not their mean."""

from random import Random

import polars as pl

from tasks.taste.clusters import tastes

KINDS = {"m": ("metal", "Iron"), "b": ("bossa nova", "João"), "x": ("", "Nobody")}


def profile(**weights: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Evidence and songs; the first letter of a song is its kind, two songs an artist."""
    said = pl.DataFrame({"track_id": list(weights), "weight": list(weights.values())}).sort("weight", descending=True)
    songs = [
        {
            "track_id": name,
            "artists": [f"{KINDS[name[0]][1]} {int(name[1:]) // 2}"],
            "artist_ids": [f"{name[0]}{int(name[1:]) // 2}"],
            "genres": [KINDS[name[0]][0]] if KINDS[name[0]][0] else [],
        }
        for name in weights
    ]
    schema = {
        "track_id": pl.String,
        "artists": pl.List(pl.String),
        "artist_ids": pl.List(pl.String),
        "genres": pl.List(pl.String),
    }
    return said, pl.DataFrame(songs, schema=schema)


NO_LINKS = pl.DataFrame(schema={"track_id": pl.String, "neighbour_id": pl.String, "score": pl.Float64})
METAL = {f"m{number}": 5.0 - number / 10 for number in range(8)}
BOSSA = {f"b{number}": 3.0 - number / 10 for number in range(8)}


def by_song(found: pl.DataFrame) -> dict[str, tuple[int, str]]:
    return {
        name: (taste_id, taste) for name, taste_id, taste in found.select("track_id", "taste_id", "taste").iter_rows()
    }


def test_two_kinds_of_music_are_two_tastes_the_weightier_first() -> None:
    said, songs = profile(**METAL, **BOSSA)
    found = by_song(tastes(said, songs, NO_LINKS))
    assert {found[name] for name in METAL} == {(0, "metal")}
    assert {found[name] for name in BOSSA} == {(1, "bossa nova")}


def test_one_kind_of_music_is_one_taste() -> None:
    said, songs = profile(**METAL)
    assert set(by_song(tastes(said, songs, NO_LINKS)).values()) == {(0, "metal")}


def test_songs_without_genres_are_told_apart_by_their_neighbours() -> None:
    weights = {f"x{number}": 2.0 for number in range(16)}
    said, songs = profile(**weights)
    links = pl.DataFrame(
        [(name, f"{int(name[1:]) % 2}:{place}", 1.0) for name in weights for place in range(10)],
        schema=NO_LINKS.schema,
        orient="row",
    )
    songs = songs.with_columns(artist_ids=pl.concat_list("track_id"))
    found = by_song(tastes(said, songs, links))
    assert len({found[f"x{number}"][0] for number in range(0, 16, 2)}) == 1
    assert {taste_id for taste_id, _ in found.values()} == {0, 1}
    assert len({taste for _, taste in found.values()}) == 2


def heard_together(songs: int, parts: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Evidence, songs and links of a streaming history alone: no genres, each song near five chance ones of its part."""
    said, known = profile(**{f"x{number}": 2.0 - number % parts for number in range(songs)})
    chance = Random(7)
    links = []
    for number in range(songs):
        others = range(number % parts, songs, parts)
        links += [(f"x{number}", f"x{other}", 1.0) for other in chance.sample(others, 5)]
    schema = NO_LINKS.schema
    return said, known.with_columns(artist_ids=pl.concat_list("track_id")), pl.DataFrame(links, schema, orient="row")


def test_songs_of_which_little_is_known_are_told_apart_when_no_likeness_crosses() -> None:
    said, songs, links = heard_together(80, parts=2)
    found = tastes(said, songs, links)
    assert found.group_by("taste_id").agg(pl.col("track_id").str.slice(1).cast(pl.Int32) % 2).sort("taste_id")[
        "track_id"
    ].list.unique().to_list() == [[0], [1]]
    assert found["taste"].n_unique() == 2


def test_songs_of_which_little_is_known_are_one_taste_when_likeness_crosses() -> None:
    said, songs, links = heard_together(80, parts=1)
    assert set(tastes(said, songs, links)["taste_id"]) == {0}


def test_a_taste_is_never_called_after_nobody() -> None:
    said, songs = profile(**{f"x{number}": 2.0 for number in range(8)})
    nobody = pl.lit(["Various Artists", "Somebody"], pl.List(pl.String))
    assert set(tastes(said, songs.with_columns(artists=nobody), NO_LINKS)["taste"]) == {"Somebody"}
    nobody = pl.lit(["Various Artists"], pl.List(pl.String))
    assert set(tastes(said, songs.with_columns(artists=nobody), NO_LINKS)["taste"]) == {"taste 1"}


def test_what_speaks_against_belongs_to_the_taste_that_it_is_nearest_to() -> None:
    said, songs = profile(**METAL, **BOSSA, b9=-2.0, m9=-1.0)
    found = by_song(tastes(said, songs, NO_LINKS))
    assert (found["b9"], found["m9"]) == ((1, "bossa nova"), (0, "metal"))


def test_a_few_songs_are_one_taste_and_none_are_none() -> None:
    said, songs = profile(m1=3.0, b1=2.0, x1=1.0)
    assert set(tastes(said, songs, NO_LINKS)["taste_id"]) == {0}
    said, songs = profile()
    empty = pl.DataFrame(schema={"track_id": pl.String, "weight": pl.Float64})
    assert tastes(empty, songs, NO_LINKS).columns == ["track_id", "weight", "taste_id", "taste"]


def test_the_same_evidence_gives_the_same_tastes() -> None:
    said, songs = profile(**METAL, **BOSSA)
    first = tastes(said, songs, NO_LINKS)
    assert all(tastes(said, songs, NO_LINKS).equals(first) for _ in range(3))
