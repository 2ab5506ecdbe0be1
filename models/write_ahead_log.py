"""SQLite's write-ahead log: a process that has written much makes the checkpoint right after its own transaction.

With SQLite's automatic checkpoints and two processes that write in turns, one is always reading while the other copies
the log. So the log never restarts and stays too long; SQLite then copies after every transaction, and each message
waits twice more for the disk. Right after a transaction nobody else writes yet, and the log can restart.
"""

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

_ROWS = 1500
"""Rows of one connection between checkpoints: some 100 messages, a log of some ten MB, a few ms to copy"""
_PAGES_AT_MOST = 20_000
"""SQLite's own checkpoint, if the log could not restart before: 80 MB"""
_COPIED = "rows_copied"


def copying(engine: Engine) -> None:
    """Set this up for all connections of the engine."""

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401  (the pool's own)
        connection.execute(f"pragma wal_autocheckpoint={_PAGES_AT_MOST}")

    @event.listens_for(engine, "checkin")
    def _copy(connection: sqlite3.Connection | None, record: Any) -> None:  # noqa: ANN401  (the pool's own)
        if connection is None or connection.total_changes - record.info.get(_COPIED, 0) < _ROWS:
            return
        if _started_anew(connection):
            record.info[_COPIED] = connection.total_changes


def _started_anew(connection: sqlite3.Connection) -> bool:
    """Restart the log. False if somebody was reading or writing: the next connection tries again."""
    (patience,) = connection.execute("pragma busy_timeout").fetchone()
    connection.execute("pragma busy_timeout=0")  # nobody waits for this
    is_busy, *_ = connection.execute("pragma wal_checkpoint(restart)").fetchone()
    connection.execute(f"pragma busy_timeout={patience}")
    return not is_busy
