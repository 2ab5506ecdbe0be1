"""Finds near-duplicates: in a corpus variety counts, not size."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

ALIKE = 0.6  # the Jaccard similarity of character pairs from which two texts count as one
_SOUNDLESS = re.compile(r"[\W_]+")


def near_duplicates(texts: Sequence[str]) -> dict[int, int]:
    """The position of each text that resembles an earlier one → the position of the earlier.

    Texts this similar must share one of their rarest pairs, so only such texts are compared (prefix filtering).
    """
    pairs = [_pairs(text) for text in texts]
    frequency = Counter(pair for one in pairs for pair in one)
    seen_with: dict[str, list[int]] = defaultdict(list)
    doubles: dict[int, int] = {}
    for position, own in enumerate(pairs):
        rarest = sorted(own, key=lambda pair: (frequency[pair], pair))
        telling = rarest[: len(own) - ceil(ALIKE * len(own)) + 1]
        twin = next(_alike(own, (other for pair in telling for other in seen_with[pair]), pairs), None)
        if twin is not None:
            doubles[position] = twin
            continue
        for pair in telling:
            seen_with[pair].append(position)
    return doubles


def distinct(texts: Sequence[str]) -> int:
    """The number of texts, with near-duplicates counted once."""
    return len(texts) - len(near_duplicates(texts))


def _alike(own: frozenset[str], others: Iterator[int], pairs: Sequence[frozenset[str]]) -> Iterator[int]:
    return (other for other in others if len(own & pairs[other]) >= ALIKE * len(own | pairs[other]))


def _pairs(text: str) -> frozenset[str]:
    """The character pairs without punctuation; a text of one character counts as a pair."""
    bare = _SOUNDLESS.sub("", text.lower()) or text
    return frozenset(bare[start : start + 2] for start in range(max(len(bare) - 1, 1)))
