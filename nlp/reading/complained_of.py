"""Of whom who works here a text complains: their kinds, so that they may be kept from learning who complains.

Rule and model both say whether it is a complaint of people; either suffices. A neighbour who is named for nothing costs
little: a level above reads the report first. One that is missed may cost its author a quarrel.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import yaml

from nlp.model.labels import DATA

HEAD = "complains"
COMPLAINS, ORDINARY = "yes", "no"
NAMED_FROM, UNNAMED_FROM = 0.18, 0.3
"""The probability from which the model is believed: who works here is named in the text, or is not"""
_REACH = re.compile(r"(?:打|拨)(?:我|俺)?[^，。,!！打]{0,3}(?:电话|手机|号码)|联系(?:我|俺)")
"""「到时候打我手机」 tells how somebody is reached"""
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    who: re.Pattern[str]
    """The words for all of them, the longest first"""
    kinds: Mapping[str, frozenset[str]]
    unnamed: frozenset[str]
    aside: re.Pattern[str]
    deeds: re.Pattern[str]
    secrecy: re.Pattern[str]


def named_in(text: str) -> frozenset[str]:
    """The kinds of those who are spoken of: 「保安」 → property; 「主任」 may be of two."""
    words = _vocabulary()
    return frozenset(kind for word in _found(words.who, words.aside.sub("，", text)) for kind in words.kinds[word])


def _found(who: re.Pattern[str], text: str) -> Iterator[str]:
    """The longest words, those that share a character, too: which of 「新城管家」 is meant can't be told."""
    start = end = 0
    while match := who.search(text, start):
        start = match.start() + 1
        if match.end() > end:
            end = match.end()
            yield match.group()


def beside_reach(text: str) -> str:
    """The text without how its writer is reached."""
    return _REACH.sub("", text)


def asks_secrecy(text: str) -> bool:
    """「别说是我反映的」「匿名」「他要打听出来咋办」."""
    return _vocabulary().secrecy.search(text) is not None


def is_plain_complaint(text: str) -> bool:
    """One sentence names somebody who works here and says what nobody should do."""
    words = _vocabulary()
    return any(words.deeds.search(part) and words.who.search(part) for part in _SENTENCE.findall(beside_reach(text)))


def complained_of(text: str, likely: float, they: frozenset[str] = frozenset()) -> frozenset[str]:
    """The kinds of teams that a plain text complains of; `likely` is what the model thinks of it. Empty: of none.

    `they`: who is meant where the text names nobody; not known: all who could be.
    """
    named = named_in(text)
    if not (likely >= (NAMED_FROM if named else UNNAMED_FROM) or is_plain_complaint(text)):
        return frozenset()
    return named or they or _vocabulary().unnamed


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    read = yaml.safe_load((DATA / "complained_of.yaml").read_text("utf-8"))
    kinds: dict[str, set[str]] = {}
    for kind, rows in read["kinds"].items():
        for word in _flat(rows):
            kinds.setdefault(word, set()).add(kind)
    return _Vocabulary(
        _any_of(kinds),
        {word: frozenset(of) for word, of in kinds.items()},
        frozenset(read["unnamed"]),
        _any_of(read["aside"]),
        re.compile("|".join(read["deeds"])),
        re.compile("|".join(read["secrecy"])),
    )


def _flat(rows: list[str | list[str]]) -> list[str]:
    return [word for row in rows for word in ([row] if isinstance(row, str) else row)]


def _any_of(words: object) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)  # type: ignore[call-overload]
    return re.compile("|".join(map(re.escape, longest_first)))
