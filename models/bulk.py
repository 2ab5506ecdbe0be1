"""Many rows of one table by one ready statement, past the unit of work and past the compiler.

The statement and what turns a value into the driver's are made once for each table and database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

Values = dict[str, Any]
_Bind = Callable[[Any], Any]


def insert_into(table: Any, dialect: str) -> postgresql.Insert | sqlite.Insert:  # noqa: ANN401  (a table or its class)
    """An insert that can say what becomes of a row that is there already; both databases know the same words."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def defaults_of(kind: type[DeclarativeBase]) -> Values:
    """Every column but the number that the database gives, with the value where none is given."""
    columns = [column for column in kind.__table__.c if not (column.primary_key and column.name == "id")]
    return {column.name: _default(column.default.arg) if column.default is not None else None for column in columns}


def _default(given: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    """An empty dict and the like are made by a function, which SQLAlchemy has take a context; nobody changes them."""
    return given(None) if callable(given) else given


def insert_rows(connection: Connection, kind: type[DeclarativeBase], rows: Sequence[Values], *, has_id: bool) -> None:
    """Each row holds every column of `defaults_of`, and `id` where `has_id`.

    Where the table has a `key`, a row whose key is there already is passed over.
    """
    key = (kind, has_id, connection.dialect.name)  # engines of one name write the same
    ready = _READY.get(key) or _READY.setdefault(key, _made_ready(kind, connection.dialect, has_id=has_id))
    connection.exec_driver_sql(ready.sql, [ready.bound(row) for row in rows])


@dataclass(frozen=True, slots=True)
class _Ready:
    sql: str
    binds: tuple[tuple[str, _Bind | None], ...]
    by_position: bool

    def bound(self, row: Values) -> tuple[Any, ...] | Values:
        """The row as the driver takes it."""
        if self.by_position:
            return tuple([bind(row[name]) if bind else row[name] for name, bind in self.binds])
        return {name: bind(row[name]) if bind else row[name] for name, bind in self.binds}


def _made_ready(kind: type[DeclarativeBase], dialect: Dialect, *, has_id: bool) -> _Ready:
    columns = [*(["id"] if has_id else []), *defaults_of(kind)]
    statement = insert_into(kind.__table__, dialect.name).values(dict.fromkeys(columns))
    statement = statement.on_conflict_do_nothing() if "key" in kind.__table__.c else statement
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    types = {column: kind.__table__.c[column].type.dialect_impl(dialect) for column in columns}
    order = compiled.positiontup or columns
    binds = tuple((column, types[column].bind_processor(dialect)) for column in order)
    return _Ready(str(compiled), binds, compiled.positiontup is not None)


_READY: dict[tuple[type[DeclarativeBase], bool, str], _Ready] = {}
"""Made at the first row of each"""
