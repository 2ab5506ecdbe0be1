"""A compound's monthly figures: filed, closed, published, promised, kept, and three rates."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from handlers.disclosure.masks import shielded
from handlers.disclosure.policy import is_listed
from handlers.notifications.ticket_text import as_residents_read
from handlers.town.town import Town
from models.promise import Promise
from models.status_moves import Closing, Status
from models.ticket import Ticket

COMPLAINTS = frozenset({"property", "construction"})
"""Categories that count for 投诉率"""
_COMPOUND = "compound"
_NO_PROMISE = frozenset({Status.WITHDRAWN, Status.MERGED, Status.DECLINED, Status.INCOMPLETE})
_LONGEST = 120


@dataclass(slots=True)
class Month:
    """The counts of one compound in one month."""

    filed: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    confirmed: int = 0
    due: int = 0
    kept: int = 0
    complaints: int = 0
    households: int = 0
    """0: unknown"""
    published: list[tuple[str, str, str]] = field(default_factory=list)
    """(number, problem, public answer) of closed tickets"""

    def as_facts(self) -> dict[str, Any]:
        return asdict(self) | {"categories": dict(sorted(self.categories.items()))}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Month":
        return cls(**{**facts, "categories": Counter(facts["categories"])})

    @property
    def published_rate(self) -> float | None:
        return len(self.published) / self.closed if self.closed else None

    @property
    def kept_rate(self) -> float | None:
        return self.kept / self.due if self.due else None

    @property
    def complaint_rate(self) -> float | None:
        """Complaints per 100 households; None if their number is unknown."""
        return 100 * self.complaints / self.households if self.households else None


def months(session: Session, town: Town, since: datetime, until: datetime) -> dict[int, Month]:
    """The figures of all compounds, without those so small that a figure could identify a household."""
    found: dict[int, Month] = defaultdict(Month)
    promises = _promises(session, since, until)
    for ticket in _tickets(session, since, until, promises):
        _count(town, found[ticket.place_id or 0], ticket, promises.get(ticket.id, ()), since, until)
    return {place: month for place, month in _sized(town, found).items() if _may_be_told(town, month)}


def _sized(town: Town, found: Mapping[int, Month]) -> dict[int, Month]:
    places = {each: town.world.places[each] for each in found if each in town.world.places}
    compounds = {each: found[each] for each, place in places.items() if place.kind == _COMPOUND}
    for place, month in compounds.items():
        month.households = town.households.get(places[place].name, 0)
    return compounds


def _may_be_told(town: Town, month: Month) -> bool:
    return not month.households or month.households >= town.practices.publicity.least_households


def _promises(session: Session, since: datetime, until: datetime) -> dict[int, Sequence[datetime]]:
    due: dict[int, list[datetime]] = defaultdict(list)
    rows = select(Promise.ticket_id, Promise.until).where(Promise.until >= since, Promise.until < until)
    for ticket, day in session.execute(rows):
        due[ticket].append(day)
    return dict(due)


def _tickets(
    session: Session, since: datetime, until: datetime, promised: Mapping[int, Sequence[datetime]]
) -> Sequence[Ticket]:
    spans = (and_(column >= since, column < until) for column in (Ticket.created_at, Ticket.ended_at, Ticket.handle_by))
    query = select(Ticket).where(Ticket.place_id.is_not(None), or_(*spans, Ticket.id.in_(promised)))
    return session.scalars(query.order_by(Ticket.id)).all()


def _count(
    town: Town, month: Month, ticket: Ticket, promised: Sequence[datetime], since: datetime, until: datetime
) -> None:
    if since <= ticket.created_at < until:
        month.filed += 1
        month.categories[ticket.category] += 1
        month.complaints += ticket.category in COMPLAINTS
    if ticket.status == Status.CLOSED and ticket.ended_at and since <= ticket.ended_at < until:
        month.closed += 1
        month.confirmed += ticket.closing == Closing.CONFIRMED
        if ticket.answer and is_listed(town, ticket, own=False):
            month.published.append(
                (ticket.number or "", town.catalogue.name(ticket.category, ticket.item), _said(ticket))
            )
    if Status(ticket.status) not in _NO_PROMISE:
        for limit in _limits(ticket, promised, since, until):
            month.due += 1
            month.kept += bool(ticket.resolved_at and ticket.resolved_at <= limit)


def _limits(ticket: Ticket, promised: Sequence[datetime], since: datetime, until: datetime) -> Sequence[datetime]:
    """All deadlines due in the month: promises, and the ticket's own limit, unless its clock is stopped."""
    stands = ticket.stopped_at and not ticket.resolved_at
    own = ticket.handle_by
    counts = own and since <= own < until and own not in promised and not stands
    return [*promised, own] if own and counts else list(promised)


def _said(ticket: Ticket) -> str:
    return shielded(as_residents_read(ticket.answer))[:_LONGEST]
