"""The time of a question, and the earlier one with which it is compared."""

import re
from collections.abc import Sequence
from datetime import datetime

from nlp.questions.days import BEGINNING
from nlp.questions.periods import Period, find_period, following, narrowest, preceding, year_before
from nlp.questions.query import ALONE
from nlp.questions.tokens import Token

_EVERY_WEEK = frozenset({"周末", "双休日", "双休"})
_BASE = re.compile(r"(?:比起?|和|与|跟|同|较|对)$")


def when(
    text: str,
    tokens: Sequence[Token],
    measures: Sequence[str],
    now: datetime,
    unread: list[Token],
    before: Period | None = None,
) -> tuple[Period | None, Period | None]:
    """(the period, the earlier one). What can't be compared is added to `unread`."""
    said = [token for token in tokens if token.kind == "period"]
    marks = {token.value for token in tokens if token.kind == "compare"}
    period, against = _compared(text, said, tokens, marks, now)
    if before and marks and not said:
        period, against = (before, _earlier(before, marks, now))
    elif before and against is None and "versus" in marks and len(said) == 1 and said[0].value.until <= before.since:
        period, against = before, said[0].value
    if against and not ALONE.isdisjoint(measures):
        unread += [token for token in tokens if token.kind == "compare"]
        against = None
    if not against and len(said) > 1:
        period = _one_of(said, unread)
    return period, against


def _compared(
    text: str, said: Sequence[Token], tokens: Sequence[Token], marks: set[str], now: datetime
) -> tuple[Period | None, Period | None]:
    periods = [token.value for token in said]
    match periods:
        case [] if "yoy" in marks:
            year = find_period("今年", now)
            return year, year_before(year) if year else None
        case [period] if "yoy" in marks:
            return period, year_before(period)
        case [period] if "mom" in marks:
            return period, preceding(period, now)
        case [base] if "versus" in marks and _BASE.search(_said_before(text, said[0], tokens)):
            return following(base, now), base
        case [first, second] if marks or _joined(said, tokens):
            earlier, later = sorted((first, second), key=lambda each: each.since)
            return (later, earlier) if earlier.until <= later.since else (None, None)
    return (periods[0] if periods else None), None


def _earlier(period: Period, marks: set[str], now: datetime) -> Period | None:
    return year_before(period) if "yoy" in marks else preceding(period, now) if "mom" in marks else None


def _said_before(text: str, period: Token, tokens: Sequence[Token]) -> str:
    before = [token for token in tokens if token.end == period.start]
    return before[-1].words(text) if before else ""


def _joined(said: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """「本周和上周」: only a joining word stands between the periods."""
    between = [token for token in tokens if said[0].end <= token.start and token.end <= said[1].start]
    return len(between) == 1 and between[0].kind == "join"


def _one_of(said: Sequence[Token], unread: list[Token]) -> Period:
    """「今年 … 十月」 is October; a period that does not lie within the other is added to `unread`."""
    period: Period = said[0].value
    for token in said[1:]:
        if token.value.since == BEGINNING < period.since or period.since == BEGINNING:
            period = max(period, token.value, key=lambda each: each.since)  # 「本月…到目前」
        elif token.value.name in _EVERY_WEEK or period.name in _EVERY_WEEK:
            unread.append(token)  # 「近一个月的周末」 is several periods
        elif inner := narrowest(period, token.value):
            period = inner
        else:
            unread.append(token)
    return period
