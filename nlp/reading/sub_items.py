"""Chooses the sub-item of a category for a text."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter

from nlp.model.labels import items


@lru_cache(maxsize=1)
def _items_of() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for item in items():
        found.setdefault(item.category, set()).add(item.key)
    return {category: frozenset(keys) for category, keys in found.items()}


def item_of(labels: Sequence[str], scores: Sequence[float], topics: Collection[str], category: str) -> str:
    """The likeliest sub-item of the category, "" where the text has no word of any of them."""
    keys = _items_of().get(category, frozenset())
    if keys.isdisjoint(topics):
        return ""
    own = [(label, score) for label, score in zip(labels, scores, strict=True) if label in keys]
    return max(own, key=itemgetter(1), default=("", 0.0))[0]
