"""Messages are answered in rounds, in the thread that reads and writes the connections.

Each request verifies and parses its message, then waits; the first to resume answers the whole batch, and each writes
its own reply. With more threads, the one that answers would lose the interpreter at every statement
(docs/adr/0013-rounds.md).
"""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from waitress.task import ThreadedTaskDispatcher

from bot.server.waiting import Way
from handlers.answering.batch import MOST

ADDRESS = "/wechat"

T = TypeVar("T")
log = logging.getLogger(__name__)


class Rounds:
    """A dispatcher for waitress, which gets complete requests.

    WeChat's messages wait for the next round. All other requests (files, metrics) go to threads, so that no message
    waits for them.
    """

    def __init__(self, threads: int, turn: Callable[[float], None], wake: Callable[[], None]) -> None:
        """`threads`: for all other requests. `turn` lets the connections read and write once, waiting up to the given
        seconds; `wake` ends that wait from any thread.
        """
        self._others = ThreadedTaskDispatcher()
        self._others.set_thread_count(threads)
        self._turn, self._wake = turn, wake
        self._ready: deque[Callable[[], None]] = deque()
        self._paused: list[Way] = []
        self._aside = ThreadPoolExecutor(threads, thread_name_prefix="aside")

    def add_task(self, task: Any) -> None:  # noqa: ANN401  (waitress has no types)
        """Take a connection that has a complete request."""
        if getattr(task.requests[0], "path", "") == ADDRESS:
            self._ready.append(lambda: Way(self, lambda: _serve(task)).go())
        else:
            self._others.add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:  # noqa: FBT001, FBT002  (waitress')
        """Stop the other threads; messages are finished already."""
        return bool(self._others.shutdown(cancel_pending, timeout))

    @property
    def is_due(self) -> bool:
        """Whether any request waits for a round."""
        return bool(self._ready or self._paused)

    def go(self) -> None:
        """One round: each new request runs until it pauses, then all paused requests resume."""
        self._start()
        paused, self._paused = self._paused, []
        for way in paused:
            way.go()

    def pause(self, way: Way) -> None:
        """Pause this request until all requests that have come by now pause too."""
        self._paused.append(way)
        way.stop()

    def wait(self, seconds: float) -> None:
        """Wait for something outside; requests that come meanwhile run until they pause."""
        self._turn(seconds)
        self._start()

    def aside(self, way: Way, call: Callable[[], T]) -> T:
        """Run `call` in another thread and return its result; other requests go on meanwhile."""

        def computed(_future: object) -> None:
            self._ready.append(way.go)
            self._wake()

        future = self._aside.submit(call)
        future.add_done_callback(computed)
        way.stop()
        return future.result()

    def _start(self) -> None:
        while self._ready and len(self._paused) < MOST:
            self._ready.popleft()()


def _serve(task: Any) -> None:  # noqa: ANN401  (waitress has no types)
    try:
        task.service()
    except BaseException:  # like waitress' own threads: no error may stop the next request
        log.exception("round")
