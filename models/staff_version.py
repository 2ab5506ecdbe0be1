"""A version that changes with the staff (roles, teams, scopes, rosters): processes then reload their cache of them."""

import secrets

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, sessionmaker

from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.grid import Fact
from models.person import Person, PersonRole
from models.roster import Shift

STAFF_VERSION = "staff_version"
_OF_A_PERSON = ("openid", "name", "team", "grid")


def telling_of_staff(session_maker: sessionmaker[Session]) -> None:
    """Set a new version whenever these sessions change the staff by objects.

    Code that changes many rows by one statement must call `changed`, unless it uses `Session.query`.
    """
    event.listen(session_maker, "before_flush", lambda session, _context, _objects: _look(session))
    for many in ("after_bulk_update", "after_bulk_delete"):
        event.listen(session_maker, many, lambda done: _look_at_many(done.session, done.mapper.class_))


def _look(session: Session) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(row, PersonRole | Shift) or _is_changed_staff(row) for row in touched):
        changed(session)


def _look_at_many(session: Session, kind: type) -> None:
    if kind in {Person, PersonRole, Shift}:
        changed(session)


def changed(session: Session) -> None:
    """Set a new version. Call it after changing the staff by a statement instead of objects."""
    row = insert_into(Fact, dialect_of(session)).values(name=STAFF_VERSION, value=secrets.token_hex(8))
    fresh = row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value})
    session.connection().execute(fresh)


def _is_changed_staff(row: object) -> bool:
    if not isinstance(row, Person) or not row.id:
        return False
    state = inspect(row)
    if "role_rows" in state.committed_state:
        return True  # a removed role is not in `deleted` yet: the flush finds out that it is an orphan
    return any(state.attrs[name].history.has_changes() for name in _OF_A_PERSON) and bool(
        row.role_rows or row.team or row.grid
    )
