"""The names of categories, their sub-items and the words of the field, as the data files give them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
NO_ALARM, DANGER = "none", "danger"  # what the learned part says of dangers
OTHER, CONSULT = "other", "consult"  # the program itself must know what belongs to none, and what only asks


@dataclass(frozen=True, slots=True)
class Category:
    """One of the kinds of grievance that a town sorts by."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of words that speak of one matter; the sub-items are such groups, and so are matters of other offices."""

    key: str
    category: str
    name: str
    words: tuple[str, ...]


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a table of the shipped data, without its heading."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return (line.split("\t") for line in lines[1:] if line)


@lru_cache(maxsize=1)
def categories() -> tuple[Category, ...]:
    return tuple(Category(*row) for row in rows("categories.tsv"))


@lru_cache(maxsize=1)
def items() -> tuple[Topic, ...]:
    return tuple(Topic(key, category, name, tuple(words.split())) for key, category, name, words in rows("items.tsv"))


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """All groups of words: the sub-items' and those of matters that have none."""
    rest = (Topic(key, category, key, tuple(words.split())) for key, category, words in rows("topics.tsv"))
    return (*items(), *rest)


@lru_cache(maxsize=1)
def alarm_words() -> tuple[Topic, ...]:
    """Words that dangers are told in, and those that tell of none."""
    return tuple(Topic(key, "", key, tuple(words.split())) for key, words in rows("alarms.tsv"))


def lexicon_hash() -> str:
    """Of the word lists that features are made of: a model only fits the lists it was trained with."""
    whole = hashlib.sha256()
    for name in ("items.tsv", "topics.tsv", "alarms.tsv"):
        whole.update((DATA / name).read_bytes())
    return whole.hexdigest()


def category_by_name() -> dict[str, str]:
    """Keys under every name that an operator may write: 「停车管理」 and `parking`."""
    return {name: category.key for category in categories() for name in (category.key, category.name)}
