"""Which sub-item of a category a text speaks of."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from nlp.labels import items


@lru_cache(maxsize=1)
def _items_of() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for item in items():
        found.setdefault(item.category, set()).add(item.key)
    return {category: frozenset(keys) for category, keys in found.items()}


def item_of(shares: tuple[tuple[str, float], ...], topics: Counter[str], category: str) -> str:
    """The likeliest sub-item of the category, "" where the text has no word of any of them."""
    keys = _items_of().get(category, frozenset())
    if not any(topics[key] for key in keys):
        return ""
    return next((key for key, _share in shares if key in keys), "")
