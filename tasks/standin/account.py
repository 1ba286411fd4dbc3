"""One listener's account: playlists, saved songs, favourites and plays, as plain lists that a test may change between runs.

account = Account.of(
    catalogue,
    playlists={"Morning": ["Karma Police", "Airbag", None]},      # None: a row whose track is gone
    saved=["Airbag"],
    plays=[("Karma Police", "2026-02-25T20:15:20.497Z")],
)
account.playlists[0].entries.append(Entry(catalogue["Under Pressure"]))    # its snapshot_id changes by itself
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Generic, Self, TypeVar

from tasks.standin.catalogue.model import NOTHING, Album, Artist, Catalogue, Track, spotify_id

Item = TypeVar("Item", Track, Album)
RANGES = ("short_term", "medium_term", "long_term")
EPOCH = datetime(2025, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class User:
    """A person or a company that owns playlists."""

    id: str
    display_name: str | None


LISTENER = User("segue-listener", "Demo listener")
FRIEND = User("a-friend", "A friend")
SPOTIFY = User("spotify", "Spotify")


@dataclass(slots=True)
class Entry:
    """One row of a playlist. `item` is a track, None (the row outlived its track), or any JSON object, sent as it is.

    `added_at` is ISO text, "" for "by its position", or None as in very old lists. `odd` is laid over the row.
    """

    item: Track | Mapping[str, Any] | None
    added_at: str | None = ""
    added_by: str | None = LISTENER.id
    odd: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Playlist:
    """A playlist and its rows in order; a track may stand in it twice."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    owner: User = LISTENER
    id: str = ""
    collaborative: bool = False
    public: bool | None = True
    description: str | None = ""
    odd: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.id or spotify_id("playlist", self.owner.id, self.name)
        for position, entry in enumerate(self.entries):
            if entry.added_at == "":
                entry.added_at = instant(EPOCH + timedelta(hours=position))

    @property
    def snapshot_id(self) -> str:
        """The version of the list: another one whenever its rows or its name differ."""
        version = blake2b(self.name.encode(), digest_size=18)
        for entry in self.entries:
            version.update(f"{identity(entry.item)}|{entry.added_at}\n".encode())
        return b64encode(version.digest()).decode()


@dataclass(slots=True)
class Saved(Generic[Item]):
    """A saved track or album and the instant of saving."""

    item: Item
    added_at: str = "2025-01-01T12:00:00Z"


@dataclass(slots=True)
class Play:
    """A play: `played_at` is the END of it, UTC, with milliseconds; `context` the playlist it was played from."""

    track: Track
    played_at: datetime
    context: Playlist | None = None


@dataclass(slots=True)
class Account:
    """Everything under `/me`, in the order in which Spotify sends it: newest saved and newest play first.

    None in a list is a null among the `items`, as Spotify sends now and then.
    """

    user: User = LISTENER
    playlists: list[Playlist | None] = field(default_factory=list)
    saved: list[Saved[Track] | None] = field(default_factory=list)
    saved_albums: list[Saved[Album] | None] = field(default_factory=list)
    top_tracks: dict[str, list[Track]] = field(default_factory=dict)
    top_artists: dict[str, list[Artist]] = field(default_factory=dict)
    plays: list[Play] = field(default_factory=list)
    followed: list[Artist] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        *,
        playlists: Mapping[str, Iterable[str | Mapping[str, Any] | Entry | None]] = NOTHING,
        saved: Iterable[str] = (),
        saved_albums: Iterable[str] = (),
        top: Mapping[str, Sequence[str]] | Sequence[str] = (),
        plays: Iterable[tuple[str, str]] = (),
    ) -> Self:
        """Make an account from the names (or ids) of songs in `catalogue`.

        `top` is one ranking for all three ranges, or a ranking for each; its artists are those of its tracks.
        Saved albums are named by one of their songs. Every artist of the catalogue is followed.
        """
        rankings = top if isinstance(top, Mapping) else dict.fromkeys(RANGES, top)
        top_tracks = {span: [catalogue[name] for name in rankings.get(span, ())] for span in RANGES}
        return cls(
            playlists=[
                Playlist(name, [row if isinstance(row, Entry) else Entry(found(catalogue, row)) for row in rows])
                for name, rows in playlists.items()
            ],
            saved=[Saved(catalogue[name], a_day_earlier(place)) for place, name in enumerate(saved)],
            saved_albums=[
                Saved(catalogue[name].album, a_day_earlier(place)) for place, name in enumerate(saved_albums)
            ],
            top_tracks=top_tracks,
            top_artists={span: artists_of(tracks) for span, tracks in top_tracks.items()},
            plays=sorted(
                (Play(catalogue[name], datetime.fromisoformat(at)) for name, at in plays),
                key=lambda play: play.played_at,
                reverse=True,
            ),
            followed=list(catalogue.artists.values()),
        )

    def __getitem__(self, name: str) -> Playlist:
        """Return the playlist of this name; KeyError when there is none."""
        for playlist in self.playlists:
            if playlist and playlist.name == name:
                return playlist
        raise KeyError(name)


def found(catalogue: Catalogue, row: str | Mapping[str, Any] | None) -> Track | Mapping[str, Any] | None:
    return catalogue[row] if isinstance(row, str) else row


def identity(item: Track | Mapping[str, Any] | None) -> str | None:
    if isinstance(item, Track):
        return item.uri
    return None if item is None else item.get("uri")


def artists_of(tracks: Iterable[Track]) -> list[Artist]:
    return list({artist.id: artist for track in tracks for artist in track.artists}.values())


def a_day_earlier(place: int) -> str:
    return instant(EPOCH - timedelta(days=place))


def instant(at: datetime) -> str:
    """Write a UTC instant as Spotify does, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
