"""Figures are read from a streaming replica, as long as it is fresh enough; else from the primary.

A replica is fresh if the last transaction that it replayed is young, or if it has replayed all that the primary has
written: on a quiet primary the last transaction may be hours old. What the replica received last isn't asked, because
a replica that is cut off believes that it has received everything.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.sessions import reading_sessions

_AGAIN_SECONDS = 10
"""How long a replica that can't be reached is left alone: each attempt may wait for two seconds"""
_POSITION = text(
    "select pg_is_in_recovery(), extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()),"
    " cast(pg_last_wal_replay_lsn() as text)"
)
_HAS_WRITTEN_NO_MORE = text("select pg_current_wal_lsn() = cast(:replayed as pg_lsn)")
_CLUSTER = text("select system_identifier from pg_control_system()")


class State(StrEnum):
    """Of the replica; figures are read from a fresh one only."""

    FRESH = "fresh"
    OLD = "old"
    AWAY = "away"
    """It can't be reached or read"""
    NOT_ONE = "not_a_replica"
    """A server of its own, perhaps promoted"""


class Replica:
    """Chooses where each reader of figures reads."""

    def __init__(
        self,
        engine: Engine | None = None,
        oldest: timedelta = timedelta(0),
        tell: Callable[[State], None] = lambda _state: None,
    ) -> None:
        """Without `engine` there is no replica. `tell` gets each new state."""
        self.engine = engine
        self._reading = reading_sessions(engine) if engine else None
        self._oldest, self._tell = oldest, tell
        self._state = State.FRESH
        self._again_at = 0.0

    @contextmanager
    def beside(self, primary: Session, since_act: timedelta | None = None) -> Iterator[Session]:
        """A session on the replica, or `primary` itself.

        `since_act`: the time since the reader's last message; they must find what they have just changed.
        """
        just_acted = since_act is not None and since_act <= self._oldest
        session = None if just_acted else self._fresh(primary)
        if session is None:
            yield primary
            return
        with session:
            yield session

    def state(self, primary: Session) -> State | None:
        """Looked at now; None if there is no replica."""
        if self._reading is None:
            return None
        with self._reading() as session:
            return self._looked_at(session, primary)

    def belongs_to(self, primary: Session) -> bool:
        """Whether it is a copy of this primary, not of another."""
        if self._reading is None:
            return True
        with self._reading() as session:
            return bool(session.scalar(_CLUSTER) == primary.scalar(_CLUSTER))

    def _fresh(self, primary: Session) -> Session | None:
        if self._reading is None or time.monotonic() < self._again_at:
            return None
        session = self._reading()
        state = self._looked_at(session, primary)
        if state is State.AWAY:
            self._again_at = time.monotonic() + _AGAIN_SECONDS
        if state is not self._state:
            self._state = state
            self._tell(state)
        if state is State.FRESH:
            return session
        session.close()
        return None

    def _looked_at(self, session: Session, primary: Session) -> State:
        """The age first: what the session reads afterwards is never older."""
        try:
            is_copy, seconds, replayed = session.execute(_POSITION).one()
        except SQLAlchemyError:
            return State.AWAY
        if not is_copy:
            return State.NOT_ONE
        if seconds is not None and seconds <= self._oldest.total_seconds():
            return State.FRESH
        return State.FRESH if primary.scalar(_HAS_WRITTEN_NO_MORE, {"replayed": replayed}) else State.OLD
