"""Which tickets a person may see or change.

As one OR condition a database would scan every open ticket of the town. Own team, helping team and area each have an
index: they are looked up one by one and united.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, bindparam, false, func, select, union
from sqlalchemy.orm import Session

from models.built_once import kept
from models.list_condition import one_of
from models.ticket import Ticket


class Way(NamedTuple):
    """Finds open tickets: their ids, and under which condition."""

    ids: SQLColumnExpression[int]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True, eq=False)
class TicketScope:
    """The tickets that somebody may see or move. `condition` judges any ticket, `ways` find those that are open."""

    condition: ColumnElement[bool]
    ways: tuple[Way, ...]

    def __or__(self, other: "Scope") -> "TicketScope":
        return _either(self, other)

    def __and__(self, also: ColumnElement[bool]) -> ColumnElement[bool]:
        return self.condition & also

    def narrowed(self, also: ColumnElement[bool]) -> "TicketScope":
        """The part of it for which this holds, too."""
        return TicketScope(self.condition & also, tuple(Way(way.ids, way.condition & also) for way in self.ways))

    def __clause_element__(self) -> ColumnElement[bool]:
        """SQLAlchemy takes it for its condition."""
        return self.condition


Scope = ColumnElement[bool] | TicketScope
NOTHING = TicketScope(false(), ())


def as_reach(scope: Scope) -> TicketScope:
    """What has a single way is a condition, and need not say more."""
    return scope if isinstance(scope, TicketScope) else TicketScope(scope, (Way(Ticket.id, scope),))


@kept
def both(one: ColumnElement[bool], other: ColumnElement[bool]) -> ColumnElement[bool]:
    """What is in two scopes."""
    return one & other


@kept
def _either(one: TicketScope, other: Scope) -> TicketScope:
    other = as_reach(other)
    return TicketScope(one.condition | other.condition, (*one.ways, *other.ways))


@kept
def newest_open(scope: Scope, among: ColumnElement[bool], most: int) -> Select[Ticket]:
    """So many of the open ones, newest first; no more than that are looked at."""
    ids = _together([select(_newest(way, among, most).subquery()) for way in as_reach(scope).ways])
    return select(Ticket).where(Ticket.id.in_(select(ids.c.id))).order_by(Ticket.id.desc()).limit(most)


def first_of_open(
    session: Session, scope: Scope, first: "FirstOf", now: datetime, most: int
) -> tuple[list[Ticket], int]:
    """The first of the open ones in this order, and how many there are."""
    counted = session.execute(_first_of_open(scope, first), {"now": now, "most": most}).all()
    numbers = [number for number, _ in counted]
    found = {ticket.id: ticket for ticket in session.scalars(_OF_THESE, {"ids": numbers})} if numbers else {}
    return [found[number] for number in numbers], counted[0][1] if counted else 0


class FirstOf(NamedTuple):
    """Of which open tickets, and in which order; `now` may be asked for by name."""

    among: ColumnElement[bool]
    order: tuple[SQLColumnExpression[Any], ...]


_OF_THESE = select(Ticket).where(one_of(Ticket.id, "ids"))


@kept
def _first_of_open(scope: Scope, first: FirstOf) -> Select[int, int]:
    among, order = first
    keys: list[Any] = [key.label(f"key_{number}") for number, key in enumerate(order)]
    ids = _together([select(Ticket.id, *keys).where(*_holds(way, among)) for way in as_reach(scope).ways])
    rows = select(ids.c.id, func.count().over()).order_by(*(ids.c[key.name] for key in keys), ids.c.id)
    return rows.limit(bindparam("most"))


def _newest(way: Way, among: ColumnElement[bool], most: int) -> Select[int]:
    return select(way.ids.label("id")).where(*_holds(way, among)).order_by(way.ids.desc()).limit(most)


def _holds(way: Way, among: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return [and_(way.ids == Ticket.id, way.condition) if way.ids is not Ticket.id else way.condition, among]


def _together(found: list[Select[Any]]) -> Subquery:
    """Each ticket once, whichever way it was found."""
    return union(*(found or [select(Ticket.id).where(false())])).subquery()
