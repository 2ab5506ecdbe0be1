"""Rows that are written once and not looked at again by whoever writes them: one statement for all of a kind.

A message writes a dozen of them (events, pushes, timers). Through the unit of work each costs ten times what the
database takes for it; here they are gathered before each flush and leave the session once they are written.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Insert, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from models.follower import Follower
from models.push import Push, Timer
from models.ticket import Ticket, TicketEvent

_APPENDED: dict[type[DeclarativeBase], str] = {
    TicketEvent: "ticket_id",
    Follower: "ticket_id",
    Push: "person_id",
    Timer: "key",
}
"""What is appended, and what must be known of it: an event of a ticket without an id goes the long way"""
_LATER = "appended_after_the_flush"

Rows = dict[type[DeclarativeBase], list[DeclarativeBase]]


def appending(session_maker: sessionmaker[Session]) -> sessionmaker[Session]:
    """The same sessions, which append."""
    event.listen(session_maker, "before_flush", lambda session, _context, _objects: _gather(session))
    event.listen(session_maker, "after_flush", lambda session, _context: _write(session, session.info.pop(_LATER, {})))
    return session_maker


def _gather(session: Session) -> None:
    """Write what is new of these kinds; what belongs to a ticket that this flush writes, after it."""
    at_once: Rows = defaultdict(list)
    later: Rows = defaultdict(list)
    unwritten = {row.id for row in session.new if isinstance(row, Ticket)}
    for row in session.new:
        if getattr(row, _APPENDED.get(type(row), ""), None) is not None:
            waits = getattr(row, "ticket_id", None) in unwritten
            (later if waits else at_once)[type(row)].append(row)
    for rows in (at_once, later):
        for row in (row for kind in rows.values() for row in kind):
            session.expunge(row)
    _write(session, at_once)
    if later:
        session.info[_LATER] = later


def _write(session: Session, found: Rows) -> None:
    for kind, rows in found.items():
        session.connection().execute(_insert(kind, session.get_bind().dialect.name), [_values(row) for row in rows])


@cache
def _insert(kind: type[DeclarativeBase], dialect: str) -> Insert:
    """The same push or timer is not written twice: its key says what it is."""
    table: Any = kind.__table__
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing() if "key" in table.c else postgresql.insert(table)
    return sqlite.insert(table).on_conflict_do_nothing() if "key" in table.c else sqlite.insert(table)


def _values(row: DeclarativeBase) -> dict[str, Any]:
    given = inspect(row).dict
    defaults = _defaults(type(row)).items()
    return {name: given[name] if name in given else _fresh(default) for name, default in defaults}


def _fresh(default: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    """A value of its own where the default makes one (an empty dict); SQLAlchemy has it take a context."""
    return default(None) if callable(default) else default


@cache
def _defaults(kind: type[DeclarativeBase]) -> dict[str, Any]:
    """Every column but the number that the database gives, with the value where none was set."""
    columns = [column for column in kind.__table__.c if not (column.primary_key and column.name == "id")]
    return {column.name: column.default.arg if column.default is not None else None for column in columns}
