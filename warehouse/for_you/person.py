"""The person as the file and the journal know them: songs that speak for tastes or against others, and what is barred."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log1p

from warehouse.for_you.known import Known, Links
from warehouse.for_you.words import WORTH, faded, is_evidence, worth
from warehouse.journal import Said
from warehouse.query.asking import Row

COOL_DOWN = timedelta(days=30)
"""A song that was heard, or spoken of, rests for so long."""

SKIPPED_OFTEN = 3
"""A song skipped so many times in plays, and in at least half of them, or so many times by word, is not recommended."""

FRESH = timedelta(days=3)
NEWEST = 3
"""The latest songs spoken well of within `FRESH`, so many of them, each have one place of their own, right after the first of the weightiest taste."""

SEEDS = 25
"""Songs that speak for a taste, at most: its strongest."""

NO_TASTE = -1
"""Taste of a song that was spoken of since the night, until `Person._settle` finds it one."""


@dataclass
class Song:
    """A song of the profile: its taste, its weight, and how the person knows it."""

    track_id: str
    recording_id: str
    taste_id: int = NO_TASTE
    weight: float = 0.0
    plays: int = 0
    is_liked: bool = False
    last_played_at: datetime | None = None

    @property
    def strength(self) -> float:
        return log1p(abs(self.weight))

    @property
    def how(self) -> str:
        if self.is_liked:
            return "which you liked"
        if not self.plays:
            return "one of your songs"
        return f"which you played {self.plays} times" if self.plays > 1 else "which you played"


@dataclass(frozen=True)
class Barred:
    """What may not be recommended: recordings, artists, and genres in small letters."""

    recordings: Collection[str]
    artists: Collection[str]
    genres: Collection[str]

    def holds(self, card: Row) -> bool:
        return (
            card["recording_id"] in self.recordings
            or any(artist in self.artists for artist in card["artist_ids"])
            or any(genre.lower() in self.genres for genre in card["genres"])
        )


class Person:
    """``profile`` are the songs of the table ``tastes`` with what was said since, ``newest`` the latest that were praised.

    A song of which the person spoke ill last, or that is blocked, speaks for nothing, however often it was played.
    """

    def __init__(self, file: Known, said: Sequence[Said]) -> None:
        self.file = file
        now = datetime.now(UTC).replace(tzinfo=None)
        folded = [Said(*row) for row in file.rows("folded")]
        spoken = list({one.feedback_id: one for one in reversed(said)}.values())[::-1]
        self.spoken = [one for one in spoken if one.until is None or one.until > now]
        [(self.listened_at,)] = file.rows("reference")
        self.reference: datetime = self.listened_at or max((one.at for one in self.spoken), default=now)
        self.profile = {row[0]: Song(*row) for row in file.rows("profile")}
        before, after = ({one.feedback_id for one in lines} for lines in (folded, self.spoken))
        added = [one for one in self.spoken if one.feedback_id not in before and is_evidence(one)]
        undone = [one for one in folded if one.feedback_id not in after and is_evidence(one)]
        self.recordings = file.recordings({one.entity_id for one in self.spoken + folded if one.entity == "track"})
        self.by_recording = {song.recording_id: song for song in self.profile.values()}
        self.unwelcome = self._unwelcome()
        self._adjust(undone, -1)
        self._adjust(added, +1)
        self._settle(file.links([one.entity_id for one in added + undone]))
        praised = [
            self._known(one.entity_id)
            for one in filter(is_evidence, self.spoken)
            if worth(one.kind, one.value) > 0 and self.reference - one.at <= FRESH
        ]
        speaking = {song.track_id: song for song in reversed(praised) if self._speaks(song)}
        self.newest = list(speaking.values())[:NEWEST]

    def seeds(self) -> tuple[dict[int, list[Song]], list[Song]]:
        """The songs that speak for each taste, and those that speak against others; strongest first."""
        ordered = sorted(self.profile.values(), key=lambda song: (-abs(song.weight), song.track_id))
        against = [song for song in ordered if song.weight < 0][:SEEDS]
        tastes: dict[int, list[Song]] = {}
        for song in ordered:
            if self._speaks(song):
                tastes.setdefault(song.taste_id, []).append(song)
        return {taste: songs[:SEEDS] for taste, songs in tastes.items()}, against

    def weights(self) -> dict[int, float]:
        """How much speaks for each taste."""
        weights: defaultdict[int, float] = defaultdict(float)
        for song in self.profile.values():
            if self._speaks(song):
                weights[song.taste_id] += song.weight
        return dict(weights)

    def barred(self) -> Barred:
        """What is blocked, disliked, skipped often, known without a play, or was met lately."""
        blocks = [said for said in self.spoken if said.kind == "block"]
        since = self.reference - COOL_DOWN
        met = self.file.rows("met", since=since, skips=SKIPPED_OFTEN) if self.listened_at else []
        recordings = {recording for (recording,) in met}
        for said in self.spoken:
            is_against = worth(said.kind, said.value) < WORTH["skip"]
            if said.entity == "track" and (said.kind == "block" or is_against or said.at > since):
                recordings.add(self._recording(said.entity_id))
        skips = Counter(self._recording(said.entity_id) for said in self.spoken if said.kind == "skip")
        recordings |= {recording for recording, times in skips.items() if times >= SKIPPED_OFTEN}
        recordings |= {
            song.recording_id for song in self.profile.values() if song.weight > 0 and song.last_played_at is None
        }
        return Barred(
            recordings,
            {said.entity_id for said in blocks if said.entity == "artist"},
            {said.entity_id.lower() for said in blocks if said.entity == "genre"},
        )

    def _speaks(self, song: Song) -> bool:
        """Whether a song speaks for its taste."""
        return song.weight > 0 and song.recording_id not in self.unwelcome

    def _unwelcome(self) -> set[str]:
        """Recordings of which the last word that says so at all is one against them, or a block."""
        last: dict[str, bool] = {}
        for said in self.spoken:
            if said.entity == "track" and said.kind != "skip":
                last[self._recording(said.entity_id)] = worth(said.kind, said.value) >= 0 and said.kind != "block"
        return {recording for recording, is_welcome in last.items() if not is_welcome}

    def _recording(self, track_id: str) -> str:
        return self.recordings.get(track_id, track_id)

    def _known(self, track_id: str) -> Song:
        """The song in the profile that stands for this track (any pressing of its recording); a new one without a taste."""
        recording = self._recording(track_id)
        if track_id not in self.profile and recording not in self.by_recording:
            self.profile[track_id] = self.by_recording[recording] = Song(track_id, recording)
        return self.profile.get(track_id) or self.by_recording[recording]

    def _adjust(self, lines: Sequence[Said], sign: int) -> None:
        """Let what was said since the night (or, with -1, what was undone) weigh in the profile."""
        for said in lines:
            song = self._known(said.entity_id)
            song.weight += sign * worth(said.kind, said.value) * faded(said.kind, self.reference - said.at)
            if said.kind == "like":
                song.is_liked = sign > 0

    def _settle(self, said: Mapping[str, Links]) -> None:
        """Give songs that were spoken of since the night the taste that their neighbours have, or one of their own.

        ``said`` are the links of all songs that were spoken of.
        """
        newcomers = [song for song in self.profile.values() if song.taste_id == NO_TASTE]
        back: dict[str, dict[str, float]] = {song.track_id: dict(self.file.toward(song.track_id)) for song in newcomers}
        for seed, links in said.items():
            for track_id, score in links:
                if track_id in back:
                    back[track_id][seed] = score
        votes = [self._votes([*said[song.track_id], *back[song.track_id].items()]) for song in newcomers]
        own = 1 + max((song.taste_id for song in self.profile.values()), default=NO_TASTE)
        for song, ballot in zip(newcomers, votes, strict=True):
            if ballot:
                song.taste_id = min(ballot, key=lambda taste: (-ballot[taste], taste))
            else:
                song.taste_id, own = own, own + 1

    def _votes(self, links: Links) -> dict[int, float]:
        """How much these songs speak for each taste."""
        ballot: defaultdict[int, float] = defaultdict(float)
        for track_id, score in links:
            song = self.profile.get(track_id)
            if song is not None and song.taste_id != NO_TASTE and song.weight > 0:
                ballot[song.taste_id] += score * song.strength
        return ballot
