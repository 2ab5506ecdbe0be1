"""Written lines that tell of several matters, | between them, and of one; the same matters joined in other ways."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from nlp.model.features import plain
from nlp.model.labels import rows
from nlp.reading.clauses import LEAD
from nlp.reading.cuts import Clause, clauses

Option = TypeVar("Option")

_MARKS = "，,。；;、 "
_NO_MARK = ("，", " ", "，", "。", "")
_JOINED = (
    *(
        "，|",
        "，|",
        " |",
        "。|",
        "；|",
        "|",
        "，|另外",
        "，|还有",
        "，|顺便说一下",
        "，|再就是",
        "，|而且",
        "，|对了，",
    ),
    *(" |还有", "|还有", "|另外", "，|同时"),
)
_NUMBERS = (
    *(
        "1、 2、 3、 4、",
        "1. 2. 3. 4.",
        "① ② ③ ④",
        "(1) (2) (3) (4)",
        "一是 二是 三是 四是",
        "第一， 第二， 第三， 第四，",
    ),
    *("一、 二、 三、 四、", "第一个 第二个 第三个 第四个"),
)
_BEHIND_NUMBERED = ("，", " ", "", "；", "。")
_SOFT = (" ", " ", "，")
_SHORTEST = 4
_ANY_MARK = re.compile(rf"[{_MARKS}]+(?!$)")


class Told(NamedTuple):
    """A text as clauses, and which of them begin another matter; how much it counts."""

    line: str
    """The written line that it was made of"""
    text: str
    clauses: Sequence[Clause]
    begins: frozenset[int]
    weight: float


def written(cut: Callable[[str], Sequence[str]]) -> Iterator[Told]:
    for line, _matters in rows("parts.tsv"):
        yield _told(line, _as_written(line), 1.0, cut)
        for other in dict.fromkeys(_in_other_ways(line, cut)):
            yield _told(line, other, 0.5, cut)


def of_one(text: str, weight: float, cut: Callable[[str], Sequence[str]]) -> Told:
    return _told(text, text, weight, cut)


def _told(line: str, barred: str, weight: float, cut: Callable[[str], Sequence[str]]) -> Told:
    parts = plain(barred).split("|")
    text = "".join(parts)
    found = clauses(text, cut)
    bars = [len("".join(parts[: number + 1])) for number in range(len(parts) - 1)]
    ends = [0, *(clause.end for clause in found)]
    begins = (at for at, clause in enumerate(found) if at and any(ends[at] <= bar <= clause.start for bar in bars))
    return Told(line, text, found, frozenset(begins), weight)


def _as_written(line: str) -> str:
    return re.sub(rf"(?<=[^{_MARKS}])\|", f"{_one_of(_NO_MARK, line)}|", line)


def _in_other_ways(line: str, cut: Callable[[str], Sequence[str]]) -> Iterator[str]:
    """Joined by other words, as a list, with other marks, in fewer clauses."""
    matters = [LEAD.sub("", part.strip(_MARKS)) for part in line.split("|")]
    if len(matters) > 1 and min(map(len, matters)) >= _SHORTEST:
        yield from (_one_of(_JOINED, line, turn).join(matters) for turn in "ab")
        yield from _numbered(matters, line)
    yield _ANY_MARK.sub(_one_of(_SOFT, line), line)
    for turn in "ab":
        fewer = [_fewer(part, line, turn, cut, alone=len(matters) == 1) for part in matters]
        if min(map(len, fewer)) >= _SHORTEST:
            yield f"{_one_of(_SOFT, line, turn)}|".join(fewer)


def _numbered(matters: Sequence[str], line: str) -> Iterator[str]:
    numbers = _one_of(_NUMBERS, line).split()
    if len(matters) <= len(numbers):
        behind = _one_of(_BEHIND_NUMBERED, line)
        yield f"{behind}|".join(number + matter for number, matter in zip(numbers, matters, strict=False))


def _fewer(part: str, line: str, turn: str, cut: Callable[[str], Sequence[str]], *, alone: bool) -> str:
    """Some clauses of a matter that stand behind one another are that matter, too."""
    said = [clause.words for clause in clauses(part, cut)]
    size = min(len(said), _one_of((2, 3) if alone else (1, 2), line, turn))
    start = _one_of((0, 0, _one_of(range(len(said) - size + 1), line, turn)), line, "start" + turn) if alone else 0
    return _one_of(_SOFT, line, turn).join(said[start : start + size])


def _one_of(options: Sequence[Option], line: str, turn: str = "") -> Option:
    """Always the same for a line, whatever lines stand around it."""
    return options[int(hashlib.sha256((line + turn).encode()).hexdigest()[:8], 16) % len(options)]
