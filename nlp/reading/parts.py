"""Splits a message that reports several problems.

Whether a clause begins a new problem or continues the one before is learned: signs of both sides, each read
by itself, are weighed together (`nlp/reading/matter_signs.py`).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from math import exp

from nlp.reading.clause_scores import ClauseScores
from nlp.reading.clauses import ANNOUNCED, LEAD, LISTED, bare
from nlp.reading.cuts import STOP, Clause, clauses
from nlp.reading.matter_signs import Boundary, is_announced, is_listed, signs

_BOUNDARY = re.compile(rf"(?:[，,、。；;：:！!\s]|^)(?={ANNOUNCED})|(?={LISTED})|[。；;！!\n]+")
_OPENING = re.compile(rf"^(?:{LISTED}|{ANNOUNCED})[，,、：:.．是 ]*")
_COUNTED = re.compile(
    r"[两俩二三四仨2-4]\s*(?:[个件样桩点](?:事|问题|情况|毛病|地方|东西)|[样桩笔]|[件句点](?:[吧呢:：，, ]|意见|建议))"
    r"|[①1一][.．、是)）].{4,}[②2二][.．、是)）]|第一.{4,}第二"
)
_SHORTEST, _SHORTEST_CLAUSE = 4, 3  # 路灯不亮, 墙裂了
_LONGEST_TEXT = 240  # a long letter argues one case; splitting it would file its arguments
_LONGEST_UNANNOUNCED = 80  # in a longer text, clauses without an announcement belong to one story
_HOPELESS = -1.5
"""The log odds below which no other sign can help; checking them first saves half of the work"""
_IN_VAIN = re.compile(r"(?:电话|热线).{0,5}(?:不通|打不|占线|没人接|联系不上)")
"""An unanswered call is no problem of its own"""
_ONLY_BLAMES = re.compile(
    r"(?:这个?|我们|我们小区|你们)?(?:物业|社区|居委会?|业委会|城管|街道|政府|领导|部门|你们).{0,3}"
    r"(?:不作为|不管事?|不理|不负责任?|没人管|推诿|踢皮球|摆设|吃干饭)(?:的|了|啊)?"
)
"""Blame alone is no problem of its own: 「物业不作为，…」"""
_AT_LEAST, _BEHIND_A_STOP, _BESIDE_ANOTHER, _ANNOUNCED_AT_LEAST, _COUNTED_AT_LEAST = 0.81, 0.5, 0.6, 0.8, 0.4
"""The most splits at less than one false in a hundred, on the first half of the lines written apart"""
_FEWEST = 2
"""The smallest number of clauses with two problems"""
_CONSTANT = "constant"


def candidate_parts(text: str) -> Sequence[str]:
    """Stretches that may each be a problem; fewer than two if the text gives no sign of several."""
    if len(text) > _LONGEST_TEXT:
        return ()
    pieces = [_OPENING.sub("", piece.strip(" ，,。；;！!\n")) for piece in _BOUNDARY.split(text)]
    whole = [piece for piece in pieces if len(piece) >= _SHORTEST]
    return whole if len(whole) > 1 else ()


class Splitter:
    """Splits texts into their problems by the weights of signs."""

    def __init__(self, weights: Mapping[str, float], cut: Callable[[str], Sequence[str]]) -> None:
        self._weights = weights
        self._cut = cut

    def told_apart(
        self, text: str, look: Callable[[str], ClauseScores], *, only_announced: bool = False
    ) -> Sequence[str]:
        """The problems of a text in its own words and order; one if it reports one."""
        found = clauses(text, self._cut) if len(text) <= _LONGEST_TEXT else ()
        only_announced = only_announced or len(text) > _LONGEST_UNANNOUNCED
        seen: dict[str, ClauseScores] = {}

        def once(words: str) -> ClauseScores:
            if words not in seen:
                seen[words] = look(words)
            return seen[words]

        @cache
        def likely(case: Boundary) -> float:
            return self._likelihood(case, once)

        def begun(unannounced: float) -> Collection[int]:
            begins: set[int] = set()
            for at, case in cases(text, found, begins):
                announced = is_announced(case.clause.words)
                least = _least(case) if announced else min(unannounced, _stopped(case))
                if (announced or not only_announced) and likely(case) >= least:
                    begins.add(at)
            return begins

        # A text with two problems often has a third: 「电梯坏了，路灯也不亮，楼下还有人乱停车」
        begins = begun(_AT_LEAST)
        return _matters(text, found, begun(_BESIDE_ANOTHER) if begins and len(found) > _FEWEST else begins)

    def _likelihood(self, case: Boundary, look: Callable[[str], ClauseScores]) -> float:
        """The probability that the clause begins a new problem. Cheap checks come first."""
        own = bare(case.clause.words)
        announced = is_announced(case.clause.words)
        if not announced and (
            look(own).opens < _HOPELESS or _IN_VAIN.search(own) or _ONLY_BLAMES.fullmatch(bare(case.before))
        ):
            return 0.0
        found, weights = signs(case, look), self._weights
        if not announced and found["one_category"] and found["same_thing"]:
            return 0.0
        height = weights[_CONSTANT] + sum(weights[name] * value for name, value in found.items())
        return 1 / (1 + exp(-height))


def _stopped(case: Boundary) -> float:
    """The threshold for an unannounced clause: lower after the end of a sentence."""
    return _BEHIND_A_STOP if case.clause.mark == STOP else 1.0


def _least(case: Boundary) -> float:
    """The threshold for an announced clause."""
    return _COUNTED_AT_LEAST if case.counted and is_listed(case.clause.words) else _ANNOUNCED_AT_LEAST


def cases(text: str, found: Sequence[Clause], begins: Collection[int]) -> Iterator[tuple[int, Boundary]]:
    """Each clause that may begin a problem, with the one before it; `begins`: those already known to begin one."""
    counted = counts_several(text)
    for at, clause in enumerate(found):
        if not at or len(bare(clause.words)) < _SHORTEST_CLAUSE:
            continue
        start = max((each for each in begins if each < at), default=0)
        yield (
            at,
            Boundary(
                before=text[found[start].start : found[at - 1].end],
                last=found[at - 1].words,
                clause=clause,
                rest=text[clause.start : found[min(at + 1, len(found) - 1)].end],
                already=at - start,
                to_come=len(found) - at,
                length=len(text),
                counted=counted,
            ),
        )


def _matters(text: str, found: Sequence[Clause], begins: Collection[int]) -> Sequence[str]:
    if not begins:
        return (text,)
    starts = [0, *sorted(begins)]
    ends = [*starts[1:], len(found)]
    return [LEAD.sub("", text[found[s].start : found[e - 1].end]) for s, e in zip(starts, ends, strict=True)]


def counts_several(text: str) -> bool:
    """「反映两个情况」「一是…二是…」: the writer counts the matters."""
    return _COUNTED.search(text) is not None
