"""The access token: fetched once for all threads and processes, which share it through a store.

A lease in the store decides who fetches; the others poll until the token is there. A token that WeChat refused is
replaced only if it is still the stored one; a process with an older token just reads the stored one.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.wechat.errors import Trouble, WeChatError

_LEASE = timedelta(seconds=15)  # longer than a fetch with its timeouts
_PATIENCE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.05
_FORCE_LEASE = timedelta(hours=2)  # allowed 20 times a day; it invalidates the token that others use


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the end of its use (aware UTC; a margin is already subtracted)."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at.isoformat()})"


class TokenStore(Protocol):
    """Shared by processes. A name has a token and an independent lease; each call is atomic and commits at once."""

    def read(self, name: str) -> Token | None:
        """The last written token, expired or not."""

    def write(self, name: str, token: Token) -> None:
        """Replace the token. The lease is unchanged."""

    def claim(self, name: str, until: datetime) -> bool:
        """Take the lease until then. True for exactly one caller while no lease of that name is valid."""

    def release(self, name: str) -> None:
        """End the lease, if there is one."""


class TokensInMemory:
    """A store for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}
        self._leases: dict[str, datetime] = {}

    def read(self, name: str) -> Token | None:
        with self._lock:
            return self._tokens.get(name)

    def write(self, name: str, token: Token) -> None:
        with self._lock:
            self._tokens[name] = token

    def claim(self, name: str, until: datetime) -> bool:
        with self._lock:
            now = datetime.now(UTC)
            free = self._leases.get(name, now) <= now
            if free:
                self._leases[name] = until
            return free

    def release(self, name: str) -> None:
        with self._lock:
            self._leases.pop(name, None)


class Fetch(Protocol):
    """Fetches a token from the platform. If forced, the platform invalidates the old one at once."""

    def __call__(self, *, force: bool) -> Token: ...


class SharedToken:
    """One application's token."""

    def __init__(self, name: str, store: TokenStore, fetch: Fetch) -> None:
        self._name = name
        self._store = store
        self._fetch = fetch

    def value(self, refused: str = "") -> str:
        """A token that is not `refused`. Waits while another thread or process fetches one."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            if usable := self._usable(refused):
                return usable
            if self._store.claim(self._name, datetime.now(UTC) + _LEASE):
                return self._fetch_under_lease(refused)
            if time.monotonic() > deadline:
                raise WeChatError(0, "no token within the time: another process is fetching it", Trouble.BUSY)
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _usable(self, refused: str) -> str:
        token = self._store.read(self._name)
        if token is None or token.value == refused or token.expires_at <= datetime.now(UTC):
            return ""
        return token.value

    def _fetch_under_lease(self, refused: str) -> str:
        try:
            # Between our read and our lease, another process may have fetched one.
            if usable := self._usable(refused):
                return usable
            token = self._fetch(force=False)
            if token.value == refused and self._may_force():
                token = self._fetch(force=True)
            self._store.write(self._name, token)
            return token.value
        finally:
            self._store.release(self._name)

    def _may_force(self) -> bool:
        """Claim a forced refresh, if a normal one returns the refused token. The lease must expire by itself."""
        return self._store.claim(f"{self._name}:force", datetime.now(UTC) + _FORCE_LEASE)
