"""The filters of a question: what it names, what it leaves out, and the whole of which a share is a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from nlp.questions.names import Names
from nlp.questions.query import COUNT, Filters
from nlp.questions.tokens import Token

AREAS = ("grid", "place", "team", "person")
DIMENSIONS = (
    *AREAS, "kind", "category", "item", "status", "closing", "rating", "urgent", "red", "source", "keyword", "hours",
    "place_kind", "repeats", "days",
)  # fmt: skip
_ALONE = frozenset({"hours", "keyword", "repeats", "days"})
"""A question may have only one of each"""
_IN_ONE_BREATH = frozenset({"join", "filler", "both", "within", "tickets", "pair"})
"""These may stand between left-out filters"""
_VALUES = {"urgent": True, "calm": False, "red": True}


@dataclass(slots=True)
class Chosen:
    """The filters of a question, and the words that could not be used."""

    only: dict[str, list[Any]] = field(default_factory=dict)
    but: dict[str, list[Any]] = field(default_factory=dict)
    whole: dict[str, list[Any]] = field(default_factory=dict)
    unread: list[Token] = field(default_factory=list)

    def frozen(self) -> tuple[Filters, Filters, Filters]:
        return _frozen(self.only), _frozen(self.but), _frozen(self.whole)


def chosen(names: Names, tokens: Sequence[Token]) -> Chosen:
    """Sorts the filters, left to right, into what is counted, what is left out, and the whole of a share."""
    found = Chosen()
    left_out, whole = _left_out(tokens, found), _whole(tokens)
    for number, token in enumerate(tokens):
        if token.kind in DIMENSIONS:
            side = found.but if number in left_out else found.whole if number in whole else found.only
            if not _put(names, side, token):
                found.unread.append(token)
        elif token.kind == "place_in":
            side = found.but if number in left_out else found.only
            for kind, value in zip(("place", "grid"), token.value, strict=True):
                _put(names, side, replace(token, kind=kind, value=value))
        elif token.kind in {"ambiguous", "namesake"}:
            found.unread.append(token)
    found.unread += [*_one_inside_another(tokens), *_also_left_out(tokens, found), *_of_it(tokens)]
    found.unread += [*_of_another_category(names, tokens), *_in_pairs(tokens)]
    for side in (found.only, found.but, found.whole):
        _with_categories(names, side)
    return found


def _put(names: Names, side: dict[str, list[Any]], token: Token) -> bool:
    kept = side.setdefault(token.kind, [])
    value = _VALUES.get(token.value, token.value) if token.kind in {"urgent", "red"} else token.value
    if token.kind == "grid":
        return _put_area(names, kept, value)
    if value not in kept:
        if token.kind in _ALONE and kept:
            return False
        kept.append(value)
    return True


def _put_area(names: Names, kept: list[str], code: str) -> bool:
    """「新义街道离柳社区」 means the community alone; 「离柳社区和长安社区」 means two areas."""
    if any(code in names.chain(each) for each in kept):
        return True
    kept[:] = [each for each in kept if each not in names.chain(code)] + [code]
    return True


def _with_categories(names: Names, side: dict[str, list[Any]]) -> None:
    """Adds the category of each sub-item."""
    if items := side.get("item"):
        categories = dict.fromkeys(names.items[item][0] for item in items)
        if set(side.get("category", ())) <= categories.keys():
            side["category"] = list(categories)


def _one_inside_another(tokens: Sequence[Token]) -> list[Token]:
    """「绿地里种菜的」 needs both sub-items at once, and a filter can only take either."""
    return [
        earlier
        for earlier, between, later in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if between.kind == "within" and earlier.kind == later.kind and earlier.kind in DIMENSIONS
    ]


def _of_another_category(names: Names, tokens: Sequence[Token]) -> list[Token]:
    """「消防通道停车的」 is one thing named by two categories: filters would count all of both."""
    told = [token for token in tokens if token.kind not in {"filler", "within"}]
    beside = [] if any(token.kind == "pair" for token in tokens) else [(one, other) for one, other in pairwise(told)]
    return [
        one
        for one, other in beside
        if one.kind == other.kind == "item"
        and one.end == other.start
        and names.items[one.value][0] != names.items[other.value][0]
    ] + [
        one
        for one, other in pairwise(told)
        if {one.kind, other.kind} == {"item", "category"}
        and one.end + _NEAR >= other.start
        and names.items[one.value if one.kind == "item" else other.value][0] not in {one.value, other.value}
    ]


def _in_pairs(tokens: Sequence[Token]) -> list[Token]:
    """「德尚小区的停车和园丁小区的噪音」 are two pairs; together the filters would count all four."""
    told = [token for token in tokens if token.kind in {*AREAS, *_SUBJECTS}]
    areas = [at for at, token in enumerate(told) if token.kind in AREAS]
    subjects = {token.value for token in told if token.kind in _SUBJECTS}
    parted = any(second - first > 1 for first, second in pairwise(areas))
    return [told[areas[-1]]] if parted and len(subjects) > 1 else []


_SUBJECTS = frozenset({"category", "item"})
_NEAR = 2
"""Characters; names farther apart are separate"""


def _of_it(tokens: Sequence[Token]) -> list[Token]:
    """「上月多少件，其中停车多少」 asks for two numbers, and the filter belongs only to the second."""
    at = next((at for at, token in enumerate(tokens) if token.value == "of_it"), None)
    if at is None or not any(token.kind == "amount" or token.value == COUNT for token in tokens[:at]):
        return []
    return [tokens[at]] if any(token.kind in DIMENSIONS for token in tokens[at:]) else []


def _also_left_out(tokens: Sequence[Token], found: Chosen) -> list[Token]:
    """Filters both asked for and left out, which we must have misread; areas and places may lie in each other."""
    both = found.only.keys() & found.but.keys() - {"grid", "place"}
    return [token for token in tokens if token.kind in both]


def _left_out(tokens: Sequence[Token], found: Chosen) -> set[int]:
    """Which filters 「除了 … 以外」, 「不算 …」, 「… 除外」 leave out."""
    numbers = set[int]()
    for at, token in enumerate(tokens):
        if token.kind != "except":
            continue
        behind = _run(tokens, at + 1, 1) if token.value == "before" else []
        these = behind or _run(tokens, at - 1, -1)
        closes = token.value == "after" and any(each.kind == "except" for each in tokens[:at])
        if not these and not closes:
            found.unread.append(token)
        numbers.update(these)
    return numbers


def _run(tokens: Sequence[Token], at: int, step: int) -> list[int]:
    """The filters that follow each other from position `at` on."""
    numbers, last = list[int](), None
    while 0 <= at < len(tokens) and tokens[at].kind in {*DIMENSIONS, *_IN_ONE_BREATH}:
        if numbers and not _touch(tokens[numbers[-1]], tokens[at], tokens, last):
            break
        if tokens[at].kind in DIMENSIONS:
            numbers.append(at)
        last = tokens[at]
        at += step
    return numbers


def _touch(first: Token, second: Token, tokens: Sequence[Token], last: Token | None) -> bool:
    """The same kind of filter, or words between them: 「除去噪音和停车 各类别」 ends before the space."""
    if second.kind not in DIMENSIONS:
        return second.kind == "join" or (last is not None and (last.end == second.start or second.end == last.start))
    joined = any(each.kind == "join" and min(first.end, second.end) <= each.start for each in tokens)
    return first.kind == second.kind and (joined or first.end == second.start)


def _whole(tokens: Sequence[Token]) -> set[int]:
    """「占 … 的百分之几」, 「在 … 里占多少」, 「停车里地锁占多少」: which filters are the whole."""
    if inner := _whole_before(tokens):
        return inner
    parts = next((at for at, token in enumerate(tokens) if token.kind == "of" and token.value == "part"), None)
    inside = next((at for at, token in enumerate(tokens) if token.kind == "of" and token.value == "inside"), None)
    if parts is None and inside is None:
        return set()
    first = inside if inside is not None else parts
    last = parts if inside is not None and parts is not None and parts > inside else len(tokens)
    return {
        at
        for at in range(first or 0, last)
        if tokens[at].kind in DIMENSIONS and any(each.kind in DIMENSIONS for each in tokens[: first or 0])
    }


def _whole_before(tokens: Sequence[Token]) -> set[int]:
    """The filters before 「里」, if a share is asked and its part is named after it."""
    at = next((at for at, token in enumerate(tokens) if token.kind == "within"), 0)
    shared = any(token.kind == "share" or token.value == "part" for token in tokens[at:])
    inside = any(token.value == "inside" and token.kind == "of" for token in tokens)
    part = any(token.kind in DIMENSIONS for token in tokens[at:])
    if not (at and shared and part) or inside:
        return set()
    return {number for number, token in enumerate(tokens[:at]) if token.kind in DIMENSIONS}


def _frozen(side: Mapping[str, list[Any]]) -> Filters:
    return {name: tuple(values) for name, values in side.items() if values}
