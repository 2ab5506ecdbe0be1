"""How the program waits while it is served: all that it knows of the server.

Outside of a server (a command, a test, a thread of its own) the same three calls simply wait or do nothing.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class Server(Protocol):
    """What a request may ask of whatever runs it."""

    def pause(self, way: "Way") -> None:
        """Until all who have come by now are as far."""

    def wait(self, seconds: float) -> None:
        """A moment, for something outside; requests that come meanwhile run until they wait, too."""

    def aside(self, way: "Way", call: Callable[[], T]) -> T:
        """What `call` gives, computed by a thread beside; others are served meanwhile."""
        ...


class Way(greenlet):
    """One request's way, which may stop in the middle while others go theirs."""

    def __init__(self, server: Server, run: Callable[[], Any]) -> None:
        super().__init__(run)
        self.server = server

    def go(self) -> None:
        """Runs until it waits or ends; then the caller goes on."""
        self.parent = getcurrent()
        self.switch()

    def stop(self) -> None:
        """Until somebody lets it go on."""
        assert self.parent is not None  # noqa: S101  (for the type checker: only the first of a thread has none)
        self.parent.switch()


def yield_to_others() -> None:
    """Before waiting for something in common."""
    way = getcurrent()
    if isinstance(way, Way):
        way.server.pause(way)


def wait(seconds: float) -> None:
    """A moment, for something that tells nobody when it is there."""
    way = getcurrent()
    if isinstance(way, Way):
        way.server.wait(seconds)
    else:
        time.sleep(seconds)


def aside(call: Callable[[], T]) -> T:
    """What takes long and writes nothing, where it makes no other message wait."""
    way = getcurrent()
    return way.server.aside(way, call) if isinstance(way, Way) else call()
