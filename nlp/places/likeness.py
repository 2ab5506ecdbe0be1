"""Finds names like a misspelt one: an index of ordered character pairs, so that only few names are compared."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import ceil, comb

from rapidfuzz import fuzz

CLOSE_ENOUGH = 74
"""One wrong character in four"""
_SHARED = CLOSE_ENOUGH / (200 - CLOSE_ENOUGH)
"""Of a name's characters at least this share must stand in the other in order, or the two can't be close enough"""


class Likeness:
    """Names that can be searched by a misspelt name."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._whole = {name: number for number, name in enumerate(self._names)}
        self._pairs: dict[str, array[int]] = {}
        for number, name in enumerate(self._names):
            for pair in _pairs(name):
                self._pairs.setdefault(pair, array("i")).append(number)

    def like(self, name: str) -> Iterator[tuple[float, str]]:
        """(score, name) of all close names; a full scan would find the same."""
        if len(name) < 2:
            found = [self._whole[name]] if name in self._whole else []
        else:
            shared = Counter(number for pair in _pairs(name) for number in self._pairs.get(pair, ()))
            # A character that comes twice makes fewer different pairs: then one in common must do.
            needed = comb(ceil(_SHARED * len(name)), 2) if len(set(name)) == len(name) else 1
            found = [number for number, count in shared.items() if count >= needed]
        for number in found:
            score = fuzz.ratio(name, self._names[number])
            if score >= CLOSE_ENOUGH:
                yield score, self._names[number]


def _pairs(name: str) -> set[str]:
    return {first + second for first, second in combinations(name, 2)}
