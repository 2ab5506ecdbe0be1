"""Migrates a database to this version."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Engine, Index
from sqlalchemy.schema import CreateIndex, SchemaItem

import models  # noqa: F401  (registers every table)
from bot.installation.database import MIGRATIONS
from models.base import Base


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade in one transaction; does nothing if the database is current."""
    with engine.connect() as connection, _tables_may_be_copied(connection), connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        _check_references(connection)
        if revision == "head":
            _index_expressions(connection)


@contextmanager
def _tables_may_be_copied(connection: Connection) -> Iterator[None]:
    """Switch foreign keys off on SQLite, which alters a table by copying it and dropping the old one.

    With foreign keys, the drop would cascade and empty other tables. They can't be switched inside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("pragma foreign_keys=off")
    try:
        yield
    finally:
        driver.execute("pragma foreign_keys=on")


def _check_references(connection: Connection) -> None:
    """Check foreign keys before the commit, because they were not enforced."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("pragma foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows that refer to nothing, the first in {broken[0][0]}")


def new_revision(engine: Engine, message: str, number: str) -> None:
    """For developers: write the next migration from the differences between models and database."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=number)


def differences(engine: Engine) -> list[object]:
    """Differences between models and database; empty if the migrations are right.

    Indexes over expressions can't be compared: PostgreSQL rewrites the expression, and SQLAlchemy can't read SQLite's.
    """
    options = {"compare_type": True, "render_as_batch": True, "include_object": _is_comparable}
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def _index_expressions(connection: Connection) -> None:
    """Create indexes over expressions again: a migration that copies a table on SQLite loses them."""
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            if not _is_comparable(index):
                connection.execute(CreateIndex(index, if_not_exists=True))


def _is_comparable(schema_object: SchemaItem, *_: object) -> bool:
    return not isinstance(schema_object, Index) or all(isinstance(each, Column) for each in schema_object.expressions)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
