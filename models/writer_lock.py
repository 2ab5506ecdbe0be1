"""SQLite has one writer at a time: ours wait in a queue, because SQLite's own sleeps grow to 100 ms.

Threads of one process wait on a lock; only the first of each process polls the database, at short intervals.
"""

import sqlite3
import threading
import time
from collections.abc import Callable

from sqlalchemy.engine import Connection

_PAUSE = 0.001
"""Seconds between polls; a message's transaction takes about twice as long"""


class WriterQueue:
    """The queue of one process's writers."""

    def __init__(self, patience: float, pause: Callable[[float], None]) -> None:
        """`patience`: longest wait in seconds; `pause` sleeps for the given seconds or less."""
        self._patience, self._pause = patience, pause
        self._first = threading.Lock()
        self._holder: object = None

    def begin(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE when it is our turn. Raises OperationalError ("locked") after `patience`."""
        deadline = time.monotonic() + self._patience
        ours = self._first.acquire(timeout=self._patience)
        try:
            self._wait(connection, deadline)
        except BaseException:
            if ours:
                self._first.release()
            raise
        if ours:
            self._holder = connection

    def leave(self, connection: Connection) -> None:
        """Let the next thread poll. Called just before the transaction ends; the next polls until it has."""
        if self._holder is connection:
            self._holder = None
            self._first.release()

    def _wait(self, connection: Connection, deadline: float) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101  (for the type checker)
        driver.execute("pragma query_only=off")
        driver.execute("pragma busy_timeout=0")
        try:
            while not has_begun(driver):
                if time.monotonic() > deadline:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a last try, which raises SQLite's own error
                    return
                self._pause(_PAUSE)
        finally:
            driver.execute(f"pragma busy_timeout={self._patience * 1000:.0f}")


def has_begun(driver: sqlite3.Connection) -> bool:
    """Whether this connection is the current writer."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
