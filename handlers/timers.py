"""What happens by itself when its time comes. Every timer looks again first: what is over needs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import shown
from handlers.telling import tell
from handlers.town import Town
from models.moves import CLOSE, Closing, Status
from models.push import Outcome, Timer
from models.ticket import SYSTEM, Ticket


@dataclass(frozen=True, slots=True)
class Ringing:
    """A timer that has fallen due, and all that its handler may use."""

    session: Session
    town: Town
    now: datetime
    timer: Timer
    ticket: Ticket


def ring(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Do what a due timer is for, in the caller's transaction, and finish it."""
    ticket = session.get(Ticket, timer.ticket_id) if timer.ticket_id else None
    handler = HANDLERS.get(timer.kind)
    if ticket is None or handler is None:
        timer.finish(Outcome.DROPPED, now, "nothing to look at")
        return
    handler(Ringing(session, town, now, timer, ticket))
    timer.finish(Outcome.DONE, now)


def _accept_overdue(ringing: Ringing) -> None:
    """Not signed in time: the team and its supervisors hear it."""
    ticket = ringing.ticket
    if ticket.status == Status.DISPATCHED and shown.is_late(ticket, ringing.now):
        tell(ringing.session, ringing.town, ticket, "accept_overdue", ringing.now)


def _handle_overdue(ringing: Ringing) -> None:
    """Not put right in time."""
    ticket = ringing.ticket
    if ticket.status == Status.WORKING and shown.is_late(ticket, ringing.now):
        tell(ringing.session, ringing.town, ticket, "handle_overdue", ringing.now)


def _lapse(ringing: Ringing) -> None:
    """The resident never said whether it was solved: closed by default, which doesn't count as solved."""
    ticket, patience = ringing.ticket, timedelta(days=ringing.town.habits.lapse_days)
    if ticket.status != Status.RESOLVED or not ticket.resolved_at or ticket.resolved_at + patience > ringing.now:
        return
    ticket.apply(CLOSE, by=SYSTEM, at=ringing.now, closing=Closing.DEFAULT)
    tell(ringing.session, ringing.town, ticket, "lapse", ringing.now)


HANDLERS: dict[str, Callable[[Ringing], None]] = {
    "accept_overdue": _accept_overdue,
    "handle_overdue": _handle_overdue,
    "lapse": _lapse,
}
