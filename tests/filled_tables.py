"""Fills every table of a database at any revision, knowing nothing but the tables themselves."""

import itertools
import json
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSON as PG_JSON
from sqlalchemy.exc import SAWarning

ROWS = 3
_WORDS = "德尚小区3号楼“电梯”又坏了𠮷🙂 ]]>'"
_MOMENT = datetime(2024, 2, 29, 16, 0, 0, 123456, tzinfo=UTC)

Content = dict[str, list[dict[str, Any]]]


def tables_of(engine: Engine) -> dict[str, Table]:
    """As the database itself describes them, parents before children."""
    found = MetaData()
    with warnings.catch_warnings():
        # Of an index over an expression, and tables that point at each other and have no order; ours fill in two steps.
        warnings.simplefilter("ignore", SAWarning)
        found.reflect(engine)
        return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def fill(engine: Engine) -> None:
    """Rows in every table: the first with every column written, the last with all that may be empty left empty."""
    tables, numbers = tables_of(engine), itertools.count(1)
    with engine.begin() as connection:
        written: dict[str, list[Mapping[str, Any]]] = {}
        for name, table in tables.items():
            written[name] = []
            for row in range(ROWS):
                values = {each.name: _value(each, row, next(numbers), written) for each in table.columns}
                connection.execute(insert(table), values)
                written[name].append(values)


def _value(column: Column[Any], row: int, number: int, written: Mapping[str, list[Mapping[str, Any]]]) -> Any:
    if column.nullable and row == ROWS - 1:
        return None
    for key in column.foreign_keys:
        parents = written.get(key.column.table.name, [])
        return parents[min(row, len(parents) - 1)][key.column.name] if parents else None
    return _written(column, row, number)


def _written(column: Column[Any], row: int, number: int) -> Any:
    """A value of the column's type, another one each time: rows that change places would be seen."""
    kind = column.type
    if isinstance(kind, Boolean):
        return row % 2 == 0
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number + 0.125
    if isinstance(kind, DateTime):
        moment = _MOMENT + timedelta(hours=number)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, Date):
        return _MOMENT.date() + timedelta(days=number)
    if isinstance(kind, (JSON, PG_JSON)):
        return {"列": [number, None, _WORDS]}
    if isinstance(kind, LargeBinary):
        return f"{number}".encode() + bytes(range(256))
    return f"{number} {_WORDS}"


def content(engine: Engine) -> Content:
    """All rows of all tables, in the order of their primary keys."""
    with engine.connect() as connection:
        return {name: _rows(connection, table) for name, table in tables_of(engine).items()}


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, (dict, list)) else value


def lost(before: Content, after: Content) -> list[str]:
    """What was there and is not: tables, columns, rows, values. What a step adds is no loss."""
    return [
        f"{name}: {row} → {found}"
        for name, rows in before.items()
        for row, found in itertools.zip_longest(rows, _same_columns(before, after, name))
        if row != found
    ]


def _same_columns(before: Content, after: Content, name: str) -> list[dict[str, Any]]:
    columns = before[name][0].keys()
    return [{each: row[each] for each in columns if each in row} for row in after.get(name, [])]
