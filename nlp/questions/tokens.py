"""Splits a question into tokens: the reading with the fewest unread characters, then the fewest tokens."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Token:
    """Some words and what they mean: a `kind` (period, grid, measure, …) and its value."""

    kind: str
    value: Any
    start: int
    end: int

    def words(self, text: str) -> str:
        return text[self.start : self.end]


_PAUSE = re.compile(r"[\s,，.。、;；:：?？!！~“”\"'()（）《》【】]")
_UNREAD = 6.0
"""The cost of an unread character; a token costs about 1"""
_COSTS = {
    "measure": 0.97,
    "others": 0.95,
    "cannot": 0.95,
    "growth": 0.98,
    "limit": 0.99,
    "so_many": 0.9,
    "days": 0.99,
    "filler": 1.15,
    "tickets": 1.05,
    "unit": 1.05,
    "short": 1.05,
    "of_item": 1.9,
    "trouble": 1.02,
}


def cover(text: str, candidates: Iterable[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """The tokens from left to right, and the unread stretches."""
    ending = defaultdict[int, list[Token]](list)
    for token in candidates:
        ending[token.end].append(token)
    costs, last = [0.0], list[Token | None]([None])
    for end in range(1, len(text) + 1):
        skipped = costs[-1] + (0.0 if _PAUSE.match(text[end - 1]) else _UNREAD)
        read = ((costs[token.start] + _COSTS.get(token.kind, 1.0), token) for token in ending[end])
        cost, best = min(read, key=lambda each: each[0], default=(skipped, None))
        costs.append(min(cost, skipped))
        last.append(best if cost < skipped else None)
    return _followed_back(text, last)


def _followed_back(text: str, last: Sequence[Token | None]) -> tuple[list[Token], tuple[str, ...]]:
    tokens, left, end = list[Token](), list(" " * len(text)), len(text)
    while end:
        if token := last[end]:
            tokens.append(token)
            end = token.start
        else:
            left[end - 1] = _PAUSE.sub(" ", text[end - 1])
            end -= 1
    return tokens[::-1], tuple("".join(left).split())
