"""A condition on a list that is bound as one value: the statement is the same for lists of any length."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

_as_json = json.JSONEncoder().encode


class _List(TypeDecorator[Sequence[Any]]):
    """An array on PostgreSQL, else JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:  # noqa: ANN401  (the driver's)
        return [*(value or ())] if dialect.name == "postgresql" else _as_json([*(value or ())])


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_OneOf":  # noqa: ANN401  (SQLAlchemy's own)
        """Already a condition: SQLAlchemy would add `= 1`, and then no index could be used."""
        del against
        return self


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """The column's value is in the list of this name. An ordinary IN would be compiled again for each list."""
    return _OneOf(column, bindparam(name, type_=_List(column.type)))


class _PairOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    self_group = _OneOf.self_group


_Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def pair_of(first: _Column, second: _Column, name: str, other: str) -> ColumnElement[bool]:
    """The two columns' values are in the two lists of these names at the same index."""
    return _PairOf(first, second, bindparam(name, type_=_List(first.type)), bindparam(other, type_=_List(second.type)))


@compiles(_PairOf)
def _in_two_json(element: _PairOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (SQLAlchemy's own)
    one, other, ones, others = (compiler.process(each, **how) for each in element.clauses)
    pairs = f"SELECT a.value, b.value FROM json_each({ones}) AS a JOIN json_each({others}) AS b ON a.key = b.key"  # noqa: S608
    return f"({one}, {other}) IN ({pairs})"


@compiles(_PairOf, "postgresql")
def _in_two_arrays(element: _PairOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (SQLAlchemy's own)
    one, other, ones, others = (compiler.process(each, **how) for each in element.clauses)
    return f"({one}, {other}) IN (SELECT * FROM unnest({ones}, {others}))"  # noqa: S608


@compiles(_OneOf)
def _in_json(element: _OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (SQLAlchemy's own)
    column, listed = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608  (names of columns)


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (SQLAlchemy's own)
    column, listed = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} = ANY ({listed})"
