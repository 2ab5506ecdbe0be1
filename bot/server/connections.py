"""Number of connections of each web process, in shared memory, so that new ones go to the process with the fewest.

The kernel gives a new connection to the process that wakes up first, which is mostly the same one. Without this, one
process would do all the work of a busy hour, and the other none.
"""

from collections.abc import Callable
from ctypes import c_int
from multiprocessing import RawArray

_GONE = -1
_SLOTS = 64
_CLEARLY = 2


class Held:
    """The counts. Created before the processes are forked; each process has a number, which grows with every start."""

    def __init__(self) -> None:
        self._held = RawArray(c_int, [_GONE] * _SLOTS)

    def by(self, number: int) -> Callable[[int], bool]:
        """A function for one process: it stores the process's count, and returns whether another has clearly fewer."""
        place = number % _SLOTS

        def told(count: int) -> bool:
            self._held[place] = count
            return any(_GONE < others <= count - _CLEARLY for others in self._held)

        return told

    def gone(self, number: int) -> None:
        """Remove the count of a process that has ended."""
        self._held[number % _SLOTS] = _GONE
