"""Insert many rows of one table by one prepared statement, without the unit of work."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from models.prepared_statements import Prepared

Values = dict[str, Any]


def insert_into(table: Any, dialect: str) -> postgresql.Insert | sqlite.Insert:  # noqa: ANN401  (a table or its class)
    """An insert with `on_conflict_...`, which both databases have in the same form."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def defaults_of(kind: type[DeclarativeBase]) -> Values:
    """Every column except the generated `id`, with its default value."""
    columns = [column for column in kind.__table__.c if not (column.primary_key and column.name == "id")]
    return {column.name: _default(column.default.arg) if column.default is not None else None for column in columns}


def _default(given: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    """A callable default gets a context from SQLAlchemy, unused here. Its result is shared: nobody may change it."""
    return given(None) if callable(given) else given


def insert_rows(session: Session, kind: type[DeclarativeBase], rows: Sequence[Values], *, has_id: bool) -> None:
    """Each row holds every column of `defaults_of`, and `id` where `has_id`.

    If the table has a `key`, a row whose key exists already is skipped.
    """
    _inserting(kind, session.get_bind().dialect.name, has_id=has_id).write(session, rows)


@cache
def _inserting(kind: type[DeclarativeBase], dialect: str, *, has_id: bool) -> Prepared[Any]:
    columns = [*(["id"] if has_id else []), *defaults_of(kind)]
    statement = insert_into(kind.__table__, dialect)
    return Prepared(statement.on_conflict_do_nothing() if "key" in kind.__table__.c else statement, columns)
