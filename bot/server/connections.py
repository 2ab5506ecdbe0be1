"""How many connections each web process holds, in shared memory: new ones go to the process that has fewest.

The system gives a new connection to the process that wakes up first, which is the same one most of the time: one
process would answer a whole bad hour, and the other would sleep.
"""

from collections.abc import Callable
from ctypes import c_int
from multiprocessing import RawArray

_GONE = -1
_SLOTS = 64
_CLEARLY = 2


class Held:
    """Made before the processes are forked; each has a place by its number, which grows with every process started."""

    def __init__(self) -> None:
        self._held = RawArray(c_int, [_GONE] * _SLOTS)

    def by(self, number: int) -> Callable[[int], bool]:
        """For one process: it says how many it holds, and hears whether another one has clearly fewer."""
        place = number % _SLOTS

        def told(count: int) -> bool:
            self._held[place] = count
            return any(_GONE < others <= count - _CLEARLY for others in self._held)

        return told

    def gone(self, number: int) -> None:
        """It has ended, however it ended."""
        self._held[number % _SLOTS] = _GONE
