"""Which figures a question asks for."""

from collections.abc import Sequence
from itertools import pairwise

from nlp.questions.filters import DIMENSIONS
from nlp.questions.query import COUNT, DURATIONS, OVERVIEW, SHARE
from nlp.questions.tokens import Token

_THREE_RATES = ("response_rate", "solved_rate", "satisfaction_rate")
_WORK = {"closed": "handle_hours", "solved": "handle_hours", "handle": "handle_hours", "accept": "accept_hours"}


def measures_of(
    tokens: Sequence[Token], unread: list[Token], earlier: Sequence[str] = ()
) -> tuple[tuple[str, ...], str]:
    """(all that are asked for, `median` where it is no average); none where none is named. `earlier`: of the question
    that this one changes.
    """
    kinds = {token.kind for token in tokens}
    if _is_share(tokens, kinds):
        if rate := _share_of_a_measure(tokens):
            return (rate,), ""
        unread += [token for token in tokens if token.kind in {"measure", "howlong"} and token.value != COUNT]
        return (SHARE,), ""
    if "compare" in kinds and "share" in kinds:
        unread += [token for token in tokens if token.kind == "share"]
    lasting = bool(kinds & {"howlong", "speed"})
    if not lasting and "median" in kinds and not DURATIONS.isdisjoint(earlier):
        return tuple(earlier), "median"
    found = _named(tokens, lasting=lasting)
    if spare := _spare_amount(tokens):
        found = (COUNT, *found) if found and COUNT not in found and not lasting else found
        unread += [] if found else [spare]
    if not lasting:
        unread += [token for token in tokens if token.kind in {"mean", "median"}]
    unread += [*_of_both(tokens), *_of_themselves(tokens, found)]
    named = found or (() if earlier else _unnamed(kinds))
    return named, "median" if lasting and "median" in kinds else ""


def _share_of_a_measure(tokens: Sequence[Token]) -> str:
    """「超时的占比」 is a rate of its own, unless the question also names a part."""
    named = {token.value for token in tokens if token.kind == "measure"} - {COUNT}
    parts = [token for token in tokens if token.kind in {"of", "within"}]
    return _SHARES.get(named.pop(), "") if len(named) == 1 and len(parts) < 2 else ""


_SHARES = {
    "late": "late_rate",
    "returned": "returned_rate",
    "urged": "urged_rate",
    "repeated": "repeated_rate",
    "closed": "closed_rate",
}


def _is_share(tokens: Sequence[Token], kinds: set[str]) -> bool:
    """Whether a share is asked for, also by 「占多少」. With a comparison, per cent means growth."""
    if "compare" in kinds:
        return False
    return "share" in kinds or ("amount" in kinds and any(token.value == "part" for token in tokens))


def _named(tokens: Sequence[Token], *, lasting: bool) -> tuple[str, ...]:
    found = dict[str, None]()
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.kind == "measure" and not _only_its_number(before, token):
            found.update(dict.fromkeys(_of(token, lasting=lasting)))
        elif token.kind == "act" and lasting:
            found[_WORK[token.value]] = None
    if lasting and not found.keys() & DURATIONS:
        found["handle_hours"] = None
    return tuple(found)


def _unnamed(kinds: set[str]) -> tuple[str, ...]:
    """The measure of a question that names none: 「还有多少」 counts open tickets, 「怎么样」 wants an overview."""
    if "still" in kinds and not kinds & {"status", "except"}:
        return ("open",)
    if "how" in kinds and not kinds & {"amount", "group", "pair", "of", "compare"}:
        return (OVERVIEW,)
    return ()


def _only_its_number(before: Token | None, token: Token) -> bool:
    """「超时件数」 is one figure, not two."""
    return token.value == COUNT and before is not None and before.kind == "measure" and before.end == token.start


def _of(token: Token, *, lasting: bool) -> Sequence[str]:
    if token.value == "three_rates":
        return _THREE_RATES
    if lasting and token.value in _WORK:
        return (_WORK[token.value],)
    return (token.value,)


def acts_of(tokens: Sequence[Token]) -> str:
    """The duration that 「接单呢」 asks for after a question about durations."""
    return next(
        (_WORK[token.value] for token in tokens if token.kind in {"act", "measure"} and token.value in _WORK), ""
    )


def _of_both(tokens: Sequence[Token]) -> list[Token]:
    """「办结了又重办的」「催过没办的」 need both states in one ticket; 「收了多少又办结了多少」 asks two figures."""
    if any(token.kind == "pair" for token in tokens):
        return []
    joined = {token.end for token in tokens if token.kind == "both"}
    states = [token for token in tokens if token.kind == "measure" and token.value in _STATES]
    return [
        token
        for before, token in pairwise(states)
        if before.value != token.value and (before.end == token.start or token.start in joined)
    ]


_STATES = frozenset({"late", "open", "closed", "solved", "urged", "returned", "reopened", "repeated"})
"""One ticket may have several of these states"""


def _of_themselves(tokens: Sequence[Token], found: Sequence[str]) -> list[Token]:
    """「默认结案率」 is not how many of those closed by default were closed."""
    if not any(measure in _OF_ENDINGS for measure in found):
        return []
    return [token for token in tokens if token.kind in {"closing", "status", "rating"}]


_OF_ENDINGS = frozenset({"closed_rate", "solved_rate", "satisfaction_rate", "on_time_rate", "three_day_rate"})


def _spare_amount(tokens: Sequence[Token]) -> Token | None:
    """「停车多少件，满意率多少」: the first of two amounts, which belongs to no named figure."""
    amounts = [at for at, token in enumerate(tokens) if token.kind == "amount" or token.value == COUNT]
    amounts += [at for at, token in enumerate(tokens) if token.kind == "tail" and tokens[at - 1].kind == "measure"]
    if len(amounts) < 2 or any(token.kind == "group" for token in tokens):
        return None
    kinds = [token.kind for token in tokens]
    if "measure" in kinds[: amounts[0] + 1] or len(amounts) in {kinds.count(kind) for kind in DIMENSIONS}:
        return None
    return tokens[amounts[0]]
