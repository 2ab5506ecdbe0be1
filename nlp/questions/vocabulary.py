"""The words of questions, from nlp/data/questions.yaml."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent.parent / "data" / "questions.yaml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The parsed file; it explains its own keys."""

    phrases: Sequence[tuple[str, str, re.Pattern[str]]]
    """(kind, value, pattern); the pattern is a lookahead, so that it matches at every position"""
    plain_words: Mapping[str, Sequence[tuple[str, str]]]
    """(kind, value) of fixed words, which are looked up without a pattern"""
    longest: int
    categories: Sequence[tuple[str, str]]
    items: Sequence[tuple[str, str]]
    generic: frozenset[str]
    team_middles: Sequence[str]
    team_endings: Sequence[tuple[str, str]]
    team_beginnings: Sequence[str]
    holidays: Sequence[tuple[str, date, date]]
    new_years: Sequence[date]
    hours: Mapping[str, tuple[int, int]]
    hours_of_a_day: Mapping[str, tuple[int, int]]
    patterns: Mapping[str, str]
    """Ways to say one thing, as one pattern each: for what is read together with a number"""


@cache
def vocabulary() -> Vocabulary:
    """Read once."""
    read = yaml.safe_load(_FILE.read_text("utf-8"))
    teams, macros = read["teams"], read["macros"]
    said = list(_said(read["phrases"], read["units"], macros))
    return Vocabulary(
        tuple(_searched(said)),
        (looked_up := _looked_up(said)),
        max(map(len, looked_up)),
        tuple((word, key) for key, words in read["categories"].items() for word in words),
        tuple((word, key) for key, words in read["items"].items() for word in words),
        frozenset(read["generic"]),
        tuple(teams["middles"]),
        tuple((ending, said) for ending, forms in teams["endings"].items() for said in forms),
        tuple(teams["beginnings"]),
        tuple((words, *_days(span)) for words, spans in read["holidays"].items() for span in spans),
        tuple(read["new_years"]),
        {words: (first, end) for words, (first, end) in read["hours"].items()},
        {words: (first, end) for words, (first, end) in read["hours_of_a_day"].items()},
        {name: _any_of(words, macros) for name, words in read["patterns"].items()},
    )


def _searched(said: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Each pattern in a greedy and a lazy form: 「广场上月」 is 广场 in 上月, not 广场上."""
    for kind, value, words in said:
        if not _PLAIN.match(words):
            for form in dict.fromkeys((words, _GREEDY.sub(r"\1?", words))):
                yield kind, value, re.compile(f"(?=({form}))")


_GREEDY = re.compile(r"((?<=[^(\\?*+])[?*+])(?![?+])")
_PLAIN = re.compile(r"[^\\()\[\]{}?*+|.^$<>=!]+$")


def _said(
    phrases: Mapping[str, Any], units: Mapping[str, Any], macros: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    for kind, values in phrases.items():
        for value, words in values.items():
            yield from ((kind, value, _filled(each, macros)) for each in words)
    for unit, words in units.items():
        said = _any_of(words, macros)
        yield "unit", unit, said
        yield "group", unit, f"{macros['each']}{said}{macros['by']}"
        if unit not in _OF_TIME:
            yield "limit", "some", _filled(f"{{n}}(?:[个家名位条大]|(?=类))(?=的?{said})", macros)


_OF_TIME = {"day", "week", "month", "quarter", "year", "hour"}
"""「三天」 is a length of time, 「三类」 are so many of them"""


def _looked_up(said: Iterable[tuple[str, str, str]]) -> Mapping[str, Sequence[tuple[str, str]]]:
    found = defaultdict[str, list[tuple[str, str]]](list)
    for kind, value, words in said:
        if _PLAIN.match(words):
            found[words].append((kind, value))
    return found


def _any_of(words: Sequence[str], macros: Mapping[str, str]) -> str:
    """The longer way first."""
    said = sorted((_filled(each, macros) for each in words), key=len, reverse=True)
    return f"(?:{'|'.join(said)})"


def _filled(pattern: str, macros: Mapping[str, str]) -> str:
    for name, macro in macros.items():
        pattern = pattern.replace(f"{{{name}}}", macro)
    return pattern


def _days(span: str) -> tuple[date, date]:
    first, last = span.split("/")
    return date.fromisoformat(first), date.fromisoformat(last)
