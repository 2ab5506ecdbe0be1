"""Update changed rows that have a version: one statement for all that changed the same columns.

The unit of work updates them one by one, to check the version of each. It is enough to check the count of all: on a
conflict the whole transaction is rolled back, and each message is tried alone.
"""

from collections import defaultdict
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, inspect, update
from sqlalchemy.orm import DeclarativeBase, InstanceState, Session
from sqlalchemy.orm.exc import StaleDataError

from models.prepared_statements import Prepared

_Kind = type[DeclarativeBase]


def write_changes(session: Session) -> None:
    """Write rows of which only columns changed; the unit of work writes the others. Raises StaleDataError."""
    changed: dict[tuple[_Kind, tuple[str, ...]], list[InstanceState[Any]]] = defaultdict(list)
    for row in session.dirty:
        state = inspect(row)
        if _is_ours(state):
            changed[state.class_, _changed(state)].append(state)
    for (kind, names), states in changed.items():
        if names:
            _write(session, kind, names, sorted(states, key=lambda state: state.dict["id"]))
        for state in states:
            state._commit_all(state.dict, session.identity_map)  # noqa: SLF001  (as the unit of work ends its own)


def _is_ours(state: InstanceState[Any]) -> bool:
    columns = _columns(cast("_Kind", state.class_))
    return "version" in columns and "version" in state.dict and state.committed_state.keys() <= columns


def _changed(state: InstanceState[Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name, was in state.committed_state.items() if state.dict[name] != was))


def _write(session: Session, kind: _Kind, names: tuple[str, ...], states: list[InstanceState[Any]]) -> None:
    rows = [
        {**(row := state.dict), "of": row["id"], "stood": row["version"], "version": row["version"] + 1}
        for state in states
    ]
    if _writing(kind, names).write(session, rows) != len(rows):
        raise StaleDataError(f"{kind.__tablename__}: changed by somebody else")
    for state, row in zip(states, rows, strict=True):
        state.dict["version"] = row["version"]


@cache
def _writing(kind: _Kind, names: tuple[str, ...]) -> Prepared[Any]:
    columns: Any = kind.__table__.c
    still = (columns.id == bindparam("of")) & (columns.version == bindparam("stood"))
    return Prepared(
        update(cast("Table", kind.__table__))
        .where(still)
        .values({name: bindparam(name) for name in ("version", *names)})
    )


@cache
def _columns(kind: _Kind) -> frozenset[str]:
    """The columns of a table with a version; empty for others, which the unit of work writes."""
    mapper = inspect(kind)
    return frozenset(mapper.columns.keys()) if mapper.version_id_col is not None else frozenset()
