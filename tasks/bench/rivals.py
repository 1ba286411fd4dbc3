"""Ways to find the nearest others of every row by cosine, ours among them; each in a process of its own."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from tasks.similarity import dense
from tasks.similarity.approximate import EXACT
from warehouse.connection import writer
from warehouse.statements import statement

Finder = Callable[[np.ndarray, int], np.ndarray]
"""Unit rows and how many others -> [rows, top] row numbers, a row itself perhaps among its own."""

SQL_MOST = 5_000
"""Rows up to which DuckDB is asked; the square of them all is what it works out."""


@dataclass(frozen=True)
class Trial:
    """What one way took: seconds by the clock and of the processors, bytes above what stood before, and what it found."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    found: np.ndarray


def ours(rows: np.ndarray, top: int) -> np.ndarray:
    """Cells, bounds, tiles: exact."""
    return dense.nearest(rows, top)[0]


def ours_approximate(rows: np.ndarray, top: int) -> np.ndarray:
    """The same, asked for 99.5 % of the neighbours."""
    return dense.nearest(rows, top, recall=0.995)[0]


def sklearn_cosine(rows: np.ndarray, top: int) -> np.ndarray:
    """scikit-learn as everybody calls it."""
    from sklearn.neighbors import NearestNeighbors

    asked = NearestNeighbors(n_neighbors=top + 1, algorithm="brute", metric="cosine").fit(rows)
    return np.asarray(asked.kneighbors(rows, return_distance=False))


def sklearn_argkmin(rows: np.ndarray, top: int) -> np.ndarray:
    """scikit-learn's fused reduction; on unit rows the nearest by distance are the nearest by cosine."""
    from sklearn.neighbors import NearestNeighbors

    asked = NearestNeighbors(n_neighbors=top + 1, algorithm="brute", metric="sqeuclidean").fit(rows)
    return np.asarray(asked.kneighbors(rows, return_distance=False))


def faiss_flat(rows: np.ndarray, top: int) -> np.ndarray:
    """FAISS, every pair."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return np.asarray(index.search(rows, top + 1)[1])


def faiss_ivf(rows: np.ndarray, top: int) -> np.ndarray:
    """FAISS, inverted lists: about four times the root of the rows, 32 of them looked into."""
    import faiss

    lists = max(1, min(int(4 * sqrt(len(rows))), len(rows) // 40))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(rows.shape[1]), rows.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.train(rows)
    index.add(rows)
    index.nprobe = 32
    return np.asarray(index.search(rows, top + 1)[1])


def hnsw(rows: np.ndarray, top: int) -> np.ndarray:
    """hnswlib with M 16, 200 looked at to build, 100 (or more, for a long list) to search."""
    import hnswlib

    index = hnswlib.Index("ip", rows.shape[1])
    index.init_index(len(rows), M=16, ef_construction=200, random_seed=7)
    index.add_items(rows)
    index.set_ef(max(100, 2 * top))
    return np.asarray(index.knn_query(rows, top + 1)[0])


def duckdb_sql(rows: np.ndarray, top: int) -> np.ndarray:
    """DuckDB's own SQL: a lateral join, ordered, with a limit."""
    frame = pl.DataFrame(
        {"row": np.arange(len(rows)), "vector": rows}, schema_overrides={"vector": pl.Array(pl.Float32, rows.shape[1])}
    )
    with tempfile.TemporaryDirectory() as folder, writer(Path(folder) / "bench.duckdb") as con:
        con.register("incoming", frame)
        found = con.sql(statement("bench/nearest"), params={"top": top}).pl()
    return np.array(found.sort("row")["others"].to_list())


WAYS: dict[str, tuple[Finder, str]] = {
    "segue, exact": (ours, "numpy"),
    "segue, approximate": (ours_approximate, "numpy"),
    "scikit-learn cosine brute": (sklearn_cosine, "sklearn"),
    "scikit-learn ArgKmin": (sklearn_argkmin, "sklearn"),
    "FAISS flat": (faiss_flat, "faiss"),
    "FAISS IVF": (faiss_ivf, "faiss"),
    "hnswlib": (hnsw, "hnswlib"),
    "DuckDB SQL": (duckdb_sql, "duckdb"),
}
"""Name -> the way, and the package that it needs."""
EXACT_PEERS = ("scikit-learn cosine brute", "scikit-learn ArgKmin", "FAISS flat")
PEERS = [name for name in WAYS if not name.startswith("segue")]


def left_out(rows: int) -> dict[str, str]:
    """Ways that cannot be tried here, with the reason."""
    missing = {
        name: f"{package} is not installed: pip install -e '.[bench]'"
        for name, (_, package) in WAYS.items()
        if find_spec(package) is None
    }
    most = {"DuckDB SQL": SQL_MOST} | dict.fromkeys(("segue, exact", *EXACT_PEERS), EXACT)
    return missing | {name: f"only up to {few:,} tracks" for name, few in most.items() if rows > few}


def tried(name: str, rows: np.ndarray, top: int) -> Trial:
    """One way, tried in a fresh process, so that memory and warm caches of the others do not count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        np.save(path, rows)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(_try, name, path, top).result()


def _try(name: str, path: Path, top: int) -> Trial:
    way = WAYS[name][0]
    rows = np.load(path)
    way(rows[:500].copy(), min(top, 10))  # imports, threads, first allocations
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far, which a child also has from its parent
    cpu, clock = time.process_time(), time.perf_counter()
    found = way(rows, top)
    seconds, used = time.perf_counter() - clock, time.process_time() - cpu
    return Trial(name, seconds, used, _memory("VmHWM") - before, found.astype(np.int32))


def _memory(name: str) -> int:
    """Bytes that Linux tells of this process under ``name``."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) * 1024
