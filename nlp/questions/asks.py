"""Whether a text asks for figures, or is a report, thanks or an answer instead."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from nlp.questions.query import COUNT, DURATIONS, OVERVIEW
from nlp.questions.tokens import Token
from nlp.questions.vocabulary import vocabulary

_FIGURE = frozenset(
    {"amount", "share", "group", "pair", "howlong", "speed", "ranked", "compare", "bound", "repeats", COUNT}
)
_CERTAIN = frozenset({"amount", "share", "ranked", "cannot", COUNT})
"""These ask for a number in any context"""
_GIVEN = frozenset({"period", "only", "but", "against"})
_WORKERS = frozenset({"person", "team", "kind"})
_RANKING = frozenset({"order", "more", "speed", "pair"})
_TELLING = frozenset({"status", "closing", "rating", "urgent", "red", "source"})
"""These describe only tickets"""
_OVERSEEN = frozenset({"grid", "place", "team", "person", "category"})


def may_ask(text: str) -> bool:
    """A quick check before parsing: most messages don't ask for figures."""
    return _asking().search(text) is not None


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(vocabulary().patterns["asking"])


def asks(text: str, tokens: Sequence[Token], said: Mapping[str, Any]) -> bool:
    """Whether a parsed text asks for figures; a report may hold a period as well."""
    kinds = {COUNT if token.value == COUNT else token.kind for token in tokens}
    if "unread" in said:
        return _asks_in_part(text, kinds, said)
    measures = said.get("measures", ())
    if OVERVIEW in measures:
        return _asks_how_it_goes(text, said)
    if "group" in said:
        return not _in_passing(text, kinds, said)
    lists = re.search(vocabulary().patterns["lists"], text) and (measures or "only" in said)
    tells_of_tickets = bool(measures or "tickets" in kinds or not _TELLING.isdisjoint(said.get("only", {})))
    if kinds & _FIGURE or _is_figure(measures) or ("times" in kinds and "period" in said):
        return tells_of_tickets or bool(said.keys() & _GIVEN)
    if "tail" in kinds and not kinds & {"ask", "now"}:  # 「杨金花超时没有」, not 「超时了吗」
        return bool(measures) and not _WORKERS.isdisjoint(said.get("only", {}))
    return (
        tells_of_tickets if lists or kinds & {"ask", "now"} else _is_over(said) and (tells_of_tickets or "only" in said)
    )


def _is_figure(measures: Sequence[str]) -> bool:
    return any(each.endswith("_rate") or each in {COUNT, *DURATIONS} for each in measures)


def _asks_how_it_goes(text: str, said: Mapping[str, Any]) -> bool:
    """How an area, a period or a category is doing; not the state of one's own report or of a lift."""
    own = re.search(vocabulary().patterns["progress"], text)
    return not own and bool(said.keys() & _GIVEN) and said.get("only", {}).keys() <= _OVERSEEN


def _in_passing(text: str, kinds: AbstractSet[str], said: Mapping[str, Any]) -> bool:
    """「文苑社区在哪里」: the text only names an area and asks for something else."""
    passing = re.search(vocabulary().patterns["passing"], text)
    counted = kinds & {"tickets", "order", "amount", "more"} or "measures" in said
    return bool(passing) and not counted and "category" not in said.get("only", {})


def _is_over(said: Mapping[str, Any]) -> bool:
    """「城南上周」 asks; 「德尚小区今天停水」 tells."""
    if "period" not in said:
        return False
    return "measures" in said or not re.match(vocabulary().patterns["of_late"], said["period"].name)


def _asks_in_part(text: str, kinds: AbstractSet[str], said: Mapping[str, Any]) -> bool:
    """The stricter check for a text with unread words."""
    told = said.keys() & {"period", "against", "group", "having"} or "tickets" in kinds or _measured(said)
    if re.search(vocabulary().patterns["asked"], text):
        return True
    if re.search(vocabulary().patterns["why"], text):
        return (
            bool({"period", "group"} & said.keys())
            or _is_figure(said.get("measures", ()))
            or bool({"rating", "status"} & said.get("only", {}).keys())
            or "tickets" in kinds
        )
    if "times" in kinds:
        return "period" in said
    ranks = ("group" in said or "who" in kinds) and bool(kinds & _RANKING or _TELLING & said.get("only", {}).keys())
    lasts = "howlong" in kinds and bool(kinds & {"mean", "median", "act"})
    rated = _is_figure(said.get("measures", ())) or any("率" in words for words in said["unread"])
    counts = not _CERTAIN.isdisjoint(kinds) or rated or ranks or lasts
    certain = re.search(vocabulary().patterns["certainly"], text) is not None
    about = bool(told) or re.search(vocabulary().patterns["counted"], text) is not None
    return (counts or certain) and about and (certain or sum(map(len, said["unread"])) * 2 <= len(text))


def _measured(said: Mapping[str, Any]) -> bool:
    return bool(set(said.get("measures", ())) - {OVERVIEW, COUNT})
