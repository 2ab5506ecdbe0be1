"""Sessions that write, with their listeners for changes, and sessions that only read."""

from collections.abc import Callable

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from models.deferred_inserts import WATCH, AppendingSession, ReadOnlyError, appending
from models.staff_version import telling_of_staff
from models.webhook_delivery import Lines

__all__ = ["ReadOnlyError", "Sessions", "reading_sessions", "sessions"]

Sessions = Callable[[], Session]


def sessions(engine: Engine, watch: Callable[[Lines], None] | None = None) -> sessionmaker[Session]:
    """Sessions that write: on SQLite each transaction takes the write lock when it begins.

    `watch` gets the lines that a transaction writes, and may add others.
    """
    info = {WATCH: watch} if watch else None
    made: sessionmaker[Session] = sessionmaker(engine, class_=AppendingSession, expire_on_commit=False, info=info)
    appending(made)
    telling_of_staff(made)
    return made


def reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read: on SQLite they never block a writer, and no writer blocks them.

    The session refuses to flush, and the database refuses statements that write.
    """
    reading = engine.execution_options(read_only=True, postgresql_readonly=True)
    made = sessionmaker(reading, expire_on_commit=False, autoflush=False)
    event.listen(made, "before_flush", _refuse)
    return made


def _refuse(session: Session, _context: object, _objects: object) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    raise ReadOnlyError(", ".join(sorted({type(row).__name__ for row in touched})))
