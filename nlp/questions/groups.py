"""The grouping of a question: its dimension, order, limit and bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.questions.amounts import Bound
from nlp.questions.names import Names
from nlp.questions.query import COUNT
from nlp.questions.tokens import Token

TEAMS = {"property": "property", "department": "department"}
PLACES = frozenset({"road", "park", "square", "school", "market", "hospital"})
_OF_TEAMS = frozenset(
    {
        "late", "returned", "reopened", "open", "closed", "solved", "satisfaction_rate", "solved_rate", "on_time_rate",
        "response_rate", "three_day_rate", "reopened_rate", "report_late", "report_rate", "closed_rate", "handle_hours",
        "accept_hours", "late_rate", "returned_rate", "urged_rate",
    }
)  # fmt: skip
"""Figures about staff. 「谁投诉最多」 asks for a resident"""
_BY_HAND = frozenset({"closed", "solved"})
_DIMENSIONS = {"place": "place", "team": "team", "item": "item", "category": "category", "person": "person",
               "kind": "kind", "source": "source", "status": "status"}  # fmt: skip
_GROUPS = {**dict.fromkeys(TEAMS, "team"), **dict.fromkeys((*PLACES, "spot"), "place"), "people": "person"}
_SIDE_BY_SIDE = frozenset({"pair", "compare", "who", "more"})
_ORDERS = {"desc": "desc", "asc": "asc", "best": "desc", "worst": "asc", "more": "desc", "fewer": "asc"}
_DURATION_ORDERS = {"best": "asc", "worst": "desc"}


@dataclass(slots=True)
class Grouped:
    """The grouping found, and the words that could not be used."""

    group: str = ""
    only: dict[str, list[Any]] = field(default_factory=dict)
    """「各物业」: only teams of this kind; 「哪条路」: only roads"""
    order: str = ""
    limit: int = 0
    having: Bound | None = None
    unread: list[Token] = field(default_factory=list)


def grouped(
    names: Names, tokens: Sequence[Token], only: Mapping[str, list[Any]], measures: Sequence[str], before: str = ""
) -> Grouped:
    """Reads the grouping: named, or the dimension of two names that are compared."""
    found = Grouped()
    several = _several(names, only)
    for token in tokens:
        if token.value == "people" and _OF_TEAMS.isdisjoint(measures):
            found.unread.append(token)  # 「报得最多的五个人」 asks for residents
        elif token.kind == "group":
            _group_by(token, found)
        elif token.kind in {"trouble", "of_item"} or (
            token.kind == "unit" and token.value not in {several, "category", "item"}
        ):
            found.unread.append(token)
    if not found.group and (any(token.kind in _SIDE_BY_SIDE for token in tokens) or _each_by_itself(tokens, only)):
        found.group = several
    _who(tokens, found, only, measures)
    _within_one(found, only)
    _ends(tokens, found, measures, before)
    _bounds(tokens, found, measures, before)
    _how_many(tokens, found, measures)
    return found


def _each_by_itself(tokens: Sequence[Token], only: Mapping[str, list[Any]]) -> bool:
    """「停车多少件，噪音多少件」."""
    amounts = [token for token in tokens if token.kind == "amount"]
    return len(amounts) > 1 and any(len(values) == len(amounts) for values in only.values())


def _several(names: Names, only: Mapping[str, list[Any]]) -> str:
    """The dimension in which the question names two or more values; "" if there is none."""
    levels = {names.areas[code].level for code in only.get("grid", ())}
    if len(only.get("grid", ())) > 1 and len(levels) == 1:
        return levels.pop()
    return next((group for name, group in _DIMENSIONS.items() if len(only.get(name, ())) > 1), "")


def _group_by(token: Token, found: Grouped) -> None:
    group = _GROUPS.get(token.value, token.value)
    if found.group not in {"", group}:
        found.unread.append(token)
        return
    found.group = group
    if token.value in TEAMS:
        found.only["kind"] = [TEAMS[token.value]]
    if token.value in PLACES:
        found.only["place_kind"] = [token.value]


def _who(tokens: Sequence[Token], found: Grouped, only: Mapping[str, list[Any]], measures: Sequence[str]) -> None:
    for token in tokens:
        if token.kind == "who" and not found.group:
            if len(only.get("team", ())) == 1 or only.get("kind") == ["grid"]:
                found.group = "person"
            elif not _OF_TEAMS.isdisjoint(measures):
                found.group = "person" if token.value == "who" and _is_done_by_hand(only, measures) else "team"
            else:
                found.unread.append(token)
    ranked = any(token.kind == "ranked" or _of_firms(token) for token in tokens)
    if not found.group and ranked:
        found.group = "team"  # as the command 排名 does


def _is_done_by_hand(only: Mapping[str, list[Any]], measures: Sequence[str]) -> bool:
    """「谁办得最多」 asks for a person; 「谁超时了」 asks for a team, because late tickets count against teams."""
    return "kind" not in only and measures[0] in _BY_HAND


def _within_one(found: Grouped, only: Mapping[str, list[Any]]) -> None:
    """「报修里哪类最多」: within one category, group by sub-item."""
    if found.group == "category" and len(only.get("category", ())) == 1 and "item" not in only:
        found.group = "item"


def _of_firms(token: Token) -> bool:
    """「最差的五家」."""
    return token.kind == "limit" and token.value[0] == "firms"


def _ends(tokens: Sequence[Token], found: Grouped, measures: Sequence[str], before: str) -> None:
    """Reads order and limit. Best and worst need a rate or a duration; most and fewest need a group."""
    lasting = bool(measures) and measures[0].endswith("_hours")
    rated = bool(measures) and (measures[0].endswith("_rate") or lasting)
    group = found.group or before
    for token in tokens:
        match token.kind:
            case "order" | "more" | "speed":
                if token.kind == "more" and not group and _compares(tokens):
                    continue
                if not group or (token.value in {"best", "worst"} and not rated):
                    found.unread.append(token)
                    continue
                order = _ORDERS[token.value]
                order = _DURATION_ORDERS.get(token.value, order) if lasting else order
                found.unread += [token] if found.order not in {"", order} else []
                found.order = found.order or order
            case "limit":
                kind, number = token.value if isinstance(token.value, tuple) else (token.value, 1)
                if not group or found.limit not in {0, number}:
                    found.unread.append(token)
                elif kind == "last":
                    found.order, found.limit = "asc", number
                elif kind in {"first", "top"} or _is_ranked(tokens):
                    found.limit = number


def _compares(tokens: Sequence[Token]) -> bool:
    """「上周比上上周多」: 多 compares periods and ranks no group."""
    return (
        any(token.kind == "compare" for token in tokens) or len([each for each in tokens if each.kind == "period"]) > 1
    )


def _is_ranked(tokens: Sequence[Token]) -> bool:
    """「最多的两个街道」 limits a list; 「两个街道哪个多」 does not."""
    return any(token.kind in {"order", "speed"} for token in tokens)


def _bounds(tokens: Sequence[Token], found: Grouped, measures: Sequence[str], before: str) -> None:
    """Reads the bound: on a group's figure, or in days on a ticket's wait. Parts (80%) fit rates only."""
    rated = bool(measures) and measures[0].endswith("_rate")
    lasting = bool(measures) and measures[0].endswith("_hours")
    for token in tokens:
        if token.kind != "bound":
            continue
        fits = {"part": rated, "number": not rated and not lasting, "days": True, "mean": True}[token.value.unit]
        grouped_figure = token.value.unit != "days" or lasting
        fits &= token.value.unit != "days" or "late" not in measures  # 「超时三天以上」 is three days over the limit
        if not fits or (grouped_figure and not (found.group or before)) or found.having:
            found.unread.append(token)
        else:
            found.having = token.value


def _how_many(tokens: Sequence[Token], found: Grouped, measures: Sequence[str]) -> None:
    """「几个小区有超时的」: compounds with at least one. The number of compounds is no figure of tickets."""
    for token in tokens:
        if token.kind != "so_many" or found.having:
            continue
        if measures and not measures[0].endswith(("_rate", "_hours")) and measures[0] != COUNT:
            found.having = Bound(">=", 1, "number")
        else:
            found.unread.append(token)
