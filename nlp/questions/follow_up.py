"""A question that changes the one before: 「那上周呢」, 「换成停车」, 「按社区分」, 「不算撤回的呢」."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nlp.model.features import plain
from nlp.questions.query import DURATIONS, OVERVIEW
from nlp.questions.vocabulary import vocabulary

_INSTEAD = (
    {"grid", "place", "team", "person", "kind"},
    {"category", "item"},
    {"status", "closing"},
    {"rating"},
    {"hours"},
)
"""Groups of filters: a new one replaces the others of its group"""
_FIELDS = (
    {"period", "against"},
    {"measures", "stat", "act"},
    {"having"},
    {"whole"},
)
_OF_GROUP: Mapping[str, set[str]] = {
    "team": {"team", "person"},
    "place": {"place"},
    "category": {"category", "item"},
    "person": {"person"},
}


def follows(text: str) -> bool:
    """Whether the text may change the question before it."""
    return re.fullmatch(vocabulary().patterns["follows"], text) is not None


def changes(texts: Sequence[str]) -> Sequence[str]:
    """The texts without those that a later one replaces: 「办结了几件」 replaces 「超时的有几件」."""
    alone = [at for at, text in enumerate(texts) if not follows(plain(text))]
    return [text for at, text in enumerate(texts) if at not in alone[:-1]]


def change_in(text: str) -> str:
    """The text without the words that only mark a change, 「那…呢」."""
    found = re.fullmatch(vocabulary().patterns["follows"], text)
    return next((said for said in found.groups() if said), text) if found else text


def is_of_these(text: str) -> bool:
    """「停车的有几件」: it narrows what the question before asked for."""
    return re.search(vocabulary().patterns["of_these"], text) is not None


def base_of(said: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The fields that a change keeps: 「一共几件」 drops groups and figures, 「全部多少件」 keeps only the period."""
    patterns = vocabulary().patterns
    gone = set[str]()
    if re.search(patterns["of_all"], text):
        gone = said.keys() - {"period"}
    elif re.fullmatch(patterns["total"], change_in(text)):
        gone = {"measures", "stat", "act", "having", *_GROUPING}
    elif not follows(text) and re.search(patterns["one_number"], text):
        gone = _GROUPING  # 「超时的有几件」 after a figure by day is one number
    return {name: value for name, value in said.items() if name not in gone}


_GROUPING = {"group", "order", "limit"}


def changed(
    said: Mapping[str, Any], change: Mapping[str, Any], levels: Mapping[str, str], *, adds: bool = False
) -> dict[str, Any]:
    """The query of a follow-up: a new value replaces the old one of the same kind. `levels`: of each area. `adds`: to
    what is left out.
    """
    change = dict(change)
    if "act" in change and "measures" not in change and not DURATIONS.isdisjoint(said.get("measures", ())):
        change["measures"] = (change["act"],)
    gone = {name for fields in _FIELDS if not fields.isdisjoint(change) for name in fields}
    if "group" in change:
        gone |= _GROUPING
    if "against" in change and "period" not in change:
        gone -= {"period"}
    if OVERVIEW in said.get("measures", ()) and "group" in change:
        gone |= {"measures"}
    kept = {name: value for name, value in said.items() if name not in gone}
    only = _filters(said.get("only", {}), change.get("only", {}))
    all_of = set[str]() if change.get("group") == said.get("group") else _grouped_away(change)
    only = {name: value for name, value in only.items() if name not in all_of}
    if {levels.get(code) for code in only.get("grid", ())} == {change.get("group")} and "only" not in change:
        del only["grid"]  # 「按社区分」 after one community: all of them
    left_out = change.get("but", {})
    only = {name: tuple(each for each in values if each not in left_out.get(name, ())) for name, values in only.items()}
    only = {name: values for name, values in only.items() if values}
    but = _filters(said.get("but", {}), left_out)
    if adds:
        but |= {name: (*values, *but.get(name, ())) for name, values in said.get("but", {}).items()}
    return {name: value for name, value in {**kept, **change, "only": only, "but": but}.items() if value}


def _filters(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    gone = {name for instead in _INSTEAD if not instead.isdisjoint(now) for name in instead}
    return {**{name: value for name, value in before.items() if name not in gone}, **now}


def _grouped_away(change: Mapping[str, Any]) -> set[str]:
    """The filters that a new grouping removes: grouping by team removes the filter on one team."""
    told = set(change.get("only", {}))
    return (_OF_GROUP.get(change["group"], set()) | {"kind"}) - told if "group" in change else set()
