"""What speaks for a matter of its own beside the one before: signs that `nlp/training/splitting.py` weighs.

Each side is read by itself: what it is about, whether it is a matter at all, what it names, where it begins; and
how the two are joined. No sign decides alone.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from nlp.model.labels import items
from nlp.reading.clause_scores import ClauseScores
from nlp.reading.clauses import ANNOUNCED, LISTED, bare
from nlp.reading.cuts import COLON, ONE_OF, STOP, Clause, either, words

_LISTED = re.compile(rf"^{LISTED}")
_ANNOUNCED = re.compile(rf"^(?:{ANNOUNCED})")
_ADDS = re.compile(r"^.{0,8}?(也|还)")
_SAME_ONE = re.compile(r"还(?!有)|也|又|都")
_HAN = re.compile("[\u4e00-\u9fff]")
_EVERYWHERE = frozenset("的了是在我你他不没有人一个上下里都也还就说天到来去家")
_SHORT, _LONG, _LONG_GROUP = 4, 16, 40
_LONG_TEXT, _MANY = 80, 5
_CHARACTERS = 4


class Boundary(NamedTuple):
    """A clause, the clauses of the matter before it, and the text in which they stand."""

    before: str
    last: str
    clause: Clause
    rest: str
    """The clause with the one behind it"""
    already: int
    """Clauses of the matter before"""
    to_come: int
    """Clauses from this one on"""
    length: int
    counted: bool
    """The writer says how many matters there are"""


def signs(case: Boundary, look: Callable[[str], ClauseScores]) -> dict[str, float]:
    """By their names, each between -10 and 10."""
    words_ = bare(case.clause.words)
    own, rest, before = look(words_), look(bare(case.rest)), look(bare(case.before))
    return {
        **_joined(case, words_),
        **_seen(own, rest, before),
        **_compared(own, rest, before),
        **_placed(words_, bare(case.before)),
        "ends_alike": float(words_[-2:] == bare(case.last)[-2:]),
        "same_thing": float(words_[:2] in case.before),
        "same_characters": min(len(_told(words_) & _told(case.before)), _CHARACTERS) / _CHARACTERS,
        "as_long_as_the_last": float(abs(len(words_) - len(bare(case.last))) <= 1),
    }


def is_announced(clause: str) -> bool:
    return bool(_ANNOUNCED.match(clause)) or is_listed(clause)


def is_listed(clause: str) -> bool:
    return bool(_LISTED.match(clause))


def _joined(case: Boundary, own: str) -> dict[str, float]:
    clause = case.clause.words
    listed = is_listed(clause)
    adds = _ADDS.search(clause)
    return {
        "listed": float(listed),
        "announced": float(not listed and is_announced(clause)),
        "counted": float(case.counted),
        "listed_and_counted": float(listed and case.counted),
        "stop": float(case.clause.mark == STOP),
        "one_of_many": float(case.clause.mark == ONE_OF),
        "colon": float(case.clause.mark == COLON),
        "also": float(adds is not None and adds[1] == "也"),
        "as_well": float(adds is not None and adds[1] == "还"),
        "same_one": float(bool(_SAME_ONE.match(clause))),
        "there_is_too": float(clause.startswith("还有")),
        "moreover": float(clause.startswith(("而且", "并且"))),
        "alone": float(case.already == 1 and case.to_come == 1),
        "already": min(case.already, _MANY),
        "to_come": min(case.to_come, _MANY),
        "length": min(case.length, _LONG_TEXT) / _LONG_TEXT,
        "own_length": min(len(own), _LONG) / _LONG,
        "short": float(len(own) <= _SHORT),
        "short_before": float(len(bare(case.before)) <= _SHORT),
    }


def _seen(own: ClauseScores, rest: ClauseScores, before: ClauseScores) -> dict[str, float]:
    return {
        "opens": own.opens,
        "matter": own.matter,
        "matter_of_rest": rest.matter,
        "matter_before": before.matter,
        "detail": own.detail,
        "report": own.report,
        "sure": max(own.shares),
        "sure_of_rest": max(rest.shares),
        "sure_before": max(before.shares),
    }


def _compared(own: ClauseScores, rest: ClauseScores, before: ClauseScores) -> dict[str, float]:
    named, named_before = own.topics & _items(), before.topics & _items()
    return {
        "same_kind": sum(one * other for one, other in zip(before.shares, rest.shares, strict=True)),
        "one_category": float(_likeliest(before.shares) == _likeliest(rest.shares)),
        "far_apart": _distance(before.shares, rest.shares),
        "names": float(bool(named)),
        "names_before": float(bool(named_before)),
        "knows_before": float(bool(before.topics)),
        "things_apart": float(bool(named - before.topics and named_before)),
        "shares_topic": float(bool(own.topics & before.topics)),
    }


def _likeliest(shares: Sequence[float]) -> int:
    return max(range(len(shares)), key=shares.__getitem__)


def _placed(own: str, before: str) -> dict[str, float]:
    here, there = _place_of(own), _place_of(before)
    return {
        "at_a_place": float(bool(here)),
        "at_a_place_before": float(bool(there)),
        "places_apart": float(bool(here and there) and here != there),
    }


def _place_of(words_: str) -> str:
    found = _place().match(words_)
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _place() -> re.Pattern[str]:
    before, places = either(words()["before_place"]), either(words()["places"])
    return re.compile(rf"{before}?(?:{places}|[一二三四五六七八九十\d]+[楼层栋幢号期单])")


@lru_cache(maxsize=1)
def _items() -> frozenset[str]:
    return frozenset(item.key for item in items())


def _told(words_: str) -> set[str]:
    return {*_HAN.findall(words_)} - _EVERYWHERE


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two ways to share certainty among the categories: 0 the same, 0.69 nothing in common."""
    return sum(_part(p, q) + _part(q, p) for p, q in zip(one, other, strict=True)) / 2


def _part(share: float, other: float) -> float:
    return share * log(2 * share / (share + other)) if share else 0.0
