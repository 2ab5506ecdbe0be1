"""The kinds of staff that a text complains about; they must not learn who complains.

A rule or the model marks a text as a complaint about people; either suffices. A false alarm costs little: a level
above reads the report first. A missed complaint may cost its author a quarrel.
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
"""The model's threshold, for texts that name staff and for texts that don't"""
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
    """The kinds of the staff named in a text: 「保安」 → property; 「主任」 may belong to two."""
    words = _vocabulary()
    return frozenset(kind for word in _found(words.who, words.aside.sub("，", text)) for kind in words.kinds[word])


def _found(who: re.Pattern[str], text: str) -> Iterator[str]:
    """The longest words, also overlapping ones, because 「新城管家」 is ambiguous."""
    start = end = 0
    while match := who.search(text, start):
        start = match.start() + 1
        if match.end() > end:
            end = match.end()
            yield match.group()


def beside_reach(text: str) -> str:
    """The text without the writer's contact details."""
    return _REACH.sub("", text)


def asks_secrecy(text: str) -> bool:
    """The writer asks to stay unknown: 「别说是我反映的」「匿名」「他要打听出来咋办」."""
    return _vocabulary().secrecy.search(text) is not None


def is_plain_complaint(text: str) -> bool:
    """One sentence names staff and describes misconduct."""
    words = _vocabulary()
    return any(words.deeds.search(part) and words.who.search(part) for part in _SENTENCE.findall(beside_reach(text)))


def complained_of(text: str, likely: float, they: frozenset[str] = frozenset()) -> frozenset[str]:
    """The kinds of teams that a plain text complains about, or none; `likely`: the model's probability of a complaint.

    `they`: the kinds meant if the text names nobody; if empty, all kinds that could be meant.
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
