"""/healthz says that the process lives, /readyz whether it can work and what is missing; neither tells of anybody."""

import shutil
from pathlib import Path

import pytest
from chat import RESIDENT, Chat
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from testbed import ROOT, settings_for
from whole_program import KEYS

from bot.assembly import assemble
from bot.installation import database, free_disk_space
from bot.web.app import create_app
from handlers.town_import.importing import import_world, read_world

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bare(databases, kind, reader, tmp_path, clock):
    """The program on tables without a town."""
    made = assemble(settings_for(databases.fresh(kind, with_town=False), tmp_path), clock, reader)
    yield made
    made.engine.dispose()


def asked(program, path):
    answer = create_app(program).test_client().get(path)
    return answer.status_code, answer.json["what"] if answer.is_json else answer.text


def test_without_a_town_it_is_alive_and_not_ready(bare):
    assert asked(bare, "/healthz") == (200, "ok\n")
    assert asked(bare, "/readyz") == (503, "world")


def test_with_a_town_it_is_ready(program):
    assert asked(program, "/readyz") == (200, "ready")


def test_a_database_of_an_earlier_version_is_not_ready(program):
    with program.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    assert asked(program, "/readyz") == (503, "migrations")


def test_a_database_that_is_away_is_not_ready_and_the_process_still_lives(bare, kind):
    with bare.engine.begin() as connection:
        connection.execute(text("drop table grids cascade" if kind == "postgresql" else "drop table grids"))
    assert asked(bare, "/readyz") == (503, "database")
    assert asked(bare, "/healthz") == (200, "ok\n")
    with bare.engine.begin() as connection:
        connection.execute(text("drop table inbound"))
    assert asked(bare, "/metrics") == (503, "database")


def test_a_full_disk_is_not_ready_for_there_is_no_message_that_could_be_taken_in(program, kind, monkeypatch):
    class Full:
        free = free_disk_space.NEEDED - 1

    monkeypatch.setattr(free_disk_space.shutil, "disk_usage", lambda _: Full())
    assert asked(program, "/readyz") == ((503, "disk") if kind == "sqlite" else (200, "ready"))
    assert asked(program, "/healthz") == (200, "ok\n")


def test_a_database_that_can_only_be_read_is_not_ready(program, kind, monkeypatch):
    """Here we may write everywhere, as root: a disk that is mounted to be read is what the system says of it."""
    if kind == "sqlite":
        monkeypatch.setattr(database.os, "access", lambda *_: False)
    else:
        with program.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            name = connection.scalar(text("select current_database()"))
            connection.execute(text(f"alter database {name} set default_transaction_read_only = on"))
        program.engine.dispose()
    assert asked(program, "/readyz") == (503, "read_only")
    assert asked(program, "/healthz") == (200, "ok\n")


def test_it_is_ready_as_soon_as_the_town_is_there(bare):
    with bare.sessions.begin() as session:
        import_world(session, read_world(ROOT / "bot" / "demo_world"))
    assert asked(bare, "/readyz") == (200, "ready")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # PostgreSQL keeps its files to itself
@pytest.mark.parametrize("other", [True, False])
def test_a_database_file_that_is_gone_or_another_is_noticed_and_never_written_to(program, other):
    path = Path(program.engine.url.database)
    assert asked(program, "/readyz") == (200, "ready")
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    if other:
        copy.replace(path)
    else:
        path.unlink()
    before = path.read_bytes() if other else None
    with pytest.raises(SQLAlchemyError):
        Chat(program).says(RESIDENT, "德尚小区3号楼电梯坏了")
    program.engine.dispose()  # new connections see no more of it
    with pytest.raises(SQLAlchemyError):
        Chat(program).says(RESIDENT, "德尚小区3号楼电梯坏了")
    assert asked(program, "/readyz") == (503, "database")
    assert (path.read_bytes() if path.exists() else None) == before
