"""The song explorer: a page, and the catalogue in script files beside it that the page loads as it needs them.

Script files and not JSON, because a page opened from disk may load the one and not fetch the other.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports.markup import policy, script_json, web_link
from reports.numbers import largest, smallest
from reports.pages import environment, script, stylesheet
from reports.palette import KINDS, name_of
from reports.songs import UNTITLED
from reports.story import SIMULATED
from schemas.values import LETTERS

SONGS_A_PART = 5_000
SONGS_A_SHARD = 200
SOUNDS = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness")
"""Features from 0 to 1 that songs are compared and filtered by."""
UNKNOWN = 255
ADDENDS = ("collaborative", "metadata", "audio", "adjustments")
COVER_HOSTS = (
    "https://i.scdn.co/",
    "https://mosaic.scdn.co/",
    "https://image-cdn-ak.spotifycdn.com/",
    "https://image-cdn-fa.spotifycdn.com/",
)
"""Where covers may be linked; those of other places are only shown when they are embedded."""


def explorer_page(
    songs: pl.DataFrame,
    neighbours: pl.DataFrame,
    regions: pl.DataFrame,
    run: Mapping[str, Any],
    seed: str | None,
    *,
    has_covers: bool,
) -> str:
    """Return the explorer's page; it needs the files of ``explorer_files`` in the folder ``explorer`` beside it.

    `regions` are the named ones of the map (name, x, y), `run` the night's row of ``runs``, `seed` the song that it opens with.
    """
    catalogue = {
        "songs": songs.height,
        "parts": -(-songs.height // SONGS_A_PART),
        "shard": SONGS_A_SHARD,
        "sounds": SOUNDS,
        "letters": LETTERS,
        "genres": genres_of(songs),
        "kinds": [name_of(colour) for colour in KINDS],
        "scale": _scale(neighbours),
        "regions": regions.select("name", "x", "y").to_dicts(),
        "seed": seed,
        "hosts": COVER_HOSTS,
        "covers": has_covers,
    }
    style = stylesheet("base.css", "explorer.css")
    code = script("theme.js", *(f"explorer/{name}.js" for name in ("data", "ranking", "view", "map", "main")))
    rules = policy(scripts=[code], styles=[style], files=True, pictures=COVER_HOSTS)
    return environment().get_template("explorer.html").render(
        policy=rules, style=style, script=code, catalogue=script_json(catalogue), songs=songs.height,
        simulated=SIMULATED if run.get("source") == "demo" else None, run_id=run.get("run_id") or "unknown",
    )  # fmt: skip


def explorer_files(
    songs: pl.DataFrame, neighbours: pl.DataFrame, covers: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Return name and text of each file of the catalogue, one after another.

    `songs` and `neighbours` are those of ``sql/explorer``, `covers` the data URLs of pictures by their address.
    """
    numbers = {genre: number for number, genre in enumerate(genres_of(songs))}
    for number, part in enumerate(songs.iter_slices(SONGS_A_PART)):
        yield f"songs-{number}.js", _call("songs", _columns(part, numbers, covers))
    scale = _scale(neighbours)
    firsts = range(0, songs.height, SONGS_A_SHARD)
    edges = neighbours["seed"].search_sorted(pl.Series([*firsts, songs.height], dtype=pl.Int32)).to_list()
    for number, first in enumerate(firsts):
        shard = neighbours.slice(edges[number], edges[number + 1] - edges[number])
        yield f"near-{number}.js", _call("near", number, _links(shard, first, scale))
    if covers:
        yield "covers.js", _call("covers", dict(covers))


def genres_of(songs: pl.DataFrame) -> list[str]:
    """Return the genres by their number of songs, the largest first."""
    counts = songs["genre"].drop_nulls().value_counts().sort("count", "genre", descending=[True, False])
    return counts["genre"].to_list()


def _address(url: str | None, covers: Mapping[str, str]) -> str | None:
    """Return what the page needs of a cover's address: host and path of one that it may link, an embedded one's name, else None."""
    for number, host in enumerate(COVER_HOSTS):
        if url and url.startswith(host):
            return f"{number}:{url.removeprefix(host)}"
    return url if url in covers else None


def _columns(part: pl.DataFrame, genres: Mapping[str, int], covers: Mapping[str, str]) -> dict[str, Any]:
    standard = "https://open.spotify.com/track/" + part["track_id"]
    links = ["" if link == usual else web_link(link) for link, usual in zip(part["spotify_url"], standard, strict=True)]
    sound = part.select((pl.col(name).clip(0, 1) * 100).round().fill_null(UNKNOWN).cast(pl.UInt8) for name in SOUNDS)
    place = part.select((pl.col(axis).fill_null(0.5) * 65535).round().cast(pl.UInt16) for axis in ("x", "y"))
    return {
        "id": part["track_id"].to_list(),
        "name": [name if name.strip() else UNTITLED for name in part["name"]],
        "artists": part["artists"].to_list(),
        "album": part["album"].to_list(),
        "year": part["released_year"].to_list(),
        "genre": [None if genre is None else genres[genre] for genre in part["genre"]],
        "popularity": part["popularity"].to_list(),
        "link": links,
        "poster": [_address(url, covers) for url in part["poster_small_url"]],
        "large": [_address(url, covers) for url in part["poster_medium_url"]],
        "sound": _packed(sound.to_numpy(order="c")),
        "tempo": _packed(part["tempo"].round().fill_null(0).cast(pl.UInt16).to_numpy()),
        "place": _packed(place.to_numpy(order="c")),
    }


def _links(shard: pl.DataFrame, first: int, scale: float) -> dict[str, str]:
    """Pack the neighbours of the songs from `first` on; those of a song stand from its start to the start of the next one."""
    ends = pl.DataFrame({"seed": range(first, first + SONGS_A_SHARD)}, schema={"seed": pl.Int32})
    counts = ends.join(shard.group_by("seed").len(), on="seed", how="left", maintain_order="left")["len"].fill_null(0)
    starts = pl.concat([pl.Series([0], dtype=pl.UInt32), counts.cum_sum().cast(pl.UInt32)])
    addends = shard.select((pl.col(name) / scale).round().clip(-32767, 32767).cast(pl.Int16) for name in ADDENDS)
    return {
        "starts": _packed(starts.to_numpy()),
        "others": _packed(shard["neighbour"].cast(pl.UInt32).to_numpy()),
        "addends": _packed(addends.to_numpy(order="c")),
        "together": _packed(shard["baskets_together"].fill_null(0).clip(0, 65535).cast(pl.UInt16).to_numpy()),
        "expected": _packed(
            (shard["baskets_expected"].fill_null(0) * 10).clip(0, 65535).round().cast(pl.UInt16).to_numpy()
        ),
    }


def _scale(neighbours: pl.DataFrame) -> float:
    """Return what one step of a packed addend is worth: the largest addend takes thirty thousand steps."""
    reach = max(max(largest(neighbours[name]), -smallest(neighbours[name])) for name in ADDENDS)
    return (reach or 1.0) / 30_000


def _packed(values: Any) -> str:
    """Return the little-endian bytes of an array as base64."""
    return base64.b64encode(values.astype(values.dtype.newbyteorder("<")).tobytes()).decode()


def _call(name: str, *values: Any) -> str:
    """Return a script that hands values to the page; everything outside ASCII is escaped, so no encoding can spoil it."""
    return f"segue.{name}({','.join(json.dumps(value, separators=(',', ':'), allow_nan=False) for value in values)});"
