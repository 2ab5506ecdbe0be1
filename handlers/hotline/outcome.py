"""The outcomes of finished orders, in the hotline's format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import Way, sight
from handlers.notifications import ticket_text
from handlers.town.town import Town
from models.hotline import HotlineOrder, Truth
from models.status_moves import ACCEPT, ASK, ENDED, FOLLOW_UP, INFORM, MOVES, REPORT_IN, RESOLVE, Closing, Status
from models.ticket import Ticket, TicketEvent

FIELDS = ("number", "situation", "answer", "truth", "solved", "why_not", "rating", "contacted_at")
_FINISHED = (Status.RESOLVED.value, Status.CLOSED.value, Status.DECLINED.value)
_CONTACT = frozenset(each.name for each in (INFORM, ASK, REPORT_IN, FOLLOW_UP))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an order, as text."""

    number: str
    situation: str
    """办理情况, for the hotline only"""
    answer: str
    """公开答复"""
    truth: str
    solved: str
    why_not: str
    rating: str
    contacted_at: str

    def cells(self) -> Sequence[str]:
        return [getattr(self, name) for name in FIELDS]


def finished(
    session: Session, *, again: bool = False, since: datetime | None = None
) -> list[tuple[HotlineOrder, Ticket]]:
    """Orders with a finished ticket; `again` includes those already exported.

    `since`: only tickets resolved or ended at or after this time.
    """
    query = select(HotlineOrder, Ticket).join(Ticket, Ticket.id == HotlineOrder.ticket_id)
    query = query.where(Ticket.status.in_(_FINISHED)).order_by(HotlineOrder.id)
    query = query if again else query.where(HotlineOrder.returned_at.is_(None))
    query = query.where((Ticket.ended_at >= since) | (Ticket.resolved_at >= since)) if since else query
    rows = session.execute(query)
    return [(order, ticket) for order, ticket in rows]


def outcome(session: Session, town: Town, order: HotlineOrder, ticket: Ticket) -> Outcome:
    """The outcome of an order. Only 居民确认解决 counts as solved.

    The caller of 12345 may not be the ticket's first reporter, so notes pass the disclosure table.
    """
    say, events = town.say, ticket_text.history(session, ticket)
    seen = sight(town, ticket, None, Way.EXPORTED)
    done = [each.note for each in events if each.move == RESOLVE.name]
    ended = [each.note for each in events if MOVES[each.move].target in ENDED]
    unsolved = ticket.closing in {Closing.EXPLAINED, Closing.NOT_OURS}
    solved = "yes" if ticket.closing == Closing.CONFIRMED else "no" if unsolved else "unsaid"
    return Outcome(
        number=order.number,
        situation=seen.note(done[-1]) if done else "",
        answer=ticket_text.as_residents_read(seen.note(ticket.answer)),
        truth=say(f"hotline.truth_{order.truth or Truth.YES}"),
        solved=say(f"hotline.solved_{solved}"),
        why_not=seen.note(ended[-1]) if unsolved and ended else "",
        rating=say(f"hotline.rating_{ticket.rating}") if ticket.rating else "",
        contacted_at=ticket_text.written(_contacted(events)),
    )


def _contacted(events: Sequence[TicketEvent]) -> datetime | None:
    """When staff first contacted the caller or arrived; else when the ticket was signed for."""
    spoke = next((each.at for each in events if each.move in _CONTACT), None)
    return spoke or next((each.at for each in events if each.move == ACCEPT.name), None)
