"""Messages that come while others are being answered are answered together next.

One transaction and one wait for the disk serve them all: that is what makes a bad hour bearable, for the disk's
answer costs as much as a dozen messages.
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
"""Answered together at most: the first of them waits for the last"""


class BatchTimeoutError(Exception):
    """Nobody was answered for so long that the database must be in trouble."""


@dataclass(slots=True, eq=False)
class Pending:
    """A pending message; afterwards its reply, or why there is none."""

    message: Message
    understanding: Understanding | None
    found: Found | None = None
    """Its answer, where it only asked"""
    matters: set[Matter] = field(default_factory=set)
    """What else it has turned out to be about, and must lock before all else"""
    reply: str | None = None
    failure: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.reply is not None or self.failure is not None


@dataclass(slots=True, eq=False)
class Failed(Pending):
    """A message that could not be answered: why, and the words that its writer gets for it."""

    why: str = ""
    apology: str = ""


Each = TypeVar("Each", bound=Pending)
Take = Callable[[], Sequence[Each]]
"""Those whose turn it is; called again, the same"""


class Batch(Generic[Each]):
    """The pending messages of one process. The first to get its turn answers all that wait by then."""

    def __init__(
        self, answer: Callable[[Take[Each]], None], yield_to_others: Callable[[], None] = lambda: None
    ) -> None:
        """`answer` takes them as late as it can, so that messages that come meanwhile join; it gives each a reply
        or a failure. `let_others_come`: lets requests of the same thread join.
        """
        self._answer, self._yield_to_others = answer, yield_to_others
        self._turn = threading.Lock()
        self._waiting: deque[Each] = deque()

    def wait(self, mine: Each) -> None:
        """Until it is over. Raises BatchTimeoutError where it was not even begun in time."""
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
        """Not pending any more, unless it is being answered just now: then its answer will come."""
        try:
            self._waiting.remove(mine)
        except ValueError:
            return
        raise BatchTimeoutError

    def _serve(self) -> None:
        take = cache(self._next)
        try:
            self._answer(take)
        finally:  # where this thread is stopped in the middle, another one takes over
            self._waiting.extendleft(reversed([each for each in take() if not each.is_over]))

    def _next(self) -> list[Each]:
        """The longest waiting, one message a person: the second needs to know what the first has left."""
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
