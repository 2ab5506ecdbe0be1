"""SQLite's write-ahead log is copied into the file by a process that has written much, right after its own transaction.

Left to itself, SQLite copies after every transaction once two processes write by turns: one of them is always reading
while the other copies, so the log never starts again, stays too long, and each message waits twice more for the
disk. Right after a transaction nobody else writes yet, and the log can start again.
"""

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

_ROWS = 1500
"""Written by one connection, some 100 messages: then it is worth it. A log of some ten MB, a few ms to copy"""
_PAGES_AT_MOST = 20_000
"""Where the log could not start again for so long, SQLite copies by itself: 80 MB"""
_COPIED = "rows_copied"


def copying(engine: Engine) -> None:
    """All connections of this engine do so."""

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
    """False where somebody was reading or writing: the next one tries again."""
    (patience,) = connection.execute("pragma busy_timeout").fetchone()
    connection.execute("pragma busy_timeout=0")  # nobody waits for this
    is_busy, *_ = connection.execute("pragma wal_checkpoint(restart)").fetchone()
    connection.execute(f"pragma busy_timeout={patience}")
    return not is_busy
