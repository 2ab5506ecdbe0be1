"""Ids that must be known before rows are written.

Events and pushes contain the ticket's id; keys of pushes and deliveries contain the event's.
"""

from functools import cache

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import DeclarativeBase

from models.deferred_inserts import AppendingSession, dialect_of
from models.prepared_statements import Prepared


def next_id(session: AppendingSession, kind: type[DeclarativeBase], *needed_too: type[DeclarativeBase]) -> int:
    """A new unique id. SQLite has one writer, so the last id plus one is enough.

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
    """The `id` column of a new line, if it costs no statement; else empty, and the database assigns it.

    On SQLite all rows of such a table must get their ids here.
    """
    return {} if dialect_of(session) == "postgresql" else {"id": _counted_on(session, kind)}


@cache
def _last(kinds: tuple[type[DeclarativeBase], ...]) -> Prepared[tuple[int | None, ...]]:
    return Prepared(select(*(select(func.max(kind.__table__.c.id)).scalar_subquery() for kind in kinds)))


@cache
def _sequence(kind: type[DeclarativeBase]) -> Prepared[tuple[int]]:
    return Prepared(select(Sequence(f"{kind.__tablename__}_id_seq").next_value()))
