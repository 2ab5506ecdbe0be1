"""Prepared statements: compiled once for each database, and executed by the driver's own cursor.

SQLAlchemy's work around each execution (events, cache keys, contexts, results) takes five times as long as the
driver's call, and a message executes eight statements. Rows are tuples here, in the order of the columns; objects are
still loaded by the unit of work. Nothing is flushed before: see `models.deferred_inserts.catch_up`.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Boolean, Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Values = Mapping[str, Any]
Row = TypeVar("Row", bound=tuple[Any, ...])
_Convert = Callable[[Any], Any]
_AT_DRIVER = "at_driver"
"""Key in a session's `info`: the transaction and its driver"""


@dataclass(frozen=True, slots=True)
class _Driver:
    """The driver's side of a transaction's connection."""

    connection: Connection
    itself: Any
    dialect: Dialect
    heard: Any
    """Listeners for executed statements, such as a test that counts"""

    def execute(self, sql: str, values: Any, *, many: bool) -> Any:  # noqa: ANN401  (the driver's own types)
        """Execute and return the cursor. Raises the same errors as SQLAlchemy."""
        cursor = self.itself.cursor()
        for listen in self.heard or ():
            listen(self.connection, cursor, sql, values, None, many)
        try:
            cursor.executemany(sql, values) if many else cursor.execute(sql, values)
        except self.dialect.loaded_dbapi.Error as error:
            raise self.wrapped(error, sql, cursor) from error
        return cursor

    def wrapped(self, error: Any, sql: str, cursor: Any) -> BaseException:  # noqa: ANN401
        """SQLAlchemy's error for it, without the values, which quote residents. A lost connection is invalidated."""
        base: Any = self.dialect.loaded_dbapi.Error
        if self.dialect.is_disconnect(error, self.itself, cursor):
            self.connection.invalidate(error)
        raised: BaseException = DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=self.dialect)
        return raised


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement compiled for one driver."""

    sql: str
    binds: tuple[tuple[str, str | None, Any], ...]
    """The driver's name, the name of the given value, and its conversion; or None and a constant"""
    by_position: bool
    converts: tuple[tuple[int, _Convert], ...]
    """Index of a column and the conversion of its values"""

    def bound(self, values: Values) -> Any:  # noqa: ANN401
        """The values in the driver's form."""
        if self.by_position:
            given = []
            for _, name, what in self.binds:  # a comprehension would be a call of its own
                given.append(what if name is None else what(values[name]) if what else values[name])
            return tuple(given)
        return {
            own: what if name is None else what(values[name]) if what else values[name]
            for own, name, what in self.binds
        }


class Prepared(Generic[Row]):
    """A statement whose values are given when it is executed, by the names of its bindparams."""

    def __init__(self, statement: Executable, given: Collection[str] = (), *, named: bool = False) -> None:
        """`given`: an insert's columns, if they are not bindparams. `named`: rows are named tuples."""
        self._statement, self._given = statement, list(given) or None
        self._row = _named(statement) if named else tuple
        self._made: dict[str, _Made] = {}

    def rows(self, session: Session, values: Values) -> list[Row]:
        """All rows of the result."""
        driver = _driver(session)
        made = self._made.get(driver.dialect.name) or self._make(driver.dialect)
        found: list[Any] = driver.execute(made.sql, made.bound(values), many=False).fetchall()
        if made.converts:
            return [_converted(row, made.converts, self._row) for row in found]
        return found if self._row is tuple else [cast("Row", tuple.__new__(self._row, row)) for row in found]

    def first(self, session: Session, values: Values) -> Row | None:
        """The first row, if any."""
        found = self.rows(session, values)
        return found[0] if found else None

    def scalar(self, session: Session, values: Values) -> Any:  # noqa: ANN401  (whatever the column holds)
        """The first column of the first row."""
        found = self.rows(session, values)
        return found[0][0] if found else None

    def write(self, session: Session, rows: Sequence[Values]) -> int:
        """Execute once for each of `rows`; return the number of changed rows."""
        driver = _driver(session)
        made = self._made.get(driver.dialect.name) or self._make(driver.dialect)
        count: int = driver.execute(made.sql, [made.bound(row) for row in rows], many=True).rowcount
        return count

    def _make(self, dialect: Dialect) -> _Made:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._given)  # type: ignore[attr-defined]
        asked = {name for name, bind in compiled.binds.items() if bind.required}
        whole = compiled.construct_expanded_state(dict.fromkeys(asked))  # with lists of constants spelled out
        names = whole.positiontup or whole.parameters
        binds = tuple(_bind(whole, name, compiled.binds.get(name), dialect) for name in names)
        columns = enumerate(getattr(self._statement, "selected_columns", ()))
        converts = [(at, column.type.dialect_impl(dialect).result_processor(dialect, None)) for at, column in columns]
        known = tuple((at, convert) for at, convert in converts if convert)
        made = _Made(whole.statement, binds, whole.positiontup is not None, known)
        return self._made.setdefault(dialect.name, made)  # the same for all engines of this dialect


@contextmanager
def pipelined(session: Session) -> Iterator[None]:
    """Send the writes in the block one after the other and wait for the server once, where the driver can.

    Their row counts aren't known before the end, so what asks for them stays outside.
    """
    driver = _driver(session)
    if driver.dialect.name != "postgresql":
        yield
        return
    try:
        with driver.itself.pipeline():
            yield
    except driver.dialect.loaded_dbapi.Error as error:
        raise driver.wrapped(error, "", None) from error


def _driver(session: Session) -> _Driver:
    """The session's driver, looked up once for each transaction."""
    transaction, driver = session.info.get(_AT_DRIVER, (None, None))
    return driver if driver and transaction is session._transaction else _found_driver(session)  # noqa: SLF001


def _found_driver(session: Session) -> _Driver:
    connection = session.connection()
    heard = [*connection.dispatch.before_cursor_execute]
    driver = _Driver(connection, connection.connection.driver_connection, connection.dialect, heard)
    session.info[_AT_DRIVER] = (session._transaction, driver)  # noqa: SLF001  (the public way costs two calls)
    return driver


def _bind(whole: Any, name: str, bind: Any, dialect: Dialect) -> tuple[str, str | None, Any]:  # noqa: ANN401
    """`bind` is None for a value of an expanded list."""
    kind = None if bind is None else bind.type.dialect_impl(dialect)
    convert = kind.bind_processor(dialect) if kind else whole.processors.get(name)
    if isinstance(kind, Boolean):
        convert = None  # every driver accepts True, False and None
    if bind is not None and bind.required:
        return name, name, convert
    value = whole.parameters[name]
    return name, None, convert(value) if convert else value


def _named(statement: Any) -> type[tuple[Any, ...]]:  # noqa: ANN401
    return namedtuple("Row", [column.key for column in statement.selected_columns])  # noqa: PYI024


def _converted(row: tuple[Any, ...], converts: Sequence[tuple[int, _Convert]], kind: type[tuple[Any, ...]]) -> Any:  # noqa: ANN401
    values = list(row)
    for at, convert in converts:
        values[at] = convert(values[at])
    return tuple.__new__(kind, values)
