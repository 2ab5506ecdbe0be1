"""Which sub-item of a category a text speaks of: the one whose words it uses most."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from nlp.labels import items

_ENOUGH = 1


@lru_cache(maxsize=1)
def _items_of() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item in items():
        found.setdefault(item.category, []).append(item.key)
    return {category: tuple(keys) for category, keys in found.items()}


def item_of(topics: Counter[str], category: str) -> str:
    """The sub-item's key, "" where the text uses no word of any."""
    keys = _items_of().get(category, ())
    best = max(keys, key=lambda key: topics[key], default="")
    return best if best and topics[best] >= _ENOUGH else ""
