"""Messages of one moment take turns in one thread: each is understood, then all wait to be answered together.

With a thread for each, they take the interpreter from one another at every statement of the one who answers, and cost
twice as much (docs/adr/0013-one-thread.md).
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet
from waitress.task import ThreadedTaskDispatcher

from handlers.line import MOST

ADDRESS = "/wechat"

T = TypeVar("T")
log = logging.getLogger(__name__)


class MessageThread:
    """Waitress gives it the requests that are whole. WeChat's go to the one thread, all others (files, figures for a
    monitor) to threads of their own, so that none of them makes a message wait.
    """

    def __init__(self, threads: int) -> None:
        """`threads`: for all that is no message."""
        self._others = ThreadedTaskDispatcher()
        self._others.set_thread_count(threads)
        self._ready: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._paused: list[_Turn] = []
        self._aside = ThreadPoolExecutor(threads, thread_name_prefix="aside")
        threading.Thread(target=self._run, name="messages", daemon=True).start()

    def add_task(self, task: Any) -> None:  # noqa: ANN401  (waitress has no types)
        """A connection with a whole request."""
        if getattr(task.requests[0], "path", "") == ADDRESS:
            self._ready.put(lambda: _Turn(self, task).go())
        else:
            self._others.add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:  # noqa: FBT001, FBT002  (waitress')
        """No more of the others; messages in hand were waited for before."""
        return bool(self._others.shutdown(cancel_pending, timeout))

    def pause(self, turn: "_Turn") -> None:
        """Until all who have come by now are as far."""
        self._paused.append(turn)
        turn.give_way()

    def aside(self, turn: "_Turn", call: Callable[[], T]) -> T:
        """What `call` gives, computed by a thread beside; others have their turns meanwhile."""
        future = self._aside.submit(call)
        future.add_done_callback(lambda _: self._ready.put(turn.go))
        turn.give_way()
        return future.result()

    def wait(self, seconds: float) -> None:
        """For something outside: whoever comes meanwhile goes as far as the line."""
        if len(self._paused) >= MOST:
            time.sleep(seconds)
            return
        try:
            come = self._ready.get(timeout=seconds)
        except Empty:
            return
        come()

    def _run(self) -> None:
        """In rounds: whoever has come goes as far as the line, then all of the line go to their end."""
        while True:
            if not self._paused:
                self._ready.get()()
            while len(self._paused) < MOST and not self._ready.empty():
                self._ready.get()()
            paused, self._paused = self._paused, []
            for turn in paused:
                turn.go()


class _Turn(greenlet):
    """One request's way, which may stop in the middle while others go theirs."""

    def __init__(self, thread: MessageThread, task: Any) -> None:  # noqa: ANN401  (waitress has no types)
        super().__init__()
        self.thread, self._task = thread, task

    def go(self) -> None:
        """On until it gives way or ends; then whoever called goes on."""
        self.parent = getcurrent()
        self.switch()

    def give_way(self) -> None:
        """Until somebody lets it go on."""
        assert self.parent is not None  # noqa: S101  (for the type checker: only the first of a thread has none)
        self.parent.switch()

    def run(self) -> None:
        try:
            self._task.service()
        except BaseException:  # as waitress' own threads do: whatever it is, the next one gets its turn
            log.exception("message_thread")


def let_others_come() -> None:
    """Before waiting for something in common. Anywhere but in the thread of messages it does nothing."""
    turn = getcurrent()
    if isinstance(turn, _Turn):
        turn.thread.pause(turn)


def wait(seconds: float) -> None:
    """A moment, for something that tells nobody when it is there. Others have their turns meanwhile."""
    turn = getcurrent()
    if isinstance(turn, _Turn):
        turn.thread.wait(seconds)
    else:
        time.sleep(seconds)


def aside(call: Callable[[], T]) -> T:
    """What takes long and writes nothing, where it makes no other message wait."""
    turn = getcurrent()
    return turn.thread.aside(turn, call) if isinstance(turn, _Turn) else call()
