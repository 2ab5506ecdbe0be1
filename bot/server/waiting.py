"""Three calls by which the program waits inside a request: all that it knows of the server.

Outside of a server (a command, a test, another thread), they simply block or do nothing.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class Server(Protocol):
    """What a request may ask of the server that runs it."""

    def pause(self, way: "Way") -> None:
        """Pause until all requests that have come by now pause too."""

    def wait(self, seconds: float) -> None:
        """Wait for something outside; requests that come meanwhile run until they pause."""

    def aside(self, way: "Way", call: Callable[[], T]) -> T:
        """Run `call` in another thread and return its result; other requests go on meanwhile."""
        ...


class Way(greenlet):
    """The coroutine of one request, which may stop in the middle while others run."""

    def __init__(self, server: Server, run: Callable[[], Any]) -> None:
        super().__init__(run)
        self.server = server

    def go(self) -> None:
        """Run until it stops or ends; then the caller continues."""
        self.parent = getcurrent()
        self.switch()

    def stop(self) -> None:
        """Stop until `go` is called again."""
        assert self.parent is not None  # noqa: S101  (for the type checker: only the first of a thread has none)
        self.parent.switch()


def yield_to_others() -> None:
    """Let other requests come to this point, before waiting for something shared."""
    way = getcurrent()
    if isinstance(way, Way):
        way.server.pause(way)


def wait(seconds: float) -> None:
    """Wait some seconds, to poll something that sends no signal."""
    way = getcurrent()
    if isinstance(way, Way):
        way.server.wait(seconds)
    else:
        time.sleep(seconds)


def aside(call: Callable[[], T]) -> T:
    """Run a long call that writes nothing, without making other messages wait; return its result."""
    way = getcurrent()
    return way.server.aside(way, call) if isinstance(way, Way) else call()
