"""A night's work on neighbours, from what the night before left: the model frozen until too much has changed, lists updated.

Tracks are told apart by prints of all that their scores come from: what they are, and the company that they keep. Who has
other prints than last night is new to everybody. The model is fitted anew when it is asked for, when the method or the
length of the lists changed, and when the catalogue moved since: more than ``REFIT`` of its tracks are not what they were, or
more than ``REFIT_BASKETS`` of its baskets came or went. Of a basket that is still there counts the share of its songs that did:
forty lists that hold other songs count forty, and one more saved song next to nothing. An evening's listening counts one among
all evenings; by the tracks that stand in other baskets than then it would count all that was heard, however often before.
A basket that holds more others than it held when the model was fitted, as a list of discoveries does every week, is a new one
to the model: of what it was like then its songs of tonight know nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.values import HUB, depth_for
from tasks.similarity.lists import TABLES, Lists
from tasks.similarity.neighbours import BLOCK, Work, build, in_threads, updated
from tasks.similarity.signals import SIGNALS, Scale, Signals, signals
from tasks.similarity.signals.company import Circles
from tasks.similarity.signals.latent import FACTOR_TYPES, FACTORS, Latent
from tasks.similarity.weights import STATED

METHOD = "lists-6"
"""Versioned id of what lists and prints are; a change of it begins from nothing."""
REFIT = 0.05
"""Share of the tracks that may have changed, come or gone before the model is fitted anew."""
REFIT_BASKETS = 0.2
"""Share of the baskets that may have come or gone; of one that is still there counts the share of its songs that did."""

RENEWED = 0.5
"""A basket of which a smaller share stays than this is a new one."""


@dataclass(frozen=True)
class Related:
    """What came of a night: signals, weights and lists; the frames to remember; how much was worked out from nothing."""

    given: Signals
    weights: Mapping[str, float]
    is_learned: bool
    lists: Lists
    model: pl.DataFrame
    memory: pl.DataFrame
    note: str


def relate(
    songs: pl.DataFrame,
    sounds: pl.DataFrame,
    baskets: pl.DataFrame,
    top: int,
    past: tuple[pl.DataFrame, pl.DataFrame] | None,
    learn: Callable[[], Mapping[str, float] | None],
    algorithm: str,
    *,
    work: Work = in_threads,
) -> Related:
    """The lists of every track tonight, out of ``past`` (``Related.model`` and ``Related.memory`` of last night) if it serves.

    ``learn`` gives the weights, or nothing where the stated ones serve, and is asked only when the model is fitted anew. ``algorithm``
    names the method of the signals.
    """
    method = f"{algorithm} {METHOD} top {top} hub {HUB} polars {pl.__version__} numpy {np.__version__}"
    owns = _own(songs, sounds)
    places = _places(baskets, owns)
    scale, weights, is_learned = _frozen(past, method, owns, places) or (None, {}, False)
    if scale is None:
        past, learned = None, learn()
        weights, is_learned = learned or STATED, learned is not None
        scale = Scale.of(songs, sounds, baskets)
    given = signals(songs, sounds, baskets, weights, scale)
    prints = given.tracks.select("track_id", "song_id").join(owns, on="track_id", maintain_order="left")
    prints = prints.with_columns(company=given.company_prints)
    if past is None:
        lists, note = (
            build(given, top, work),
            f"model fitted anew, lists of all {given.tracks.height:,} tracks worked out",
        )
    else:
        old, is_touched = _met(past[1], prints, depth_for(top))
        lists, again = updated(given, old, is_touched, top, work)
        note = f"{is_touched.sum():,} tracks new, changed or kin of those: {again:,} of {len(is_touched):,} lists worked out anew"
    model = _model(method, scale, weights, is_learned) if past is None else past[0]
    tables = {name: getattr(lists, name) for name in TABLES}
    fitted = _fitted(owns, places) if past is None else past[1].select("track_id", "fitted", "stood")
    memory = prints.join(fitted, on="track_id", how="left", maintain_order="left").with_columns(
        pl.Series("is_whole", lists.is_whole),
        *(
            pl.Series(name, table, dtype=pl.Array(pl.Int32, table.shape[1])).arr.to_list()
            for name, table in tables.items()
        ),
    )
    return Related(given, weights, is_learned, lists, model, memory, note)


def _own(songs: pl.DataFrame, sounds: pl.DataFrame) -> pl.DataFrame:
    """[track_id, own]: a print of what a track is, whatever stands beside it."""
    told = songs.select("track_id", "song_id", "artist_ids", "album_id", "genres", "released_on", "title_key")
    heard = sounds.select(pl.exclude("source")) if "source" in sounds.columns else sounds
    both = told.join(heard, on="track_id", how="left").sort("track_id")
    parts = both.select(pl.col(name).list.join("\0") if kind == pl.List else name for name, kind in both.schema.items())
    return both.select("track_id", own=parts.hash_rows(1).reinterpret(signed=True))


def _places(baskets: pl.DataFrame, owns: pl.DataFrame) -> pl.DataFrame:
    """[basket_id, track_id, place]: a print of each place of a track in a basket, whatever its position."""
    held = baskets.select("basket_id", "track_id").join(owns, on="track_id", how="semi")
    return held.with_columns(place=held.hash_rows(2).reinterpret(signed=True))


def _fitted(owns: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """[track_id, fitted, stood]: what each track is and where it stands, to be kept as long as the model that is fitted to it."""
    stood = places.group_by("track_id").agg(stood="place")
    return owns.rename({"own": "fitted"}).join(stood, on="track_id", how="left")


def _frozen(
    past: tuple[pl.DataFrame, pl.DataFrame] | None, method: str, owns: pl.DataFrame, places: pl.DataFrame
) -> tuple[Scale, Mapping[str, float], bool] | None:
    """Scale and weights of last night, if they may serve tonight."""
    if past is None or past[0].filter(kind="method", name=method).is_empty():
        return None
    model, memory = past
    numbers = dict(model.filter(kind="count").select("name", "value").iter_rows())
    stay = (
        memory.select("track_id", "fitted")
        .join(owns, left_on=["track_id", "fitted"], right_on=["track_id", "own"], how="semi")
        .height
    )
    moved = max(owns.height, int(numbers["tracks"])) - stay
    sizes = _numbers(model, "basket size", "size")
    stays = _stays(memory, sizes, places)
    if moved > REFIT * numbers["tracks"] or (1 - stays["share"]).sum() > REFIT_BASKETS * sizes.height:
        return None
    weights = dict(model.filter(kind="weight").select("name", "value").iter_rows())
    mean, deviation = (
        model.filter(kind=kind).sort(pl.col("name").cast(pl.Int32))["value"].to_numpy()
        for kind in ("mean", "deviation")
    )
    terms = model.filter(pl.col("kind").str.starts_with("term "))
    carriers = terms.select(part=pl.col("kind").str.slice(5), term="name", carriers=pl.col("value").cast(pl.UInt32))
    circles = Circles(
        baskets=sizes.join(_numbers(model, "basket carriers", "carriers"), on="basket_id"),
        alike=model.filter(pl.col("kind").str.starts_with("alike ")).select(
            basket_id=pl.col("kind").str.slice(6), other_id="name", cosine="value"
        ),
        artists=model.filter(pl.col("kind").str.starts_with("artist ")).select(
            artist_id=pl.col("kind").str.slice(7), basket_id="name", songs="value"
        ),
        genres=model.filter(pl.col("kind").str.starts_with("genre ")).select(
            genre=pl.col("kind").str.slice(6), basket_id="name", share="value"
        ),
        latent=Latent(_factors(model, "track"), _factors(model, "artist")),
    )
    scale = Scale(
        int(numbers["tracks"]),
        int(numbers["baskets"]),
        mean,
        deviation,
        carriers.sort("part", "term"),
        circles.without(stays.filter(pl.col("share") < RENEWED)["basket_id"]),
    )
    return scale, weights, bool(numbers["is_learned"])


def _stays(memory: pl.DataFrame, sizes: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """[basket_id, share]: of every basket, those that came or went among them, the share that is as when they had ``sizes``."""
    then = memory.select(place=pl.col("stood").explode())
    stay = places.join(then, on="place", how="semi").group_by("basket_id").agg(stay=pl.len())
    now = places.group_by("basket_id").agg(now=pl.len())
    both = sizes.join(now, on="basket_id", how="full", coalesce=True).join(stay, on="basket_id", how="left")
    share = pl.col("stay").fill_null(0) / pl.max_horizontal("size", "now")
    return both.sort("basket_id").select("basket_id", share=share)


def _model(method: str, scale: Scale, weights: Mapping[str, float], is_learned: bool) -> pl.DataFrame:
    """Scale and weights as rows [kind, name, value]."""
    rows = [
        ("method", method, 1.0),
        ("count", "tracks", float(scale.tracks)),
        ("count", "baskets", float(scale.baskets)),
    ]
    rows += [("count", "is_learned", float(is_learned))]
    rows += [("weight", name, float(weights[name])) for name in SIGNALS]
    for kind, values in (("mean", scale.mean), ("deviation", scale.deviation)):
        rows += [(kind, str(place), float(value)) for place, value in enumerate(values)]
    terms = scale.carriers.select(
        kind=pl.concat_str(pl.lit("term "), "part"), name="term", value=pl.col("carriers").cast(pl.Float64)
    )
    baskets, alike, stands, genres = (
        scale.circles.baskets,
        scale.circles.alike,
        scale.circles.artists,
        scale.circles.genres,
    )
    circles = [
        baskets.select(kind=pl.lit("basket size"), name="basket_id", value="size"),
        baskets.select(kind=pl.lit("basket carriers"), name="basket_id", value="carriers"),
        alike.select(kind=pl.concat_str(pl.lit("alike "), "basket_id"), name="other_id", value="cosine"),
        stands.select(kind=pl.concat_str(pl.lit("artist "), "artist_id"), name="basket_id", value="songs"),
        genres.select(kind=pl.concat_str(pl.lit("genre "), "genre"), name="basket_id", value="share"),
    ]
    for told in (scale.circles.latent.tracks, scale.circles.latent.artists):
        whose = told.columns[0]
        circles += [
            told.select(
                kind=pl.lit(f"{whose.removesuffix('_id')}'s factor {place}"),
                name=whose,
                value=pl.col("factors").arr.get(place),
            )
            for place in range(FACTORS)
        ]
    return pl.concat([pl.DataFrame(rows, schema=["kind", "name", "value"], orient="row"), terms, *circles])


def _factors(model: pl.DataFrame, whose: str) -> pl.DataFrame:
    """[id, factors]: the rows of tracks or of artists, put together again: one factor after the other, in the same order."""
    told = model.filter(pl.col("kind").str.starts_with(f"{whose}'s factor "))
    factors = np.ascontiguousarray(told["value"].to_numpy().reshape(FACTORS, -1).T)
    return pl.DataFrame(
        {f"{whose}_id": told["name"].head(len(factors)), "factors": factors}, schema_overrides=FACTOR_TYPES
    )


def _numbers(model: pl.DataFrame, kind: str, column: str) -> pl.DataFrame:
    """[basket_id, column]: the rows of a kind."""
    return model.filter(kind=kind).select(pl.col("name").alias("basket_id"), pl.col("value").alias(column))


def _met(memory: pl.DataFrame, prints: pl.DataFrame, depth: int) -> tuple[Lists, np.ndarray]:
    """Last night's lists by tonight's rows, and whom of tonight's tracks the others have to meet anew: -2 in the lists."""
    before = memory.select("track_id", "song_id", "own", "company").with_row_index("before")
    both = prints.join(before, on="track_id", how="left", suffix="_before", maintain_order="left")
    is_new = ~pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in ("own", "company", "song_id")
    )
    touched = both.select(pl.col("before").is_null() | is_new).to_series()
    gone = before.join(prints, on="track_id", how="anti")["song_id"]
    songs = pl.concat([both["song_id"].filter(touched), both["song_id_before"].filter(touched).drop_nulls(), gone])
    is_touched = prints["song_id"].is_in(songs.unique().implode()).to_numpy()
    row = both["before"].fill_null(0).to_numpy()
    stays = both["before"].is_not_null().to_numpy() & ~is_touched
    now = np.full(memory.height + 1, -2, dtype=np.int32)
    now[row[stays]], now[-1] = np.flatnonzero(stays), -1
    tables = {name: memory[name].list.to_array(depth).to_numpy()[row] for name in TABLES}
    for part in np.array_split(tables["others"], -(-row.size // BLOCK) or 1):
        part[:] = now[part]
    return Lists(**tables, is_whole=memory["is_whole"].to_numpy()[row]), is_touched
