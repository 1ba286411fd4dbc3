"""Like, dislike, skip, rate, block, undo: from what a person types to a line of the journal (tool)."""

from datetime import UTC, date, datetime, time, timedelta

from schemas.errors import SettingsError, UnknownSongError
from schemas.values import Home
from warehouse import journal
from warehouse.journal import Said
from warehouse.query import find_song
from warehouse.query import nearest as names_near
from warehouse.reading import query

RATINGS = (1.0, 5.0)


def about_song(home: Home, kind: str, song: str, artist: str | None = None, *, value: float | None = None) -> Said:
    """Say ``kind`` (like, dislike, skip, rating) of a song by name, id or link; return the line that was written.

    Raises:
        UnknownSongError: there is no such song; carries the nearest names.
        SettingsError: a rating is not from 1 to 5.
        HomeError: the journal cannot be written.
    """
    if kind == "rating" and (value is None or not RATINGS[0] <= value <= RATINGS[1]):
        raise SettingsError(f"a rating is a number from 1 to 5, not {value}")
    found = find_song(home.warehouse, song, artist)
    return _written(home, Said(kind, "track", found.track_id, value=value, name=str(found)))


def block(home: Home, entity: str, text: str, artist: str | None = None, *, until: datetime | None = None) -> Said:
    """Never recommend a track, an artist or a genre again (until a moment, UTC, if given); return the line.

    Raises:
        UnknownSongError: there is nothing of that name; carries the nearest names.
        SettingsError: ``until`` has passed.
        HomeError: the journal cannot be written.
    """
    if until is not None and until <= datetime.now(UTC).replace(tzinfo=None):
        raise SettingsError(f"a block until {until:%Y-%m-%d %H:%M} UTC would be over already: give a later day")
    if entity == "track":
        found = find_song(home.warehouse, text, artist)
        return _written(home, Said("block", entity, found.track_id, until=until, name=str(found)))
    matches = query(home.warehouse, f"for_you/find_{entity}", text=text)
    if matches.is_empty():
        nearest = names_near(home.warehouse, entity, text)
        hint = f"; the nearest are {', '.join(nearest)}" if nearest else f"; there is no {entity} at all yet"
        raise UnknownSongError(f"there is no {entity} {text!r}{hint}", nearest)
    entity_id, name = matches.row(0)
    return _written(home, Said("block", entity, entity_id, until=until, name=name))


def undo(home: Home, text: str | None = None) -> Said:
    """Take back the latest thing said, or the latest said of a song, artist or genre; return what was taken back.

    Raises:
        UnknownSongError: nothing is left to take back.
    """
    taken_back = journal.undo(home.journal, None if text is None else _spoken_of(home, text))
    if taken_back is None:
        raise UnknownSongError(f"nothing was said{f' of {text!r}' if text else ''} that could be taken back")
    return taken_back


def end_of(text: str) -> datetime:
    """The moment (UTC) until which a block holds: a number of days (``30d``), or the end of a day (``2027-01-31``).

    Raises:
        SettingsError: it is neither.
    """
    try:
        if text.endswith("d"):
            return datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=int(text[:-1]))
        return datetime.combine(date.fromisoformat(text), time()) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise SettingsError(
            f"{text!r} is no end of a block: give a day as 2027-01-31, or a number of days as 30d"
        ) from None


def _spoken_of(home: Home, text: str) -> str:
    """The id of what has this name and was spoken of; a name that the journal does not have as it stands is searched for."""
    spoken = journal.read(home.journal)
    by_name = [one for one in spoken if text.casefold() in ((one.name or "").casefold(), one.entity_id.casefold())]
    if by_name:
        return by_name[-1].entity_id
    known = {(one.entity, one.entity_id) for one in spoken}
    for entity in ("artist", "genre"):
        for (entity_id,) in query(home.warehouse, f"for_you/find_{entity}", text=text).select("entity_id").rows():
            if (entity, entity_id) in known:
                return str(entity_id)
    return find_song(home.warehouse, text).track_id


def _written(home: Home, said: Said) -> Said:
    journal.append(home.journal, said)
    return said
