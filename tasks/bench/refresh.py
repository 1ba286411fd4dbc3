"""`segue bench refresh`: a made catalogue taken in and a whole night run on it by the real commands, stage by stage."""

import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import SegueError
from schemas.values import Home
from tasks.bench.making import catalogue
from tasks.upkeep import stories

log = logging.getLogger(__name__)

COMMAND = "from flows.__main__ import main; main()"

EMPTY = """
from flows.settings import Settings, prepare_home

prepare_home(Settings.from_env().home)

from prefect import flow

flow(lambda: None, name="empty", persist_result=False)()
"""
"""A flow that does nothing, with the settings that a night gives to Prefect: what anybody pays who has one."""


def time_night(tracks: int) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Stages of a files night on ``tracks`` made tracks (stage, seconds, rows, note), and what they sum to.

    The sums: seconds of the import and its rows a second, seconds of the night and of its stages, ``prefect_seconds`` (what
    the night took beyond its stages: start of the interpreter, imports, Prefect), ``prefect_share`` of the night, what an
    empty flow took after it and how many of those that is, what the very first flow in the home took before it, for which
    Prefect makes its database, and the highest memory of any of the processes in MB.

    Raises:
        SegueError: a command failed, with its last words.
    """
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        home = Home(Path(folder) / "home")
        files = _written(Path(folder), tracks)
        rows = sum(pl.scan_parquet(file).select(pl.len()).collect().item() for file in files)
        log.info("import", extra={"event": "progress"})
        taking = _run(home, COMMAND, "import", *map(str, files))
        log.info("an empty flow", extra={"event": "progress"})
        first = _run(home, EMPTY)
        log.info("night", extra={"event": "progress"})
        night = _run(home, COMMAND, "refresh", "--source", "files")
        empty = _run(home, EMPTY)
        story = stories.latest(home)
        assert story is not None
        stages = pl.DataFrame(story["stages"], infer_schema_length=None)
        within = float(stages["seconds"].sum())
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
        sums = {
            "tracks": tracks,
            "import_seconds": taking,
            "rows_a_second": rows / taking,
            "night_seconds": night,
            "stage_seconds": within,
            "prefect_seconds": night - within,
            "prefect_share": (night - within) / night,
            "empty_flow_seconds": empty,
            "prefect_to_empty_flow": (night - within) / empty,
            "first_empty_flow_seconds": first,
            "peak_mb": peak,
        }
        return stages.select("stage", "seconds", "rows", "note"), sums


def _written(folder: Path, tracks: int) -> list[Path]:
    """The made catalogue and its playlists as files that `segue import` takes."""
    songs, features, baskets = catalogue(tracks)
    whole = songs.join(features, on="track_id").select(
        "track_id",
        track_name="title_key",
        artists=pl.col("artist_ids").list.join(";"),
        album_name="album_id",
        track_genre=pl.col("genres").list.join(";"),
        duration_ms=pl.lit(200_000) + pl.int_range(pl.len()) * 7 % 100_000,
        **{name: name for name in features.columns if name != "track_id"},
    )
    lists = baskets.select("track_id", "position", playlist_id=pl.col("basket_id").str.strip_prefix("playlist:"))
    paths = [folder / "catalogue.parquet", folder / "playlists.parquet"]
    whole.write_parquet(paths[0])
    lists.write_parquet(paths[1])
    return paths


def _run(home: Home, code: str, *arguments: str) -> float:
    """Seconds that ``code`` takes on ``home``, in a process of its own."""
    home.root.mkdir(exist_ok=True, mode=0o700)
    begin = f"import os; os.environ['SEGUE_HOME'] = {json.dumps(str(home.root))}\n{code}"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", begin, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        what = f"`segue {arguments[0]}`" if arguments else "an empty flow"
        raise SegueError(f"{what} ended with exit code {done.returncode} and said: {last}")
    return time.perf_counter() - began
