"""Which tickets a person may see or change.

With one OR condition the database would scan every open ticket of the town. Own team, helping team and area each have
an index, so each is queried alone and the results are united.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, bindparam, false, func, select, union
from sqlalchemy.orm import Session

from models.list_condition import one_of
from models.prebuilt_conditions import kept
from models.ticket import Ticket


class Way(NamedTuple):
    """One indexed way to find open tickets: the id column and the condition."""

    ids: SQLColumnExpression[int]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True, eq=False)
class TicketScope:
    """The tickets that a person may see or move. `condition` tests any ticket, `ways` find the open ones."""

    condition: ColumnElement[bool]
    ways: tuple[Way, ...]

    def __or__(self, other: "Scope") -> "TicketScope":
        return _either(self, other)

    def __and__(self, also: ColumnElement[bool]) -> ColumnElement[bool]:
        return self.condition & also

    def narrowed(self, also: ColumnElement[bool]) -> "TicketScope":
        """The part of the scope for which this condition holds too."""
        return TicketScope(self.condition & also, tuple(Way(way.ids, way.condition & also) for way in self.ways))

    def __clause_element__(self) -> ColumnElement[bool]:
        """Lets SQLAlchemy use the scope as its condition."""
        return self.condition


Scope = ColumnElement[bool] | TicketScope
NOTHING = TicketScope(false(), ())


def as_reach(scope: Scope) -> TicketScope:
    """The scope as a TicketScope; a plain condition becomes a scope with one way."""
    return scope if isinstance(scope, TicketScope) else TicketScope(scope, (Way(Ticket.id, scope),))


@kept
def both(one: ColumnElement[bool], other: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tickets that are in both scopes. A function, so that the condition is cached."""
    return one & other


@kept
def _either(one: TicketScope, other: Scope) -> TicketScope:
    other = as_reach(other)
    return TicketScope(one.condition | other.condition, (*one.ways, *other.ways))


@kept
def newest_open(scope: Scope, among: ColumnElement[bool], most: int) -> Select[Ticket]:
    """The newest `most` open tickets of a scope; each way reads at most so many."""
    ids = _together([select(_newest(way, among, most).subquery()) for way in as_reach(scope).ways])
    return select(Ticket).where(Ticket.id.in_(select(ids.c.id))).order_by(Ticket.id.desc()).limit(most)


def first_of_open(
    session: Session, scope: Scope, first: "FirstOf", now: datetime, most: int
) -> tuple[list[Ticket], int]:
    """The first `most` open tickets of a scope in this order, and the number of all."""
    counted = session.execute(_first_of_open(scope, first), {"now": now, "most": most}).all()
    numbers = [number for number, _ in counted]
    found = {ticket.id: ticket for ticket in session.scalars(_OF_THESE, {"ids": numbers})} if numbers else {}
    return [found[number] for number in numbers], counted[0][1] if counted else 0


class FirstOf(NamedTuple):
    """A filter and an order of open tickets; both may use the bind parameter `now`."""

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
    """The union of the ways: each ticket once."""
    return union(*(found or [select(Ticket.id).where(false())])).subquery()
