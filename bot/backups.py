"""Backup and restore: SQLite by its own online backup, PostgreSQL by pg_dump and pg_restore."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import make_url

from bot.assembly import open_database
from bot.settings import Settings


def backup(settings: Settings, target: Path) -> None:
    """A whole, consistent copy, while the program runs."""
    url = open_database(settings).url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    _postgres("pg_dump", "--format=custom", "--file", str(target), "--dbname", _libpq(settings))


def restore(settings: Settings, source: Path) -> None:
    """The database becomes what the backup holds. The program must be stopped."""
    url = open_database(settings).url
    if url.get_backend_name() == "sqlite":
        _check_sqlite(source)
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(str(url.database))) as target:
            copy.backup(target)
        return
    _postgres("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname", _libpq(settings), str(source))


def _check_sqlite(source: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            whole = copy.execute("pragma integrity_check").fetchone()[0] == "ok"
            ours = copy.execute("select count(*) from sqlite_master where name = 'tickets'").fetchone()[0] == 1
    except sqlite3.DatabaseError:
        whole = ours = False
    if not (whole and ours):
        raise click.ClickException(f"{source.name} 不是完整的吹哨备份，什么都没有改")


def _libpq(settings: Settings) -> str:
    url = make_url(settings.database.url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _postgres(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise click.ClickException(f"找不到 {program}，请安装 PostgreSQL 客户端")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program}：{done.stderr.strip().splitlines()[-1] if done.stderr else '失败'}")
