"""Numbers of rows that must be known before the rows are written: a ticket's stands in its events and pushes, an
event's in the keys of what is told of it.
"""

from functools import cache

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import DeclarativeBase

from models.appending import AppendingSession, dialect_of
from models.prepared import Prepared


def next_id(session: AppendingSession, kind: type[DeclarativeBase], *needed_too: type[DeclarativeBase]) -> int:
    """An id that nobody else gets. SQLite has one writer, so counting on is enough.

    `needed_too`: kinds whose ids will be needed next; one statement reads the last ids of all.
    """
    if dialect_of(session) == "postgresql":
        given: int = _sequence(kind).scalar(session, {})
        return given
    return _counted_on(session, kind, *needed_too)


def _counted_on(session: AppendingSession, *kinds: type[DeclarativeBase]) -> int:
    kind, numbers = kinds[0], session.numbers
    if kind not in numbers:
        for each, last in zip(kinds, _last(kinds).rows(session, {})[0], strict=True):
            numbers.setdefault(each, last or 0)
    numbers[kind] += 1
    return numbers[kind]


def id_at_no_cost(session: AppendingSession, kind: type[DeclarativeBase]) -> dict[str, int]:
    """The same as a line's column, where it needs no statement; else the database gives it. Who counts on must count
    every row of the kind.
    """
    return {} if dialect_of(session) == "postgresql" else {"id": _counted_on(session, kind)}


@cache
def _last(kinds: tuple[type[DeclarativeBase], ...]) -> Prepared[tuple[int | None, ...]]:
    return Prepared(select(*(select(func.max(kind.__table__.c.id)).scalar_subquery() for kind in kinds)))


@cache
def _sequence(kind: type[DeclarativeBase]) -> Prepared[tuple[int]]:
    return Prepared(select(Sequence(f"{kind.__tablename__}_id_seq").next_value()))
