"""One message, two problems: where a text may be cut into them, and where it is.

Whether some words open a matter of their own, or go on about the one before, is learned (head `opens`): a clause that
stands first in a report opens one, those behind it go on. Two matters lie side by side where the second opens one,
both could be put right by themselves, and they are not the same kind of thing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from nlp.reading.clauses import ANNOUNCED, LEAD, LISTED, bare

_BOUNDARY = re.compile(rf"(?:[，,、。；;：:！!\s]|^)(?={ANNOUNCED})|(?={LISTED})|[。；;！!\n]+")
_OPENING = re.compile(rf"^(?:{LISTED}|{ANNOUNCED})[，,、：:.．是 ]*")
_COUNTED = re.compile(
    r"[两俩二三四2-4]\s*[个件样桩点](?:事|问题|情况|毛病|地方|东西)|[①1一][.．、是)）].{4,}[②2二][.．、是)）]|第一.{4,}第二"
)
_SHORTEST = 4  # 路灯不亮
_LONGEST_TEXT = 240  # a letter argues one case in many sentences; cutting it up would file its arguments
_LONGEST_SENTENCE = 60  # what stands side by side in a longer one belongs to one story

_CLAUSE_END = re.compile(
    rf"[，,、。；;：:！!？?\s]+|(?={LISTED})|(?<=\w{{4}})(?=(?:还有|另外|而且|此外)\w{{4}})|(?<=了)(?=\w{{2,4}}[也还]\w\w)"
)
_ALSO = re.compile(r"^[^，,]{2,7}(?:也|还(?!没|是))|^(?:而且|并且|同时|再加上)")
"""「路灯也不亮」「楼下还有人乱停车」"""
# What came of it, or that nobody sees to it, is no second matter: 「消防车也进不来」「打电话也没人接」「坏了也不修」.
_CAME_OF_IT = re.compile(
    r"(?:也|还|又|都).{0,2}(?:[出进下上过开走看睡停喘洗吃]不|不[了能敢灵]|没法|无法|没用|差点|摔|吓|跟着|来?找我|没人[接理应]|容易|怕|担心)"
    r"|^(?:白天|早上|晚上|夜里|半夜|周末|每天|天天|有时候?|说[他她])(?:还|也|又)(?!有)"
    r"|[了过]也[不没]|危险|还有.{0,2}(?:老人|小孩|孩子|孕妇|病人)|电话|^物业.{0,6}[不没]|^(?:搞|弄|吵|害|熏)得"
)
_COUNTED_AT_LEAST, _ANNOUNCED_AT_LEAST, _ALSO_AT_LEAST, _SILENT_AT_LEAST = 0.35, 0.5, 0.55, 0.9
"""The most splits at less than one false in a hundred, on the first half of the lines written apart and on the held-out
lines of the corpus
"""
_MATTER_AT_LEAST = 0.5


class Look(NamedTuple):
    """What the model sees in some words: how likely they open a matter, which, and whether it is one."""

    opens: float
    category: str
    confidence: float
    item: str
    is_matter: bool
    topics: frozenset[str]
    """The sub-items that it names a word of"""


def candidate_parts(text: str) -> Sequence[str]:
    """Stretches that may each be a problem; fewer than two where nothing says so."""
    if len(text) > _LONGEST_TEXT:
        return ()
    pieces = [_OPENING.sub("", piece.strip(" ，,。；;！!\n")) for piece in _BOUNDARY.split(text)]
    whole = [piece for piece in pieces if len(piece) >= _SHORTEST]
    return whole if len(whole) > 1 else ()


def told_apart(text: str, look: Callable[[str], Look], *, only_announced: bool = False) -> Sequence[str]:
    """The matters of a text in their order, as they are written; one where it tells of one."""
    clauses = list(_clauses(text)) if len(text) <= _LONGEST_TEXT else []
    if len(clauses) < 2:
        return (text,)
    counted = counts_several(text)
    groups = [[clauses[0]]]
    for clause in clauses[1:]:
        at_least = _at_least(clause, text, counted=counted)
        silent = at_least > _ANNOUNCED_AT_LEAST
        if not (only_announced and silent) and _opens(clause, "，".join(groups[-1]), look, at_least):
            groups.append([clause])
        else:
            groups[-1].append(clause)
    return [LEAD.sub("", "，".join(group)) for group in groups]


def _opens(clause: str, before: str, look: Callable[[str], Look], at_least: float) -> bool:
    """Cheapest first: what can't open a matter is not read."""
    words = bare(clause)
    if at_least > 1 or len(words) < _SHORTEST or (seen := look(words)).opens < at_least:
        return False
    return _two_matters(look(bare(before)), seen, at_least)


def _clauses(text: str) -> Iterator[str]:
    return filter(None, _CLAUSE_END.split(text))


def _at_least(clause: str, text: str, *, counted: bool) -> float:
    """How likely a clause must open a matter; above 1 it can't."""
    if _OPENING.match(clause):
        return _COUNTED_AT_LEAST if counted else _ANNOUNCED_AT_LEAST
    if _CAME_OF_IT.search(clause) or len(text) > _LONGEST_SENTENCE:
        return 2.0
    return _ALSO_AT_LEAST if _ALSO.search(clause) else _SILENT_AT_LEAST


def _two_matters(one: Look, other: Look, at_least: float) -> bool:
    """Each can be put right by itself, and they are not the same thing; where no word says so, not of one category."""
    if not (one.is_matter and other.is_matter) or min(one.confidence, other.confidence) < _MATTER_AT_LEAST:
        return False
    if one.category != other.category:
        return one.item not in other.topics
    apart = one.item != other.item and one.item not in other.topics
    return apart and (at_least <= _ANNOUNCED_AT_LEAST or (at_least <= _ALSO_AT_LEAST and bool(one.item and other.item)))


def counts_several(text: str) -> bool:
    """「反映两个情况」「一是…二是…」: the writer counts the matters."""
    return _COUNTED.search(text) is not None
