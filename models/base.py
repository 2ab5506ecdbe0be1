"""The ground of all tables: naming, time, and how we connect to SQLite and PostgreSQL."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, Index, MetaData, TextClause, create_engine, event, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from models.appending import AppendingSession, appending
from models.write_ahead_log import copying
from models.writer_queue import WriterQueue

# How long a writer waits for its turn. WeChat gives us 5 s: three times this must fit in (those before; the answer; the
# apology).
LOCK_WAIT_SECONDS = 1.5

_CONNECT_SECONDS = 2
"""The least that libpq knows"""

Sessions = Callable[[], Session]

_POOL = {
    "pool_size": 16,
    "max_overflow": 16,
    "pool_use_lifo": True,  # the one last used knows our statements, and SQLite's its pages
    "hide_parameters": True,
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive datetimes, always gives back UTC (SQLite would drop the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: say which zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Named constraints, so that migrations can change them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012  (SQLAlchemy reads it from the class)


def partial_index(name: str, *columns: str | TextClause, where: str) -> Index:
    """An index over some of the rows; a query finds it by saying the same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def connect(url: str, pause: Callable[[float], None] = time.sleep) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://…`, with the settings that make each one safe.

    Parameters stay out of its errors: they quote residents.
    """
    if url.startswith("sqlite"):
        return _connect_sqlite(url, pause)
    return _connect_postgresql(url)


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that write: on SQLite each transaction takes the write lock at its begin."""
    # They know the tables, which are built on this module.
    from models.new_tickets import filing_in_bulk
    from models.staff_version import telling_of_staff

    made: sessionmaker[Session] = sessionmaker(engine, class_=AppendingSession, expire_on_commit=False)
    appending(made)
    filing_in_bulk(made)
    telling_of_staff(made)
    return made


class ReadOnlyError(Exception):
    """A session that only reads was to write."""


def reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read: on SQLite they never wait for a writer, nor make one wait.

    They refuse to flush, and what goes past the session's objects is refused by the database.
    """
    reading = engine.execution_options(read_only=True, postgresql_readonly=True)
    made = sessionmaker(reading, expire_on_commit=False, autoflush=False)
    event.listen(made, "before_flush", _refuse)
    return made


def _refuse(session: Session, _context: object, _objects: object) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    raise ReadOnlyError(", ".join(sorted({type(row).__name__ for row in touched})))


def _connect_postgresql(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_timeout=3,
        pool_pre_ping=True,  # a server that was started anew has cut all connections
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        **_POOL,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:  # noqa: ANN401  (the driver's own types)
        # whoever waits for a row that another one holds makes those wait who are answered together with them
        connection.execute(f"set lock_timeout = {LOCK_WAIT_SECONDS * 1000:.0f}")
        connection.commit()

    return engine


def _connect_sqlite(url: str, pause: Callable[[float], None]) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS}, **_POOL)
    queue = WriterQueue(LOCK_WAIT_SECONDS, pause)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:  # noqa: ANN401  (the driver's own types)
        connection.isolation_level = None  # the driver's own BEGIN comes too late: reads would be outside
        for pragma in (
            "journal_mode=wal",
            "synchronous=full",  # an acknowledged message survives a power cut
            "foreign_keys=on",
            "cache_size=-8000",
        ):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can't be upgraded under load: "database is locked" at once.
        if connection.get_execution_options().get("read_only", False):
            connection.exec_driver_sql("pragma query_only=on")  # a writer that gets this connection takes it off
            connection.exec_driver_sql("BEGIN")
        else:
            queue.begin(connection)

    event.listen(engine, "commit", queue.leave)
    event.listen(engine, "rollback", queue.leave)
    copying(engine)
    return engine
