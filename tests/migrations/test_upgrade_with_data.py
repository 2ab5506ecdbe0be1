"""A database of every earlier version, full of rows, becomes one of today and has lost nothing."""

import shutil
from contextlib import contextmanager

import pytest
from alembic.script import ScriptDirectory
from filled_tables import ROWS, content, fill, lost, tables_of
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.installation import database, migrating
from bot.installation.database import is_current
from bot.installation.migrating import differences, migrate
from models.connecting import connect

pytestmark = pytest.mark.both_databases

REVISIONS = [step.revision for step in ScriptDirectory.from_config(migrating._config()).walk_revisions()]

GIVEN_UP = {("people", "last_told_ticket_id")}
"""Columns that a step drops on purpose. 0003: who was told of which ticket last stands in the outbox"""


def without(columns, rows_of):
    """The same content but for these columns."""
    return {
        table: [{name: value for name, value in row.items() if (table, name) not in columns} for row in rows]
        for table, rows in rows_of.items()
    }


def renamed(rows_of):
    """0006: a conversation's one question is one of those that are asked."""
    return {"asked" if table == "conversations" else table: rows for table, rows in rows_of.items()}


@pytest.fixture
def bare(databases, kind, tmp_path):
    """A database without a single table."""
    engine = connect(f"sqlite:///{tmp_path}/bare.db" if kind == "sqlite" else databases.fresh(kind, with_town=False))
    if kind == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_full_database_of_this_revision_keeps_every_row(bare, revision):
    migrate(bare, revision)
    fill(bare)
    before = renamed(without(GIVEN_UP, content(bare)))
    assert len(before) > 20
    assert {len(rows) for rows in before.values()} == {ROWS}
    migrate(bare)
    assert is_current(bare)
    assert differences(bare) == []
    assert lost(before, content(bare)) == []


def test_a_timer_set_before_is_still_recognized_by_its_key(bare):
    migrate(bare, "0004")
    keys = {"accept_remind:7:1795401000": True, "retention:1795401000.0": False}
    fill(bare)
    with bare.begin() as connection:
        ticket = connection.scalar(text("select min(id) from tickets"))
        for number, key in enumerate(keys):
            of = {"key": key.replace(":7:", f":{ticket}:"), "kind": key.partition(":")[0], "n": 900 + number}
            about = {"ticket": ticket if keys[key] else None, "now": "2026-11-21 10:00:00+00:00"}
            connection.execute(
                text(
                    "insert into timers (id, key, kind, ticket_id, created_at, attempts, outcome, reason) "
                    "values (:n, :key, :kind, :ticket, :now, 0, '', '')"
                ),
                of | about,
            )
    migrate(bare)
    with bare.connect() as connection:
        found = connection.scalars(text("select key from timers where id >= 900 order by id")).all()
    assert found == [f"{ticket}:accept_remind:1795401000", "retention:1795401000.0"]


def test_the_rows_say_something_in_every_column(engine):
    fill(engine)
    rows = content(engine)
    for name, table in tables_of(engine).items():
        for column in table.columns:
            assert any(row[column.name] is not None for row in rows[name]), f"{name}.{column.name}"
        assert len({str(row) for row in rows[name]}) == ROWS, name


STEPS = {
    "a column lost": 'with op.batch_alter_table("tickets") as table:\n        table.drop_column("answer")',
    "rows lost": 'op.execute("delete from pushes where ticket_id is null")',
    "words emptied": "op.execute(\"update tickets set rule = ''\")",
}


@contextmanager
def one_step_more(monkeypatch, folder, step):
    """The migrations of tomorrow: today's, and one more that does this."""
    shutil.copytree(database.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_tomorrow.py").write_text(
        f'from alembic import op\n\nrevision, down_revision = "9999", "{REVISIONS[0]}"\n\ndef upgrade():\n    {step}\n',
        encoding="utf-8",
    )
    with monkeypatch.context() as patch:
        for module in (database, migrating):
            patch.setattr(module, "MIGRATIONS", folder)
        yield


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_loses_something_would_be_seen(engine, tmp_path, monkeypatch, name):
    fill(engine)
    before = content(engine)
    with one_step_more(monkeypatch, tmp_path / "migrations", STEPS[name]):
        assert not is_current(engine)
        migrate(engine)
        assert is_current(engine)
    assert lost(before, content(engine)) != []


def test_a_step_that_only_adds_loses_nothing(engine, tmp_path, monkeypatch):
    fill(engine)
    before = content(engine)
    adds = "op.execute(\"alter table tickets add column weather varchar default '晴'\")"
    with one_step_more(monkeypatch, tmp_path / "migrations", adds):
        migrate(engine)
    after = content(engine)
    assert lost(before, after) == []
    assert {row["weather"] for row in after["tickets"]} == {"晴"}


def test_a_step_that_breaks_off_leaves_the_database_as_it_was(engine, tmp_path, monkeypatch):
    fill(engine)
    before = content(engine)
    breaks = 'op.execute("delete from looks")\n    raise RuntimeError("power cut")'
    with one_step_more(monkeypatch, tmp_path / "migrations", breaks), pytest.raises(RuntimeError, match="power cut"):
        migrate(engine)
    assert is_current(engine)
    assert content(engine) == before


def test_a_table_that_is_copied_takes_nothing_with_it(engine, tmp_path, monkeypatch):
    """SQLite can't alter: the old table is dropped, and whatever hangs on it must stay."""
    fill(engine)
    before = content(engine)
    alters = 'with op.batch_alter_table("people") as table:\n        table.alter_column("openid", nullable=True)'
    with one_step_more(monkeypatch, tmp_path / "migrations", alters):
        migrate(engine)
    assert lost(before, content(engine)) == []
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("pragma foreign_keys")) == 1


def test_a_step_that_leaves_rows_referring_to_nothing_is_refused(engine, tmp_path, monkeypatch):
    fill(engine)
    before = content(engine)
    orphans = 'op.execute("delete from people")'
    refused = pytest.raises((RuntimeError, IntegrityError))
    with one_step_more(monkeypatch, tmp_path / "migrations", orphans), refused:
        migrate(engine)
    assert content(engine) == before


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_a_step_that_copies_a_table_keeps_the_index_over_an_expression(engine, tmp_path, monkeypatch):
    copies = 'with op.batch_alter_table("tickets") as table:\n        table.drop_column("climbs")'
    with one_step_more(monkeypatch, tmp_path / "migrations", copies):
        migrate(engine)
    kept = {
        "sqlite": "select count(*) from sqlite_master where name = 'ix_tickets_limit'",
        "postgresql": "select count(*) from pg_indexes where indexname = 'ix_tickets_limit'",
    }
    with engine.connect() as connection:
        assert connection.scalar(text(kept[engine.dialect.name])) == 1
