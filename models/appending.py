"""Rows that are written once and not read again by their writer: one statement for all of a kind.

A message writes a dozen of them (events, pushes, timers). As objects of the unit of work each costs ten times what the
database takes for it; so they are kept as plain values until the next flush, and written after the objects.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Insert, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

Values = dict[str, Any]


class AppendingSession(Session):
    """A session that keeps lines to append beside its objects. They are there forevery query that flushes first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        super().__init__(*arguments, **options)
        self.lines: dict[type[DeclarativeBase], list[Values]] = defaultdict(list)

    def flush(self, objects: Any = None) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        """Objects first: a line may be about a ticket that this very flush writes."""
        super().flush(objects)
        lines, self.lines = self.lines, defaultdict(list)
        for kind, rows in lines.items():
            self.connection().execute(_insert(kind, dialect_of(self)), rows)


def appending(session_maker: sessionmaker[Session]) -> None:
    """Lines go the way of their transaction, even where nothing else was changed in it."""
    event.listen(session_maker, "before_commit", lambda session: session.flush())
    event.listen(session_maker, "after_soft_rollback", lambda session, _transaction: session.lines.clear())


def dialect_of(session: Session) -> str:
    """The name of its database: sqlite or postgresql."""
    engine = session.bind
    assert engine is not None  # noqa: S101  (for the type checker: ours are all made for one engine)
    return engine.dialect.name


def append(session: Session, kind: type[DeclarativeBase], /, **values: Any) -> None:  # noqa: ANN401  (whatever it holds)
    """One more row of this kind. What has a key that is there already (a push, a timer) is not written twice."""
    if not isinstance(session, AppendingSession):
        raise TypeError("this session only reads")
    session.lines[kind].append(defaults_of(kind) | values)


def insert_into(table: Any, dialect: str) -> postgresql.Insert | sqlite.Insert:  # noqa: ANN401  (a table or its class)
    """An insert that can say what becomes of a row that is there already; both databases know the same words."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert(kind: type[DeclarativeBase], dialect: str) -> Insert:
    statement = insert_into(kind, dialect)
    return statement.on_conflict_do_nothing() if "key" in kind.__table__.c else statement


@cache
def defaults_of(kind: type[DeclarativeBase]) -> Values:
    """Every column but the number that the database gives, with the value where none is given."""
    columns = [column for column in kind.__table__.c if not (column.primary_key and column.name == "id")]
    return {column.name: _default(column.default.arg) if column.default is not None else None for column in columns}


def _default(given: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    """An empty dict and the like are made by a function, which SQLAlchemy has take a context; nobody changes them."""
    return given(None) if callable(given) else given
