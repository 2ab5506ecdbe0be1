"""Days as a database counts them: the day in China of a moment, and how many lie between two."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, extract, func
from sqlalchemy.orm import Session

from models.appending import dialect_of

_AHEAD = timedelta(hours=8)


def local_day(session: Session, moment: Any) -> ColumnElement[str]:  # noqa: ANN401  (a mapped column)
    """「261116」, as numbers of tickets begin."""
    if dialect_of(session) == "postgresql":
        return func.to_char(func.timezone("UTC", moment) + _AHEAD, "YYMMDD")
    second = func.substr(moment, 1, len("2026-11-16 02:00:00"))  # SQLite would round the last half millisecond up
    return func.substr(func.strftime("%Y%m%d", second, f"+{_AHEAD.seconds // 3600} hours"), 3)


def days_between(session: Session, first: Any, last: Any) -> ColumnElement[float]:  # noqa: ANN401  (mapped columns)
    if dialect_of(session) == "postgresql":
        return cast(extract("epoch", last - first) / 86_400, Float)
    return func.julianday(last) - func.julianday(first)
