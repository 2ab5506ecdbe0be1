"""Access tokens: the stable one, which is shared, and the old kind, where a new token ends the last one."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator.errors import ApiError

LIFE = 7200
OVERLAP = 300  # a token lives on for five minutes after an ordinary renewal
DAY = 86_400
FORCED_A_DAY, FORCED_APART = 20, 30
PLAIN_A_DAY = 2000


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    expires_at: float


class Tokens:
    """Call it under the platform's lock. `expire` and `forget` are for tests of what then must happen."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._live: dict[str, float] = {}
        self._stable: Token | None = None
        self._plain: Token | None = None
        self._forced: list[float] = []
        self._plain_calls: list[float] = []
        self.issued = 0

    def stable(self, *, force: bool = False) -> tuple[str, int]:
        """The token and the seconds left of it."""
        at = self._now()
        if force:
            self._allow_forced(at)
            if self._stable:
                self._live.pop(self._stable.value, None)
            self._stable = self._new(at)
        elif self._stable is None or self._stable.expires_at - at <= OVERLAP:
            self._stable = self._new(at)
        return self._stable.value, int(self._stable.expires_at - at)

    def plain(self) -> tuple[str, int]:
        at = self._now()
        self._plain_calls = [*(call for call in self._plain_calls if call > at - DAY), at]
        if len(self._plain_calls) > PLAIN_A_DAY:
            raise ApiError(45009)
        if self._plain:
            self._live[self._plain.value] = min(self._plain.expires_at, at + OVERLAP)
        self._plain = self._new(at)
        return self._plain.value, LIFE

    def check(self, value: str) -> None:
        if not value:
            raise ApiError(41001)
        if value not in self._live:
            raise ApiError(40001)
        if self._live[value] <= self._now():
            raise ApiError(42001)

    def expire(self) -> None:
        """Expires all tokens: 42001."""
        self._live = dict.fromkeys(self._live, self._now())
        self._stable = None

    def forget(self) -> None:
        """Invalidates all tokens, as after another client's forced refresh: 40001."""
        self._live.clear()
        self._stable = None

    def _allow_forced(self, at: float) -> None:
        self._forced = [call for call in self._forced if call > at - DAY]
        if self._forced and at - self._forced[-1] < FORCED_APART:
            raise ApiError(45011)
        if len(self._forced) >= FORCED_A_DAY:
            raise ApiError(45009)
        self._forced.append(at)

    def _new(self, at: float) -> Token:
        token = Token(f"{self.issued}_{secrets.token_urlsafe(96)}", at + LIFE)
        self._live[token.value] = token.expires_at
        self.issued += 1
        return token
