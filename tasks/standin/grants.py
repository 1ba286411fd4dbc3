"""Who was let in: access tokens, refresh tokens and codes that the stand-in has handed out."""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Lock

CODE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Access:
    """An access token's meaning. `is_user`: it speaks for the listener, not only for the app."""

    is_user: bool
    scopes: frozenset[str]
    expires_at: float
    is_first: bool


@dataclass(frozen=True, slots=True)
class Code:
    """What the exchange of an authorization code must repeat."""

    redirect_uri: str
    challenge: str | None
    scopes: frozenset[str]
    expires_at: float


class Grants:
    """The book of tokens. `clock` gives seconds; `ttl` is the life of an access token in the same."""

    def __init__(self, clock: Callable[[], float], ttl: float, scopes: str) -> None:
        self.clock = clock
        self.ttl = ttl
        self.refresh_token = token_urlsafe(60)
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, frozenset[str]] = {self.refresh_token: frozenset(scopes.split())}
        self._revoked: set[str] = set()
        self._codes: dict[str, Code] = {}
        self._lock = Lock()

    def new_access(self, *, is_user: bool, scopes: frozenset[str] = frozenset()) -> str:
        token = token_urlsafe(90)
        with self._lock:
            self._access[token] = Access(is_user, scopes, self.clock() + self.ttl, is_first=not self._access)
        return token

    def access(self, token: str) -> Access | None:
        """Return what a token that is still good stands for, else None."""
        access = self._access.get(token)
        return access if access and self.clock() < access.expires_at else None

    def new_refresh(self, scopes: frozenset[str]) -> str:
        token = token_urlsafe(60)
        self._refresh[token] = scopes
        return token

    def refreshed(self, token: str) -> frozenset[str] | None:
        """Return the scopes that a refresh token stands for; None when it never was one or is revoked."""
        return self._refresh.get(token)

    def revoke(self, token: str) -> None:
        with self._lock:
            self._refresh.pop(token, None)
            self._revoked.add(token)

    def is_revoked(self, token: str) -> bool:
        return token in self._revoked

    def new_code(self, redirect_uri: str, challenge: str | None, scopes: frozenset[str]) -> str:
        code = token_urlsafe(90)
        self._codes[code] = Code(redirect_uri, challenge, scopes, self.clock() + CODE_SECONDS)
        return code

    def spend(self, code: str) -> Code | None:
        """Return what a code stands for, once; None when it is unknown, spent or older than ten minutes."""
        with self._lock:
            known = self._codes.pop(code, None)
        return known if known and self.clock() < known.expires_at else None
