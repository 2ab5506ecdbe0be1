"""Rows that are written once and not read again by their writer: one statement for all of a kind.

A message writes a dozen of them (events, pushes, timers). As objects of the unit of work each costs ten times what the
database takes for it; so they are kept as plain values until the next flush, and written after the objects.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from models.bulk import Values, defaults_of, insert_rows
from models.versioned import write_changes

WATCH = "watch"
"""In a session's `info`: what sees its lines before they are written, and may add others"""


class Unwritten(Protocol):
    """Something that may still change until it is written; it has its id before."""

    def written(self) -> tuple[type[DeclarativeBase], Values]:
        """The row that it has become: it can't change any more."""


class ReadOnlyError(Exception):
    """A session that only reads was to write."""


class AppendingSession(Session):
    """A session that keeps lines to append beside its objects. They are there for every query that flushes first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        super().__init__(*arguments, **options)
        self.lines: dict[type[DeclarativeBase], list[Values]] = defaultdict(list)
        self.unwritten: list[Unwritten] = []
        self.read_ahead: dict[Any, Sequence[Any]] = {}
        """What was read for several at once; true until something is written"""
        self.numbers: dict[type[DeclarativeBase], int] = {}
        """The last id of a kind that this transaction has given (models.numbers)"""

    def flush(self, objects: Any = None) -> None:  # noqa: ANN401  (SQLAlchemy's own)
        """New tickets, then objects, then lines: an object may name a new ticket, a line either."""
        if not (self.unwritten or self.lines or self._has_changed()):
            return
        self.read_ahead.clear()
        if self.unwritten:
            self._write_down()
        write_changes(self)
        super().flush(objects)
        lines, self.lines = self.lines, defaultdict(list)
        if lines and (watch := self.info.get(WATCH)):
            watch(lines)
        for kind, rows in lines.items():
            numbered = [row for row in rows if "id" in row]
            others = [row for row in rows if "id" not in row] if len(numbered) < len(rows) else []
            for some, has_id in ((numbered, True), (others, False)):
                if some:
                    insert_rows(self, kind, some, has_id=has_id)

    def _write_down(self) -> None:
        unwritten, self.unwritten = self.unwritten, []
        rows: dict[type[DeclarativeBase], list[Values]] = defaultdict(list)
        for each in unwritten:
            kind, row = each.written()
            rows[kind].append(row)
        for kind, of_kind in rows.items():
            insert_rows(self, kind, of_kind, has_id=True)

    def is_behind(self, *kinds: type[DeclarativeBase]) -> bool:
        """Rows of these kinds have changed and are not written yet."""
        if self.lines and any(self.lines.get(kind) for kind in kinds):
            return True
        return self._has_changed() and any(isinstance(row, kinds) for row in (*self.new, *self.dirty))

    def _has_changed(self) -> bool:
        """Some object is new, changed or deleted; if none is, the unit of work has nothing to flush."""
        return bool(self._new or self._deleted or self.identity_map.check_modified())

    def forget(self) -> None:
        """What was to be written, and what was read, goes with its transaction."""
        self.lines.clear()
        self.unwritten.clear()
        self.read_ahead.clear()
        self.numbers.clear()


def appending(session_maker: sessionmaker[Session]) -> None:
    """Lines go the way of their transaction, even where nothing else was changed in it."""
    event.listen(session_maker, "before_commit", lambda session: session.flush())
    event.listen(session_maker, "after_commit", lambda session: session.forget())
    event.listen(session_maker, "after_soft_rollback", lambda session, _transaction: session.forget())


def catch_up(session: Session, *kinds: type[DeclarativeBase]) -> None:
    """Before rows of these kinds are read past the session's objects: those that have changed are written down."""
    if isinstance(session, AppendingSession) and session.is_behind(*kinds):
        session.flush()


def dialect_of(session: Session) -> str:
    """The name of its database: sqlite or postgresql."""
    engine = session.bind
    assert engine is not None  # noqa: S101  (for the type checker: ours are all made for one engine)
    return engine.dialect.name


def append(session: Session, kind: type[DeclarativeBase], /, **values: Any) -> None:  # noqa: ANN401  (whatever it holds)
    """One more row of this kind. What has a key that is there already (a push, a timer) is not written twice."""
    if not isinstance(session, AppendingSession):
        raise ReadOnlyError(kind.__name__)
    session.lines[kind].append(defaults_of(kind) | values)
