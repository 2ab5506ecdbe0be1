"""Dangers that can't wait, by rules: what they see is at least asked about, unless what is learned finds it absurd.

`data/redflags.tsv` says what a danger sounds like, `data/lookalikes.tsv` what sounds like one and is none:
a drill, a bill, a fear that something may happen one day, a story from last year.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from nlp.model.labels import DATA

ANY = "*"
TOLD = "told"
"""A drill, hearsay, something over: at most asked about"""
HEDGED = "hedged"
"""The writer isn't sure: asked about, not alarmed"""
DOUBTED = "doubted"
"""The writer asks whether it is one"""
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
    when: tuple[str, ...]
    pattern: re.Pattern[str]


def find_red_flag(text: str) -> RedFlag | None:
    """The first danger that a plain text speaks of as present."""
    for rule in _called(text):
        for match in rule.pattern.finditer(text):
            if not _looks_alike(rule.key, text, match):
                return RedFlag(rule.key, rule.category, match[0])
    return None


def _called(text: str) -> Iterator[_Rule]:
    """The rules that have one of their words in a text, in their order: two of fifty, found by its characters."""
    calls, rules = _calls(), _rules()
    called = {number for sign in calls.keys() & set(text) for word, number in calls[sign] if word in text}
    return (rules[number] for number in sorted(called))


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
    return tuple(
        _Rule(key, category, tuple(when.split()), re.compile(pattern)) for key, category, when, pattern in rows
    )


@lru_cache(maxsize=1)
def _calls() -> Mapping[str, Sequence[tuple[str, int]]]:
    """Under each character the words that begin with it, each with the number of the rule that it calls."""
    calls: dict[str, list[tuple[str, int]]] = {}
    for number, rule in enumerate(_rules()):
        for word in rule.when:
            calls.setdefault(word[0], []).append((word, number))
    return calls


@lru_cache(maxsize=64)
def _lookalikes(key: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in (DATA / "lookalikes.tsv").read_text("utf-8").splitlines()[1:])
    return tuple((side, re.compile(pattern)) for flag, side, pattern in rows if flag == key)


SHORTEST_ALARM = 4  # 「在不在」 says nothing that could be weighed; rules read 「救命」


_OVER = re.compile(
    r"(?:人|他|她|孩子|老人|火|大家)?(?:已经?|都|全)*(?:救出来|救下来|出来|扑灭|灭|没事|平安)了?"
    r"(?:[，,。！!\s]*(?:人|大家|都)*(?:没事|平安|安全)了?)?[。.！!～~\s]*"
)


def is_told_of(text: str) -> bool:
    """A drill, hearsay, a visit, something over: the words of a danger, and none here and now (lookalikes.tsv)."""
    return any(pattern.search(text) for _side, pattern in _lookalikes(TOLD))


def is_hedged(text: str) -> bool:
    """「好像有点煤气味」「不知道是不是漏电」: the writer doubts it (lookalikes.tsv)."""
    return any(pattern.search(text) for _side, pattern in _lookalikes(HEDGED))


def is_doubted(text: str) -> bool:
    """「听不清是人还是电视」「不知道带不带电」: where it is asked, we ask as well (lookalikes.tsv)."""
    return any(pattern.search(text) for _side, pattern in _lookalikes(DOUBTED))


def is_over(text: str) -> bool:
    """「人救出来了」: the words of a danger, and nothing but its end."""
    return _OVER.fullmatch(text) is not None
