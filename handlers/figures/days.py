"""Calendar days in China, in Python and in SQL."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Interval, String, cast, extract, func, literal, type_coerce
from sqlalchemy.orm import Session

from models.deferred_inserts import dialect_of
from models.ticket import CHINA


def day_start(now: datetime) -> datetime:
    """Midnight in China before `now`."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def days_back(now: datetime, days: int) -> datetime:
    """The beginning of the last so many days, today among them."""
    return day_start(now) - timedelta(days=days - 1)


def week_start(now: datetime) -> datetime:
    """Monday's midnight in China."""
    return day_start(now) - timedelta(days=now.astimezone(CHINA).weekday())


def month_start(now: datetime) -> datetime:
    """Midnight in China before the first of the month."""
    return day_start(now).replace(day=1)


def quarter_start(now: datetime) -> datetime:
    """Midnight in China before the first of January, April, July or October."""
    first = month_start(now)
    return first.replace(month=3 * ((first.month - 1) // 3) + 1)


_AHEAD = timedelta(hours=8)


def local_day(session: Session, moment: Any) -> ColumnElement[str]:  # noqa: ANN401  (a mapped column)
    """「261116」: the day as in ticket numbers."""
    if dialect_of(session) == "postgresql":
        return func.to_char(func.timezone("UTC", moment) + _AHEAD, "YYMMDD")
    second = func.substr(moment, 1, len("2026-11-16 02:00:00"))  # SQLite would round the last half millisecond up
    return func.substr(func.strftime("%Y%m%d", second, f"+{_AHEAD.seconds // 3600} hours"), 3)


def days_between(session: Session, first: Any, last: Any) -> ColumnElement[float]:  # noqa: ANN401  (mapped columns)
    if dialect_of(session) == "postgresql":
        return cast(extract("epoch", last - first) / 86_400, Float)
    return func.julianday(last) - func.julianday(first)


def days_before(session: Session, moment: Any, days: int) -> Any:  # noqa: ANN401  (a mapped column)
    """The time so many days earlier, to the millisecond, in the format of stored times."""
    if dialect_of(session) == "postgresql":
        return moment - literal(timedelta(days=days), Interval())
    return type_coerce(func.strftime("%Y-%m-%d %H:%M:%f", moment, f"-{days} days"), String)


def local_hour(session: Session, moment: Any) -> ColumnElement[int]:  # noqa: ANN401  (a mapped column)
    """The hour of the day in China, 0 to 23."""
    return cast(_local(session, moment, "HH24", "%H"), Integer)


def local_weekday(session: Session, moment: Any) -> ColumnElement[int]:  # noqa: ANN401  (a mapped column)
    """1 for Monday, 7 for Sunday."""
    if dialect_of(session) == "postgresql":
        return cast(_local(session, moment, "ID", ""), Integer)
    return (cast(_local(session, moment, "", "%w"), Integer) + 6) % 7 + 1


def local_monday(session: Session, moment: Any) -> ColumnElement[str]:  # noqa: ANN401  (a mapped column)
    """The week, by its Monday: 「261116」."""
    if dialect_of(session) == "postgresql":
        return func.to_char(func.date_trunc("week", func.timezone("UTC", moment) + _AHEAD), "YYMMDD")
    second = func.substr(moment, 1, len("2026-11-16 02:00:00"))
    monday = func.strftime("%Y%m%d", second, f"+{_AHEAD.seconds // 3600} hours", "weekday 0", "-6 days")
    return func.substr(monday, 3)


def _local(session: Session, moment: Any, postgresql: str, sqlite: str) -> ColumnElement[str]:  # noqa: ANN401
    if dialect_of(session) == "postgresql":
        return func.to_char(func.timezone("UTC", moment) + _AHEAD, postgresql)
    second = func.substr(moment, 1, len("2026-11-16 02:00:00"))
    return func.strftime(sqlite, second, f"+{_AHEAD.seconds // 3600} hours")
