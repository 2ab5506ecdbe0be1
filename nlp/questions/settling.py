"""Words that mean one thing or another by what stands beside them: 「社区排名」 groups, 「物业」 alone is a filter."""

from collections.abc import Sequence
from dataclasses import replace

from nlp.questions.groups import PLACES, TEAMS
from nlp.questions.tokens import Token

_RANKS = frozenset({"order", "limit", "bound", "ranked", "others", "more", "speed"})
_SUBJECTS = frozenset({"item", "category", "trouble", "filler", "within"})
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
    if token.kind == "trouble" and earlier and earlier[-1].kind in _SUBJECTS:
        return replace(token, kind="filler")
    return token if token.kind != "unit" else _unit(token, earlier, later, ranked=ranked)


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
    """「物业里满意率最低的」, 「三件以上停车投诉的小区」."""
    inside = bool(later) and later[0].kind == "within" and any(each.kind == "order" for each in later)
    return inside or (not later and any(each.kind == "bound" for each in earlier))


def _of_each(token: Token, later: Sequence[Token]) -> bool:
    """「物业超时多少」: of each of them."""
    return token.value in TEAMS and bool(later) and later[0].kind == "measure" and later[0].start == token.end
