"""Dangers that can't wait: seen before any model, by rules that it can't overrule.

`data/redflags.tsv` says what a danger sounds like, `data/lookalikes.tsv` what sounds like one and is none:
a drill, a bill, a fear that something may happen one day, a story from last year.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from nlp.labels import DATA

ANY = "*"
_SENTENCE_END = re.compile(r"[。！!？?；;\n]")
LETTER = 140  # a letter tells what was; only what it says of this hour is an alarm
_NOW = re.compile(
    r"现在|正在|刚刚|刚才|此刻|赶紧|赶快|快来|救命|救救|马上|立刻|这会|眼下|今早|今晚|紧急|火速|速来|今天"
)


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A danger in a text: which, to what category it belongs, and the words that say so."""

    key: str
    category: str
    words: str


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    category: str
    words: tuple[str, ...]
    when: re.Pattern[str]
    pattern: re.Pattern[str]


def find_red_flag(text: str) -> RedFlag | None:
    """The first danger that a plain text speaks of as present."""
    rules, numbers = _rules(), _numbers_by_character()
    near = {number for character in text if character in numbers for number in numbers[character]}
    for rule in (rules[number] for number in sorted(near)):
        if not rule.when.search(text):
            continue
        for match in rule.pattern.finditer(text):
            if not _looks_alike(rule.key, text, match):
                return RedFlag(rule.key, rule.category, match[0])
    return None


def _looks_alike(flag: str, text: str, match: re.Match[str]) -> bool:
    """Judged by the sentence that the words stand in: what precedes them, themselves, what follows."""
    starts = [0, *(end.end() for end in _SENTENCE_END.finditer(text)), len(text) + 1]
    start, end = next((a, b) for a, b in pairwise(starts) if match.start() < b)
    if len(text) > LETTER and not _NOW.search(text, start, end):
        return True
    sides = {"before": text[start : match.start()], "after": text[match.end() : end], "any": text[start:end]}
    return any(pattern.search(sides[side]) for side, pattern in (*_lookalikes(ANY), *_lookalikes(flag)))


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    lines = (DATA / "redflags.tsv").read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines if line)
    return tuple(_rule(*row) for row in rows)


def _rule(key: str, category: str, when: str, pattern: str) -> _Rule:
    words = tuple(when.split())
    return _Rule(key, category, words, re.compile("|".join(map(re.escape, words))), re.compile(pattern))


@lru_cache(maxsize=1)
def _numbers_by_character() -> Mapping[str, frozenset[int]]:
    """Under each character the rules that a word beginning with it calls for: a look at a text leaves two of fifty."""
    numbers: dict[str, set[int]] = {}
    for number, rule in enumerate(_rules()):
        for word in rule.words:
            numbers.setdefault(word[0], set()).add(number)
    return {character: frozenset(rules) for character, rules in numbers.items()}


@lru_cache(maxsize=64)
def _lookalikes(key: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in (DATA / "lookalikes.tsv").read_text("utf-8").splitlines()[1:])
    return tuple((side, re.compile(pattern)) for flag, side, pattern in rows if flag == key)
