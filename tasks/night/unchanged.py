"""What a night learns and measures from, as one print (tool): of two nights with the same print, the later takes over the figures.

They follow from nothing else, for every draw is by lot of the ids or from a fixed seed: so they are exactly those that doing the
work again would give. Of the method the code itself is in the print, not an id of its version: figures that are worked out
anew once too often cost a minute, and such as no code gives any more would be believed.
"""

from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "tasks", "warehouse")
"""Rooms in which anything is worked out."""
LIBRARIES = ("numpy", "polars", "scikit-learn", "scipy", "sparse-dot-topn")
"""Those that compute: another version may sum in another order."""


def made_from(*frames: pl.DataFrame) -> str:
    """A print of ``frames``, row by row in their order, and of the code and the libraries that work with them."""
    told = blake2b(digest_size=16)
    told.update(repr([version(name) for name in LIBRARIES]).encode())
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        told.update(path.read_bytes())
    for frame in frames:
        told.update(repr(frame.schema).encode())
        told.update(frame.hash_rows().to_numpy().tobytes())
    return told.hexdigest()
