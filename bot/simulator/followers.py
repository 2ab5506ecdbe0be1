"""Who has ever met the account, and who follows it now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Follower:
    openid: str
    following: bool
    since: float


class Followers:
    """Call it under the platform's lock. People of `directory` follow the account from the start."""

    def __init__(self, now: Callable[[], float], directory: Callable[[], Iterable[str]]) -> None:
        self._now = now
        self._directory = directory
        self._known: dict[str, Follower] = {}

    def get(self, openid: str) -> Follower | None:
        if openid not in self._known:
            self._meet_newcomers()
        return self._known.get(openid)

    def is_following(self, openid: str) -> bool:
        follower = self.get(openid)
        return follower is not None and follower.following

    def meet(self, openid: str, *, following: bool) -> None:
        self._known[openid] = Follower(openid, following, self._now())

    def leave(self, openid: str) -> None:
        if follower := self.get(openid):
            self._known[openid] = replace(follower, following=False)

    def start_over(self) -> None:
        self._known.clear()

    def _meet_newcomers(self) -> None:
        for openid in self._directory():
            if openid and openid not in self._known:
                self.meet(openid, following=True)
