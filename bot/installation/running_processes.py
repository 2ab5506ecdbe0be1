"""Which processes run on a database, so that no backup is restored under them.

SQLite: each process holds a shared lock on a file beside the database, and a restore needs an exclusive one; the system
releases it when a process dies. The database file itself can't be used: closing it would release SQLite's own locks.
PostgreSQL: each process sends a heartbeat on a connection with its name. A connection without one for a while doesn't
count: a pooler keeps such connections, and so does a server whose client lost its power.
"""

import fcntl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy import URL, Connection, Engine, Row, text
from sqlalchemy.exc import SQLAlchemyError

from bot.installation.operator_errors import of_file
from models.connecting import connect

_SAYS_SO_SECONDS = 3
_LOOKS_SECONDS = _SAYS_SO_SECONDS + 1.5
_BELIEVED_SECONDS = 10
_NAME = "whistle "
_THERE = text(
    "select distinct application_name, coalesce(host(client_addr), '本机') from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid() and starts_with(application_name, :name)"
    " and clock_timestamp() - state_change < make_interval(secs => :seconds) order by 1, 2"
)


@contextmanager
def present(url: URL) -> Iterator[None]:
    """Mark that a program runs on this database. Raises ClickException while a backup is restored into it.

    Forked processes inherit the lock, which lasts until the last of them ends.
    """
    if url.get_backend_name() != "sqlite":
        yield
        return
    with _beside(url) as file:
        if not _held(file, fcntl.LOCK_SH):
            raise click.ClickException("正在恢复备份，等它结束再启动")
        yield


def keep_saying_so(url: URL, what: str) -> None:
    """Send heartbeats until the process ends. To be called in each process after the fork."""
    if url.get_backend_name() == "sqlite":
        return
    saying = threading.Thread(target=_say_so, args=(_named(url, f"{_NAME}{what}"),), name="presence", daemon=True)
    saying.start()


def _named(url: URL, name: str) -> Engine:
    return connect(url.update_query_dict({"application_name": name}).render_as_string(hide_password=False))


def _say_so(engine: Engine) -> None:
    away = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)
    while True:
        with suppress(*away), engine.connect() as connection:  # other code reports that it is away
            connection.execute(text("select 1"))
        time.sleep(_SAYS_SO_SECONDS)


@contextmanager
def stopped(url: URL) -> Iterator[None]:
    """Raises ClickException if a program runs on this database; on SQLite none can start meanwhile."""
    if url.get_backend_name() != "sqlite":
        _refuse_if(_who_says_so(url))
        yield
        return
    with _beside(url) as file:
        _refuse_if("" if _held(file, fcntl.LOCK_EX) else "serve、worker 或 demo")
        yield


def _who_says_so(url: URL) -> str:
    """Wait long enough for one heartbeat of each process, because a pooler may have given us their connection."""
    engine = _named(url, "restoring whistle")
    until = time.monotonic() + _LOOKS_SECONDS
    try:
        with engine.connect() as connection:
            while not (there := _seen(connection)) and time.monotonic() < until:
                time.sleep(0.2)
    finally:
        engine.dispose()
    return "、".join(f"{name.removeprefix(_NAME)}（{address}）" for name, address in there)


def _seen(connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    connection.execute(text("select pg_stat_clear_snapshot()"))  # without it, the server repeats the same snapshot
    return connection.execute(_THERE, {"name": _NAME, "seconds": _BELIEVED_SECONDS}).all()


def _refuse_if(who: str) -> None:
    if who:
        raise click.ClickException(f"程序还在这个数据库上运行：{who}。请先都停掉再恢复；什么都没有改")


def _beside(url: URL) -> IO[bytes]:
    database = Path(str(url.database)).resolve()
    file = database.with_name(f"{database.name}.running")
    try:
        file.touch(mode=0o600)
        return file.open("rb")
    except OSError as error:
        raise click.ClickException(f"打不开 {file}：{of_file(error)}") from None


def _held(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
