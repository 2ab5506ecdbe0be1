"""A text cut into clauses: at its marks, at the numbers of a list, and where something begins without a mark."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import yaml

from nlp.model.labels import DATA, topics
from nlp.reading.clauses import JOINING, LISTED

SOFT, STOP, ASKED, ONE_OF, COLON, NONE = "，", "。", "？", "、", "：", ""
_KIND_OF_MARK = {
    **dict.fromkeys("，, \t", SOFT),
    **dict.fromkeys("。；;！!\n", STOP),
    **dict.fromkeys("？?", ASKED),
    "、": ONE_OF,
    **dict.fromkeys("：:", COLON),
}
_MARK = re.compile(rf"[，,、。；;：:！!？?\s]+|(?={LISTED})")
_SHORTEST = 4  # 路灯不亮
_TWO = 9  # characters from which a clause without a mark may be two
_LONGEST_THING = 4


class Clause(NamedTuple):
    """Some words of a text, and the kind of mark before them."""

    mark: str
    start: int
    words: str

    @property
    def end(self) -> int:
        return self.start + len(self.words)


@lru_cache(maxsize=1)
def words() -> Mapping[str, Sequence[str]]:
    """The lists of `parts.yaml`; what each is for stands there."""
    return yaml.safe_load((DATA / "parts.yaml").read_text("utf-8"))  # type: ignore[no-any-return]


def either(listed: Sequence[str]) -> str:
    """As an alternative of a regular expression, the longest word first."""
    return "(?:" + "|".join(map(re.escape, sorted({*listed}, key=lambda word: (-len(word), word)))) + ")"


def clauses(text: str, cut: Callable[[str], Sequence[str]]) -> Sequence[Clause]:
    """In their order; `cut` gives the words of a clause, between which alone it may be two."""
    return [clause for marked in _marked(text) for clause in _unmarked(marked, cut)]


def _marked(text: str) -> Iterator[Clause]:
    mark, start = NONE, 0
    for found in _MARK.finditer(text):
        if JOINING.fullmatch(text, start, found.end()):
            continue
        if found.start() > start:
            yield Clause(mark, start, text[start : found.start()])
            mark = NONE
        mark = mark or _KIND_OF_MARK.get(found[0].strip(" \t")[:1] or found[0][:1], NONE)
        start = found.end()
    if start < len(text):
        yield Clause(mark, start, text[start:])


def _unmarked(clause: Clause, cut: Callable[[str], Sequence[str]]) -> Iterator[Clause]:
    said, mark, start = clause.words, clause.mark, 0
    for position in _beginnings(said, cut) if len(said) >= _TWO else ():
        if position - start >= _SHORTEST:
            yield Clause(mark, clause.start + start, said[start:position])
            mark, start = NONE, position
    yield Clause(mark, clause.start + start, said[start:])


def _beginnings(said: str, cut: Callable[[str], Sequence[str]]) -> Iterator[int]:
    """Where a thing or a place is named behind what may be an end (「水管」 is none), or a word that joins."""
    joins, thing, ended = _patterns()
    position, before = 0, ""
    for word in cut(said):
        if _SHORTEST <= position <= len(said) - _SHORTEST and (
            joins.match(said, position)
            or (thing.match(said, position) and ended.search(said[:position]) and not thing.fullmatch(before))
        ):
            yield position
        position, before = position + len(word), word


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists = words()
    named = {word for topic in topics() for word in topic.words if 1 < len(word) <= _LONGEST_THING}
    thing = either([*lists["places"], *lists["things"], *lists["joins"], *named])
    return re.compile(either(lists["joins"])), re.compile(thing), re.compile(rf"(?:{either(lists['ends'])}|不\w)$")
