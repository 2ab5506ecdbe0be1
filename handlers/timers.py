"""What happens by itself when its time comes. Every timer looks again first: what is over needs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import rollcall, shown
from handlers.calling import PROPOSAL
from handlers.chores import CHORES
from handlers.telling import tell
from handlers.town import Town
from models.moves import CLOSE, Closing, Status
from models.person import Person
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
    if chore := CHORES.get(timer.kind):
        chore(session, town, timer, now)
        timer.finish(Outcome.DONE, now)
        return
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


def _proposal_over(ringing: Ringing) -> None:
    """Whoever was asked first has not signed: now the whole team hears it."""
    ticket, until = ringing.ticket, ringing.ticket.proposed_until
    if ticket.status != Status.DISPATCHED or until is None or until > ringing.now:
        return
    ticket.proposed_until = None
    asked = ringing.session.get(Person, ticket.proposed_id) if ticket.proposed_id else None
    tell(ringing.session, ringing.town, ticket, "passed_on", ringing.now, but=asked)


def _whistle_due(ringing: Ringing) -> None:
    """The called teams should have reported in."""
    rollcall.look_who_is_missing(ringing.session, ringing.town, ringing.ticket, ringing.now)


HANDLERS: dict[str, Callable[[Ringing], None]] = {
    "accept_overdue": _accept_overdue,
    "handle_overdue": _handle_overdue,
    "lapse": _lapse,
    PROPOSAL: _proposal_over,
    rollcall.DUE: _whistle_due,
}
