"""The words around place names, read once from `nlp/data`: endings of names, and words for a part of a place."""

from collections.abc import Mapping
from functools import lru_cache

import yaml

from nlp.model.labels import DATA

FACILITY = "facility"


@lru_cache(maxsize=1)
def endings() -> Mapping[str, str]:
    """「小区」 → home: the ending of a name and its kind (home, site, road, settlement, region, facility)."""
    rows = [line.split("\t") for line in (DATA / "place_kinds.tsv").read_text("utf-8").splitlines()[1:]]
    return {ending: kind for kind, listed in reversed(rows) for ending in listed.split()}


@lru_cache(maxsize=1)
def words() -> Mapping[str, list[str] | str]:
    """The lists of `place_words.yaml`; what each is for stands there."""
    return yaml.safe_load((DATA / "place_words.yaml").read_text("utf-8"))  # type: ignore[no-any-return]


def either(name: str, *more: str) -> str:
    """The words of a list, and `more`, as alternatives of a regular expression, the longest first."""
    listed = sorted({*words()[name], *more}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(listed) + ")"
