"""Timers of a visit: remind both sides before it; afterwards store whether it was kept or missed."""

from handlers.appointments.lifecycle import BEFOREHAND, ENDS, REMINDS, end, over_at, spoken, standing
from handlers.notifications.pushes import notify
from handlers.tickets.change import DueTimer
from handlers.tickets.clocks import timer_key
from models.appointment import Appointment, VisitEnd
from models.status_moves import REPORT_IN, VISIT, Status
from models.ticket import SYSTEM, TicketEvent


def comes_near(ringing: DueTimer) -> None:
    visit = _agreed(ringing)
    if visit and ringing.timer.key == timer_key(REMINDS, ringing.ticket, visit.starts_at):
        when = spoken(ringing, visit)
        notify(ringing.session, ringing.town, ringing.ticket, "visit_remind", ringing.now, when=when)


def time_is_over(ringing: DueTimer) -> None:
    """The visit was kept if staff reported in or the work is done; else it was missed, and both sides are told."""
    visit, ticket = _agreed(ringing), ringing.ticket
    if visit is None or ringing.timer.key != timer_key(ENDS, ticket, over_at(visit)):
        return
    if Status(ticket.status) not in VISIT.sources or _somebody_came(ringing, visit):
        end(ringing, visit, VisitEnd.KEPT)
        return
    end(ringing, visit, VisitEnd.MISSED)
    when = spoken(ringing, visit)
    ticket.apply(VISIT, by=SYSTEM, at=ringing.now, note=ringing.town.say("history.visit_missed", when=when))
    notify(ringing.session, ringing.town, ticket, "visit_missed", ringing.now, when=when)


def _agreed(ringing: DueTimer) -> Appointment | None:
    visit = standing(ringing, ringing.ticket)
    return visit if visit and visit.agreed_at else None


def _somebody_came(ringing: DueTimer, visit: Appointment) -> bool:
    came = (TicketEvent.move == REPORT_IN.name) & (TicketEvent.at >= visit.starts_at - BEFOREHAND)
    return ringing.session.scalar(ringing.ticket.events.select().where(came).limit(1)) is not None
