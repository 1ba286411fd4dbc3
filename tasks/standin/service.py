"""What all endpoints share: the switches, the music, the listener and the tokens of one running stand-in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tasks.standin.account import Account
from tasks.standin.catalogue.model import Catalogue
from tasks.standin.grants import Access, Grants
from tasks.standin.profiles import PROFILES, Profile
from tasks.standin.switches import Switches
from tasks.standin.web.answers import Answer, bad_request
from tasks.standin.web.objects import Objects


@dataclass
class Service:
    """One running stand-in, seen from inside. `base_url` is where it listens."""

    switches: Switches
    catalogue: Catalogue
    account: Account
    clock: Callable[[], float]
    client_id: str
    client_secret: str
    base_url: str

    def __post_init__(self) -> None:
        switches = self.switches
        profile = PROFILES[switches.profile]
        self.profile: Profile = replace(
            profile,
            playlist_keys=switches.playlist_keys or profile.playlist_keys,
            audio_features=profile.audio_features if switches.audio_features is None else switches.audio_features,
        )
        self.shifted: set[str] = set()
        self.api_url = f"{self.base_url}/v1"
        self.grants = Grants(self.clock, switches.token_ttl, switches.scopes)
        self.objects = Objects(self.profile, switches.genres, self.catalogue, self.api_url)


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an endpoint: its path below `/v1`, the ids in it, and its query (the last of repeated keys)."""

    service: Service
    path: str
    ids: tuple[str, ...]
    query: Mapping[str, str]
    access: Access

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """Return a whole number of the query; refuse what is none or out of bounds (the text is our guess)."""
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdigit() or not lowest <= int(text) <= highest:
            raise Refused(bad_request(f"Invalid {name}"))
        return int(text)


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Ends an endpoint with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
