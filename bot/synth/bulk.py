"""Bulk inserts: executemany on SQLite, COPY on PostgreSQL; missing columns get their defaults."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table, func, select, text

Row = Mapping[str, Any]


class Bulk:
    """Writes rows of one table, always with the same columns."""

    def __init__(self, connection: Connection, table: Table, columns: Sequence[str]) -> None:
        self._connection, self._table = connection, table
        defaults = {each.name: _default(each.default) for each in table.c if each.name not in columns}
        self._rest = {name: value for name, value in defaults.items() if value is not None}
        self._columns = [*columns, *self._rest]

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Inserts all rows; their values are in the order of the columns."""
        rest = tuple(self._rest.values())
        driver = self._connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            self._copy(driver, rows, rest)
        else:
            marks = ",".join("?" * len(self._columns))
            into = f"insert into {self._table.name} ({','.join(self._columns)}) values ({marks})"  # noqa: S608
            cast("Any", driver).executemany(into, ([_plain(each) for each in (*row, *rest)] for row in rows))

    def _copy(self, driver: "psycopg.Connection[Any]", rows: Iterable[Sequence[Any]], rest: tuple[Any, ...]) -> None:
        into = f"copy {self._table.name} ({','.join(self._columns)}) from stdin"
        with driver.cursor() as cursor, cursor.copy(into.encode()) as copy:
            for row in rows:
                copy.write_row((*row, *rest))


def next_id(connection: Connection, table: Table) -> int:
    """The first free id."""
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def catch_up(connection: Connection, table: Table) -> None:
    """On PostgreSQL, sets the sequence after the ids that we chose ourselves."""
    if connection.dialect.name == "postgresql":
        name = table.name
        connection.execute(text(f"select setval(pg_get_serial_sequence('{name}','id'), max(id)) from {name}"))  # noqa: S608


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    """The value as SQLAlchemy writes it to SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def _default(default: Any) -> Any:  # noqa: ANN401  (SQLAlchemy's own)
    return default.arg if default is not None and default.is_scalar else None
