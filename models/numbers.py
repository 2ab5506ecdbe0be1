"""Numbers of rows that must be known before the rows are written: a ticket's stands in its events and pushes, an
event's in the keys of what is told of it.
"""

from functools import cache

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import DeclarativeBase

from models.appending import AppendingSession, dialect_of
from models.prepared import Prepared


def next_id(session: AppendingSession, kind: type[DeclarativeBase]) -> int:
    """An id that nobody else gets. SQLite has one writer, so counting on is enough."""
    if dialect_of(session) == "postgresql":
        given: int = _sequence(kind).scalar(session, {})
        return given
    return _counted_on(session, kind)


def _counted_on(session: AppendingSession, kind: type[DeclarativeBase]) -> int:
    last = session.numbers.get(kind)
    if last is None:
        last = _last(kind).scalar(session, {}) or 0
    session.numbers[kind] = last + 1
    return last + 1


def id_at_no_cost(session: AppendingSession, kind: type[DeclarativeBase]) -> dict[str, int]:
    """The same as a line's column, where it needs no statement; else the database gives it. Who counts on must count
    every row of the kind.
    """
    return {} if dialect_of(session) == "postgresql" else {"id": _counted_on(session, kind)}


@cache
def _last(kind: type[DeclarativeBase]) -> Prepared[tuple[int | None]]:
    return Prepared(select(func.max(kind.__table__.c.id)))


@cache
def _sequence(kind: type[DeclarativeBase]) -> Prepared[tuple[int]]:
    return Prepared(select(Sequence(f"{kind.__tablename__}_id_seq").next_value()))
