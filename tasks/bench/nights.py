"""`segue bench neighbours`: the neighbours of a made catalogue from nothing, and of the next night, which changed a little."""

import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import polars as pl

from tasks.bench.making import catalogue
from tasks.similarity.approximate import recall
from tasks.similarity.lists import Lists
from tasks.similarity.memory import relate
from tasks.similarity.neighbours import build, neighbours
from tasks.similarity.signals import Scale, Signals, signals
from tasks.similarity.weights import STATED

log = logging.getLogger(__name__)

T = TypeVar("T")

LENT = 10_000
"""Bytes a track that are touched before each night: more than one that changed a little asks for."""


class _Kept(NamedTuple):
    """What a night leaves to the next one; the rest of it is let go."""

    past: tuple[pl.DataFrame, pl.DataFrame]
    scale: Scale
    note: str


def compare_nights(tracks: int, top: int, new: float) -> pl.DataFrame:
    """One row a night: the first, one with ``new`` of its tracks new, and that one worked out anew with the same model.

    Columns: night, tracks, rows, peak_mb, seconds, cpu_seconds (signals and rows of ``neighbours`` included), kernel_seconds (of
    those, most of it for memory), recall (of the lists, on a sample, against all pairs); of the night that changed a little also
    ratio (how often its CPU seconds go into those of the same anew), is_equal and note, which tells if its model was fitted anew.
    """
    songs, sounds, baskets = catalogue(tracks)
    known, before = _earlier(songs, baskets, new)
    told: list[dict[str, Any]] = []
    prints: list[int] = []

    def night(name: str, work: Callable[[], tuple[Signals, Lists]]) -> None:
        log.info("%s", name, extra={"event": "progress"})
        _borrow(LENT * tracks)
        (given, lists), spent = _timed(work)
        # in parts that are let go, as a night writes them
        rows, more = _timed(lambda: sum(part.height for part in neighbours(given, lists, top)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        told.append({"night": name, "tracks": lists.is_whole.size, "rows": rows, "peak_mb": peak})
        told[-1] |= {name: spent[name] + more[name] for name in spent}
        told[-1] |= {"recall": float(recall(given, lists, top).mean())}
        prints.append(sum(int(part.hash_rows(1).sum()) for part in neighbours(given, lists, top)))

    kept: list[_Kept] = []

    def remembered(frame: pl.DataFrame, held: pl.DataFrame) -> tuple[Signals, Lists]:
        found = relate(frame, sounds, held, top, kept[-1].past if kept else None, lambda: None, "bench")
        kept.append(_Kept((found.model, found.memory), found.given.scale, found.note))
        return found.given, found.lists

    def anew() -> tuple[Signals, Lists]:
        given = signals(songs, sounds, baskets, STATED, kept[-1].scale)
        return given, build(given, top)

    night("first", lambda: remembered(known, before))
    night("changed", lambda: remembered(songs, baskets))
    night("the same anew", anew)
    ratio = told[2]["cpu_seconds"] / told[1]["cpu_seconds"]
    told[1] |= {"ratio": ratio, "is_equal": prints[1] == prints[2], "note": kept[1].note}
    return pl.DataFrame(told)


def _earlier(songs: pl.DataFrame, baskets: pl.DataFrame, new: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The catalogue and its baskets before the latest songs came, half of them in playlists that came with them."""
    wanted = round(songs.height * new)
    names = baskets["basket_id"].unique().sort()
    latest = names.tail(max(1, round(names.len() * new / 2)))
    before = baskets.filter(~pl.col("basket_id").is_in(latest.implode()))
    alone = songs.join(before, on="track_id", how="anti").join(baskets, on="track_id", how="semi").head(wanted)
    nowhere = songs.join(baskets, on="track_id", how="anti").head(wanted - alone.height)
    return songs.join(pl.concat([alone, nowhere]), on="track_id", how="anti"), before


def _borrow(size: int) -> None:
    """Touch so many bytes in a process that is then gone, by large pages, which are what a night asks for: a virtual machine whose
    host takes back what is free pays up to 2 s a gigabyte to have it again, at one hour and not at another. That is no work of a
    night."""
    subprocess.run([sys.executable, "-c", f"import numpy; numpy.ones({size}, 'u1')"], check=True)


def _timed(work: Callable[[], T]) -> tuple[T, dict[str, float]]:
    before, clock = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    done = work()
    seconds, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_SELF)
    kernel = after.ru_stime - before.ru_stime
    cpu = after.ru_utime - before.ru_utime + kernel
    return done, {"seconds": seconds, "cpu_seconds": cpu, "kernel_seconds": kernel}
