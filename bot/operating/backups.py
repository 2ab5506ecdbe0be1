"""Backup and restore: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import make_url

from bot.installation.atomic_files import for_the_operator
from bot.installation.database import open_database
from bot.installation.running_processes import stopped
from bot.installation.settings import Settings


def backup(settings: Settings, target: Path) -> None:
    """A complete, consistent copy while the program runs. An old file at `target` stays until the copy is complete."""
    url = open_database(settings).url
    with for_the_operator(target) as part:
        if url.get_backend_name() == "sqlite":
            _copy(Path(str(url.database)), part)
        else:
            _postgres(settings, "pg_dump", "--format=custom", "--file", str(part))


def restore(settings: Settings, source: Path) -> None:
    """Replace the database by the backup. Raises ClickException if the program is running."""
    url = open_database(settings).url
    with stopped(url):
        if url.get_backend_name() == "sqlite":
            _check_sqlite(source)
            _copy(source, Path(str(url.database)))
        else:
            how = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
            _postgres(settings, "pg_restore", *how, str(source))


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)
    except sqlite3.Error as error:
        raise click.ClickException(f"{source.name} 拷贝不到 {target.name}：{error}") from None


def _check_sqlite(source: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            whole = copy.execute("pragma integrity_check").fetchone()[0] == "ok"
            ours = copy.execute("select count(*) from sqlite_master where name = 'tickets'").fetchone()[0] == 1
    except sqlite3.DatabaseError:
        whole = ours = False
    if not (whole and ours):
        raise click.ClickException(f"{source.name} 不是完整的吹哨备份，什么都没有改")


def _postgres(settings: Settings, program: str, *arguments: str) -> None:
    """Pass the password by the environment, because everybody on the machine can read a command line."""
    path = shutil.which(program)
    if path is None:
        raise click.ClickException(f"找不到 {program}，请安装 PostgreSQL 客户端")
    url = make_url(settings.database.url).set(drivername="postgresql")
    secret = {"PGPASSWORD": url.password} if url.password else {}
    address = url._replace(password=None).render_as_string(hide_password=False)
    command = [path, "--dbname", address, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | secret)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program}：{done.stderr.strip().splitlines()[-1] if done.stderr else '失败'}")
