"""What speaks for a person's songs, out of a database (tool)."""

from pathlib import Path

from tasks.taste.evidence import Library
from warehouse.reading import query, table


def library(path: Path) -> Library:
    """The tables of a night that the profile is made of.

    Raises:
        WarehouseError: the file is missing or damaged.
    """
    return Library(
        plays=table(path, "plays"),
        saved=table(path, "saved_tracks"),
        top=table(path, "top_tracks"),
        listed=query(path, "for_you/listed"),
        feedback=table(path, "feedback"),
        songs=table(path, "songs"),
    )
