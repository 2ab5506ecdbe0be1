"""Rows that are only appended: kept as plain values until the next flush, then one insert for each table.

A message writes a dozen of them (events, pushes, timers). As an object of the unit of work, each would cost ten times
as much as the database's own work. They are called lines here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from models.bulk_insert import Values, defaults_of, insert_rows
from models.prepared_statements import pipelined
from models.versioned_updates import write_changes

WATCH = "watch"
"""Key in a session's `info`: a function that gets its lines before they are written, and may add others"""


class Unwritten(Protocol):
    """A row that may still change until the flush; it already has its id."""

    def written(self) -> tuple[type[DeclarativeBase], Values]:
        """Its table and row; it can't change after this."""


class ReadOnlyError(Exception):
    """Something tried to write in a read-only session."""


class AppendingSession(Session):
    """A session that also holds lines to append. Like objects, they are written by the next flush."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        super().__init__(*arguments, **options)
        self.lines: dict[type[DeclarativeBase], list[Values]] = defaultdict(list)
        self.unwritten: list[Unwritten] = []
        self.read_ahead: dict[Any, Sequence[Any]] = {}
        """Results that were read for a whole batch; valid until something is written"""
        self.numbers: dict[type[DeclarativeBase], int] = {}
        """The last id of each table that this transaction has assigned (models.reserved_ids)"""

    def flush(self, objects: Any = None) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        """New tickets, then objects, then lines: an object may refer to a new ticket, a line to both."""
        if not (self.unwritten or self.lines or self._has_changed()):
            return
        self.read_ahead.clear()
        unwritten, self.unwritten = self.unwritten, []
        new: dict[type[DeclarativeBase], list[Values]] = defaultdict(list)
        for kind, row in [each.written() for each in unwritten]:  # it may append lines
            new[kind].append(row)
        if self._has_changed():
            _insert(self, new)
            new = {}
            write_changes(self)
            super().flush(objects)
        lines, self.lines = self.lines, defaultdict(list)
        if lines and (watch := self.info.get(WATCH)):
            watch(lines)
        _insert(self, new, lines)

    def is_behind(self, *kinds: type[DeclarativeBase]) -> bool:
        """Whether rows of these tables have changes that are not written yet."""
        if self.lines and any(self.lines.get(kind) for kind in kinds):
            return True
        return self._has_changed() and any(isinstance(row, kinds) for row in (*self.new, *self.dirty))

    def _has_changed(self) -> bool:
        """Whether any object is new, changed or deleted; if not, the unit of work has nothing to flush."""
        return bool(self._new or self._deleted or self.identity_map.check_modified())

    def forget(self) -> None:
        """Drop unwritten rows and cached reads when the transaction ends."""
        self.lines.clear()
        self.unwritten.clear()
        self.read_ahead.clear()
        self.numbers.clear()


def _insert(session: Session, *those: Mapping[type[DeclarativeBase], Sequence[Values]]) -> None:
    """All rows in this order; the database is waited for once."""
    if not any(those):
        return
    with pipelined(session):
        for kind, rows in chain.from_iterable(each.items() for each in those):
            numbered = [row for row in rows if "id" in row]
            others = [row for row in rows if "id" not in row] if len(numbered) < len(rows) else []
            for some, has_id in ((numbered, True), (others, False)):
                if some:
                    insert_rows(session, kind, some, has_id=has_id)


def appending(session_maker: sessionmaker[Session]) -> None:
    """Write lines at commit and drop them at rollback, even if the transaction changed no objects."""
    event.listen(session_maker, "before_commit", lambda session: session.flush())
    event.listen(session_maker, "after_commit", lambda session: session.forget())
    event.listen(session_maker, "after_soft_rollback", lambda session, _transaction: session.forget())


def catch_up(session: Session, *kinds: type[DeclarativeBase]) -> None:
    """Flush if rows of these tables have changed. Call it before a statement that does not flush by itself."""
    if isinstance(session, AppendingSession) and session.is_behind(*kinds):
        session.flush()


def dialect_of(session: Session) -> str:
    """The database's dialect: sqlite or postgresql."""
    engine = session.bind
    assert engine is not None  # noqa: S101  (for the type checker: ours are all made for one engine)
    return engine.dialect.name


def append(session: Session, kind: type[DeclarativeBase], /, **values: Any) -> None:  # noqa: ANN401  (whatever it holds)
    """Add a row at the next flush. One whose `key` exists already (push, timer) is skipped."""
    if not isinstance(session, AppendingSession):
        raise ReadOnlyError(kind.__name__)
    session.lines[kind].append(defaults_of(kind) | values)
