"""Which tickets are stuck, and why: returned often, extended, suspended, contested, or recurring."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from handlers.tickets.change import Change
from models.approval import Approval, Wish
from models.status_moves import EXTEND, OPEN, Status
from models.ticket import Ticket, TicketEvent, not_ended

RETURNED, EXTENDED, SUSPENDED, CONTESTED, AGAIN = "returned", "extended", "suspended", "contested", "again"


def stuck(change: Change, community: str) -> list[tuple[Ticket, Sequence[str]]]:
    """A community's stuck tickets with the reasons, the oldest first."""
    still_open = not_ended() & Ticket.status.in_([each.value for each in OPEN])
    query = select(Ticket).where(Ticket.community == community, still_open).order_by(Ticket.id)
    found = {ticket.id: ticket for ticket in change.session.scalars(query)}
    why = _why(change, found)
    return [(ticket, why[number]) for number, ticket in found.items() if why[number]]


def _why(change: Change, found: Mapping[int, Ticket]) -> Mapping[int, list[str]]:
    rules, why = change.town.practices.council, defaultdict(list)
    for number, ticket in found.items():
        if ticket.returns >= rules.returns:
            why[number].append(RETURNED)
        if ticket.status == Status.SUSPENDED:
            why[number].append(SUSPENDED)
    for reason, numbers in ((EXTENDED, _extended(change, found)), (CONTESTED, _contested(change, found))):
        for number in numbers:
            why[number].append(reason)
    for number in _again(change, found):
        why[number].append(AGAIN)
    return why


def _extended(change: Change, found: Mapping[int, Ticket]) -> Sequence[int]:
    put_off = (TicketEvent.ticket_id.in_(found)) & (TicketEvent.move == EXTEND.name)
    grouped = select(TicketEvent.ticket_id).where(put_off).group_by(TicketEvent.ticket_id)
    return change.session.scalars(grouped.having(func.count() >= change.town.practices.council.extensions)).all()


def _contested(change: Change, found: Mapping[int, Ticket]) -> Sequence[int]:
    contested = Approval.ticket_id.in_(found) & (Approval.wish == Wish.CONTEST.value)
    return change.session.scalars(select(Approval.ticket_id).where(contested).distinct()).all()


def _again(change: Change, found: Mapping[int, Ticket]) -> Iterator[int]:
    """Tickets reopened twice, or with the same problem in the same building `same_times` within `same_days`."""
    rules, other = change.town.practices.council, aliased(Ticket)
    yield from (number for number, ticket in found.items() if ticket.reopenings >= 2)
    same = (other.place_id == Ticket.place_id) & (other.category == Ticket.category) & (other.item == Ticket.item)
    same &= (other.building == Ticket.building) & (other.created_at > change.now - timedelta(days=rules.same_days))
    times = select(func.count()).select_from(other).where(same).correlate(Ticket).scalar_subquery()
    told = Ticket.id.in_(found) & (Ticket.item != "") & (Ticket.reopenings < 2)
    yield from change.session.scalars(select(Ticket.id).where(told, times >= rules.same_times))
