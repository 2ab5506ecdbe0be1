"""Words whose meaning depends on their neighbours: 「社区排名」 groups, 「物业」 alone is a filter."""

from collections.abc import Sequence
from dataclasses import replace

from nlp.questions.days import BEGINNING
from nlp.questions.groups import PLACES, TEAMS
from nlp.questions.tokens import Token

_RANKS = frozenset({"order", "limit", "bound", "ranked", "others", "more", "speed"})
_SUBJECTS = frozenset({"item", "category"})
_BESIDE_A_SUBJECT = frozenset({"trouble", "of_item", "filler", "within", "period", "grid", "place", "measure"})
"""May stand between a thing and what is said of it: 「电梯上周坏了几次」"""
_PLACES_LEFT_OUT = {"place": "compound"}


def settled(tokens: Sequence[Token]) -> list[Token]:
    """「社区排名」 and 「最多的社区」 group as 「各社区」 does; 「物业」 alone is a filter."""
    ranked = any(token.kind in {"ranked", "which"} for token in tokens)
    grown = any(token.kind == "compare" for token in tokens)
    told = [_growth(token, compared=grown) if token.kind == "growth" else token for token in tokens]
    return [_settled(token, told[:at], told[at + 1 :], ranked=ranked) for at, token in enumerate(told)]


def _growth(token: Token, *, compared: bool) -> Token:
    """「环比增长百分之几」, but 「停车占百分之几」."""
    if compared:
        return replace(token, kind="compare")
    return replace(token, kind="share" if token.value == "share" else "cannot")


def _settled(token: Token, earlier: Sequence[Token], later: Sequence[Token], *, ranked: bool) -> Token:
    if token.kind == "category" and token.value == "other" and any(each.kind == "except" for each in earlier):
        return replace(token, kind="others")
    if token.kind == "period" and token.value.since == BEGINNING and earlier and earlier[-1].kind == "hours":
        return replace(token, kind="cannot")  # 「今早到现在」
    if token.kind in {"trouble", "of_item"} and _is_said_of_a_subject(token, earlier, later):
        return replace(token, kind="filler")
    return token if token.kind != "unit" else _unit(token, earlier, later, ranked=ranked)


def _is_said_of_a_subject(token: Token, earlier: Sequence[Token], later: Sequence[Token]) -> bool:
    """「路灯坏了」, 「坏了的路灯」: the trouble belongs to the nearest named things, on either side."""
    near = [
        next((each for each in side if each.kind not in _BESIDE_A_SUBJECT), token) for side in (earlier[::-1], later)
    ]
    subjects = [each for each in near if each.kind in _SUBJECTS]
    return bool(subjects) and (token.kind == "trouble" or all(each.value in token.value for each in subjects))


def _unit(token: Token, earlier: Sequence[Token], later: Sequence[Token], *, ranked: bool) -> Token:
    before = next(
        (each.kind for each in reversed(earlier) if each.kind not in {"filler", "both", "within", "tickets"}), ""
    )
    if ranked or before in {*_RANKS, "so_many"} or _of_each(token, later) or _among(earlier, later):
        return replace(token, kind="group")
    if before == "except" and token.value == "spot":
        return replace(token, kind="filler")
    if "except" in {before, later[0].kind if later else ""} and token.value in {*PLACES, "place"}:
        return replace(token, kind="place_kind", value=_PLACES_LEFT_OUT.get(token.value, token.value))
    return replace(token, kind="kind") if token.value in TEAMS else token


def _among(earlier: Sequence[Token], later: Sequence[Token]) -> bool:
    """「物业里满意率最低的」, 「三件以上停车投诉的小区」: the word names the group to rank."""
    inside = bool(later) and later[0].kind == "within" and any(each.kind == "order" for each in later)
    sorted_so = bool(later) and later[0].kind == "order" and not earlier  # 「社区从少到多排」
    return inside or sorted_so or (not later and any(each.kind == "bound" for each in earlier))


def _of_each(token: Token, later: Sequence[Token]) -> bool:
    """「物业超时多少」: a figure for each team of this kind."""
    return token.value in TEAMS and bool(later) and later[0].kind == "measure" and later[0].start == token.end
