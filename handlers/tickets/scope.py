"""Whose a ticket is: by several ways, each of which has an index.

Asked as one condition, a database goes through all that is open in the town; a team's own, its help and its area are
found at once, each by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, false, func, select, union
from sqlalchemy.orm import Session

from models.ticket import Ticket


class Way(NamedTuple):
    """Finds open tickets: their ids, and under which condition."""

    ids: SQLColumnExpression[int]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Reach:
    """The tickets that somebody may see or move. `condition` judges any ticket, `ways` find those that are open."""

    condition: ColumnElement[bool]
    ways: tuple[Way, ...]

    def __or__(self, other: "Scope") -> "Reach":
        other = as_reach(other)
        return Reach(self.condition | other.condition, (*self.ways, *other.ways))

    def __and__(self, also: ColumnElement[bool]) -> ColumnElement[bool]:
        return self.condition & also

    def narrowed(self, also: ColumnElement[bool]) -> "Reach":
        """The part of it for which this holds, too."""
        return Reach(self.condition & also, tuple(Way(way.ids, way.condition & also) for way in self.ways))

    def __clause_element__(self) -> ColumnElement[bool]:
        """SQLAlchemy takes it for its condition."""
        return self.condition


Scope = ColumnElement[bool] | Reach
NOTHING = Reach(false(), ())


def as_reach(scope: Scope) -> Reach:
    """What has a single way is a condition, and need not say more."""
    return scope if isinstance(scope, Reach) else Reach(scope, (Way(Ticket.id, scope),))


def newest_open(scope: Scope, among: ColumnElement[bool], most: int) -> Select[Ticket]:
    """So many of the open ones, newest first; no more than that are looked at."""
    ids = _together([select(_newest(way, among, most).subquery()) for way in as_reach(scope).ways])
    return select(Ticket).where(Ticket.id.in_(select(ids.c.id))).order_by(Ticket.id.desc()).limit(most)


def first_of_open(
    session: Session, scope: Scope, among: ColumnElement[bool], order: Sequence[SQLColumnExpression[Any]], most: int
) -> tuple[list[Ticket], int]:
    """The first of the open ones in this order, and how many there are."""
    keys: list[Any] = [key.label(f"key_{number}") for number, key in enumerate(order)]
    ids = _together([select(Ticket.id, *keys).where(*_holds(way, among)) for way in as_reach(scope).ways])
    rows = select(ids.c.id, func.count().over()).order_by(*(ids.c[key.name] for key in keys), ids.c.id).limit(most)
    counted = session.execute(rows).all()
    if not counted:
        return [], 0
    numbers = [number for number, _ in counted]
    found = {ticket.id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(numbers)))}
    return [found[number] for number in numbers], counted[0][1]


def _newest(way: Way, among: ColumnElement[bool], most: int) -> Select[int]:
    return select(way.ids.label("id")).where(*_holds(way, among)).order_by(way.ids.desc()).limit(most)


def _holds(way: Way, among: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return [and_(way.ids == Ticket.id, way.condition) if way.ids is not Ticket.id else way.condition, among]


def _together(found: list[Select[Any]]) -> Subquery:
    """Each ticket once, whichever way it was found."""
    return union(*(found or [select(Ticket.id).where(false())])).subquery()
