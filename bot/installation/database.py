"""The database that the settings name: opened safely, and whether it is at this version's step."""

import os
import re
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url, text

from bot.installation.config_problems import ConfigError
from bot.installation.keys import key_ring
from bot.installation.settings import Settings
from bot.server.waiting import wait
from models import sealed
from models.connecting import LOCK_WAIT_SECONDS, connect

MIGRATIONS = Path(__file__).resolve().parents[2] / "models" / "migrations"
_VERSION = text("select version_num from alembic_version")
_TAKES_WRITES = text("select not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off'")


def open_database(settings: Settings, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> Engine:
    """The engine, with the keys to what is sealed in it; SQLite's relative file is seen from config.yaml's folder."""
    sealed.use(key_ring(settings))
    url = settings.database.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        file = settings.folder / url.removeprefix("sqlite:///")
        file.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{file}"
    _make_private(make_url(url))
    return connect(url, wait, lock_wait_seconds)


def open_current(settings: Settings, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> Engine:
    """The same for a program that needs every table. Raises ConfigError where the database is not migrated."""
    engine = open_database(settings, lock_wait_seconds)
    if not is_current(engine):
        raise ConfigError(["数据库还没有升级到这个版本，请先运行 python -m bot migrate"])
    return engine


def _make_private(url: URL) -> None:
    """A new file of SQLite's is for its owner's eyes, and so is what SQLite will write beside it."""
    if url.get_backend_name() == "sqlite" and url.database:
        file = Path(url.database)
        with suppress(OSError):  # opening it later says what is wrong
            if not file.exists():
                file.touch(mode=0o600)


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest step. Only reads, so that no writer makes it wait.

    Alembic could tell as well; to import it takes a fifth of a second at every start.
    """
    with engine.execution_options(read_only=True, postgresql_readonly=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return set(connection.scalars(_VERSION)) == {newest_step()}


def is_writable(engine: Engine) -> bool:
    """Whether anything could be taken in: not where the disk is mounted to be read, nor on a standby of PostgreSQL."""
    if engine.url.get_backend_name() == "sqlite":
        file = Path(engine.url.database or "")
        return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    with engine.execution_options(read_only=True, postgresql_readonly=True).connect() as connection:
        return bool(connection.scalar(_TAKES_WRITES))


def newest_step() -> str:
    """By the numbers that the files of the steps begin with."""
    return max(path.stem[:4] for path in (MIGRATIONS / "versions").glob("*.py") if re.match(r"\d{4}_", path.stem))
