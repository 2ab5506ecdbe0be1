"""A numbered log of the platform's events: pages follow it, and tests wait for entries."""

import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.simulator.chat_bodies import Body

KEPT = 5000  # entries; a demonstration of several days, and still only a few megabytes


class Side(StrEnum):
    """The author of a line in a chat."""

    PERSON = "person"
    ACCOUNT = "account"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chat between a person and the account."""

    openid: str
    side: Side
    body: Body
    at: float


class Verdict(StrEnum):
    """How a delivery ended."""

    REPLIED = "replied"
    SILENT = "silent"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One delivery to the webhook with all its tries, and what came back."""

    openid: str
    kind: str
    tries: int
    milliseconds: int
    sent_bytes: int
    answered_bytes: int
    verdict: Verdict
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the account to the platform."""

    path: str
    openid: str
    errcode: int
    milliseconds: int
    at: float


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody follows or unfollows the account."""

    openid: str
    following: bool
    at: float


@dataclass(frozen=True, slots=True)
class MenuChanged:
    at: float


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """The town's clock was put forward."""

    at: float


Entry = Line | Exchange | ApiCall | Followed | MenuChanged | ClockMoved


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    entry: Entry


class Journal:
    """A new `epoch` tells a page that the platform restarted and old numbers are invalid."""

    def __init__(
        self, before: Iterable[Entry] = (), keep: Callable[[Entry], None] = lambda _entry: None, kept: int = KEPT
    ) -> None:
        """`before`: entries of an earlier run. `keep` is called with each new entry."""
        self.epoch = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        remembered = (Numbered(number, entry) for entry, number in zip(before, self._numbers, strict=False))
        self._entries: deque[Numbered] = deque(remembered, maxlen=kept)
        self._changed = threading.Condition()
        self._keep = keep

    def add(self, entry: Entry) -> None:
        with self._changed:
            self._entries.append(Numbered(next(self._numbers), entry))
            self._keep(entry)
            self._changed.notify_all()

    def start_over(self) -> None:
        """Empties the journal; open pages are told to reload."""
        with self._changed:
            self._entries.clear()
            self.epoch = secrets.token_hex(4)
            self._changed.notify_all()

    def since(self, number: int, wait: float = 0) -> list[Numbered]:
        """Everything after `number`; waits up to `wait` seconds if that is nothing yet."""
        with self._changed:
            self._changed.wait_for(lambda: self._after(number), timeout=wait)
            return self._after(number)

    def wait_for(self, happened: Callable[[Entry], bool], timeout: float = 30) -> Entry | None:
        """The first entry of the whole journal for which `happened` holds, waited for; None if it never came."""
        seen, end = 0, time.monotonic() + timeout
        while True:
            news = self.since(seen, wait=max(0.0, end - time.monotonic()))
            found = next((item.entry for item in news if happened(item.entry)), None)
            if found is not None or not news:
                return found
            seen = news[-1].number

    def entries(self) -> list[Entry]:
        return [item.entry for item in self.since(0)]

    def _after(self, number: int) -> list[Numbered]:
        return [item for item in self._entries if item.number > number]
