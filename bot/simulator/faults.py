"""Faults that a test can switch on: the next calls fail as the real platform fails on a bad day."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refuses:
    """Answers this errcode and does nothing."""

    errcode: int


@dataclass(frozen=True, slots=True)
class Hangs:
    """Answers late. With `after` the call takes effect, but the caller can't know."""

    seconds: float
    after: bool = False


@dataclass(frozen=True, slots=True)
class Garbles:
    """Answers something that is not the API's JSON, such as a proxy's error page."""

    body: bytes = b"<html><title>502 Bad Gateway</title></html>"
    status: int = 200


Fault = Refuses | Hangs | Garbles


@dataclass(slots=True)
class _Waiting:
    fault: Fault
    path: str
    calls: int


class Faults:
    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._on: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def inject(self, fault: Fault, *, calls: int = 1, path: str = "") -> None:
        """The next `calls` calls fail; with `path` only those whose path ends so, e.g. `message/custom/send`."""
        with self._lock:
            self._waiting.append(_Waiting(fault, path, calls))

    def switch(self, name: str, fault: Fault | None) -> None:
        """Every call fails so, until it is switched off (None)."""
        with self._lock:
            self._on.pop(name, None)
            if fault:
                self._on[name] = fault

    def on(self) -> list[str]:
        """The names of the faults that are switched on."""
        with self._lock:
            return list(self._on)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
            self._on.clear()

    def take(self, path: str) -> Fault | None:
        with self._lock:
            for waiting in self._waiting:
                if waiting.calls > 0 and path.endswith(waiting.path):
                    waiting.calls -= 1
                    return waiting.fault
            return next(iter(self._on.values()), None)
