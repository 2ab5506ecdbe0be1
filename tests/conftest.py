"""What tests share: real databases of both kinds, the trained model, the demonstration town, a clock to turn."""

import gc
import itertools
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat import Chat
from read_once import read_once
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from statements import compile_once
from testbed import (
    KINDS,
    NIGHTLY,
    ROOT,
    Clock,
    Databases,
    folder_of_databases,
    settings_for,
    train_aside,
    trained_model,
)

from bot.assembly import Program, assemble
from bot.installation.keys import key_ring
from bot.installation.settings import load_settings
from models import encrypted_columns
from models.connecting import connect
from models.sessions import sessions as writing_sessions
from nlp.reading.reader import Reader

compile_once()
read_once()
gc.set_threshold(5_000, 20, 20)  # ordinary would be 700, 10, 10: for programs that run longer than a test
_TRAINING = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the files that need no model, while it is trained; long ones before short ones: processes end together."""
    files: defaultdict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    order = sorted(files.values(), key=lambda file: (any(map(_needs_model, file)), not any(map(_is_slow, file))))
    items[:] = itertools.chain(*order)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Of several test processes the first has the model trained by a process of its own."""
    _keep_for_good()
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0" and any(_needs_model(item) for item in session.items):
        session.config.stash[_TRAINING] = train_aside()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if training := session.config.stash.get(_TRAINING, None):
        training.wait()


def _needs_model(item: pytest.Item) -> bool:
    return "model" in getattr(item, "fixturenames", ())


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """What `bot.assembly` does at a program's start, for tests that use a database without it."""
    encrypted_columns.use(key_ring(load_settings(ROOT / "config.yaml")))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    folder = folder_of_databases()
    made = Databases(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_database_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Those of wider fixtures do: they are set up before this one."""
    if "databases" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("databases").forgotten():
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`kind`: the databases that a test runs on."""
    chosen = any("kind" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "kind" in metafunc.fixturenames and not chosen and not hasattr(metafunc.module, "kind"):
        metafunc.parametrize("kind", _kinds(metafunc), indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Sqlite or postgresql."""
    return request.param


def _kinds(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """Both where they can differ, and in the nightly profile. What people read is the same on both: there the tests of
    a file take turns, so that every part of the program is still seen on each.
    """
    if NIGHTLY or metafunc.definition.get_closest_marker("both_databases"):
        return KINDS
    names = [name for name in vars(metafunc.module) if name.startswith("test_")]
    return (KINDS[names.index(metafunc.definition.originalname) % 2],)


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
    """The model in var/model, trained once if it is missing or older than its ingredients."""
    return trained_model()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def reader(model: Path) -> Reader:
    """Loaded once: half a second forevery test would be minutes in all."""
    loaded = Reader.load(model)
    _keep_for_good()
    return loaded


def _keep_for_good() -> None:
    """What lives till the end is not looked through for garbage again and again: that was a fifth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def program(databases: Databases, kind: str, reader: Reader, tmp_path: Path, clock: Clock) -> Iterator[Program]:
    """The whole program on the demonstration town, with a clock to turn."""
    made = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path), clock, reader)
    yield made
    made.engine.dispose()


@pytest.fixture
def chat(program: Program) -> Chat:
    """People who write to it."""
    return Chat(program)
