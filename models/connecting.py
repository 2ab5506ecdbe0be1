"""How we connect to SQLite and PostgreSQL, with the settings that make each one safe."""

import json
import time
from collections.abc import Callable
from sqlite3 import SQLITE_READONLY
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InternalError, OperationalError

from models.database_file import SameFile
from models.write_ahead_log import copying
from models.writer_lock import WriterQueue

# How long a writer waits for the lock. WeChat allows 5 s, into which three waits must fit: for the batch before, for
# the answer, and for the apology.
LOCK_WAIT_SECONDS = 1.5

_DEADLOCK = "40P01"
_CONNECT_SECONDS = 2
"""libpq's minimum"""

_POOL = {
    "pool_size": 16,
    "max_overflow": 16,
    "pool_use_lifo": True,  # the connection used last has our statements and SQLite's pages cached
    "pool_recycle": 12 * 3600,  # an old connection keeps the planner's statistics of the day on which it was opened
    "hide_parameters": True,
    "json_serializer": json.JSONEncoder().encode,  # json.dumps would check its options each time
}


def connect(
    url: str, pause: Callable[[float], None] = time.sleep, lock_wait_seconds: float = LOCK_WAIT_SECONDS
) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://…`, with the settings that make each one safe.

    Its errors omit the parameters, which quote residents.
    """
    if url.startswith("sqlite"):
        return _connect_sqlite(url, pause, lock_wait_seconds)
    return _connect_postgresql(url, lock_wait_seconds)


DATABASE_AWAY = (OperationalError, InternalError)
"""Errors of a database that can't be reached or written now. A read-only PostgreSQL raises InternalError (25006)"""


def is_deadlock(error: Exception) -> bool:
    """Whether PostgreSQL rolled this transaction back to end a deadlock."""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") == _DEADLOCK


def _connect_postgresql(url: str, lock_wait: float) -> Engine:
    engine = create_engine(
        url,
        pool_timeout=3,
        pool_pre_ping=True,  # a server that was restarted has cut all connections
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        **_POOL,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:  # noqa: ANN401  (the driver's own types)
        # a message that waits for another's row makes its whole batch wait
        connection.execute(f"set lock_timeout = {lock_wait * 1000:.0f}")
        connection.commit()

    @event.listens_for(engine, "checkout")
    def _as_the_server_says(connection: Any, *_: Any) -> None:  # noqa: ANN401
        # after a reading session SQLAlchemy says READ WRITE, which overrides default_transaction_read_only
        connection.read_only = None

    return engine


def _connect_sqlite(url: str, pause: Callable[[float], None], lock_wait: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": lock_wait}, **_POOL)
    queue, file = WriterQueue(lock_wait, pause), SameFile(engine.url.database)

    @event.listens_for(engine, "do_connect")
    def _before(*_: Any) -> None:  # noqa: ANN401
        file.check()  # else SQLite would create a new file if it is deleted

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:  # noqa: ANN401  (the driver's own types)
        file.opened()
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
        file.check()
        # A transaction that reads first and writes later can't be upgraded under load: "database is locked" at once.
        if connection.get_execution_options().get("read_only", False):
            driver: Any = connection.connection.driver_connection
            driver.execute("pragma query_only=on")  # a writer that gets this connection switches it off
            driver.execute("BEGIN")
        else:
            queue.begin(connection)

    event.listen(engine, "commit", queue.leave)
    event.listen(engine, "rollback", queue.leave)
    _reopen_read_only(engine.dialect)
    copying(engine)
    return engine


def _reopen_read_only(dialect: Any) -> None:  # noqa: ANN401
    """SQLite opens a file that it may not write read-only, and keeps it so when it may: such a connection is closed."""
    usual = dialect.is_disconnect
    dialect.is_disconnect = lambda error, *about: (
        getattr(error, "sqlite_errorcode", 0) & 0xFF == SQLITE_READONLY or usual(error, *about)
    )
