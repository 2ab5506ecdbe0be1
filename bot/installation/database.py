"""Opens the database of the settings, and checks that it is migrated to this version."""

import os
import re
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url, text

from bot.installation.config_problems import ConfigError
from bot.installation.keys import key_ring
from bot.installation.settings import Settings
from bot.server.waiting import wait
from models import encrypted_columns
from models.connecting import LOCK_WAIT_SECONDS, connect

MIGRATIONS = Path(__file__).resolve().parents[2] / "models" / "migrations"
_VERSION = text("select version_num from alembic_version")
_TAKES_WRITES = text("select not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off'")


def open_database(settings: Settings, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> Engine:
    """The engine; also sets the keys of encrypted columns. A relative SQLite path starts at config.yaml's folder."""
    encrypted_columns.use(key_ring(settings))
    url = settings.database.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        file = settings.folder / url.removeprefix("sqlite:///")
        file.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{file}"
    _make_private(make_url(url))
    return connect(url, wait, lock_wait_seconds)


def open_replica(settings: Settings) -> Engine | None:
    """The engine of the replica, if there is one. A server that stops answering is given up after two seconds."""
    if not settings.database.replica:
        return None
    url = make_url(settings.database.replica).update_query_dict({"tcp_user_timeout": "2000"})
    return connect(url.render_as_string(hide_password=False), wait)


def open_current(settings: Settings, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> Engine:
    """The same for a program that needs every table. Raises ConfigError if the database is not migrated."""
    engine = open_database(settings, lock_wait_seconds)
    if not is_current(engine):
        raise ConfigError(["数据库还没有升级到这个版本，请先运行 python -m bot migrate"])
    return engine


def _make_private(url: URL) -> None:
    """Create a new SQLite file that only its owner can read; SQLite gives its other files the same mode."""
    if url.get_backend_name() == "sqlite" and url.database:
        file = Path(url.database)
        with suppress(OSError):  # opening it later reports the error
            if not file.exists():
                file.touch(mode=0o600)


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest migration. Read-only, so that it never waits for a writer.

    It doesn't use Alembic, whose import would take a fifth of a second at every start.
    """
    with engine.execution_options(read_only=True, postgresql_readonly=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return set(connection.scalars(_VERSION)) == {newest_step()}


def is_writable(engine: Engine) -> bool:
    """Whether the database can be written to: not on a read-only disk, nor on a PostgreSQL standby."""
    if engine.url.get_backend_name() == "sqlite":
        file = Path(engine.url.database or "")
        return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    with engine.execution_options(read_only=True, postgresql_readonly=True).connect() as connection:
        return bool(connection.scalar(_TAKES_WRITES))


def newest_step() -> str:
    """The newest migration, by the number at the start of its file's name."""
    return max(path.stem[:4] for path in (MIGRATIONS / "versions").glob("*.py") if re.match(r"\d{4}_", path.stem))
