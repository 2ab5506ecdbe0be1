"""Which figures a question asks for."""

from collections.abc import Sequence

from nlp.questions.query import COUNT, DURATIONS, OVERVIEW, SHARE
from nlp.questions.tokens import Token

_THREE_RATES = ("response_rate", "solved_rate", "satisfaction_rate")
_WORK = {"closed": "handle_hours", "solved": "handle_hours", "handle": "handle_hours", "accept": "accept_hours"}


def measures_of(tokens: Sequence[Token], unread: list[Token]) -> tuple[tuple[str, ...], str]:
    """(all that are asked for, `median` where it is no average); none where none is named."""
    kinds = {token.kind for token in tokens}
    if "share" in kinds and "compare" in kinds:
        unread += [token for token in tokens if token.kind == "share"]  # by how many per cent it grew
    elif "share" in kinds:
        unread += [token for token in tokens if token.kind in {"measure", "howlong"} and token.value != COUNT]
        return (SHARE,), ""
    lasting = bool(kinds & {"howlong", "speed"})
    found = dict[str, None]()
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.kind == "measure" and not _only_its_number(before, token):
            found.update(dict.fromkeys(_of(token, lasting=lasting)))
        elif token.kind == "act" and lasting:
            found[_WORK[token.value]] = None
    if lasting and not found.keys() & DURATIONS:
        found["handle_hours"] = None
    if not lasting:
        unread += [token for token in tokens if token.kind in {"mean", "median"}]
    if not found and "still" in kinds and not kinds & {"status", "except"}:
        return ("open",), ""
    if not found and "how" in kinds and not kinds & {"amount", "group", "pair", "of", "compare"}:
        return (OVERVIEW,), ""
    return tuple(found), "median" if lasting and "median" in kinds else ""


def _only_its_number(before: Token | None, token: Token) -> bool:
    """「超时件数」 is one figure."""
    return token.value == COUNT and before is not None and before.kind == "measure" and before.end == token.start


def _of(token: Token, *, lasting: bool) -> Sequence[str]:
    if token.value == "three_rates":
        return _THREE_RATES
    if lasting and token.value in _WORK:
        return (_WORK[token.value],)
    return (token.value,)


def acts_of(tokens: Sequence[Token]) -> str:
    """What 「接单呢」 asks for after a question how long something took."""
    return next(
        (_WORK[token.value] for token in tokens if token.kind in {"act", "measure"} and token.value in _WORK), ""
    )
