"""Messages that arrive while a batch is being answered form the next batch.

A batch shares one transaction and one disk sync, which costs as much as a dozen messages: this carries peak load.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from handlers.answering.read_only import Found
from handlers.dialogue.message import Message
from handlers.neighbours.same_event import Matter
from models.connecting import LOCK_WAIT_SECONDS
from nlp.reading.understanding import Understanding

MOST = 32
"""Most messages in a batch: the first waits until the last is answered"""


class BatchTimeoutError(Exception):
    """No message was answered for LOCK_WAIT_SECONDS: the database is probably in trouble."""


@dataclass(slots=True, eq=False)
class Pending:
    """A message that waits for its batch; then it has a reply or a failure."""

    message: Message
    understanding: Understanding | None
    found: Found | None = None
    """The answer that the read-only path found, if any"""
    matters: set[Matter] = field(default_factory=set)
    """Further matters that a failed try found; the next try locks them first"""
    reply: str | None = None
    failure: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.reply is not None or self.failure is not None


@dataclass(slots=True, eq=False)
class Failed(Pending):
    """A message that could not be answered: the reason, and the apology sent to its writer."""

    why: str = ""
    apology: str = ""


Each = TypeVar("Each", bound=Pending)
Take = Callable[[], Sequence[Each]]
"""Returns the batch; every further call returns the same one"""


class Batch(Generic[Each]):
    """The pending messages of one process. The thread that gets the lock answers all that wait by then."""

    def __init__(
        self, answer: Callable[[Take[Each]], None], yield_to_others: Callable[[], None] = lambda: None
    ) -> None:
        """`answer` takes the batch as late as it can, so that more messages join, and gives each a reply or a failure.

        `yield_to_others` lets other requests of the same thread join.
        """
        self._answer, self._yield_to_others = answer, yield_to_others
        self._turn = threading.Lock()
        self._waiting: deque[Each] = deque()

    def wait(self, mine: Each) -> None:
        """Wait until the message is answered. Raises BatchTimeoutError if no batch took it in time."""
        self._waiting.append(mine)
        self._yield_to_others()
        while not mine.is_over:
            if not self._turn.acquire(timeout=LOCK_WAIT_SECONDS):
                self._leave(mine)
                continue
            try:
                if not mine.is_over:
                    self._serve()
            finally:
                self._turn.release()

    def _leave(self, mine: Each) -> None:
        """Give up waiting, unless a batch has taken the message: then its answer will come."""
        try:
            self._waiting.remove(mine)
        except ValueError:
            return
        raise BatchTimeoutError

    def _serve(self) -> None:
        take = cache(self._next)
        try:
            self._answer(take)
        finally:  # if this thread is stopped half-way, another one answers the rest
            self._waiting.extendleft(reversed([each for each in take() if not each.is_over]))

    def _next(self) -> list[Each]:
        """The oldest messages, one a person: a person's second message depends on what the first one changed."""
        batch: dict[str, Each] = {}
        later: list[Each] = []
        while self._waiting and len(batch) < MOST:
            first = self._waiting.popleft()
            if first.message.openid in batch:
                later.append(first)
            else:
                batch[first.message.openid] = first
        self._waiting.extendleft(reversed(later))
        return list(batch.values())
