"""What earlier nights know of a source, so that only the rest is asked for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from tasks.spotify.walk.lists import Memory
from warehouse.reading import Known

WALKED_AGAIN = timedelta(days=14)
"""Lists of which only the beginning is looked at are read to their end again after so long."""


@dataclass(frozen=True)
class Past:
    """All of it empty when everything is to be asked again.

    ``snapshots``: the version of each playlist whose rows are stored. ``asked``: (entity, object_id) -> (status, detail,
    asked_at) of table ``fetches``.
    """

    snapshots: dict[str, str | None] = field(default_factory=dict)
    saved_newest_at: datetime | None = None
    last_played_at: datetime | None = None
    asked: dict[tuple[str, str], tuple[str, str | None, datetime]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Known) -> Self:
        """Out of what the warehouse knows."""
        return cls(
            dict(known.playlists.select("playlist_id", "snapshot_id").iter_rows()),
            known.saved_newest_at,
            known.last_played_at,
            {
                (entity, object_id): (status, detail, asked_at)
                for entity, object_id, status, detail, asked_at in known.fetches.select(
                    "entity", "object_id", "status", "detail", "asked_at"
                ).iter_rows()
            },
        )

    def memory(self, list_name: str, now: datetime) -> Memory | None:
        """What is remembered of a list, unless that is too long ago."""
        found = self.asked.get(("lists", list_name))
        return Memory.read(found[1]) if found and now - found[2] < WALKED_AGAIN else None

    def was(self, entity: str, object_id: str, status: str, *, since: datetime) -> bool:
        """Whether that was the answer when it was last asked, not before ``since``."""
        found = self.asked.get((entity, object_id))
        return found is not None and found[0] == status and found[2] >= since
